"""Whatever octets arrive, the receiver answers in SMTP, keeps nothing by mistake, and goes on."""

from __future__ import annotations

import random
import re

import pytest

from live.inbound.limits import Limits
from live.inbound.receiver import Receiver
from tests.live.inbound.kit import Desk, Talker, mail, receiving, until
from tests.store.kit import PASSPHRASE

WORDS = (
    *(b"EHLO x", b"HELO", b"LHLO x", b"MAIL FROM:<a@example.net>", b"MAIL FROM:<>", b"MAIL"),
    *(b"RCPT TO:<%b>", b"RCPT TO:<x@y>", b"RCPT", b"DATA", b"RSET", b"NOOP", b"VRFY", b"STARTTLS", b"AUTH"),
    *(b"BDAT 5", b".", b"..", b"", b"\0", b"\xff\xfe", b"Subject: x", b"\x1b[2J", b"a" * 3_000, b"QUI"),
)
ENDS = (b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"")
REPLY = re.compile(rb"(?:[2-5][0-9][0-9][ -][\x20-\x7e]*\r\n)*")


@pytest.mark.parametrize("seed", range(60))
async def test_any_mixture_of_commands(desk: Desk, receiver: Receiver, seed: int) -> None:
    chance = random.Random(seed)
    address = desk.address.encode()
    octets = b"".join(
        word.replace(b"%b", address) + chance.choice(ENDS)
        for word in chance.choices(WORDS, k=chance.randint(1, 120))
    )
    async with await Talker.to(receiver) as talker:
        at = 0
        while at < len(octets):
            step = chance.choice((1, 7, 100, 5_000))
            talker.send(octets[at : at + step])
            at += step
        talker.send(b"\r\n.\r\nQUIT\r\n")
        talker.writer.write_eof()
        told = await talker.rest()
    assert REPLY.fullmatch(told), told
    assert b"421 4.3.0" not in told
    kept = len(desk.contents())
    assert told.count(b"250 2.0.0 Ok: kept") >= kept  # a repeat is answered too
    assert receiver.octets_in_memory == 0
    assert receiver.filed.last_fault == ""
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.mail(mail(seed), desk.address)).startswith("250 ")


async def test_random_octets(desk: Desk, receiver: Receiver) -> None:
    for seed in range(20):
        async with await Talker.to(receiver) as talker:
            talker.send(random.Random(seed).randbytes(200_000))
            talker.writer.write_eof()
            assert REPLY.fullmatch(await talker.rest())
    await until(lambda: not receiver.connections)
    assert desk.contents() == []


async def test_a_storm_of_connections(desk: Desk) -> None:
    """More than there may be: those are turned away at once, and the others served."""
    async with receiving(desk.store, Limits(connections=20)) as receiver:
        talkers = [await Talker.to(receiver) for _ in range(60)]
        greetings = [await talker.reply() for talker in talkers]
        assert sum(greeting.startswith("220 ") for greeting in greetings) == 20
        served = [talker for talker, told in zip(talkers, greetings, strict=True) if told.startswith("220")]
        for number, talker in enumerate(served):
            await talker.say("EHLO x")
            assert (await talker.mail(mail(number), desk.address)).startswith("250 ")
        for talker in talkers:
            await talker.close()
        await until(lambda: not receiver.connections)
        assert receiver.house is not None
        assert receiver.house.by_address == {}
        assert receiver.counters.turned_away == 40


async def test_the_vault_may_be_rotated_meanwhile(desk: Desk, receiver: Receiver) -> None:
    async with await Talker.greeted(receiver) as talker:
        assert (await talker.mail(mail(1), desk.address)).startswith("250 ")
        desk.vault.rotate(PASSPHRASE)
        assert (await talker.mail(mail(2), desk.address)).startswith("250 ")
        desk.vault.rotate(PASSPHRASE)
        assert (await talker.mail(mail(3), desk.address)).startswith("250 ")
    assert desk.contents() == [mail(1), mail(2), mail(3)]
