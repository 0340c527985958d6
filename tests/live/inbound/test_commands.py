"""Commands and their replies, over real sockets."""

from __future__ import annotations

import pytest

from live.inbound.limits import Limits
from live.inbound.receiver import Receiver
from tests.live.inbound.kit import DOMAIN, Desk, Talker, mail, receiving


async def test_what_is_announced(receiver: Receiver) -> None:
    async with await Talker.to(receiver) as talker:
        assert await talker.reply() == f"220 {DOMAIN} ESMTP ready"
        assert (await talker.say("EHLO mail.example.org")).split("\n") == [
            f"250-{DOMAIN}",
            "250-PIPELINING",
            f"250-SIZE {50 * 2**20}",
            "250-8BITMIME",
            "250-SMTPUTF8",
            "250 ENHANCEDSTATUSCODES",
        ]
        assert await talker.say("QUIT") == "221 2.0.0 Bye"
        assert await talker.rest() == b""


async def test_an_old_client_says_helo(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.to(receiver) as talker:
        await talker.reply()
        assert await talker.say("HELO mail.example.org") == f"250 {DOMAIN}"
        assert (await talker.mail(mail(), desk.address)).startswith("250 2.0.0 ")
    assert desk.contents() == [mail()]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("NOOP", "250 2.0.0"),
        ("noop anything", "250 2.0.0"),
        ("RSET", "250 2.0.0"),
        ("VRFY somebody", "252 2.5.2"),
        ("HELP", "214 2.0.0"),
        ("EXPN list", "502 5.5.1"),
        ("AUTH PLAIN AGEAYg==", "502 5.5.1"),
        ("STARTTLS", "502 5.5.1"),
        ("BDAT 10 LAST", "502 5.5.1"),
        ("LHLO mail.example.org", "500 5.5.1"),
        ("", "500 5.5.1"),
        ("NONSENSE", "500 5.5.1"),
        ("MAIL", "501 5.5.4"),
        ("MAIL FROM", "501 5.5.4"),
        ("MAIL TO:<a@example.net>", "501 5.5.4"),
        ("MAIL FROM:<a@example.net", "501 5.5.4"),
        ("MAIL FROM:<a@example.net> RET=FULL", "555 5.5.4"),
        ("MAIL FROM:<a@example.net> SIZE=", "555 5.5.4"),
        ("MAIL FROM:<a@example.net> SIZE=-1", "555 5.5.4"),
        ("MAIL FROM:<a@example.net> BODY=BINARYMIME", "555 5.5.4"),
        ("MAIL FROM:<a@example.net> SIZE=52428801", "552 5.3.4"),
        (f"MAIL FROM:<a@example.net> SIZE={'9' * 20}", "552 5.3.4"),
        (f"MAIL FROM:<{'a' * 1100}@example.net>", "553 5.1.7"),
        ("MAIL FROM:<a@example.net> SIZE=52428800 BODY=8BITMIME SMTPUTF8", "250 2.1.0"),
        ("mail from: <a@example.net> size=10 body=8bitmime", "250 2.1.0"),
        ("MAIL FROM:a@example.net", "250 2.1.0"),
        ("MAIL FROM:<>", "250 2.1.0"),
        ("MAIL FROM:<@relay.example.org:a@example.net>", "250 2.1.0"),
        ('MAIL FROM:<"a > b"@example.net>', "250 2.1.0"),
        ("RCPT TO:<a@example.net>", "503 5.5.1"),
        ("DATA", "503 5.5.1"),
        ("QUIT", "221 2.0.0"),
    ],
)
async def test_replies(receiver: Receiver, line: str, code: str) -> None:
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.say(line)).startswith(code + " ")


@pytest.mark.parametrize("octets", [b"MAIL FROM:<\xff\xfe@example.net>", b"MAIL FROM:<a@\xe4.example>"])
async def test_addresses_that_are_no_text_are_refused(receiver: Receiver, octets: bytes) -> None:
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.say(octets)).startswith("553 5.1.7 ")


@pytest.mark.parametrize("octet", [b"\0", b"\r", b"\n", b"\x1b", b"\x7f"])
async def test_control_characters_in_commands_are_refused(receiver: Receiver, octet: bytes) -> None:
    async with await Talker.greeted(receiver) as talker:
        reply = await talker.say(b"MAIL FROM:<a" + octet + b"b@example.net>")
        assert reply.startswith("500 5.5.2 ")
        assert await talker.say("RCPT TO:<a@example.net>") == "503 5.5.1 Need MAIL first"


