"""What a set-up guide says on the screen and on the command line: states, who does it, values, text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from live.providers.guides.progress import Judged, Progress, Stand
from tui import diagnosis_text, times
from tui.columns import Cell, Column

if TYPE_CHECKING:
    from live.providers.guides import Guide
    from live.providers.guides.values import Filled

LOOKS = {
    Stand.CHECKED: ("✓", "checked", "good"),
    Stand.BY_HAND: ("✓", "by hand", "good"),
    Stand.FAILING: ("✗", "failing", "bad"),
    Stand.NOW: ("→", "now", "soon"),
    Stand.LATER: ("·", "later", "quiet"),
}
"""Glyph, word and tone of each stand."""

COLUMNS = (Column("State", 9), Column("Step", 20, grow=1))

WHO = {
    "operator": "operator (you)",
    "mailbox owner": "mailbox owner",
    "tenant administrator": "tenant administrator",
    "nobody": "nobody",
}
"""Who does a step, by the words of `live.diagnosis.WhoActs`."""

ACTS = {
    "asset": "edit the asset",
    "client": "enter or edit the OAuth client",
    "test": "test the connection now",
    "token": "generate the token",
    "card": "see the confirmation",
    "forwarding": "check the forwarding",
    "domain": "check the domain",
    "register": "register to Webex Engage",
}
"""What Enter does on a step."""


def cells(judged: Judged) -> tuple[Cell, ...]:
    """A row of the list of steps."""
    glyph, word, tone = LOOKS[judged.stand]
    return Cell(f"{glyph} {word}", tone), Cell(judged.step.title, "quiet" if tone == "quiet" else "")


def headline(progress: Progress) -> str:
    """The first line: whose set-up, how far, by which method."""
    many = f"{progress.done} of {len(progress.steps)} steps done"
    stands = "set up, all is done" if progress.complete else many
    return f"{progress.asset_name}: {stands} · {progress.guide.title}"


def stand_words(judged: Judged, now: datetime, ticks: str = "Space") -> str:
    """How a step stands, in a sentence or two; "" where its diagnosis says all. Untrusted.

    Args:
        ticks: what ticks it: a key, or an option.
    """
    seen = _clause(judged)
    ticked = f"by {judged.tick.by} ({times.ago(judged.tick.at, now)})" if judged.tick else ""
    if judged.stand is Stand.CHECKED:
        return f"Done; postroom sees it: {seen}."
    if judged.stand is Stand.BY_HAND:
        return f"Done by hand {ticked}; postroom cannot see it."
    if judged.stand is Stand.FAILING:
        return _failing_words(judged, seen, ticked)
    if not judged.provable:
        return f"Open; {ticks} ticks it when it is done."
    return f"Open: {seen}." if seen else "Open."


def _failing_words(judged: Judged, seen: str, ticked: str) -> str:
    parts = []
    if ticked or seen:
        told = f"Ticked {ticked}, but it is not so" if ticked else "Not done, or not any more"
        parts.append(f"{told}: {seen}." if seen else f"{told}.")
    if judged.proven_at is not None:
        parts.append(f"It was well on {times.exact(judged.proven_at)}.")
    return " ".join(parts)


def _clause(judged: Judged) -> str:
    """What was seen, to stand before a full stop; a server's words stand elsewhere, in full."""
    return "" if judged.diagnosis else diagnosis_text.in_one_line(judged.words).rstrip(".")


def remedy(judged: Judged) -> Iterator[str]:
    """Why a step fails, and what mends it where the step itself does not tell."""
    known = judged.diagnosis
    if known is None:
        return
    yield f"Why: {known.cause}"
    if known.id not in judged.step.opens_on:
        yield f"What to do ({known.who.value}): {' '.join(known.fix)}"


def answer(judged: Judged) -> str:
    """What the server or provider said of a step that fails; "": nothing. Untrusted."""
    said = diagnosis_text.in_one_line(judged.words) if judged.diagnosis else ""
    return f"The answer: {said}" if said else ""


def value_words(value: Filled) -> str:
    """A value, or why there is none yet."""
    return value.text or f"not known yet: {value.missing}"


def method_words(guide: Guide, fitting: bool) -> str:
    """A guide as it is offered."""
    return f"{guide.title}{' (as it signs in now)' if fitting else ''}"
