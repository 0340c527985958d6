"""Everything that comes from outside is bounded: size, memory, lines, recipients, connections, errors."""

from __future__ import annotations

import asyncio

import pytest

from live.inbound.limits import LINE_OCTETS, Limits
from live.inbound.receiver import Receiver
from tests.live.inbound.kit import Desk, Talker, mail, receiving, stuffed, until

KB, MB = 1_024, 1_048_576


async def test_a_message_of_just_the_size_is_kept_and_one_octet_more_is_not(desk: Desk) -> None:
    fitting = mail() + b"x" * (64 * KB - len(mail()) - 2) + b"\r\n"
    async with (
        receiving(desk.store, Limits(size=64 * KB)) as receiver,
        await Talker.greeted(receiver) as talker,
    ):
        assert (await talker.mail(fitting, desk.address)).startswith("250 ")
        reply = await talker.mail(b"y" + fitting, desk.address)
        assert reply == "552 5.3.4 Message size exceeds fixed limit"
        assert (await talker.mail(mail(), desk.address)).startswith("250 ")
    assert desk.contents() == [fitting, mail()]
    assert receiver.counters.too_big == 1


async def test_doubled_dots_do_not_count(desk: Desk) -> None:
    dots = b".\r\n" * (10 * KB)
    async with (
        receiving(desk.store, Limits(size=len(dots))) as receiver,
        await Talker.greeted(receiver) as talker,
    ):
        assert len(stuffed(dots)) > len(dots) * 1.3
        assert (await talker.mail(dots, desk.address)).startswith("250 ")
        assert (await talker.mail(dots + b"x\r\n", desk.address)).startswith("552 5.3.4 ")
    assert desk.contents() == [dots]


async def test_a_message_that_never_fits_is_read_to_its_end_without_being_held(desk: Desk) -> None:
    async with (
        receiving(desk.store, Limits(size=64 * KB)) as receiver,
        await Talker.greeted(receiver) as talker,
    ):
        await talker.envelope(desk.address)
        for _ in range(400):
            talker.send(b"z" * (64 * KB - 2) + b"\r\n")
            await talker.writer.drain()
            assert receiver.octets_in_memory <= 256 * KB
        talker.send(b".\r\n")
        assert (await talker.reply()).startswith("552 5.3.4 ")
        assert (await talker.say("NOOP")).startswith("250 ")
    assert desk.contents() == []


async def test_larger_than_what_other_servers_take(desk: Desk, receiver: Receiver) -> None:
    """34 MB: beyond aiosmtpd's default of 33,554,432 octets."""
    large = mail() + (b"a" * 76 + b"\r\n") * (34 * MB // 78)
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.mail(large, desk.address)).startswith("250 ")
    assert desk.contents() == [large]


async def test_memory_for_all_is_bounded_and_given_back(desk: Desk) -> None:
    limits = Limits(size=MB, memory=MB + 300 * KB)
    body = mail() + b"x" * (MB - 10 * KB) + b"\r\n"
    async with (
        receiving(desk.store, limits) as receiver,
        await Talker.greeted(receiver) as first,
        await Talker.greeted(receiver) as second,
    ):
        await first.envelope(desk.address)
        await second.envelope(desk.address)
        first.send(body)
        await until(lambda: receiver.octets_in_memory >= len(body))
        second.send(body)
        second.send(b".\r\n")
        assert await second.reply() == "452 4.3.1 Insufficient system storage, try again later"
        # announced, it is put off before it is sent
        assert (await second.say(f"MAIL FROM:<a@example.net> SIZE={MB}")).startswith("452 4.3.1 ")
        assert (await second.mail(mail(), desk.address)).startswith("250 ")
        first.send(b".\r\n")
        assert (await first.reply()).startswith("250 ")
        assert receiver.octets_in_memory == 0
        assert (await second.mail(body, desk.address)).startswith("250 ")
        assert receiver.counters.put_off == 2


