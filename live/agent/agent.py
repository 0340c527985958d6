"""The agent: takes the lease, keeps its tasks going, shows by heartbeats that it lives, stops cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from live.agent.ground import Ground
from live.agent.service_manager import ServiceManager
from live.agent.task import Task, Told
from live.agent.task_keeper import Trace, do_once, keep
from store import leases
from store.database import StoreError
from store.leases import HEARTBEAT_S, Holder, Lease, Patience
from store.task_states import TaskStand, TaskState

STOP_S = 4.0
"""For all tasks to end what they do, of the 5 s that a stop may take; some is left for the lease."""
WAIT_S = 1.0
"""Between two looks at a lease that another one holds."""
CHILD_BEAT_S = 1.0
"""A console's child beats more often, and so sees within a second that it is to give way."""
GATHER_S = 0.5
"""At most so often a change of a task brings a heartbeat forward."""

LISTENING = frozenset({"receiver", "http"})
"""Tasks that others connect to: an agent is ready once these have begun."""

log = logging.getLogger("postroom.agent")

Tasks = Callable[[Ground, Callable[[], dict[str, str]], Trace], Sequence[Task]]


class Ended(StrEnum):
    """Why the agent ended."""

    STOPPED = "stopped"
    DONE = "done"
    """Each task was done once."""
    FAILED = "failed"
    """Each task was done once, and one failed."""
    NOT_NEEDED = "not needed"
    """Another one holds the lease, and there was nothing to wait for."""


