"""Asks a person yes or no before something is done that cannot be taken back."""

from __future__ import annotations

import shlex
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


def typed(question: str, wanted: str, option: str) -> bool:
    """Whether the person at the terminal types what is wanted, and nothing else.

    Args:
        option: the option that says it instead, for the words about a missing terminal.

    Raises:
        UsageError: there is no terminal; the text names the option.
    """
    if not (sys.stdin.isatty() and secret_input.someone_is_there()):
        raise UsageError(f"There is no terminal to ask in; to go on, add {option} {shlex.quote(wanted)}")
    narrate(question)
    return sys.stdin.readline().strip() == wanted.strip()