async def test_memory_of_those_who_leave_is_given_back(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        await talker.envelope(desk.address)
        talker.send(b"x" * 100_000)
        await until(lambda: receiver.octets_in_memory == 100_000)
    await until(lambda: not receiver.connections)
    assert receiver.octets_in_memory == 0
    assert receiver.counters.broken_off == 1
    assert desk.contents() == []


async def test_command_lines(receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        longest = "NOOP " + "x" * (LINE_OCTETS - 7)
        assert (await talker.say(longest)).startswith("250 ")
        assert await talker.say(longest + "x") == "500 5.5.2 Line too long"
        assert await talker.say("NOOP " + "x" * 5 * MB) == "500 5.5.2 Line too long"
        assert (await talker.say("NOOP")).startswith("250 ")


async def test_a_line_without_end_is_not_held(receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        for _ in range(100):
            talker.send(b"MAIL FROM:<" + b"a" * 100_000)
            await talker.writer.drain()
        (conversation,) = receiver.house.open
        assert len(conversation._input) <= 256 * KB
        assert await talker.say(">") == "500 5.5.2 Line too long"


async def test_thousands_of_recipients(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        await talker.say("MAIL FROM:<a@example.net>")
        talker.send(b"RCPT TO:<%b>\r\n" % desk.address.encode() * 5_000)
        codes = [(await talker.reply())[:9] for _ in range(5_000)]
        assert codes == ["250 2.1.5"] * 100 + ["452 4.5.3"] * 4_900
        assert (await talker.say("DATA")).startswith("354 ")
        talker.send(mail() + b".\r\n")
        assert (await talker.reply()).startswith("250 ")
    assert desk.contents() == [mail()]


async def test_thousands_of_unknown_recipients_end_the_connection(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        await talker.say("MAIL FROM:<a@example.net>")
        talker.send(b"RCPT TO:<guess@in.example.com>\r\n" * 5_000)
        told = (await talker.rest()).decode().splitlines()
        assert told == ["550 5.1.1 No such address here"] * 100 + ["421 4.7.0 Too many errors"]
    await until(lambda: not receiver.connections)


async def test_errors_are_forgiven_with_every_message(desk: Desk) -> None:
    async with (
        receiving(desk.store, Limits(errors=3)) as receiver,
        await Talker.greeted(receiver) as talker,
    ):
        for number in range(4):
            for _ in range(3):
                assert (await talker.say("NONSENSE")).startswith("500 ")
            assert (await talker.mail(mail(number), desk.address)).startswith("250 ")
        for command in ("NOOP", "RSET", "VRFY a"):
            assert (await talker.say(command)).startswith("25")
        assert await talker.say("NOOP") == "421 4.7.0 Too many errors"
        assert await talker.rest() == b""


async def test_a_client_that_does_not_read_is_not_answered_further(desk: Desk) -> None:
    """8 MB of commands sent ahead: their replies wait at the client, not in memory here."""
    count, line = 200_000, b"RCPT TO:<%b>\r\n" % desk.address.encode()
    async with (
        receiving(desk.store, Limits(recipients=1)) as receiver,
        await Talker.greeted(receiver) as talker,
    ):
        await talker.say("MAIL FROM:<a@example.net>")
        (conversation,) = receiver.house.open
        transport = conversation._transport
        assert transport is not None
        talker.send(line * count)
        await until(lambda: conversation._paused)
        assert transport.get_write_buffer_size() < 512 * KB
        assert len(conversation._input) < 512 * KB
        replies = await talker.reader.readexactly(
            len(b"250 2.1.5 Ok\r\n")
            + (count - 1) * len(b"452 4.5.3 Too many recipients, send the rest in another transaction\r\n")
        )
        assert replies.count(b"452 4.5.3 ") == count - 1
        assert (await talker.say("RSET")).startswith("250 ")


async def test_a_client_that_sends_ahead_while_its_message_is_kept_is_paused(desk: Desk) -> None:
    async with receiving(desk.store) as receiver, await Talker.greeted(receiver) as talker:
        with desk.store.write():  # the message cannot be kept yet
            await talker.envelope(desk.address)
            talker.send(mail() + b".\r\n" + b"NOOP x\r\n" * 400_000)
            (conversation,) = receiver.house.open
            await until(lambda: conversation._paused)
            assert len(conversation._input) <= 512 * KB
        for _ in range(1 + 100):  # one answer too many: they are counted
            assert (await talker.reply()).startswith("250 2.0.0 Ok")
        assert (await talker.reply()).startswith("421 4.7.0 ")


@pytest.mark.parametrize(
    ("limits", "reply"),
    [
        (Limits(connections=3), "421 4.3.2 Too many connections, try again later"),
        (
            Limits(connections_per_address=3),
            "421 4.7.0 Too many connections from your address, try again later",
        ),
    ],
)
async def test_connections(desk: Desk, limits: Limits, reply: str) -> None:
    async with receiving(desk.store, limits) as receiver:
        talkers = [await Talker.greeted(receiver) for _ in range(3)]
        async with await Talker.to(receiver) as fourth:
            assert await fourth.reply() == reply
            assert await fourth.rest() == b""
        await talkers.pop().close()
        await until(lambda: receiver.connections == 2)
        talkers.append(await Talker.greeted(receiver))
        assert receiver.counters.turned_away == 1
        await asyncio.gather(*(talker.close() for talker in talkers))
