"""The intake: many mails to a commit, each all or nothing, and a fault of one is not the others'."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from live.inbound.envelope import Arrival, Envelope, Outcome
from live.inbound.intake import Intake, Writer
from live.inbound.limits import Limits
from live.inbound.room import Room
from store.addressees import Addressee
from store.inbound import Kept, NewMessage
from store.inbound_writer import InboundWriter
from store.log_key import LogSealer
from tests.live.inbound.kit import Desk, mail

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Fussy:
    """A writer that fails at what nobody has foreseen, and keeps the rest; it counts its batches."""

    batches: list[int]

    def __init__(self, desk: Desk) -> None:
        self._writer = InboundWriter(desk.store, LogSealer(desk.store))

    def write(self, batch: Sequence[NewMessage]) -> list[Kept]:
        self.batches.append(len(batch))
        if any(b"poison" in message.content for message in batch):
            raise ZeroDivisionError("the words of a stranger")
        return self._writer.write(batch)

    def try_out(self) -> None:
        self._writer.try_out()

    def close(self) -> None:
        self._writer.close()


def arrival(desk: Desk, content: bytes, *more: int) -> Arrival:
    ids = (desk.billing.id, *more)
    envelope = Envelope("a@example.net", desk.address, "192.0.2.1", NOON, "smtp")
    return Arrival(tuple((envelope, Addressee(id_, "a@example.com", pci=False)) for id_ in ids), content)


@pytest.fixture
async def fussy(desk: Desk) -> AsyncIterator[Intake]:
    Fussy.batches = []
    limits = Limits(batch_mails=8, batch_octets=100_000)

    def open_writer() -> Writer:
        return Fussy(desk)

    intake = Intake(open_writer, Room(desk.store.path, limits), limits)
    await intake.start()
    yield intake
    await intake.close()


async def test_a_poisoned_mail_is_put_off_alone(desk: Desk, fussy: Intake) -> None:
    contents = [mail(number, b"poison\r\n" if number == 3 else b"x\r\n") for number in range(6)]
    with desk.store.write():  # the first waits for the lock, the others for the first
        waiting = asyncio.ensure_future(fussy.accept([arrival(desk, content) for content in contents]))
        while not Fussy.batches:
            await asyncio.sleep(0)
    outcomes = await waiting
    assert outcomes == [Outcome.FAULT if number == 3 else Outcome.KEPT for number in range(6)]
    assert sorted(desk.contents()) == sorted(contents[:3] + contents[4:])
    assert fussy.filed.faults == 1
    assert await fussy.accept([arrival(desk, mail(9, b"poison\r\n"))]) == [Outcome.FAULT]
    assert fussy.filed.last_fault == "A mail could not be kept (ZeroDivisionError)."
    assert await fussy.accept([arrival(desk, mail(10))]) == [Outcome.KEPT]


async def test_all_of_a_mail_or_nothing(desk: Desk, fussy: Intake) -> None:
    """One of two addressees was deleted: the mail is put off, and the client's next try tells which."""
    (outcome,) = await fussy.accept([arrival(desk, mail(), 999)])
    assert outcome is Outcome.FAULT
    assert desk.contents() == []
    (outcome,) = await fussy.accept([arrival(desk, mail(), desk.orders.id)])
    assert outcome is Outcome.KEPT
    assert desk.contents() == [mail(), mail()]


async def test_a_batch_is_bounded_by_mails_and_by_octets(desk: Desk, fussy: Intake) -> None:
    assert await fussy.accept([arrival(desk, mail(number)) for number in range(50)]) == [Outcome.KEPT] * 50
    assert max(Fussy.batches) == 8
    Fussy.batches.clear()
    large = [arrival(desk, mail(number, b"x" * 60_000 + b"\r\n")) for number in range(100, 110)]
    assert await fussy.accept(large) == [Outcome.KEPT] * 10
    assert max(Fussy.batches) <= 2


async def test_what_waits_at_the_end_is_kept(desk: Desk, fussy: Intake) -> None:
    waiting = asyncio.ensure_future(fussy.accept([arrival(desk, mail(number)) for number in range(30)]))
    await asyncio.sleep(0)
    await fussy.close()
    assert await waiting == [Outcome.KEPT] * 30
    assert len(desk.contents()) == 30
