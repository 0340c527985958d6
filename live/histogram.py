"""Counts how long things took, in steps: a tenth of a microsecond each, and a few hundred octets."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""From a commit on a quick disk to what a sender no longer waits for."""


class Histogram:
    """Written by one thread; whoever reads it beside that may miss the last one."""

    __slots__ = ("_counts", "total")

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS_S) + 1)
        self.total = 0.0
        """Seconds of all together."""

    def add(self, seconds: float) -> None:
        """Count one."""
        self._counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.total += seconds

    @property
    def count(self) -> int:
        return sum(self._counts)

    def steps(self) -> Iterator[tuple[float, int]]:
        """(bound, how many took so long at most), the last bound without end."""
        so_far = 0
        for bound, count in zip((*BOUNDS_S, float("inf")), list(self._counts), strict=True):
            so_far += count
            yield bound, so_far
