"""Leaving while renewed tokens are in memory alone: the person is asked before, and told afterwards."""

from __future__ import annotations

import sys
from enum import Enum, auto
from typing import TYPE_CHECKING

from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.hub import Hub

NAMED = 8
"""Assets that a question names; the rest are counted, and named on stderr when the console has ended."""
REMEDY = "The refresh token in the store may be dead: test the asset, and generate its token again if it is."


class Answer(Enum):
    """What a person does about them."""

    AGAIN = auto()
    LEAVE = auto()
    STAY = auto()


def waiting(desk: Desk) -> tuple[str, ...]:
    """The names of the assets whose renewed tokens are not in the store yet."""
    if "live.oauth.token_keeper" not in sys.modules:  # nothing was refreshed here; it would cost 0.1 s to ask
        return ()
    from live.oauth.refresh import in_memory_only

    return in_memory_only(desk.store, desk.vault)


def warning(console: Hub) -> str:
    """What leaving at once loses, as a sentence that follows another; "": nothing."""
    names = waiting(console.desk) if console.desk is not None else ()
    return f" The renewed tokens of {_named(names)} are not written yet, and would be lost." if names else ""


async def tell_lost(console: Hub, desk: Desk) -> None:
    """Try once more to write them, as the console closes; else leave a line for each asset that loses its
    token to be printed when the screen is closed.

    The lines are kept in the log file as well: a terminal that has gone shows nothing.
    """
    if not waiting(desk):
        return
    from live.oauth.refresh import unwritten
    from tui.crash import keep_words

    why = await unwritten(desk.store, desk.vault)
    lines = [
        f"postroom: the renewed token of {visible(name)} was not written, and is lost: "
        f"{visible(why)} {REMEDY}"
        for name in waiting(desk)
    ]
    if lines:
        keep_words("\n".join(lines))
        console.fail_with("\n".join(lines))


def leave(console: Hub) -> None:
    """Leave at once where nothing is lost by it."""
    if console.desk is None or not waiting(console.desk):
        console.exit(0)
        return
    asking = _ask_and_leave(console, console.desk)
    console.run_worker(asking, group="verb", exit_on_error=False, description="leave postroom")


async def _ask_and_leave(console: Hub, desk: Desk) -> None:
    """Try to write them, and leave; where that fails, ask first."""
    from live.oauth.refresh import unwritten
    from tui.dialogs.base import Choice, Question

    choices = (
        Choice("t", "Try again", Answer.AGAIN),
        Choice("l", "Leave, and lose them", Answer.LEAVE),
        Choice("n", "Stay", Answer.STAY),
    )
    while True:
        why = await unwritten(desk.store, desk.vault)
        names = waiting(desk)
        if not names:
            break
        words = (
            f"The renewed tokens of {_named(names)} are in memory alone, and cannot be written: {why}\n\n"
            "They are tried again every few seconds for as long as the console runs. Who leaves now loses "
            "them, and the refresh tokens in the store may be dead: those assets then need a new token each."
        )
        answer = await console.push_screen_wait(Question("Leave postroom?", words, choices, Answer.STAY))
        if answer is Answer.STAY:
            return
        if answer is Answer.LEAVE:
            break
    console.exit(0)


def _named(names: tuple[str, ...]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
