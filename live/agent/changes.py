"""Wakes tasks when somebody has committed to the store."""

from __future__ import annotations

import asyncio
import contextlib

from store.database import Store, StoreError

LOOK_S = 0.5
"""Between two looks, of some microseconds each."""
AGAIN_S = 5.0
"""Before the store is opened anew that could not be read."""


class Changes:
    """One watch for all tasks of a process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changed = asyncio.Event()
        self.count = 0
        """How many changes were noticed, for `wait`."""

    async def run(self) -> None:
        """Look until cancelled. A store that cannot be read wakes nobody; who uses it finds out."""
        while True:
            with contextlib.suppress(StoreError):
                await self._look()
            await asyncio.sleep(AGAIN_S)

    async def _look(self) -> None:
        watch = await asyncio.to_thread(self._store.watch)
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                if await asyncio.to_thread(watch.changed):
                    self.wake()
        finally:
            watch.close()

    def wake(self) -> None:
        """Wake all that wait."""
        self.count += 1
        before, self._changed = self._changed, asyncio.Event()
        before.set()

    async def wait(self, seconds: float, seen: int | None = None) -> bool:
        """Wait for a change, for so long at most; returns whether there was one.

        Args:
            seen: the `count` from before the store was read: what came since then counts. None: only what
                comes from now on.
        """
        if seen is not None and seen != self.count:
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
                return True
        return False
