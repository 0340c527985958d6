"""Clients that are slow, silent, half gone, or gone."""

from __future__ import annotations

import functools

import pytest

from live.inbound.limits import Limits
from live.inbound.receiver import Receiver
from tests.live.inbound.kit import Desk, Talker, mail, receiving, until

HASTE = Limits(command=0.2, parting=0.2)
TOO_SLOW = "421 4.4.2 Timeout, closing the connection"


@pytest.mark.parametrize("said", [b"", b"EHLO", b"EHLO x\r\nMAIL FROM:<a@example.net>\r\nRCPT"])
async def test_silence_ends_the_connection(desk: Desk, said: bytes) -> None:
    async with receiving(desk.store, HASTE) as receiver, await Talker.to(receiver) as talker:
        talker.send(said)
        assert (await talker.rest()).decode().splitlines()[-1] == TOO_SLOW
        await until(lambda: not receiver.connections)
        assert receiver.counters.broken_off == 1


async def test_silence_inside_a_message_ends_the_connection(desk: Desk) -> None:
    async with receiving(desk.store, HASTE) as receiver, await Talker.greeted(receiver) as talker:
        await talker.envelope(desk.address)
        talker.send(mail())
        assert await talker.reply() == TOO_SLOW
        assert await talker.rest() == b""
        assert receiver.octets_in_memory == 0
    assert desk.contents() == []


def arrived(receiver: Receiver, octets: int) -> bool:
    """Whether so many octets of a message have arrived, or it was ended."""
    return receiver.octets_in_memory == octets or bool(receiver.counters.broken_off)


async def test_an_octet_now_and_then_ends_with_the_time_for_a_mail(desk: Desk) -> None:
    limits = Limits(command=60, transaction=1.0)
    async with receiving(desk.store, limits) as receiver, await Talker.greeted(receiver) as talker:
        await talker.envelope(desk.address)
        sent = 0
        while not receiver.counters.broken_off:
            talker.send(b"x")
            sent += 1
            await until(functools.partial(arrived, receiver, sent))
        assert sent > 100
        assert await talker.reply() == TOO_SLOW
    assert desk.contents() == []


async def test_who_does_not_read_the_goodbye_is_dropped(desk: Desk) -> None:
    """A socket with full buffers: the last reply cannot be written, and the connection is not kept for it."""
    line = b"RCPT TO:<%b>\r\n" % desk.address.encode()
    limits = Limits(command=0.2, parting=0.2, recipients=1)
    async with receiving(desk.store, limits) as receiver, await Talker.greeted(receiver) as talker:
        talker.writer.transport.pause_reading()  # type: ignore[attr-defined]
        talker.send(b"MAIL FROM:<a@example.net>\r\n" + line * 200_000)
        await until(lambda: not receiver.connections)
        await talker.close()


async def test_half_open_clients_get_the_answers_for_what_was_complete(
    desk: Desk, receiver: Receiver
) -> None:
    octets = (
        b"EHLO x\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<%b>\r\nDATA\r\n" % desk.address.encode()
        + mail()
        + b".\r\n"
    )
    for rest, last in ((b"", "250"), (b"QUIT\r\n", "221"), (b"MAIL FR", "250")):
        async with await Talker.to(receiver) as talker:
            talker.send(octets + rest)
            talker.writer.write_eof()
            told = (await talker.rest()).decode().splitlines()
            assert told[-1][:3] == last
            assert "250 2.0.0 Ok: kept" in told
        await until(lambda: not receiver.connections)
    assert desk.contents() == [mail()]


@pytest.mark.parametrize("reset", [False, True])
async def test_gone_inside_a_message(desk: Desk, receiver: Receiver, reset: bool) -> None:
    """Nothing of a message without an end is kept, however the client went."""
    async with await Talker.greeted(receiver) as talker:
        await talker.envelope(desk.address)
        talker.send(mail() + b"\r\n.")
        await until(lambda: receiver.octets_in_memory)
        if reset:
            talker.reset()
    await until(lambda: not receiver.connections)
    assert receiver.octets_in_memory == 0
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.mail(mail(2), desk.address)).startswith("250 ")
    assert desk.contents() == [mail(2)]


async def test_gone_before_the_answer(desk: Desk, receiver: Receiver) -> None:
    """A message that has arrived completely is kept; the client that missed the answer sends it again."""
    with desk.store.write():
        async with await Talker.greeted(receiver) as talker:
            await talker.envelope(desk.address)
            talker.send(mail() + b".\r\n")
            await until(lambda: receiver.octets_in_memory)
            talker.reset()
        await until(lambda: not receiver.connections)
    await until(lambda: receiver.filed.messages)
    await until(lambda: not receiver.octets_in_memory)
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.mail(mail(), desk.address)).startswith("250 ")
    assert desk.contents() == [mail()]
    assert desk.messages()[0].repeats == 1
