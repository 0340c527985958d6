"""Killed under load, again and again: every message that got its 250 is there, once."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.live.inbound.kit import Desk, Talker, mail, until
from tests.live.inbound.serving import served

CLIENTS = 12
BIG = b"x" * 70_000 + b"\r\n"


@dataclass
class Load:
    """Mails that are numbered, and what has become of them."""

    numbers: Iterator[int]
    sent: set[int] = field(default_factory=set)
    kept: list[int] = field(default_factory=list)
    """Answered with 250."""

    async def send(self, port: int, address: str) -> None:
        """Send until there is none left, or the receiver is gone."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            async with await Talker.to(port) as talker:
                await talker.reply()
                await talker.say("EHLO mail.example.org")
                for number in self.numbers:
                    self.sent.add(number)
                    content = mail(number, BIG if number % 7 == 0 else b"Hello.\r\n")
                    assert (await talker.mail(content, address)).startswith("250 ")
                    self.kept.append(number)


async def killed(desk: Desk, load: Load, count: int) -> None:
    """Let so many be answered, and kill the receiver under way."""
    with served(desk.store.path) as receiver:
        clients = [asyncio.create_task(load.send(receiver.port, desk.address)) for _ in range(CLIENTS)]
        enough = len(load.kept) + count
        await until(lambda: len(load.kept) >= enough)
        receiver.kill()
        await asyncio.gather(*clients)


@pytest.mark.parametrize("first", [20, 31, 47])
async def test_every_250_is_there_once(desk: Desk, first: int) -> None:
    load = Load(itertools.count())
    for more in range(0, 120, 30):
        await killed(desk, load, first + more)
    unanswered = sorted(load.sent.difference(load.kept))
    assert unanswered
    load.numbers = iter(unanswered)  # as a mail server would, it sends them again
    with served(desk.store.path) as receiver:
        await load.send(receiver.port, desk.address)
        assert receiver.stop()["faults"] == 0
    found = Counter(one.message_id.strip("<>") for one in desk.messages())
    assert set(found) == {f"{number}@mail.example.net" for number in load.kept}
    assert set(found.values()) == {1}
    assert set(desk.contents()) == {
        mail(number, BIG if number % 7 == 0 else b"Hello.\r\n") for number in load.kept
    }


async def test_a_store_that_was_left_by_a_kill_goes_on(desk: Desk) -> None:
    for number in range(5):
        with served(desk.store.path) as receiver:
            async with await Talker.to(receiver.port) as talker:
                await talker.reply()
                await talker.say("EHLO x")
                assert (await talker.mail(mail(number), desk.address)).startswith("250 ")
                await talker.envelope(desk.address)
                talker.send(mail(99))
                receiver.kill()
    assert desk.contents() == [mail(number) for number in range(5)]
