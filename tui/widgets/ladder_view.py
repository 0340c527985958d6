"""A check drawn as a ladder: every rung with its result, and under the one that stopped it what, why, and
what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui import diagnosis_text, times
from tui.times import ago, exact, took
from tui.widgets.record_list import fitted
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from store.check_changes import Change
    from store.checks import CheckRun, CheckStep
    from tui.live_tests import LiveTest

STYLES = {
    "good": "$text-success",
    "bad": "bold $text-error",
    "soon": "$text-warning",
    "quiet": "$text-muted",
    "": "",
}
LABEL = 15
"""Cells of the label in front of an explanation's lines."""
WORDS_SHOWN = 160
"""Characters of a server's words in the short view; the whole is in the full one."""
WORDS_LINES = 2
"""Lines of them where room is scarce."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """What the view draws, be it under way or long ended."""

    asset_name: str
    rungs: tuple[str, ...]
    steps: tuple[CheckStep, ...]
    current: str = ""
    outcome: str = "running"
    started_at: datetime | None = None
    ms: float | None = None
    changes: tuple[Change, ...] = ()
    transcript: str = ""
    kind: str = "connection"
    note: str = ""
    """How the rung that runs goes on."""

    @classmethod
    def of_run(cls, run: CheckRun, changes: Sequence[Change] = ()) -> Ladder:
        rungs = tuple(step.name for step in run.steps)
        return cls(
            run.asset_name,
            rungs,
            run.steps,
            "",
            run.outcome.value,
            run.started_at,
            run.ms,
            tuple(changes),
            run.transcript,
            run.kind,
        )

    @classmethod
    def of_live(cls, test: LiveTest) -> Ladder:
        return cls(
            test.asset_name,
            test.rungs,
            tuple(test.steps),
            test.current,
            started_at=test.started_at,
            kind=test.kind,
            note=test.note,
        )


Piece = tuple[str, str]
Row = list[Piece]


def drawn(ladder: Ladder, width: int, now: datetime, *, height: int | None = None) -> Content:
    """The ladder as content of at most `width` cells a line.

    Args:
        height: lines that there is room for: where a failed ladder needs more, the rungs that passed, and
        those that
            were not tried, share a line, so that the explanation is seen. None: everything, with all facts
            and the transcript.
    """
    lines = _lines(ladder, width, now, full=height is None)
    if height is not None and len(lines) > height and ladder.outcome == "failed":
        lines = _short(ladder, width, now)
    return Content("\n").join(Content.assemble(*line) for line in lines)


def _short(ladder: Ladder, width: int, now: datetime) -> list[Row]:
    """The failed rung in full; the others are only named."""
    rows = [_title(ladder, now, width)]
    for outcome in ("passed", "failed", "skipped"):
        steps = [step for step in ladder.steps if step.outcome.value == outcome]
        glyph, word, tone = diagnosis_text.GLYPHS[outcome]
        if outcome == "failed":
            for step in steps:
                rows.append(_rung(step.name, step, width, running=False))
                rows += _explanation_first(step, ladder.changes, width)
        elif steps:
            names = ", ".join(diagnosis_text.title(step.name) for step in steps)
            rows.append(
                [(glyph, STYLES[tone]), (fitted(f" {word}: {names}", width - 2).rstrip(), "$text-muted")]
            )
    return rows


def _lines(ladder: Ladder, width: int, now: datetime, *, full: bool) -> list[Row]:
    lines = [_title(ladder, now, width)]
    done = {step.name: step for step in ladder.steps}
    for rung in ladder.rungs:
        step = done.get(rung)
        listed = full and step is not None and bool(step.facts)
        runs = rung == ladder.current
        lines.append(_rung(rung, step, width, running=runs, brief=listed, note=ladder.note if runs else ""))
        if step is not None and listed:
            lines += _facts(step, width)
        if step is not None and step.outcome.value == "failed":
            lines += _explanation(step, ladder.changes, width, full=full)
    if full and ladder.transcript:
        lines += [[], [("Transcript, credentials replaced", "bold")]]
        lines += [[(line, "$text-muted")] for line in _wrapped(ladder.transcript, width)]
    return lines


def _title(ladder: Ladder, now: datetime, width: int) -> Row:
    glyph, word, tone = diagnosis_text.GLYPHS[ladder.outcome]
    of = "" if ladder.kind == "connection" else f"{diagnosis_text.kind_title(ladder.kind).lower()} "
    name, state = visible(ladder.asset_name), f"  {glyph} {of}{word}"
    room = max(0, width - cell_len(state))
    row: Row = [(fitted(name, min(cell_len(name), room)), "bold"), (state, STYLES[tone])]
    if ladder.ms is not None and ladder.started_at is not None:
        row.append((f" after {took(ladder.ms)}", ""))
        row.append((f"  {ago(ladder.started_at, now)}, {exact(ladder.started_at)}", "$text-muted"))
    while len(row) > 2 and sum(cell_len(text) for text, _style in row) > width:
        row.pop()
    return row


def _rung(
    rung: str, step: CheckStep | None, width: int, *, running: bool, brief: bool = False, note: str = ""
) -> Row:
    """A rung in one line.

    Args:
        brief: its facts are told in the lines below.
        note: how one that runs goes on.
    """
    outcome = step.outcome.value if step else ("running" if running else "waiting")
    glyph, word, tone = diagnosis_text.GLYPHS[outcome]
    name = f"{diagnosis_text.title(rung):<16}"
    if step is None or outcome in ("skipped", "cancelled"):
        words = step.words if step is not None else note
        why = f": {visible(words)}" if words else ""
        told = fitted(f"{'':>8}  {word}{why}", max(10, width - 18)).rstrip()
        return [(f"{glyph} {name}", STYLES[tone]), (told, "$text-muted")]
    said = word if brief or outcome == "failed" else diagnosis_text.summary(step)
    if outcome == "failed" and step.facts and not brief:
        said = f"failed · {diagnosis_text.summary(step)}"
    room = max(0, width - 28)
    return [
        (glyph, STYLES[tone]),
        (f" {name}{diagnosis_text.took_words(step):>8}  ", STYLES[tone] if outcome == "failed" else ""),
        (fitted(visible(said), room).rstrip(), "" if outcome == "failed" else "$text-muted"),
    ]


def _explanation(step: CheckStep, changes: Sequence[Change], width: int, *, full: bool) -> list[Row]:
    told = diagnosis_text.explained(step)
    happened = told.happened if full else told.happened[:WORDS_SHOWN]
    rows = [*labelled("What happened", happened, width), *labelled("Why", told.why, width)]
    rows += _to_do(told, width)
    rows += labelled("Who can do it", told.who, width)
    rows += labelled("Trying again", told.again, width)
    rows += _since(changes, width)
    if full:
        rows += labelled("Source", told.source, width)
    return rows


def _explanation_first(step: CheckStep, changes: Sequence[Change], width: int) -> list[Row]:
    """What must be seen without scrolling comes first: little of the server's words, and who can act."""
    told = diagnosis_text.explained(step)
    happened = list(labelled("What happened", told.happened[:WORDS_SHOWN], width))
    rows = happened[:WORDS_LINES]
    if len(happened) > WORDS_LINES:
        label, (last, style) = rows[-1]
        rows[-1] = [label, (fitted(f"{last} …", max(20, width - LABEL - 3)).rstrip(), style)]
    rows += labelled("Why", told.why, width)
    rows += labelled("Who can do it", told.who, width)
    rows += _to_do(told, width)
    return [*rows, *labelled("Trying again", told.again, width), *_since(changes, width)]


