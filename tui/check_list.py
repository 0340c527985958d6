"""What the list of checks says: cells and headline, as pure functions of records and the time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui import diagnosis_text
from tui.columns import Cell, Column
from tui.live_tests import LiveTest, LiveTests
from tui.times import ago, took

if TYPE_CHECKING:
    from store.checks import CheckRun

COLUMNS = (
    Column("Result", 10),
    Column("Asset", 16, grow=2),
    Column("When", 11),
    Column("Took", 8, keep=3),
    Column("Stopped at", 15, keep=2),
    Column("Finding", 20, grow=6, keep=1),
)


def cells(record: CheckRun | LiveTest, now: datetime) -> tuple[Cell, ...]:
    """The cells of one row, in the order of `COLUMNS`."""
    if isinstance(record, LiveTest):
        glyph, word, tone = diagnosis_text.GLYPHS["running"]
        rung = diagnosis_text.title(record.current) if record.current else ""
        return (
            Cell(f"{glyph} {word}", tone),
            Cell(record.asset_name),
            Cell("now"),
            Cell(""),
            Cell(""),
            Cell(f"{rung}: {record.note}" if record.note else rung),
        )
    glyph, word, tone = diagnosis_text.GLYPHS[record.outcome.value]
    stopped = record.failed_step
    return (
        Cell(f"{glyph} {word}", tone),
        Cell(record.asset_name),
        Cell(ago(record.started_at, now)),
        Cell(took(record.ms)),
        Cell(diagnosis_text.title(stopped.name) if stopped else ""),
        Cell(finding(record)),
    )


def finding(run: CheckRun) -> str:
    """Why it stopped, in one clause; of a run that passed nothing, but for the kind of an uncommon one."""
    from live import diagnosis

    stopped = run.failed_step
    cause = diagnosis.by_id(stopped.diagnosis).cause if stopped and stopped.diagnosis else ""
    if run.kind == "connection":
        return cause
    kind = diagnosis_text.kind_title(run.kind)
    return f"{kind}: {cause}" if cause else kind


def headline(live: LiveTests, total: int, *, filtered: bool = False) -> str:
    """The pane's first line; `total` counts what is kept, or what the filter leaves of it."""
    if live.busy:
        failed = f", {live.failed:,} failed" if live.failed else ""
        return f"{live.ended:,} of {live.asked:,} tested{failed} · Esc stops"
    kept = f"{total:,} check{'' if total == 1 else 's'} kept"
    if filtered:
        return f"{total:,} check{' matches' if total == 1 else 's match'}"
    if live.asked:
        stopped = live.asked - live.ended
        told = f"{live.ended:,} tested: {live.ended - live.failed:,} passed, {live.failed:,} failed"
        return f"{told}{f', {stopped:,} stopped' if stopped else ''} · {kept}"
    return kept
