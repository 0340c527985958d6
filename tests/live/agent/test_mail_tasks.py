"""The agent's tasks about mail: receiving, the signatures of confirmations, and retention."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from live.agent.ground import Ground
from live.agent.task import Task, Told
from live.agent.tasks.receiver import ReceiverTask
from live.agent.tasks.retention import RetentionTask
from live.agent.tasks.signatures import LARGEST, MOST_WAITING, SignaturesTask
from live.inbound.house import Counters
from live.inbound.receiver_errors import ReceiverError
from live.inbound.refusal_log import RefusalLog
from live.rehearsal.sample_mail import Route
from live.rehearsal.sample_mail.confirmations import SENDER, confirmation
from store import confirmations
from store.database import Store
from store.task_states import TaskStand
from store.vault import Vault
from tests.live.agent.kit import Quiet, ground_of, until
from tests.live.inbound.kit import Talker, desk, mail
from tests.store.kit import PASSPHRASE, raw


@asynccontextmanager
async def at_work(task: Task, told: Told) -> AsyncIterator[asyncio.Task[None]]:
    running = asyncio.create_task(task.run(told))
    try:
        yield running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def ground(store: Store, vault: Vault, **settings: Any) -> Ground:
    return ground_of(store, vault, inbound_domain="in.example.com", **settings)


async def sent(quiet: Quiet, content: bytes, recipient: str, sender: str) -> None:
    (address,) = quiet.told.state.addresses
    assert address.startswith("smtp 127.0.0.1:")
    async with await Talker.to(int(address.rpartition(":")[2])) as talker:
        await talker.reply()
        await talker.say("EHLO mail.example.org")
        assert (await talker.mail(content, recipient, sender=sender)).startswith("250 ")


async def test_mail_is_received_and_where_is_said(store: Store, vault: Vault) -> None:
    made, quiet = desk(store, vault), Quiet()
    async with at_work(ReceiverTask(ground(store, vault), lambda *_: None), quiet.told):
        await until(lambda: quiet.stand is TaskStand.WELL)
        await sent(quiet, mail(), made.address, "customer@example.net")
    assert len(made.contents()) == 1
    with pytest.raises(ConnectionRefusedError):
        await sent(quiet, mail(), made.address, "customer@example.net")


async def test_the_signature_of_a_confirmation_is_checked_after_it_was_kept(
    store: Store, vault: Vault
) -> None:
    made, stood, quiet = ground(store, vault), Quiet(), Quiet()
    asset = desk(store, vault).billing
    signatures = SignaturesTask(made)
    route = Route(mailbox=asset.address, target=asset.forwarding_address)
    _, content = confirmation(route, "en", "new")
    async with (
        at_work(ReceiverTask(made, signatures.offer), quiet.told),
        at_work(signatures, stood.told),
    ):
        await until(lambda: quiet.stand is TaskStand.WELL)
        await sent(quiet, content, asset.forwarding_address, SENDER)
        await until(lambda: not confirmations.unchecked(store))
    (card,) = confirmations.confirmations(store)
    assert card.dkim == "fail"  # it bears none at all, so that no name server is asked
    assert stood.stand is TaskStand.WELL


async def test_what_waits_for_its_check_is_bounded(store: Store, vault: Vault) -> None:
    task = SignaturesTask(ground(store, vault))
    task.offer(1, b"x" * (LARGEST + 1))
    for number in range(MOST_WAITING + 5):
        task.offer(number, b"")
    assert [number for number, _ in task._waiting] == list(range(5, MOST_WAITING + 5))


async def test_it_is_off_where_nobody_wants_it(store: Store, vault: Vault) -> None:
    quiet = Quiet()
    task = ReceiverTask(ground(store, vault, receiver=False), lambda *_: None)
    await task.run(quiet.told)
    assert (quiet.stand, quiet.words) == (TaskStand.OFF, "receiver = false in the configuration.")
    await task.once(quiet.told)
    assert quiet.stand is TaskStand.OFF


async def test_it_waits_for_a_vault(store: Store) -> None:
    vault, quiet = Vault(store), Quiet()
    made = ground(store, vault)
    watching = asyncio.create_task(made.changes.run())
    async with at_work(ReceiverTask(made, lambda *_: None), quiet.told):
        await until(lambda: quiet.stand is TaskStand.WAITING and "no vault yet" in quiet.words)
        vault.initialise(PASSPHRASE)
        await until(lambda: quiet.stand is TaskStand.WELL)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_it_says_that_mail_is_put_off_and_when_that_is_over(
    store: Store, vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    """A store that another program keeps locked; no mail need come before it is well again."""
    made, quiet = desk(store, vault), Quiet()
    async with at_work(ReceiverTask(ground(store, vault), lambda *_: None), quiet.told):
        await until(lambda: quiet.stand is TaskStand.WELL)
        (address,) = quiet.told.state.addresses
        async with await Talker.to(int(address.rpartition(":")[2])) as talker:
            await talker.reply()
            await talker.say("EHLO mail.example.org")
            with store.write():
                assert (await talker.mail(mail(), made.address)).startswith("451 ")
                await until(lambda: quiet.stand is TaskStand.FAILING)
                assert quiet.words.startswith("Mail is put off, and the senders try again by themselves. ")
                assert f"keeps {store.path} locked" in quiet.words
            await until(lambda: quiet.stand is TaskStand.WELL)
            for number in range(3):
                await talker.say("MAIL FROM:<a@example.net>")
                assert (await talker.say(f"RCPT TO:<\u202e{number}@in.example.com>")).startswith("550 ")
                await talker.say("RSET")
    assert [state.stand for state in quiet.seen] == [TaskStand.WELL, TaskStand.FAILING, TaskStand.WELL]
    told = [record.getMessage() for record in caplog.records]
    assert told[0] == "mail=put off count=1"
    assert told[1:] == [
        "mail=refused why='unknown recipient' count=3 last='\\u202e2@in.example.com'",
    ]


def test_what_is_refused_takes_one_line_a_kind_and_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    refusals, counters = RefusalLog(lambda: now), Counters()
    for now in range(125):
        counters.unknown_recipients += 5
        counters.last_unknown = f"{now}@in.example.com"
        counters.too_big += now == 3
        refusals.look(counters)
    refusals.look(counters, at_last=True)
    assert [record.getMessage() for record in caplog.records] == [
        "mail=refused why='unknown recipient' count=5 last='0@in.example.com'",
        "mail=refused why='too big' count=1",
        "mail=refused why='unknown recipient' count=300 last='60@in.example.com'",
        "mail=refused why='unknown recipient' count=300 last='120@in.example.com'",
        "mail=refused why='unknown recipient' count=20 last='124@in.example.com'",
    ]


async def test_a_locked_vault_keeps_no_mail_out(store: Store, vault: Vault) -> None:
    made, quiet = desk(store, vault), Quiet()
    vault.lock()
    async with at_work(ReceiverTask(ground(store, vault), lambda *_: None), quiet.told):
        await until(lambda: quiet.stand is TaskStand.WELL)
        await sent(quiet, mail(), made.address, "customer@example.net")
    assert raw(store.path, "SELECT count(*) FROM inbound_messages") == [(1,)]


async def test_a_port_in_use_is_the_tasks_trouble(store: Store, vault: Vault) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        task = ReceiverTask(ground(store, vault, receiver_port=port), lambda *_: None)
        with pytest.raises(ReceiverError, match="receiver_port"):
            await task.run(Quiet().told)


async def test_once_shows_that_it_could_listen(store: Store, vault: Vault) -> None:
    quiet = Quiet()
    await ReceiverTask(ground(store, vault), lambda *_: None).once(quiet.told)
    assert quiet.stand is TaskStand.WELL


async def test_what_is_past_its_time_is_deleted(store: Store, vault: Vault) -> None:
    made, quiet, receiving = desk(store, vault), Quiet(), Quiet()
    async with at_work(ReceiverTask(ground(store, vault), lambda *_: None), receiving.told):
        await until(lambda: receiving.stand is TaskStand.WELL)
        await sent(receiving, mail(1), made.address, "customer@example.net")
        await sent(receiving, mail(2), made.address, "customer@example.net")
    await RetentionTask(ground(store, vault)).once(quiet.told)
    assert quiet.words == "Nothing was past its time."
    later = datetime.now(UTC) + timedelta(days=91)
    await RetentionTask(ground(store, vault), lambda: later).once(quiet.told)
    assert (quiet.stand, quiet.words) == (TaskStand.WELL, "2 messages were deleted.")
    assert made.contents() == []