async def test_nothing_before_hello(receiver: Receiver) -> None:
    async with await Talker.to(receiver) as talker:
        await talker.reply()
        assert (await talker.say("MAIL FROM:<a@example.net>")).startswith("503 5.5.1 ")
        assert (await talker.say("QUIT")).startswith("221 ")


async def test_the_order_of_a_mail(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.say("MAIL FROM:<a@example.net>")).startswith("250 2.1.0 ")
        assert (await talker.say("MAIL FROM:<a@example.net>")).startswith("503 5.5.1 ")
        assert (await talker.say("DATA")).startswith("503 5.5.1 ")
        assert (await talker.say(f"RCPT TO:<{desk.address}> NOTIFY=NEVER")).startswith("555 5.5.4 ")
        assert (await talker.say(f"RCPT TO:<{desk.address}>")).startswith("250 2.1.5 ")
        assert (await talker.say("DATA now")).startswith("501 5.5.4 ")
        assert (await talker.say("RSET")).startswith("250 ")
        assert (await talker.say("DATA")).startswith("503 5.5.1 ")
        assert (await talker.say("MAIL FROM:<a@example.net>")).startswith("250 ")
        assert (await talker.say("EHLO again.example.org")).startswith("250-")
        assert (await talker.say(f"RCPT TO:<{desk.address}>")).startswith("503 5.5.1 ")


async def test_whose_address_it_is(desk: Desk, receiver: Receiver) -> None:
    known = desk.address
    local = known.partition("@")[0]
    async with await Talker.greeted(receiver) as talker:
        await talker.say("MAIL FROM:<a@example.net>")
        for address in (
            known,
            known.upper(),
            known + ".",
            f'"{local}"@{DOMAIN}',
            f"@relay.example.org,@other.example.org:{known}",
        ):
            assert (await talker.say(f"RCPT TO:<{address}>")).startswith("250 2.1.5 "), address
        for address in (
            "nobody@in.example.com",
            desk.billing.address,
            local,
            f"{local}@example.com",
            known + "x",
            "postmaster",
            "ünknown@in.example.com",
            "' OR 1=1 --@in.example.com",
        ):
            assert (await talker.say(f"RCPT TO:<{address}>")).startswith("550 5.1.1 "), address
        for address in ("", "@relay.example.org:"):
            assert (await talker.say(f"RCPT TO:<{address}>")).startswith("553 5.1.3 "), address
    assert receiver.counters.unknown_recipients == 8


async def test_an_asset_without_a_forwarding_address_is_nobody(desk: Desk, receiver: Receiver) -> None:
    with desk.store.write() as session:
        session.connection().exec_driver_sql("UPDATE assets SET forwarding_address = ''")
    async with await Talker.greeted(receiver) as talker:
        await talker.say("MAIL FROM:<a@example.net>")
        assert (await talker.say("RCPT TO:<>")).startswith("553 ")
        assert (await talker.say('RCPT TO:<"">')).startswith("550 ")
        assert (await talker.say(f"RCPT TO:<{desk.address}>")).startswith("550 5.1.1 ")


@pytest.mark.parametrize("verb", ["GET / HTTP/1.1", "POST /x HTTP/1.0", "CONNECT a.example:25 HTTP/1.1"])
async def test_a_browser_is_not_listened_to(desk: Desk, receiver: Receiver, verb: str) -> None:
    async with await Talker.to(receiver) as talker:
        talker.send(f"{verb}\r\nEHLO x\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<{desk.address}>\r\n".encode())
        assert (
            await talker.rest() == f"220 {DOMAIN} ESMTP ready\r\n421 4.7.0 This is a mail server\r\n".encode()
        )


async def test_without_a_domain_it_greets_as_localhost(desk: Desk) -> None:
    async with receiving(desk.store, inbound_domain="") as receiver, await Talker.to(receiver) as talker:
        assert (await talker.reply()).startswith("220 localhost ")


async def test_the_size_is_the_configured_one(desk: Desk) -> None:
    async with receiving(desk.store, inbound_size_mb=3) as receiver, await Talker.greeted(receiver) as talker:
        assert (await talker.say(f"MAIL FROM:<a@example.net> SIZE={3 * 2**20 + 1}")).startswith("552 5.3.4 ")
        assert (await talker.say(f"MAIL FROM:<a@example.net> SIZE={3 * 2**20}")).startswith("250 ")
    assert Limits().size == 50 * 2**20
