"""Asks a person yes or no before something is done that cannot be taken back."""

from __future__ import annotations

import sys

from tui.commandline import secret_input
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate


def agreed(question: str, verb: str) -> bool:
    """Whether the person at the terminal says yes; anything else is no.

    Raises:
        UsageError: there is no terminal; the text names --yes.
    """
    if not (sys.stdin.isatty() and secret_input.someone_is_there()):
        raise UsageError(f"There is no terminal to ask in; use --yes to {verb} without being asked.")
    narrate(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")
