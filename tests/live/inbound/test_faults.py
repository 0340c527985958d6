"""What goes wrong here is told as 4xx, without its words, and nothing of such a message is kept."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from live.inbound.limits import Limits
from live.inbound.receiver import Receiver, ReceiverError
from store import assets
from store.database import Store
from store.vault import VaultAbsent
from tests.live.inbound.kit import Desk, Talker, mail, port, receiving, until
from tests.live.inbound.serving import served
from tests.store.kit import fields, raw, with_mount

FAULT = "451 4.3.0 Temporary failure, try again later"
NO_ROOM = "452 4.3.1 Insufficient system storage, try again later"


async def test_a_locked_store_puts_mail_off_and_holds_up_nobody_else(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker, await Talker.greeted(receiver) as other:
        with desk.store.write():
            await talker.envelope(desk.address)
            talker.send(mail() + b".\r\n")
            await until(lambda: receiver.octets_in_memory)
            async with asyncio.timeout(2):  # the commit waits in a thread of its own
                for _ in range(50):
                    assert (await other.say("NOOP")).startswith("250 ")
                assert (await other.say("MAIL FROM:<a@example.net>")).startswith("250 ")
                assert (await other.say(f"RCPT TO:<{desk.address}>")).startswith("250 ")
            assert await talker.reply() == FAULT
        assert desk.contents() == []
        assert "locked" in receiver.filed.last_fault
        assert (await talker.mail(mail(), desk.address)).startswith("250 ")
        assert receiver.filed.last_fault == ""
    assert desk.contents() == [mail()]


async def test_mails_that_waited_share_a_commit(desk: Desk, receiver: Receiver) -> None:
    talkers = [await Talker.greeted(receiver) for _ in range(40)]
    with desk.store.write():
        for number, talker in enumerate(talkers):
            await talker.envelope(desk.address)
            talker.send(mail(number) + b".\r\n")
        await until(lambda: receiver.octets_in_memory >= 40 * len(mail()))
    assert {await talker.reply() for talker in talkers} == {"250 2.0.0 Ok: kept"}
    assert receiver.filed.commits <= 3
    assert sorted(desk.contents()) == sorted(map(mail, range(40)))
    await asyncio.gather(*(talker.close() for talker in talkers))


async def test_a_store_that_fails_puts_mail_off(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        await talker.envelope(desk.address)
        raw(desk.store.path, "ALTER TABLE inbound_messages RENAME TO hidden")
        talker.send(mail() + b".\r\n")
        assert await talker.reply() == FAULT
        raw(desk.store.path, "ALTER TABLE hidden RENAME TO inbound_messages")
        assert (await talker.mail(mail(), desk.address)).startswith("250 ")
    assert desk.contents() == [mail()]
    assert receiver.counters.put_off == 1


async def test_a_store_that_cannot_be_asked_whose_address_it_is(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        await talker.say("MAIL FROM:<a@example.net>")
        raw(desk.store.path, "ALTER TABLE assets RENAME TO hidden")
        assert await talker.say(f"RCPT TO:<{desk.address}>") == FAULT
        assert await talker.say("RCPT TO:<nobody@in.example.com>") == FAULT
        raw(desk.store.path, "ALTER TABLE hidden RENAME TO assets")
        assert (await talker.say(f"RCPT TO:<{desk.address}>")).startswith("250 ")


async def test_an_unforeseen_fault_ends_the_connection_with_a_421(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker, await Talker.greeted(receiver) as other:
        house = receiver.house
        assert house is not None
        room, house.room = house.room, None  # type: ignore[assignment]
        assert await talker.say("MAIL FROM:<a@example.net>") == "421 4.3.0 Temporary failure, try again later"
        assert await talker.rest() == b""
        house.room = room
        assert (await other.mail(mail(), desk.address)).startswith("250 ")


async def test_an_asset_that_was_deleted_meanwhile_takes_no_other_mail_with_it(
    desk: Desk, receiver: Receiver
) -> None:
    orders = desk.orders.forwarding_address
    async with await Talker.greeted(receiver) as talker, await Talker.greeted(receiver) as other:
        await talker.envelope(desk.address)
        await other.envelope(orders)
        assets.delete(desk.store, desk.vault, [desk.billing.id])
        with desk.store.write():  # so that both wait, and share a batch
            talker.send(mail(1) + b".\r\n")
            other.send(mail(2) + b".\r\n")
            await until(lambda: receiver.octets_in_memory >= 2 * len(mail()))
        assert await talker.reply() == FAULT
        assert (await other.reply()).startswith("250 ")
        await talker.say("MAIL FROM:<a@example.net>")
        assert (await talker.say(f"RCPT TO:<{desk.address}>")).startswith("550 5.1.1 ")
    assert desk.contents() == [mail(2)]


async def test_an_asset_made_meanwhile_is_known_at_once(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        for number in range(20):
            made = assets.create(
                desk.store, desk.vault, fields(f"Desk {number}"), inbound_domain="in.example.com"
            )
            assert (await talker.mail(mail(number), made.forwarding_address)).startswith("250 ")
            await talker.say("MAIL FROM:<a@example.net>")
            assets.delete(desk.store, desk.vault, [made.id])
            assert (await talker.say(f"RCPT TO:<{made.forwarding_address}>")).startswith("550 ")
            await talker.say("RSET")


# the disk


def mounted(desk: Desk, size: str) -> tuple[str, ...]:
    """A small disk in the place of the store's directory, with the store on it."""
    directory = desk.store.path.parent
    desk.store.close()
    return with_mount(
        f"cp -a {directory} {directory}.kept",
        f"mount -t tmpfs -o size={size} none {directory}",
        f"cp -a {directory}.kept/. {directory}",
    )


