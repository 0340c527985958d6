"""A clean stop: what has come in is kept and answered, what is coming in gets its time, nobody is left."""

from __future__ import annotations

import asyncio

import pytest

from live.inbound.limits import Limits
from live.inbound.receiver import Receiver
from store.settings import Settings
from tests.live.inbound.kit import DOMAIN, Desk, Talker, mail, port, until

GOODBYE = "421 4.3.2 Shutting down, try again later"


async def started(desk: Desk, limits: Limits | None = None) -> Receiver:
    settings = Settings(store=desk.store.path, receiver_port=0, inbound_domain=DOMAIN)
    receiver = Receiver(desk.store, settings, limits)
    await receiver.start()
    return receiver


async def test_who_is_idle_or_between_commands_is_told(desk: Desk) -> None:
    receiver = await started(desk)
    where = port(receiver)
    idle, begun = await Talker.greeted(receiver), await Talker.greeted(receiver)
    await begun.say("MAIL FROM:<a@example.net>")
    begun.send(b"RCPT TO:<half a comm")
    await receiver.stop(30)
    for talker in (idle, begun):
        assert await talker.reply() == GOODBYE
        assert await talker.rest() == b""
        await talker.close()
    with pytest.raises(ConnectionRefusedError):
        await Talker.to(where)


async def test_a_message_that_is_coming_in_gets_its_time(desk: Desk) -> None:
    receiver = await started(desk)
    async with await Talker.greeted(receiver) as talker:
        await talker.envelope(desk.address)
        talker.send(mail())
        await until(lambda: receiver.octets_in_memory)
        stopping = asyncio.create_task(receiver.stop(30))
        await until(lambda: receiver.house is not None and receiver.house.closing)
        talker.send(b".\r\nMAIL FROM:<a@example.net>\r\n")
        assert await talker.reply() == "250 2.0.0 Ok: kept"
        assert await talker.reply() == GOODBYE
        assert await talker.rest() == b""
        await stopping
    assert desk.contents() == [mail()]


async def test_but_no_more_than_that(desk: Desk) -> None:
    receiver = await started(desk)
    async with await Talker.greeted(receiver) as talker:
        await talker.envelope(desk.address)
        talker.send(mail())
        await until(lambda: receiver.octets_in_memory)
        await receiver.stop(0.05)
        assert await talker.reply() == GOODBYE
        assert await talker.rest() == b""
    assert desk.contents() == []


async def test_what_waits_for_its_commit_is_kept(desk: Desk) -> None:
    receiver = await started(desk)
    async with await Talker.greeted(receiver) as talker:
        with desk.store.write():
            await talker.envelope(desk.address)
            talker.send(mail() + b".\r\n")
            await until(lambda: receiver.octets_in_memory)
            stopping = asyncio.create_task(receiver.stop(0.05))
            await until(lambda: receiver.house is not None and receiver.house.closing)
        assert await talker.reply() == "250 2.0.0 Ok: kept"
        assert await talker.reply() == GOODBYE
        await stopping
    assert desk.contents() == [mail()]


async def test_it_stops_under_load(desk: Desk) -> None:
    """Every 250 counts, whenever the end comes; nothing is left open."""
    receiver = await started(desk)
    kept: list[int] = []
    where = port(receiver)

    async def send(first: int) -> None:
        try:
            async with await Talker.to(where) as talker:
                await talker.reply()
                await talker.say("EHLO x")
                for number in range(first, first + 10_000):
                    assert (await talker.mail(mail(number), desk.address)).startswith("250 ")
                    kept.append(number)
        except (OSError, asyncio.IncompleteReadError, AssertionError):
            return

    clients = [asyncio.create_task(send(first)) for first in range(0, 100_000, 10_000)]
    await until(lambda: len(kept) > 100)
    await receiver.stop(10)
    await asyncio.gather(*clients)
    assert receiver.connections == 0
    assert receiver.octets_in_memory == 0
    assert sorted(desk.contents()) == sorted(map(mail, kept))


async def test_stopping_twice_and_before_the_start(desk: Desk) -> None:
    receiver = Receiver(desk.store, Settings(store=desk.store.path, receiver_port=0))
    await receiver.stop()
    await receiver.start()
    await receiver.stop()
    await receiver.stop()
    assert receiver.addresses == ()


async def test_it_starts_again(desk: Desk) -> None:
    receiver = await started(desk)
    await receiver.stop()
    await receiver.start()
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.mail(mail(), desk.address)).startswith("250 ")
    await receiver.stop()
    assert desk.contents() == [mail()]