class Agent:
    """One agent in one loop."""

    def __init__(
        self,
        ground: Ground,
        tasks: Tasks,
        trace: Trace,
        *,
        stale_s: float = leases.STALE_S,
        manager: ServiceManager | None = None,
    ) -> None:
        """
        Args:
            manager: who is told that it is ready, and lives.
        """
        self._manager = manager or ServiceManager()
        self._is_ready = False
        self._waited_at = float("-inf")
        self._ground = ground
        self._trace = trace
        self._stale_s = stale_s
        self._holder = Holder.this_process(ground.store.actor.user, child=ground.child)
        self._dirty = asyncio.Event()
        self._stop = asyncio.Event()
        self._tasks = tasks(ground, self.health, trace)
        self._told = [Told(task.name, self._changed) for task in self._tasks]
        ground.tallies.states = lambda: self.states

    def stop(self) -> None:
        """End within seconds; may be called more than once."""
        self._manager.stopping()
        self._stop.set()
        self._dirty.set()

    def health(self) -> dict[str, str]:
        """How each task stands, by name."""
        return {state.name: state.stand.value for state in self.states}

    @property
    def states(self) -> tuple[TaskState, ...]:
        """How each task stands."""
        return tuple(told.state for told in self._told)

    async def run(self, *, once: bool = False) -> Ended:
        """Work until stopped; with `once`, do each task once.

        A console's child does not wait for the lease, and ends when one that stands by itself wants it.

        Raises:
            StoreError: the lease cannot be read or written at the start.
        """
        patience = Patience(seconds=self._stale_s)
        waits = not once and not self._ground.child
        while not self._stop.is_set():
            if not await self._taken(patience, waits=waits):
                return Ended.STOPPED if self._stop.is_set() else Ended.NOT_NEEDED
            try:
                if once:
                    return await self._done_once()
                if await self._worked() and self._ground.child:
                    return Ended.NOT_NEEDED
            finally:
                await self._released()
        return Ended.STOPPED

    # The lease

    async def _taken(self, patience: Patience, *, waits: bool) -> bool:
        """Take the lease; False: stopped, or another one works under it and is not waited for."""
        store, told = self._ground.store, ""
        instead: Lease | None = None
        while not self._stop.is_set():
            now = datetime.now(UTC)
            held = await asyncio.to_thread(leases.take, store, self._holder, now, in_place_of=instead)
            if held.owner == self._holder.owner:
                log.info("agent=begins pid=%d child=%s", held.pid, str(held.child).lower())
                return True
            gives_way = held.child and not self._ground.child
            if gives_way and not held.wanted:
                await asyncio.to_thread(leases.want, store, held)
            if held.alive(now) and not waits and not gives_way:
                return False
            if told != held.owner:
                told = held.owner
                log.info("agent=waits for=%d on=%s", held.pid, held.host)
            await self._shown_to_wait(now)
            self._manager.waiting(f"Waiting for the agent of process {held.pid} on {held.host} to end.")
            instead = held if patience.is_over(held) else None
            if instead is None:
                await _within(WAIT_S, self._stop)
        return False

    async def _shown_to_wait(self, now: datetime) -> None:
        """Leave word that this process waits; that it cannot be left keeps nobody from waiting."""
        loop_s = asyncio.get_running_loop().time()
        if loop_s - self._waited_at < HEARTBEAT_S:
            return
        self._waited_at = loop_s
        with contextlib.suppress(StoreError):
            await asyncio.to_thread(leases.wait, self._ground.store, self._holder, now)

    async def _released(self) -> None:
        try:
            await asyncio.to_thread(leases.release, self._ground.store, self._holder.owner)
        except StoreError as error:  # whoever comes next finds that this process has ended
            log.warning("lease=kept why=%r", str(error))

    async def _beat(self) -> Lease | None:
        """Renew the lease; None: it is another's by now. A store that cannot be written keeps nobody from
        working; the next beat may reach it."""
        try:
            return await asyncio.to_thread(
                leases.renew, self._ground.store, self._holder.owner, datetime.now(UTC), self.states
            )
        except StoreError as error:
            log.warning("heartbeat=failed why=%r", str(error))
            return await asyncio.to_thread(self._as_seen)

    def _as_seen(self) -> Lease | None:
        with contextlib.suppress(StoreError):
            seen = leases.look(self._ground.store)
            return seen if seen is not None and seen.owner == self._holder.owner else None
        return None

    async def _beaten(self) -> bool:
        """Beat until stopped; returns whether the lease went to another one, or is wanted by one."""
        each = CHILD_BEAT_S if self._ground.child else HEARTBEAT_S
        loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            began = loop.time()
            self._dirty.clear()
            lease = await self._beat()
            if lease is None or (lease.wanted and self._ground.child):
                log.info("lease=%s", "lost" if lease is None else "wanted")
                return True
            self._tell_the_manager()
            await _within(GATHER_S, self._stop)
            await _within(each - (loop.time() - began), self._dirty)
        return False

    # The tasks

    async def _worked(self) -> bool:
        """Keep all tasks going until stopped; returns whether the lease has gone to somebody else."""
        ground = self._ground
        going = [
            asyncio.create_task(ground.changes.run(), name="changes"),
            *(
                asyncio.create_task(keep(task, told, self._trace), name=task.name)
                for task, told in zip(self._tasks, self._told, strict=True)
            ),
        ]
        try:
            return await self._beaten()
        finally:
            for one in going:
                one.cancel()
            _, left = await asyncio.wait(going, timeout=STOP_S)
            for one in left:
                log.warning("task=%s stop=cut off after=%gs", one.get_name(), STOP_S)

    async def _done_once(self) -> Ended:
        """Do all tasks once, side by side."""
        doing = asyncio.gather(
            *(do_once(task, told, self._trace) for task, told in zip(self._tasks, self._told, strict=True))
        )
        beating = asyncio.create_task(self._beaten())
        stopping = asyncio.create_task(self._stop.wait())
        under_way: list[asyncio.Future[Any]] = [doing, beating, stopping]
        try:
            await asyncio.wait([under_way[0], stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            doing.cancel()
            beating.cancel()
            stopping.cancel()
            await asyncio.wait(under_way, timeout=STOP_S)
        if self._stop.is_set():
            return Ended.STOPPED
        failing = any(state.stand is TaskStand.FAILING for state in self.states)
        return Ended.FAILED if failing else Ended.DONE

    def _tell_the_manager(self) -> None:
        """Once whatever listens does listen, or has said why not, the agent is ready: what is wrong then is
        told, and tried again, and no start that fails over and over."""
        failing = [state for state in self.states if state.stand is TaskStand.FAILING]
        words = "; ".join(f"{state.name}: {state.words}" for state in failing) or "All tasks are well."
        if self._is_ready:
            self._manager.beat(words)
        elif all(told.has_begun for told in self._told if told.state.name in LISTENING):
            self._is_ready = True
            self._manager.ready(words)

    def _changed(self, before: TaskState, now: TaskState) -> None:
        self._dirty.set()
        if before.stand is not now.stand or before.failures != now.failures:
            level = logging.WARNING if now.stand is TaskStand.FAILING else logging.INFO
            log.log(level, "task=%s state=%s words=%r", now.name, now.stand.value, now.words)


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, for so long at most."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