async def test_a_disk_that_is_short_puts_mail_off_before_it_is_sent(desk: Desk) -> None:
    with served(desk.store.path, mounted(desk, "6m"), size=1_000_000) as receiver:
        disk = Path(f"/proc/{receiver.process.pid}/root{desk.store.path.parent}")
        async with await Talker.to(receiver.port) as talker:
            await talker.reply()
            await talker.say("EHLO x")
            assert (await talker.mail(mail(), desk.address)).startswith("250 ")
            (disk / "fill").write_bytes(bytes(4_500_000))
            async with asyncio.timeout(20):  # it looks once a second
                while (reply := await talker.say("MAIL FROM:<a@example.net>")) != NO_ROOM:
                    assert reply.startswith("250 ")
                    await talker.say("EHLO again")
            (disk / "fill").unlink()
            async with asyncio.timeout(20):
                while (reply := await talker.say("MAIL FROM:<a@example.net>")) == NO_ROOM:
                    await asyncio.sleep(0.05)
            assert reply.startswith("250 ")
        told = receiver.stop()
        assert told["faults"] == 0
        assert told["put_off"] >= 1


async def test_a_disk_that_fills_up_while_writing(desk: Desk) -> None:
    """The store's own size limit is reached before the reserve is missed: some are put off, none is lost."""
    with served(desk.store.path, mounted(desk, "8m"), size=400_000) as receiver:
        disk = Path(f"/proc/{receiver.process.pid}/root{desk.store.path.parent}")
        async with await Talker.to(receiver.port) as talker:
            await talker.reply()
            await talker.say("EHLO x")
            await talker.envelope(desk.address)
            free = os.statvfs(disk)
            (disk / "fill").write_bytes(bytes(free.f_bavail * free.f_frsize - 100_000))
            talker.send(mail(0, os.urandom(380_000).hex().encode()[:380_000] + b"\r\n") + b".\r\n")
            assert await talker.reply() == NO_ROOM
            (disk / "fill").unlink()
            async with asyncio.timeout(20):
                while not (reply := await talker.say("MAIL FROM:<a@example.net>")).startswith("250"):
                    assert reply == NO_ROOM
                    await asyncio.sleep(0.05)
            await talker.say("RSET")
            assert (await talker.mail(mail(1), desk.address)).startswith("250 ")
        assert receiver.stop()["messages"] == 1


# the start


async def test_without_a_vault_it_does_not_start(store: Store) -> None:
    with pytest.raises(VaultAbsent):
        async with receiving(store):
            pass


async def test_an_address_in_use_is_told(desk: Desk, receiver: Receiver) -> None:
    for setting in ("receiver_port", "lmtp_port"):
        with pytest.raises(ReceiverError) as told:
            async with receiving(desk.store, **{setting: port(receiver)}):
                pass
        text = str(told.value)
        assert text.startswith(f"The receiver cannot listen at 127.0.0.1 port {port(receiver)}: ")
        assert text.endswith(f"or choose another {setting}.")
    with pytest.raises(ReceiverError):
        async with receiving(desk.store, receiver_host="no.such.host.example"):
            pass
    assert Limits().connections == 200
