"""Compares two things in one run: repetitions in turns, medians, the ratio, and the limit it is held to."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: its packages are measured, not what happens to be installed."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a report: what ours took, what the other took, and what may not be exceeded."""

    name: str
    ours: Sequence[float]
    unit: str
    other: Sequence[float] = ()
    most_times: float | None = None
    """The ratio may be at most so much."""
    most: float | None = None
    """Each of ours may be at most so much, in `unit`: for what is counted and does not vary."""
    most_median: float | None = None
    """The median of ours may be at most so much, in `unit`."""
    wanted: float | None = None
    """What the median should be on the machine it was set for; printed, and not held against it elsewhere."""

    @property
    def ratio(self) -> float | None:
        """The median of the ratios of the pairs: a machine that is busy for a while slows both of a pair."""
        pairs = [one / two for one, two in zip(self.ours, self.other, strict=False) if two]
        return statistics.median(pairs) if pairs else None

    @property
    def kept(self) -> bool:
        """Whether every limit is kept."""
        return (
            (self.most_times is None or self.ratio is None or self.ratio <= self.most_times)
            and (self.most is None or max(self.ours) <= self.most)
            and (self.most_median is None or statistics.median(self.ours) <= self.most_median)
        )

    def cells(self) -> tuple[str, ...]:
        """The line as texts: name, ours, other, ratio, limit, verdict."""
        held = self.most_times, self.most, self.most_median
        limits = [
            f"≤ {self.most_times:g}×" if self.most_times is not None else "",
            f"each ≤ {self.most:,g} {self.unit}" if self.most is not None else "",
            f"≤ {self.most_median:,g} {self.unit}" if self.most_median is not None else "",
            f"(wanted here: {self.wanted:,g} {self.unit})" if self.wanted is not None else "",
        ]
        return (
            self.name,
            _spread(self.ours, self.unit),
            _spread(self.other, self.unit) if self.other else "",
            f"{self.ratio:.2f}" if self.ratio is not None else "",
            " ".join(filter(None, limits)),
            "" if held == (None, None, None) else "ok" if self.kept else "OVER",
        )


def _spread(values: Sequence[float], unit: str) -> str:
    digits = 0 if statistics.median(values) >= 100 or unit == "bytes" else 2
    median, low, high = (f"{value:,.{digits}f}" for value in (statistics.median(values), *_ends(values)))
    return f"{median} {unit} ({low}–{high})"


def _ends(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)


def report(title: str, other: str, rows: Sequence[Row]) -> int:
    """Print the rows as a table; returns the exit status: 1 when a limit is exceeded."""
    head = ("", "postroom: median (min–max)", other, "ratio", "limit", "")
    table = [head, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(head))]
    print(f"\n{title}")
    for line in table:
        texts = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        print("  " + "  ".join(texts).rstrip())
    sys.stdout.flush()
    return 0 if all(row.kept for row in rows) else 1


def in_turns(times: int, ours: Callable[[], T], other: Callable[[], T]) -> tuple[list[T], list[T]]:
    """Call the two in turns, so that what else the machine does falls on both alike."""
    pairs = [(ours(), other()) for _ in range(times)]
    return [one for one, _ in pairs], [two for _, two in pairs]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took, in seconds, with all the processes that it waited for."""

    wall: float
    processor: float


def process_cost(
    command: Sequence[str], *, stdin: IO[bytes] | None = None, stdout: IO[bytes] | None = None
) -> Cost:
    """Run a command to its end.

    Raises:
        RuntimeError: its exit status is not 0: what did not work is not measured.
    """
    began = time.perf_counter()
    child = subprocess.Popen(
        command,
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout or subprocess.DEVNULL,
        env=environment(),
        cwd=ROOT,
    )
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command[0]} … ended with status {child.returncode}")
    return Cost(wall, used.ru_utime + used.ru_stime)


def environment() -> dict[str, str]:
    """A child's environment: this checkout first, no setting of the person who runs the benchmark, and no
    agent beside the console that is measured."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("POSTROOM_", "TEXTUAL"))}
    own.pop("NO_COLOR", None)
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return own | terminal | {"PYTHONPATH": str(ROOT), "POSTROOM_AGENT_CHILD": "false"}


def options(description: str | None, repetitions: int, assets: int | None = None) -> argparse.ArgumentParser:
    """The options that the benchmarks share.

    Args:
        repetitions: how often each of the two is measured, by default.
        assets: how many assets the store holds, by default; None: it has no such option.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--repetitions", type=int, default=repetitions, metavar="N")
    if assets is not None:
        parser.add_argument("--assets", type=int, default=assets, metavar="N")
    return parser
