"""Notices that the machine's clock was set back, by a clock that nobody can set."""

from __future__ import annotations

import time
from collections.abc import Callable

LEAST_S = 30.0
"""Less is no matter: tokens are renewed minutes before they end. NTP corrects by a thousandth a second."""


class ClockWatch:
    """One for each process."""

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall, self._steady = wall, steady
        self._ahead = wall() - steady()

    def set_back(self) -> float:
        """By how many seconds the clock was set back since the last look; 0: it was not. A machine that slept
        wakes with a clock that seems set forward, which brings everything forward by itself."""
        ahead = self._wall() - self._steady()
        by = self._ahead - ahead
        if 0 < by < LEAST_S:
            return 0.0  # it may be being set in small steps
        self._ahead = ahead
        return max(by, 0.0)
