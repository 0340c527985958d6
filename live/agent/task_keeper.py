"""Keeps one task going: what it raises is told, and then it is begun again; no other task notices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from live.agent.task import Task, Told, words_of
from store.task_states import TaskStand

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
"""Before another try; doubled each time: a port that is in use is free within minutes, or not at all."""

Trace = Callable[[BaseException], None]
"""Keeps where an unforeseen error came from."""


async def keep(task: Task, told: Told, trace: Trace) -> None:
    """Run a task until cancelled, or until it says that it has nothing to do."""
    wait = FIRST_WAIT_S
    while True:
        try:
            await task.run(told)
        except Exception as error:  # noqa: BLE001  # no task may take the others along
            if told.state.stand is TaskStand.WELL:
                wait = FIRST_WAIT_S
            tell(error, told, trace)
        else:
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_S)


async def do_once(task: Task, told: Told, trace: Trace) -> None:
    """Do a task once; what it raises is told."""
    try:
        await task.once(told)
    except Exception as error:  # noqa: BLE001  # as above
        tell(error, told, trace)


def tell(error: Exception, told: Told, trace: Trace) -> None:
    """Say in words that a try failed."""
    words = words_of(error)
    if words is None:
        trace(error)
        words = f"It stopped on an error of its own ({type(error).__name__})."
    told.failed(words)
