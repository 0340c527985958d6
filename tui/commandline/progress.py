"""One line on stderr that says how far the tests are; in a terminal only."""

from __future__ import annotations

import shutil
import sys
import time

from live.connection_tests import Event, TestBegan, TestEnded
from store.checks import Outcome
from tui.commandline.printing import cells
from tui.widgets.untrusted import visible

EVERY_S = 1.0
"""Seconds between two repaints; over a slow line a faster counter only costs bytes."""


class Progress:
    """Counts ended tests. The line is gone when the block ends, and whenever `clear` was called."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._ended = self._failed = 0
        self._under_way: dict[int, str] = {}
        self._shown = False
        self._again_at = 0.0
        self._wanted = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def take(self, event: Event) -> None:
        """Note an event of `live.connection_tests.run`."""
        if isinstance(event, TestBegan):
            self._under_way[event.asset_id] = event.asset_name
        elif isinstance(event, TestEnded):
            self._under_way.pop(event.asset_id, None)
            self._ended += 1
            self._failed += event.run is not None and event.run.outcome is not Outcome.PASSED
        if self._wanted and time.monotonic() >= self._again_at:
            self._again_at = time.monotonic() + EVERY_S
            self._paint()

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._shown:
            self._shown = False
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _paint(self) -> None:
        name = next(iter(self._under_way.values()), "")
        text = visible(f"{self._ended} of {self._total} tested, {self._failed} failed · {name}")
        room = shutil.get_terminal_size().columns - 1
        while cells(text) > room:
            text = text[:-1]
        self._shown = True
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
