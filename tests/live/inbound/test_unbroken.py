"""A thread is waited for even by a task that was cancelled."""

from __future__ import annotations

import asyncio
import threading

import pytest

from live.inbound.unbroken import in_thread


async def test_it_returns_and_raises_what_the_thread_does() -> None:
    assert await in_thread(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await in_thread(divmod, 7, 0)


@pytest.mark.parametrize("fails", [False, True])
async def test_cancelled_it_waits_for_the_thread(fails: bool) -> None:
    began, go = threading.Event(), threading.Event()
    ended = []

    def work() -> None:
        began.set()
        go.wait()
        ended.append(True)
        if fails:
            raise ValueError("nobody sees this")

    task = asyncio.ensure_future(in_thread(work))
    await asyncio.to_thread(began.wait)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [True]