def _to_do(told: diagnosis_text.Explanation, width: int) -> Iterator[Row]:
    for number, action in enumerate(told.steps, 1):
        numbered = f"{number}. {action}" if len(told.steps) > 1 else action
        yield from labelled("What to do" if number == 1 else "", numbered, width)


def _since(changes: Sequence[Change], width: int) -> Iterator[Row]:
    if changes:
        yield from labelled(
            "Since it worked", "; ".join(diagnosis_text.told(change) for change in changes), width
        )


def _facts(step: CheckStep, width: int) -> Iterator[Row]:
    for label, value in step.facts:
        yield from labelled(label, value, width)


def labelled(label: str, text: str, width: int) -> Iterator[Row]:
    """A label, and its text wrapped beside it; the text is made harmless here."""
    lines = list(_wrapped(text, max(20, width - LABEL - 3))) or [""]
    for number, line in enumerate(lines):
        yield [(f"  {fitted(visible(label) if number == 0 else '', LABEL)} ", "$accent"), (line, "")]


def _wrapped(text: str, width: int) -> Iterator[str]:
    for line in visible(text, newlines=True).splitlines():
        wide = cell_len(line) != len(line)  # textwrap counts characters, not cells
        yield from (chop_cells(line, width) if wide else textwrap.wrap(line, width)) or [""]


class LadderView(VerticalScroll):
    """Shows one ladder; `show` with the same paints nothing."""

    BINDINGS = [("j", "scroll_down", ""), ("k", "scroll_up", "")]  # noqa: RUF012  # Textual's own form

    def __init__(self, *, full: bool = False, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._full = full
        self._ladder: Ladder | None = None
        self._nothing = self._when = ""

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, id="ladder")

    def show(self, ladder: Ladder | None, nothing: str = "") -> None:
        """Draw this ladder, or the words for "nothing"."""
        when = ago(ladder.started_at, times.now()) if ladder and ladder.started_at else ""
        if (ladder, nothing, when) == (self._ladder, self._nothing, self._when):
            return
        self._ladder, self._nothing, self._when = ladder, nothing, when
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        static = self.query_one("#ladder", Static)
        if self._ladder is None:
            static.update(Content(self._nothing).stylize("$text-muted"))
            return
        width = max(20, self.size.width - 4)
        height = None if self._full else self.size.height
        static.update(drawn(self._ladder, width, times.now(), height=height))
