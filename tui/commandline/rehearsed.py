"""Tests the samples of a rehearsal desk: to give it a history, or to judge whether each ends as meant."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from live.rehearsal.desk import expectation
from live.rehearsal.endpoints import Listener
from live.rehearsal.sample import Sample
from store import assets
from store.checks import CheckRun, Outcome
from tui import diagnosis_text
from tui.commandline import rungs
from tui.commandline.opening import opened
from tui.commandline.printing import print_json, print_line, print_pairs
from tui.commandline.test import SOME_FAILED, ladders
from tui.desk import Desk

LEFT_UNTESTED = ("office365-mailbox-off",)
SLOW = frozenset({Listener.SLOW_BANNER, Listener.SILENT})
"""Left for the person who opens the desk to test: a slow server, and a refusal that explains itself."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One test of a sample, beside what its account is meant to do."""

    run: CheckRun
    number: int
    """The first or second test of this sample."""
    meant: tuple[str | None, str | None]
    """Failing rung and diagnosis; (None, None): it passes."""

    @property
    def ended(self) -> tuple[str | None, str | None]:
        """How it really ended, in the form of `meant`."""
        stopped = self.run.failed_step
        return (stopped.name, stopped.diagnosis) if stopped else (None, None)

    @property
    def as_meant(self) -> bool:
        return self.ended == self.meant


def make_history(options: Namespace) -> None:
    """Test most samples once, and those twice whose account changes its mind: they worked, and now fail."""
    with opened(options) as desk:
        desk.unlock_from_homes()
        samples = _samples(desk)
        tested = [
            id_ for id_, sample in samples if sample.listener not in SLOW and sample.key not in LEFT_UNTESTED
        ]
        asyncio.run(ladders(desk, tested, quiet=True))
        asyncio.run(ladders(desk, _fickle(samples), quiet=True))


def judge(options: Namespace, *, as_json: bool) -> int:
    """Test all samples, print how each ended and its diagnosis; 1 when one did not end as it is meant to."""
    with opened(options) as desk:
        desk.unlock_from_homes()
        samples = _samples(desk)
        first = asyncio.run(ladders(desk, [id_ for id_, _ in samples], quiet=True))
        second = asyncio.run(ladders(desk, _fickle(samples), quiet=True))
    judged = [*_judged(first, 1), *_judged(second, 2)]
    if as_json:
        print_json(samples=[_as_json(one) for one in judged])
    else:
        _print(judged)
    complete = len(first) == len(samples)
    return 0 if complete and all(one.as_meant for one in judged) else SOME_FAILED


def _samples(desk: Desk) -> list[tuple[int, Sample]]:
    return [(line.id, expectation(line.name)) for line in assets.lines(desk.store)]


def _fickle(samples: Sequence[tuple[int, Sample]]) -> list[int]:
    return [id_ for id_, sample in samples if sample.later_rung is not None]


def _judged(runs: Sequence[CheckRun], number: int) -> Iterator[Judged]:
    for run in runs:
        yield Judged(run, number, expectation(run.asset_name).expected(number - 1))


def _print(judged: Sequence[Judged]) -> None:
    for one in judged:
        glyph = diagnosis_text.GLYPHS[one.run.outcome.value][0]
        again = ", tested again" if one.number > 1 else ""
        meant = "as meant" if one.as_meant else f"but meant to {_meant(one)}"
        print_line(f"{glyph} {one.run.asset_name}{again}: {rungs.verdict(one.run)}, {meant}")
        stopped = one.run.failed_step
        if stopped is not None and stopped.outcome is Outcome.FAILED:
            print_pairs(rungs.explanation(stopped), "    ")
    wrong = sum(not one.as_meant for one in judged)
    print_line(f"{len(judged)} tests: {f'{wrong} did not end as meant' if wrong else 'all ended as meant'}.")


def _meant(one: Judged) -> str:
    rung, diagnosis = one.meant
    return f"fail at {diagnosis_text.title(rung)} ({diagnosis})" if rung else "pass"


def _as_json(one: Judged) -> dict[str, Any]:
    rung, diagnosis = one.ended
    return {
        "asset": one.run.asset_name,
        "test": one.number,
        "outcome": one.run.outcome.value,
        "rung": rung,
        "diagnosis": diagnosis,
        "as_meant": one.as_meant,
        "meant": {"rung": one.meant[0], "diagnosis": one.meant[1]},
    }
