"""The agent's task: from the 250 of a mail to its webhook, with a locked vault too, and events of time."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from live.agent.ground import Ground
from live.agent.task import Told
from live.agent.tasks.receiver import ReceiverTask
from live.agent.tasks.webhooks import WebhooksTask, link_base
from live.webhooks import due_events
from store import deadlines, deliveries
from store.assets import owner_of_secrets
from store.database import Store
from store.deadlines import Deadline
from store.settings import Settings
from store.task_states import TaskStand
from store.vault import Vault
from store.webhooks import Event
from tests.live.inbound.kit import Talker
from tests.live.webhooks.kit import Desk, all_done, answering, mail, receiving, status, until
from tests.live.webhooks.kit import desk as made
from tests.store.kit import PASSPHRASE

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def desk(store: Store, vault: Vault) -> Desk:
    return made(store, vault)


@contextlib.asynccontextmanager
async def working(desk: Desk) -> AsyncIterator[dict[str, Told]]:
    """Receiver and webhooks, as in the agent."""
    settings = Settings(
        store=desk.store.path,
        receiver_port=0,
        inbound_domain="in.example.com",
        webhook_allow_private=True,
        agent_http_port=8025,
    )
    ground = Ground(desk.store, settings, desk.vault, ())
    tasks = (ReceiverTask(ground, lambda _id, _content: None), WebhooksTask(ground))
    told = {task.name: Told(task.name, lambda _before, _now: None) for task in tasks}
    going = [asyncio.create_task(task.run(told[task.name])) for task in tasks]
    going.append(asyncio.create_task(ground.changes.run()))
    try:
        yield told
    finally:
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)


def smtp_port(told: dict[str, Told]) -> int:
    return int(told["receiver"].state.addresses[0].rpartition(":")[2])


async def test_from_the_250_to_the_webhook_within_200_ms(desk: Desk) -> None:
    async with receiving() as endpoint, working(desk) as told:
        desk.webhook(endpoint.url)
        await until(lambda: told["receiver"].state.addresses)
        await until(lambda: told["webhooks"].state.words == "Delivering to 1 webhook.")
        took = []
        async with await Talker.to(smtp_port(told)) as talker:
            await talker.reply()
            await talker.say("EHLO mail.example.org")
            for number in range(15):
                reply = await talker.mail(mail(number), desk.assets[0].forwarding_address)
                began = time.perf_counter()
                assert reply.startswith("250 ")
                await until(lambda: len(endpoint.requests) > number)  # noqa: B023
                took.append(time.perf_counter() - began)
        assert statistics.median(took) < 0.2


async def test_with_a_locked_vault_mail_is_kept_and_delivered_later(desk: Desk) -> None:
    async with receiving() as endpoint:
        desk.webhook(endpoint.url)
        desk.vault.lock()
        async with working(desk) as told:
            await until(lambda: told["webhooks"].state.stand is TaskStand.FAILING)
            assert "The vault is locked" in told["webhooks"].state.words
            desk.receive(mail())
            assert endpoint.requests == []
            desk.vault.unlock(PASSPHRASE)
            await until(lambda: all_done(desk))
            assert told["webhooks"].state.stand is TaskStand.WELL
    assert endpoint.requests[0].verified()["data"]["text"] == "Hello."


async def test_once_does_what_is_due(desk: Desk) -> None:
    async with receiving(answering(status(500))) as bad, receiving() as good:
        desk.webhook(bad.url, "Bad")
        desk.webhook(good.url, "Good")
        desk.receive(*(mail(number) for number in range(5)))
        ground = Ground(
            desk.store, Settings(store=desk.store.path, webhook_allow_private=True), desk.vault, ()
        )
        await WebhooksTask(ground).once(Told("webhooks", lambda _before, _now: None))
        assert len(good.requests) == 5
        assert len(bad.requests) == 1


def test_a_deadline_is_told_of_at_each_step_once(desk: Desk) -> None:
    desk.webhook("https://hooks.example.com/", events=(Event.GRANT_EXPIRING,))
    ends = NOW + timedelta(days=45)
    with desk.store.write() as session:
        deadlines.put(
            session, owner_of_secrets(desk.assets[0].id), Deadline(ends, "The consent ends.", "owner")
        )
    for hours in range(0, 46 * 24, 6):
        due_events.tell(desk.store, NOW + timedelta(hours=hours))
    lines = desk.lines()
    days = []
    for line in lines:
        found = deliveries.by_id(desk.store, line.id)
        assert found
        days.append(found.data["days"])
    assert days == [60, 30, 15, 7, 3, 2, 1, 0]
    assert {line.event for line in lines} == {"grant.expiring"}


@pytest.mark.parametrize(
    ("left", "at"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 15), (1, 1), (0, 0), (-5, 0)]
)
def test_steps_of_a_deadline(left: int, at: int | None) -> None:
    assert due_events.step(NOW + timedelta(days=left), NOW) == at


def test_links_lead_where_the_agent_listens(desk: Desk) -> None:
    given = Settings(store=desk.store.path, webhook_link_url="https://desk.example.com/")
    assert link_base(desk.store, given) == "https://desk.example.com"
    assert link_base(desk.store, Settings(store=desk.store.path)) == "http://127.0.0.1:8025"
    assert link_base(desk.store, Settings(store=desk.store.path, agent_http_port=0)) == ""
