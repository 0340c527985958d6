"""The deliverer is killed again and again: every mail that was kept is delivered, and none counts as
delivered that was not."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from store.deliveries import DeliveryState
from tests.live.webhooks.kit import OK, Desk, Request, all_done, counted, mail, receiving, until
from tests.store.kit import ROOT

MAILS = 60


@contextlib.contextmanager
def deliverer(desk: Desk) -> Iterator[subprocess.Popen[str]]:
    """One that works; killed at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.live.webhooks.deliverer", str(desk.store.path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "delivering\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("after", [1, 7])
async def test_nothing_is_lost_and_nothing_is_done_that_was_not_answered(desk: Desk, after: int) -> None:
    answered: list[str] = []

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.01)
        writer.write(OK)
        await writer.drain()
        answered.append(request.headers["webhook-id"])

    def heard() -> dict[str, str]:
        return {
            request.headers["webhook-id"]: request.told["data"]["subject"] for request in endpoint.requests
        }

    async with receiving(behave) as endpoint:
        desk.webhook(endpoint.url)
        for asset in (0, 1):
            desk.receive(*(mail(number) for number in range(MAILS)), asset=asset)
        for turn in range(1, 4):
            with deliverer(desk):
                await until(lambda: len(answered) >= turn * after * 5)  # noqa: B023
            done = [line.id for line in desk.lines(state=DeliveryState.DONE)]
            assert len(done) <= len(set(answered))
        with deliverer(desk):
            await until(lambda: all_done(desk))
    assert counted(desk, DeliveryState.DONE) == 2 * MAILS
    assert len({request.headers["webhook-id"] for request in endpoint.requests}) == 2 * MAILS
    for asset in desk.assets[:2]:
        of_asset = [r for r in endpoint.requests if r.told["data"]["asset"]["id"] == asset.id]
        first_heard = list(dict.fromkeys(r.told["data"]["subject"] for r in of_asset))
        assert first_heard == [f"Order {number}" for number in range(MAILS)]
