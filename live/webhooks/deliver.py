"""The deliverer: takes what is due out of the queue and sends it, each endpoint on its own, so that one that
is slow or dead delays no other.

What came of the tries is written down many in one transaction, which also claims the next ones; until a 2xx
is written down the delivery counts as not made, and is made again by whoever comes next.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from live.webhooks.making import Maker
from live.webhooks.roster import AT_ONCE, Ready, Roster
from live.webhooks.verdict import verdict
from store.database import Store, StoreError
from store.delivery_queue import Claimed, DeliveryQueue, Result
from store.webhook_kinds import DeliveryState

T = TypeVar("T")

AHEAD = 2
"""Times as many are claimed as are sent at once, so that no place stands empty while a commit is made."""
ILL_AFTER = 5
"""Failed tries in a row after which an endpoint is tried by one delivery at a time."""
OCTETS = 64_000_000
"""Of sealed sources in memory, all endpoints together."""
BEGIN_WITHIN_S = 60.0
"""After that a claim has too little time left: another process could begin it too."""
AGAIN_S = 2.0
"""Before the store is tried again that could not be written."""
LONGEST_WAIT_S = 60.0
PATIENCE_S = 2.0
"""For tries under way when the deliverer is stopped."""


@dataclass(slots=True)
class Lane:
    """What is under way to one endpoint."""

    version: int = 0
    """Of the endpoint: what a person has changed is tried afresh."""
    waiting: deque[tuple[Claimed, float]] = field(default_factory=deque)
    """Claimed, with the loop's time up to which it may be begun."""
    going: int = 0
    failures: int = 0
    rests_until: datetime | None = None
    is_off: bool = False
    """It is gone, and about to be switched off."""

    @property
    def places(self) -> int:
        return 1 if self.failures >= ILL_AFTER else AT_ONCE

    @property
    def room(self) -> int:
        """How many more may be claimed."""
        return 0 if self.is_off else AHEAD * self.places - self.going - len(self.waiting)

    def rests(self, now: datetime) -> bool:
        """Whether it asked to be left alone."""
        return self.rests_until is not None and now < self.rests_until


@dataclass(slots=True)
class Counters:
    """Tries since the start, by what came of them."""

    delivered: int = 0
    failed: int = 0
    dead: int = 0


