"""The one place where text from outside (servers, mail, people) becomes safe to show in a terminal.

Terminals obey what they are told: an escape sequence can write the clipboard, a bidirectional override can
turn a name round, an invisible character can make two different names look alike. Each such character is
replaced by a visible form: control pictures (`␛`) where Unicode has them, else its number (`<U+202E>`).
"""

from __future__ import annotations

import re

TAB = "    "
"""A tab is ordinary white space in a server's words; spaces keep columns where they are counted."""

DANGEROUS = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: 0x9b alone begins a control sequence on an 8-bit terminal
    # Default_Ignorable_Code_Point, https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt:
    # whatever is drawn as nothing or steers its neighbours, but for the variation selectors FE00-FE0F, which
    # plain emoji carry.
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u2028\u2029"  # line and paragraph separators
    "\ufff9-\ufffb"  # interlinear annotation: hides one text behind another
    "\ud800-\udfff"  # lone surrogates cannot be encoded at all
)

_ALL = re.compile(f"[{DANGEROUS}]")
_ALL_BUT_NEWLINE = re.compile(f"(?!\n)[{DANGEROUS}]")


def visible(text: str, *, newlines: bool = False) -> str:
    """The text with every character that a terminal would obey, or not show, replaced by a visible form.

    Text without such characters is returned unchanged, and so is the result when it comes by again.

    Args:
        newlines: keep line feeds, for text that is shown on several lines; a carriage return is never kept.
    """
    return (_ALL_BUT_NEWLINE if newlines else _ALL).sub(_form, text)


def _form(match: re.Match[str]) -> str:
    character = match.group()
    number = ord(character)
    if character == "\t":
        return TAB
    if number < 0x20:
        return chr(0x2400 + number)
    if number == 0x7F:
        return "␡"
    return f"<U+{number:04X}>"
