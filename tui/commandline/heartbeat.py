"""`postroom heartbeat`: turns heartbeats on and off, and shows how they stand."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from store import assets, checks, heartbeats
from store.asset_lines import AssetLine
from store.checks import FORWARDING, CheckRun, Outcome
from store.heartbeats import Heartbeat
from tui import diagnosis_text
from tui.commandline import opening
from tui.commandline.choosing import all_named, in_use
from tui.commandline.faults import UsageError
from tui.commandline.printing import moment, print_json, print_line
from tui.desk import Desk
from tui.forwarding_words import every_words
from tui.times import ago, until

SOME_FAILED = 1


def run(options: Namespace) -> int:
    """Do what the options say, and show what is on then."""
    if options.names and options.all:
        raise UsageError("Name the assets, or use --all.")
    sets = options.every is not None or options.off
    if sets and not (options.names or options.all):
        raise UsageError("Name the assets whose heartbeat is meant, or use --all.")
    with opening.opened(options) as desk:
        chosen = _chosen(desk, options)
        if sets:
            hours = 0 if options.off else options.every
            heartbeats.put(desk.store, [line.id for line in chosen], hours, datetime.now(UTC))
        on = heartbeats.every(desk.store)
        told = [(line, on[line.id], _last(desk, line.id)) for line in chosen if line.id in on]
    if options.json:
        print_json(heartbeats=[_as_json(*one) for one in told])
    elif not told:
        print_line("No heartbeat is on." if not options.names else "No heartbeat of these is on.")
    else:
        for one in told:
            print_line(_line(*one))
    failed = any(last is not None and last.outcome is Outcome.FAILED for _, _, last in told)
    return SOME_FAILED if failed and not sets else 0


def _chosen(desk: Desk, options: Namespace) -> list[AssetLine]:
    lines = assets.lines(desk.store)
    if not options.names:
        return [line for line in lines if line.engage != "retired"]
    wanted = {in_use(desk, one).id for one in all_named(desk, options.names)}
    return [line for line in lines if line.id in wanted]


def _last(desk: Desk, asset_id: int) -> CheckRun | None:
    return next(iter(checks.page(desk.store, asset_id=asset_id, limit=1, kind=FORWARDING)), None)


def _line(line: AssetLine, heartbeat: Heartbeat, last: CheckRun | None) -> str:
    now = datetime.now(UTC)
    told = f"{line.name}: {every_words(heartbeat.every_hours)}, next {until(heartbeat.next_at, now)}"
    if last is None:
        return f"{told}, not checked yet"
    glyph, word, _ = diagnosis_text.GLYPHS[last.outcome.value]
    return f"{told}; last {glyph} {word} {ago(last.started_at, now)}"


def _as_json(line: AssetLine, heartbeat: Heartbeat, last: CheckRun | None) -> dict[str, Any]:
    return {
        "asset": line.name,
        "asset_id": line.id,
        "every_hours": heartbeat.every_hours,
        "next_at": moment(heartbeat.next_at),
        "last": _check_as_json(last) if last else None,
    }


def _check_as_json(run: CheckRun) -> dict[str, Any]:
    stopped = run.failed_step
    return {
        "started_at": moment(run.started_at),
        "outcome": run.outcome.value,
        "rung": stopped.name if stopped else None,
        "diagnosis": stopped.diagnosis if stopped else None,
        "late": any(label == "late" for step in run.steps for label, _ in step.facts),
    }
