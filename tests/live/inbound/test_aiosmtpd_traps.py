"""What aiosmtpd 1.4.6 gets wrong for a receiver that loses nothing, and this one does not.

Each was read in its source and reproduced; where the subject has tests of its own, one stands here for all.
"""

from __future__ import annotations

import asyncio

from live.inbound.receiver import Receiver
from tests.live.inbound.kit import Desk, Talker, mail, receiving, until
from tests.store.kit import raw


async def test_a_fault_while_keeping_is_no_500_and_tells_nothing(desk: Desk, receiver: Receiver) -> None:
    """There: `500 Error: (ClassName) text`, and the provider sends the customer's mail back."""
    async with await Talker.greeted(receiver) as talker:
        await talker.envelope(desk.address)
        raw(desk.store.path, "DROP TABLE inbound_bodies")
        talker.send(mail() + b".\r\n")
        assert await talker.reply() == "451 4.3.0 Temporary failure, try again later"
        assert (await talker.say("NOOP")).startswith("250 ")
    assert "inbound_bodies" in receiver.filed.last_fault


async def test_no_250_for_what_nobody_has_kept(desk: Desk, receiver: Receiver) -> None:
    """There: without `handle_DATA` every mail is answered `250 OK`, and dropped."""
    async with await Talker.greeted(receiver) as talker:
        with desk.store.write():
            await talker.envelope(desk.address)
            talker.send(mail() + b".\r\n")
            await until(lambda: receiver.octets_in_memory)
            assert not talker.reader._buffer  # type: ignore[attr-defined]
            assert desk.contents() == []
        assert (await talker.reply()).startswith("250 ")
    assert desk.contents() == [mail()]


async def test_what_is_too_big_is_refused_before_it_is_sent(desk: Desk, receiver: Receiver) -> None:
    """There: `552` after the whole body was read and held; without SIZE in EHLO where the limit is None."""
    async with await Talker.greeted(receiver) as talker:
        reply = await talker.say("MAIL FROM:<a@example.net> SIZE=60000000")
        assert reply == "552 5.3.4 Message size exceeds fixed limit"
        assert receiver.octets_in_memory == 0


async def test_long_lines_are_mail(desk: Desk, receiver: Receiver) -> None:
    """There: `500 Line too long` beyond 1,001 octets, permanent, and real mail has such lines."""
    long = mail(1, b"x" * 100_000 + b"\r\n")
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.mail(long, desk.address)).startswith("250 ")
    assert desk.contents() == [long]


async def test_eight_bits_are_mail(desk: Desk, receiver: Receiver) -> None:
    """There: with `decode_data`, `500 Error: strict ASCII mode`."""
    eight = b"Subject: \xe4\xf6\xfc\r\nFrom: \xff@example.net\r\n\r\n\x80\x81\r\n"
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.mail(eight, desk.address)).startswith("250 ")
    assert desk.contents() == [eight]


async def test_a_commit_holds_up_no_other_client(desk: Desk, receiver: Receiver) -> None:
    """There: what a handler does in the loop stops every connection."""
    async with await Talker.greeted(receiver) as talker, await Talker.greeted(receiver) as other:
        with desk.store.write():
            await talker.envelope(desk.address)
            talker.send(mail() + b".\r\n")
            await until(lambda: receiver.octets_in_memory)
            async with asyncio.timeout(2):
                assert (await other.say("NOOP")).startswith("250 ")
        assert (await talker.reply()).startswith("250 ")


async def test_many_mails_by_one_connection(desk: Desk, receiver: Receiver) -> None:
    """There: `421 4.7.0 MAIL sent too many times`, after twenty, where the limit is on."""
    async with await Talker.greeted(receiver) as talker:
        for number in range(150):
            assert (await talker.mail(mail(number), desk.address)).startswith("250 ")
            assert (await talker.say("RSET")).startswith("250 ")
    assert len(desk.contents()) == 150


async def test_it_asks_no_name_server_for_its_own_name(desk: Desk) -> None:
    """There: `socket.getfqdn()` for every connection where no host name is given."""
    async with receiving(desk.store, inbound_domain="") as receiver, await Talker.to(receiver) as talker:
        assert await talker.reply() == "220 localhost ESMTP ready"


async def test_commands_behind_starttls_are_no_commands(desk: Desk, receiver: Receiver) -> None:
    """There they counted under TLS before 1.4.6 (CVE-2024-34083); the injection is in `test_starttls`."""
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.say("STARTTLS")).startswith("502 ")  # no certificate, no TLS, and nothing lost
        assert (await talker.mail(mail(), desk.address)).startswith("250 ")
