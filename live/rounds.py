"""Rounds of checks: many assets side by side, told as events to one consumer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from typing import Any, Generic, Protocol, TypeVar

from live.check_recorder import Recorder

E = TypeVar("E")


class Round(Protocol, Generic[E]):
    """The checks of one call. A fault that ends the whole goes into `events` in an event's place."""

    @property
    def events(self) -> asyncio.Queue[E | BaseException]: ...

    @property
    def recorder(self) -> Recorder: ...

    def run(self, asset_ids: Sequence[int]) -> Coroutine[Any, Any, None]: ...


async def told(checks: Round[E], asset_ids: Sequence[int], ending: type[E]) -> AsyncGenerator[E, None]:
    """Run a round over these assets, each once, and yield its events until each has had an `ending`.

    Closing the iterator (or cancelling its consumer) stops the checks that run, and waits until they are
    recorded.
    """
    ids = list(dict.fromkeys(asset_ids))
    task = asyncio.create_task(checks.run(ids))
    try:
        running = len(ids)
        while running:
            event = await checks.events.get()
            if isinstance(event, BaseException):
                raise event
            running -= isinstance(event, ending)
            yield event
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await checks.recorder.finished()
