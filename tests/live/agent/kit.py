"""Toy tasks, a ground to stand on, and agents that run for the length of a block."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from live.agent.agent import Agent, Ended
from live.agent.ground import Ground
from live.agent.task import Task, TaskFault, Told
from store import leases
from store.database import Store
from store.key_homes import KeyHome
from store.leases import Lease
from store.settings import Settings
from store.task_states import TaskStand, TaskState
from store.vault import Vault
from tests.store.kit import PATIENCE_S


def ground_of(store: Store, vault: Vault, *homes: KeyHome, child: bool = False, **settings: Any) -> Ground:
    """As the command makes it; its HTTP and its receiver listen at free ports."""
    given = {"store": store.path, "agent_http_port": 0, "receiver_port": 0, **settings}
    return Ground(store, Settings(**given), vault, homes, child=child)


class Toy:
    """Does nothing until it is told to fail, or to end."""

    def __init__(self, name: str, *failures: Exception, slow_s: float = 0.0) -> None:
        self.name = name
        self.failures = list(failures)
        self.slow_s = slow_s
        self.runs = 0
        self.stopped = False

    async def run(self, told: Told) -> None:
        self.runs += 1
        if self.failures:
            raise self.failures.pop(0)
        told.well("at work", ("toy 127.0.0.1:1",))
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(self.slow_s)
            self.stopped = True

    async def once(self, told: Told) -> None:
        self.runs += 1
        if self.failures:
            raise self.failures.pop(0)
        told.well("done")


class Off:
    """Has nothing to do."""

    name = "off"

    async def run(self, told: Told) -> None:
        told.off("Nobody wants it.")

    once = run


def agent_of(ground: Ground, *tasks: Task, traces: list[BaseException] | None = None, **more: Any) -> Agent:
    kept = [] if traces is None else traces
    return Agent(ground, lambda _ground, _health, _trace: tasks, kept.append, **more)


@asynccontextmanager
async def running(agent: Agent) -> AsyncIterator[asyncio.Task[Ended]]:
    """The agent, for the block; stopped at its end."""
    task = asyncio.create_task(agent.run())
    try:
        yield task
    finally:
        agent.stop()
        await asyncio.wait_for(task, PATIENCE_S)


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that another task or process brings about."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)


async def shown(store: Store, condition: Callable[[Lease], object]) -> Lease:
    """Wait until the lease looks so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            lease = await asyncio.to_thread(leases.look, store)
            if lease is not None and condition(lease):
                return lease
            await asyncio.sleep(0.02)


def state(states: Sequence[TaskState], name: str) -> TaskState:
    return next(one for one in states if one.name == name)


class Quiet:
    """A listener that keeps what a task said."""

    def __init__(self, name: str = "task") -> None:
        self.seen: list[TaskState] = []
        self.told = Told(name, lambda _before, now: self.seen.append(now))

    @property
    def stand(self) -> TaskStand:
        return self.told.state.stand

    @property
    def words(self) -> str:
        return self.told.state.words


__all__ = ["Off", "Quiet", "TaskFault", "Toy", "agent_of", "ground_of", "running", "shown", "state", "until"]
