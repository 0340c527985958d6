"""Messages are kept to the octet, end where they end, and none can smuggle in another."""

from __future__ import annotations

import asyncio
import random

import pytest

from live.inbound.receiver import Receiver
from tests.live.inbound.kit import Desk, Talker, mail, stuffed

CONTENTS = {
    "empty": b"",
    "no header": b"Hello.\r\n",
    "no body": b"Subject: x\r\n",
    "only an empty line": b"\r\n",
    "dots": b".\r\n..\r\n...\r\n\r\n.x\r\n.\r.\n.\r\n",
    "a dot in the first place": b".first\r\n",
    "NULs": b"Subject: \0\r\n\r\n\0\0\0\r\n",
    "8-bit headers": b"Subject: \xff\xfe\xe4\xf6 \x80\r\nFrom: \xc3\x28 <a@example.net>\r\n\r\n\x00\xff\r\n",
    "bare LF and CR": b"Subject: x\nFrom: y\r\r\n\nbody\n.\nmore\r.\rend\r\n",
    "looks like its own end": b"x\n.\ny\n.\r\nz\r.\r\nw\r\n .\r\n.\t\r\n",
    "one line of a megabyte": b"Subject: long\r\n\r\n" + b"a" * 1_048_576 + b"\r\n",
    "one header of a megabyte": b"Subject: " + b"b" * 1_048_576 + b"\r\n\r\nx\r\n",
    "many lines": b"Subject: many\r\n\r\n" + b".\r\n" * 100_000,
    "escape sequences": b"Subject: \x1b[2J\x1b]52;c;aGk=\x07 \xe2\x80\xae\r\n\r\n\x1b[31m\r\n",
}


@pytest.mark.parametrize("name", CONTENTS)
async def test_kept_to_the_octet(desk: Desk, receiver: Receiver, name: str) -> None:
    async with await Talker.greeted(receiver) as talker:
        assert await talker.mail(CONTENTS[name], desk.address) == "250 2.0.0 Ok: kept"
        assert await talker.mail(mail(), desk.address) == "250 2.0.0 Ok: kept"
    assert desk.contents() == [CONTENTS[name], mail()]


async def test_the_first_dot_of_a_line_goes_even_where_the_client_did_not_double_it(
    desk: Desk, receiver: Receiver
) -> None:
    async with await Talker.greeted(receiver) as talker:
        await talker.envelope(desk.address)
        talker.send(b".x\r\n.y\r\n...z\r\n.\r\n")
        assert (await talker.reply()).startswith("250 ")
    assert desk.contents() == [b"x\r\ny\r\n..z\r\n"]


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r\n\0.\r\n"]
)
async def test_nothing_but_crlf_dot_crlf_ends_a_message(desk: Desk, receiver: Receiver, end: bytes) -> None:
    """SMTP smuggling: a message that holds what another server takes for its end, and commands after it."""
    smuggled = b"MAIL FROM:<boss@example.com>\r\nRCPT TO:<%b>\r\nDATA\r\n" % desk.address.encode()
    inside = b"Subject: outer\r\n\r\nx" + end + smuggled + b"Subject: inner\r\n\r\ny\r\n"
    async with await Talker.greeted(receiver) as talker:
        await talker.envelope(desk.address)
        talker.send(inside + b".\r\n")
        assert (await talker.reply()).startswith("250 ")
        assert (await talker.say("NOOP")).startswith("250 ")
    (kept,) = desk.contents()
    assert smuggled in kept
    assert desk.messages()[0].mail_from == "customer@example.net"


async def test_in_any_pieces(desk: Desk, receiver: Receiver) -> None:
    """The end of a message, and of a command, is found wherever the network cuts."""
    content = b".\r\n..a\r\n\r\n.\r.\n.b\r\n"
    whole = (
        b"MAIL FROM:<a@example.net>\r\nRCPT TO:<%b>\r\nDATA\r\n" % desk.address.encode()
        + stuffed(content)
        + b".\r\nNOOP\r\n"
    )
    async with await Talker.greeted(receiver) as talker:
        for seed in range(40):
            chance, at = random.Random(seed), 0
            while at < len(whole):
                step = 1 if seed == 0 else chance.randint(1, 12)
                talker.send(whole[at : at + step])
                at += step
                await asyncio.sleep(0)
            replies = [await talker.reply() for _ in range(5)]
            assert [reply[:3] for reply in replies] == ["250", "250", "354", "250", "250"]
    assert set(desk.contents()) == {content}


async def test_everything_in_one_piece(desk: Desk, receiver: Receiver) -> None:
    """RFC 2920: commands sent ahead, past the end of a message too, are answered in order."""
    one = b"MAIL FROM:<a@example.net>\r\nRCPT TO:<%b>\r\nDATA\r\n" % desk.address.encode()
    octets = b"EHLO x\r\n" + b"".join(one + mail(number) + b".\r\n" for number in range(20)) + b"QUIT\r\n"
    async with await Talker.to(receiver) as talker:
        talker.send(octets)
        told = (await talker.rest()).decode().split("\r\n")
        codes = [line[:3] for line in told if line[3:4] == " "]
        assert codes == ["220", "250", *["250", "250", "354", "250"] * 20, "221"]
    assert desk.contents() == [mail(number) for number in range(20)]


async def test_a_rejected_mail_sent_ahead_leaves_no_message_behind(desk: Desk, receiver: Receiver) -> None:
    """The client sends DATA before it hears that no recipient is known: it gets no 354, and must not send."""
    async with await Talker.greeted(receiver) as talker:
        talker.send(b"MAIL FROM:<a@example.net>\r\nRCPT TO:<nobody@in.example.com>\r\nDATA\r\n")
        assert [(await talker.reply())[:3] for _ in range(3)] == ["250", "550", "503"]
        assert (await talker.say("RSET")).startswith("250 ")
        assert (await talker.mail(mail(), desk.address)).startswith("250 ")
    assert desk.contents() == [mail()]


async def test_one_mail_to_several_assets_is_a_message_for_each(desk: Desk, receiver: Receiver) -> None:
    orders = desk.orders.forwarding_address
    async with await Talker.greeted(receiver) as talker:
        reply = await talker.mail(mail(), desk.address, orders, desk.address.upper(), sender="")
        assert reply == "250 2.0.0 Ok: kept"
    assert desk.contents() == [mail(), mail()]
    told = desk.messages()
    assert [(one.asset_name, one.rcpt_to) for one in told] == [("Billing", desk.address), ("Orders", orders)]
    assert {(one.mail_from, one.peer, one.source) for one in told} == {("", "127.0.0.1", "smtp")}
    assert receiver.counters.mails == 1
    assert receiver.filed.messages == 2


async def test_a_repeat_is_answered_like_a_message(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        for _ in range(3):
            assert (await talker.mail(mail(), desk.address)).startswith("250 ")
        assert (await talker.mail(mail(1, b"Other words.\r\n"), desk.address)).startswith("250 ")
    assert desk.contents() == [mail(), mail(1, b"Other words.\r\n")]
    assert [one.repeats for one in desk.messages()] == [2, 0]
    assert (receiver.filed.messages, receiver.filed.repeats) == (2, 2)


async def test_utf8_addresses(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        for parameter in ("", " SMTPUTF8"):
            assert (await talker.say(f"MAIL FROM:<zoë@exämple.net>{parameter}")).startswith("250 ")
            assert (await talker.say("RSET")).startswith("250 ")
        assert (await talker.mail(mail(), desk.address, sender="zoë@exämple.net")).startswith("250 ")
    assert desk.messages()[0].mail_from == "zoë@exämple.net"
