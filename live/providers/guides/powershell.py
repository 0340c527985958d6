"""Writes text into PowerShell lines so that it stays text.

A single-quoted string holds everything as it is but its end, and PowerShell takes four more characters for
that end: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
"""

from __future__ import annotations

import re

QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")
"""The plain quote, and the typographic ones that PowerShell's tokenizer takes for it."""


class Unquotable(ValueError):
    """The text holds what a terminal would act on when the line is pasted: a line break, an escape."""


def quoted(text: str) -> str:
    """The text as a single-quoted string; each quote in it is doubled.

    Raises:
        Unquotable: it holds a character that is not printed; a pasted line break would end the command.
    """
    if not text.isprintable():
        raise Unquotable("it holds characters that are not printed")
    return "'" + QUOTES.sub(lambda found: found[0] * 2, text) + "'"


def nested(text: str) -> str:
    """The text as a string of OData or OPATH, to stand within a PowerShell string: they know the plain quote
    alone.

    Raises:
        Unquotable: it holds a typographic quote, of which nobody says what a filter makes; or as `quoted`.
    """
    if QUOTES.search(text.replace("'", "")):
        raise Unquotable("it holds a typographic quotation mark")
    return quoted(text)
