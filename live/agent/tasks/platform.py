"""Takes events of the platform that come by HTTP, and tells what became of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from live.agent.ground import Ground
from live.agent.task import Told
from store import platform_figures, platform_sources
from store.database import StoreError
from store.platform_figures import News
from store.platform_sources import Source
from store.vault import VaultState

if TYPE_CHECKING:
    from live.platform.taking import PlatformDesk

GATHER_S = 5.0
"""Between two writings of figures: a burst of events writes them down together."""
LONGEST_S = 60.0


class PlatformTask:
    """See the module."""

    name = "platform"

    def __init__(self, ground: Ground, trace: Callable[[BaseException], None]) -> None:
        self._ground = ground
        self._trace = trace
        self._desk: PlatformDesk | None = None

    @property
    def desk(self) -> PlatformDesk:
        """What HTTP hands its events to."""
        if self._desk is None:
            from live.platform.taking import PlatformDesk  # 60 ms, in an agent that listens alone

            self._desk = made = PlatformDesk(self._ground, self._trace)
            self._ground.tallies.filed["platform"] = lambda: made.filed
        return self._desk

    async def run(self, told: Told) -> None:
        """See `Task.run`."""
        desk = self.desk
        desk.stopping = False
        try:
            while True:
                seen = self._ground.changes.count
                desk.came.clear()
                await self._write_down(desk)
                await self._tell(told, desk)
                await _either(desk.came, self._ground.changes.wait(LONGEST_S, seen))
                await asyncio.sleep(GATHER_S)
        finally:
            await desk.close()
            with contextlib.suppress(StoreError):
                await self._write_down(desk)

    async def once(self, told: Told) -> None:
        """See `Task.once`: nobody could come by."""
        told.off("It takes events only in an agent that goes on.")

    async def _write_down(self, desk: PlatformDesk) -> None:
        news, desk.news = desk.news, {}
        try:
            await asyncio.to_thread(platform_figures.put_figures, self._ground.store, news)
        except StoreError:
            for source_id, one in news.items():
                desk.news[source_id] = _together(one, desk.news.get(source_id))
            raise

    async def _tell(self, told: Told, desk: PlatformDesk) -> None:
        sources = await asyncio.to_thread(
            platform_sources.all_sources, self._ground.store, self._ground.vault
        )
        if not sources:
            told.waiting("No platform source is set up.")
        elif await self._ground.vault_state() is not VaultState.OPEN:
            how = self._ground.how_to_unlock
            told.failing(f"The vault is locked: events of the platform are put off, and soon lost. {how}")
        elif desk.last_fault:
            told.failing(f"An event of the platform could not be kept. {desk.last_fault}")
        else:
            told.well(words(sources, desk))


def words(sources: list[Source], desk: PlatformDesk) -> str:
    """What became of all events, in a few sentences."""
    figures = [one.figures for one in sources]
    kept, repeats = sum(one.kept for one in figures), sum(one.repeats for one in figures)
    refused = sum(one.refused for one in figures)
    many = "one source" if len(sources) == 1 else f"{len(sources):,} sources"
    told = [f"Taking events of {many}: {kept:,} kept, {repeats:,} came again, {refused:,} refused."]
    last = max((one for one in figures if one.refused_at), key=lambda one: str(one.refused_at), default=None)
    if last is not None:
        told.append(f"The last refused: {last.refused_words}")
    if desk.unsigned:
        told.append(f"{desk.unsigned:,} without a right signature since the start.")
    if desk.oversize:
        told.append(f"{desk.oversize:,} too large since the start.")
    return " ".join(told)


def _together(one: News, other: News | None) -> News:
    """The news that could not be written down, with what came since."""
    if other is None:
        return one
    newer = other if other.refused_at else one
    return News(
        one.kept + other.kept,
        one.repeats + other.repeats,
        one.passed + other.passed,
        one.refused + other.refused,
        other.last_at or one.last_at,
        newer.refused_at,
        newer.refused_words,
    )


async def _either(event: asyncio.Event, change: Coroutine[Any, Any, bool]) -> None:
    """Wait for an event or a change."""
    waiting = [asyncio.create_task(event.wait()), asyncio.create_task(change)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
