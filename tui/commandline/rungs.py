"""A finished connection test as text and as JSON: every rung, and for a failed one why and what to do."""

from __future__ import annotations

from typing import Any

from live import diagnosis
from store.checks import CheckRun, CheckStep, Outcome
from tui import diagnosis_text
from tui.commandline.printing import moment, print_line, print_pairs
from tui.times import took

TITLE_CELLS = max(map(len, diagnosis_text.TITLES.values()))
TIME_CELLS = 8
INDENT = "      "


def print_run(run: CheckRun) -> None:
    """The whole ladder, then the diagnosis."""
    glyph = diagnosis_text.GLYPHS[run.outcome.value][0]
    print_line(f"{glyph} {run.asset_name}: {verdict(run)}")
    for step in run.steps:
        _print_step(step)
    print_line()


def verdict(run: CheckRun) -> str:
    """How it ended, in one clause."""
    stopped = run.failed_step
    if stopped is None:
        return f"passed in {took(run.ms)}"
    return f"{run.outcome.value} at {diagnosis_text.title(stopped.name)} after {took(run.ms)}"


def _print_step(step: CheckStep) -> None:
    glyph, word, _ = diagnosis_text.GLYPHS[step.outcome.value]
    title = diagnosis_text.title(step.name)
    time = diagnosis_text.took_words(step)
    facts = " · ".join(f"{label} {value}" for label, value in step.facts)
    print_line(f"  {glyph} {title:<{TITLE_CELLS}} {word:<9} {time:>{TIME_CELLS}}  {facts}".rstrip())
    for line in step.words.split("\n") if step.words else ():
        print_line(f"{INDENT}| {line}")
    if step.outcome is Outcome.FAILED:
        print_pairs(explanation(step), INDENT)


def explanation(step: CheckStep) -> list[tuple[str, str]]:
    """Why a step failed, what to do, who can do it, and whether trying again helps."""
    return meaning(step.diagnosis)


def meaning(id_: str | None) -> list[tuple[str, str]]:
    """What a diagnosis says, as labels and values."""
    known = diagnosis.by_id(id_ or diagnosis.UNKNOWN)
    numbered = [f"{number}. {act}" for number, act in enumerate(known.fix, 1)]
    return [
        ("Why", known.cause),
        ("What to do", "\n".join(numbered)),
        ("Who can do it", known.who.value),
        ("Trying again", known.again_words),
        ("Source", known.source),
    ]


def as_json(run: CheckRun, address: str) -> dict[str, Any]:
    """The shape that `postroom test --help` states."""
    return {
        "asset": run.asset_name,
        "asset_id": run.asset_id,
        "kind": run.kind,
        "address": address,
        "outcome": run.outcome.value,
        "started_at": moment(run.started_at),
        "ms": round(run.ms, 1),
        "steps": [_step_as_json(step) for step in run.steps],
        "transcript": run.transcript,
    }


def _step_as_json(step: CheckStep) -> dict[str, Any]:
    return {
        "rung": step.name,
        "outcome": step.outcome.value,
        "ms": round(step.ms, 1),
        "words": step.words,
        "facts": [{"label": label, "value": value} for label, value in step.facts],
        "diagnosis": diagnosis_as_json(step.diagnosis) if step.outcome is Outcome.FAILED else None,
    }


def diagnosis_as_json(id_: str | None) -> dict[str, Any]:
    """A diagnosis in the shape that the helps state."""
    known = diagnosis.by_id(id_ or diagnosis.UNKNOWN)
    return {
        "id": known.id,
        "cause": known.cause,
        "fix": list(known.fix),
        "who": known.who.value,
        "again": known.again,
        "source": known.source,
    }
