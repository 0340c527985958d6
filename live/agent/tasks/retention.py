"""Deletes inbound messages that are past their time, each hour."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from live.agent.ground import Ground
from live.agent.task import Told
from store.inbound_retention import prune

EACH_S = 3600.0
FIRST_S = 20.0
"""After the start other things come first."""


class RetentionTask:
    """See the module."""

    name = "retention"

    def __init__(self, ground: Ground, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._ground = ground
        self._now = now

    async def run(self, told: Told) -> None:
        """See `Task.run`."""
        told.well()
        await asyncio.sleep(FIRST_S)
        while True:
            await self.once(told)
            await asyncio.sleep(EACH_S)

    async def once(self, told: Told) -> None:
        """See `Task.once`. When it is cancelled, the transaction under way is the last."""
        stop = threading.Event()
        try:
            deleted = await asyncio.to_thread(self._prune, stop)
        finally:
            stop.set()
        told.well(f"{deleted:,} messages were deleted." if deleted else "Nothing was past its time.")

    def _prune(self, stop: threading.Event) -> int:
        def paused(seconds: float) -> None:
            if stop.wait(seconds):
                raise _Stopped

        settings = self._ground.settings
        return prune(
            self._ground.store,
            self._now(),
            days=settings.inbound_keep_days,
            megabytes=settings.inbound_keep_megabytes,
            sleep=paused,
        )


class _Stopped(Exception):
    """The agent stops; nobody waits for the answer any more."""