class Deliverer:
    """One for each process, in one event loop."""

    def __init__(self, store: Store, roster: Roster) -> None:
        self.counters = Counters()
        self._store = store
        self._roster = roster
        self._lanes: dict[int, Lane] = {}
        self._results: list[Result] = []
        self._news = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="postroom deliveries")
        self._queue: DeliveryQueue | None = None
        self._maker = Maker(self._sealed)
        self._returned: list[int] = []
        self._next_at: datetime | None = None
        self._changes: int | None = None
        self._stopping = False

    def wake(self) -> None:
        """Look into the queue: somebody may have put something there. Only in the loop."""
        self._news.set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way, and nothing is to be written down."""
        return not (self._sending or self._results or any(lane.waiting for lane in self._lanes.values()))

    async def turn(self) -> float:
        """Write down what came of tries, claim what is due, and begin it; returns the seconds after which to
        come again, if nothing wakes before.

        Raises:
            VaultLocked, VaultAbsent: nothing can be signed; what is under way ends. StoreError: nothing was
            written down, which is tried again at the next turn.
        """
        self._news.clear()
        await self._roster.read(self._changes)
        self._mind_the_roster()
        now = datetime.now(UTC)
        rooms = {
            one.id: self._lanes[one.id].room
            for one in self._roster.ready.values()
            if one.courier is not None and not self._lanes[one.id].rests(now)
        }
        await self._exchange(rooms)
        return self._wait(now)

    def forget(self) -> None:
        """Nothing is begun before the roster was read again."""
        self._changes = None

    async def wait(self, seconds: float) -> None:
        """Until there is news, for so long at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()

    async def settle(self) -> None:
        """Write down what came of tries, and claim nothing.

        Raises:
            StoreError: as `turn`.
        """
        if self._results or self._returned:
            await self._exchange({})

    async def close(self) -> None:
        """Let tries under way end for some seconds, write down what came of them, and give back the rest."""
        self._stopping = True
        for lane in self._lanes.values():
            self._give_back(lane)
        if self._sending:
            await asyncio.wait(self._sending, timeout=PATIENCE_S)
        for task in list(self._sending):
            task.cancel()
        if self._sending:
            await asyncio.wait(self._sending, timeout=PATIENCE_S)
        with contextlib.suppress(StoreError):
            await self.settle()
        if self._queue is not None:
            await self._in_thread(self._queue.close)
        self._thread.shutdown(wait=False)
        await self._roster.close()

    # Turns

    async def _exchange(self, rooms: dict[int, int]) -> None:
        """What was begun in the thread is seen to its end, even when this is cancelled: what it wrote down
        would be written again."""
        exchanging = asyncio.create_task(self._exchanged(rooms))
        try:
            await asyncio.shield(exchanging)
        except asyncio.CancelledError:
            await asyncio.wait([exchanging])
            raise

    async def _exchanged(self, rooms: dict[int, int]) -> None:
        results, self._results = self._results, []
        returned, self._returned = self._returned, []
        octets = OCTETS - sum(one.size for lane in self._lanes.values() for one, _ in lane.waiting)
        try:
            if self._queue is None:
                self._queue = await self._in_thread(lambda: DeliveryQueue(self._store))
            queue = self._queue
            exchange = await self._in_thread(lambda: queue.exchange(results, rooms, octets, returned))
        except BaseException:
            self._results = results + self._results
            self._returned = returned + self._returned
            raise
        self._next_at, self._changes = exchange.next_at, exchange.changes
        until = asyncio.get_running_loop().time() + BEGIN_WITHIN_S
        for claimed in exchange.claimed:
            self._lanes[claimed.webhook_id].waiting.append((claimed, until))
        for webhook_id in {claimed.webhook_id for claimed in exchange.claimed}:
            self._go_on(webhook_id)

    async def _in_thread(self, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)

    def _mind_the_roster(self) -> None:
        for one in self._roster.ready.values():
            lane = self._lanes.setdefault(one.id, Lane())
            if lane.version != one.version:
                first = not lane.version
                lane.version, lane.rests_until, lane.is_off = one.version, one.rests_until, False
                lane.failures = one.failures if first else 0
        for webhook_id, lane in self._lanes.items():
            if webhook_id not in self._roster.ready:
                self._give_back(lane)

    def _give_back(self, lane: Lane) -> None:
        """What was claimed and not begun can be claimed by anybody."""
        self._returned += [claimed.id for claimed, _ in lane.waiting]
        lane.waiting.clear()

    def _wait(self, now: datetime) -> float:
        if self._results or self._returned or not self._roster.is_as_of(self._changes):
            return 0.0
        moments = [self._next_at, *(lane.rests_until for lane in self._lanes.values() if lane.rests(now))]
        waits = [(moment - now).total_seconds() for moment in moments if moment is not None]
        return min([LONGEST_WAIT_S, *(max(wait, 0.05) for wait in waits)])

    # Tries

    def _go_on(self, webhook_id: int) -> None:
        """Begin what there is a place for."""
        lane = self._lanes[webhook_id]
        ready = self._roster.ready.get(webhook_id)
        now = asyncio.get_running_loop().time()
        while lane.waiting and lane.going < lane.places and not self._stopping:
            claimed, until = lane.waiting.popleft()
            if ready is None or ready.courier is None or now > until:
                self._returned.append(claimed.id)
                continue
            lane.going += 1
            task = asyncio.create_task(self._try(ready, claimed))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _try(self, ready: Ready, claimed: Claimed) -> None:
        lane = self._lanes[claimed.webhook_id]
        try:
            result = await self._tried(ready, claimed)
        finally:
            lane.going -= 1
            self._news.set()
        self._note(lane, result)
        self._go_on(claimed.webhook_id)

    def _note(self, lane: Lane, result: Result) -> None:
        self._results.append(result)
        if result.state is DeliveryState.DONE:
            lane.failures, lane.rests_until = 0, None
            self.counters.delivered += 1
            return
        if result.off_why:
            lane.is_off = True
            self._give_back(lane)
        lane.failures += 1
        lane.rests_until = result.rests_until or lane.rests_until
        self.counters.failed += 1
        self.counters.dead += result.state is DeliveryState.DEAD

    async def _tried(self, ready: Ready, claimed: Claimed) -> Result:
        """One try. Whatever happens, it comes to an end, and a result."""
        at = datetime.now(UTC)
        made = await self._maker.made(ready, claimed, self._roster, at)
        if isinstance(made, str):
            return verdict(claimed, at, made)
        assert ready.courier is not None
        return verdict(claimed, at, await self._maker.sent(ready.courier, made))

    async def _sealed(self, outbox_id: int) -> tuple[int, bytes] | None:
        queue = self._queue
        assert queue is not None
        return await self._in_thread(lambda: queue.sealed(outbox_id))
