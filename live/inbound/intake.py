"""Keeps arriving mail, many in one transaction: one thread takes whatever waits, files it, commits, answers.

While a commit is on its way to the disk the next mails gather, so that the slower the disk, the more share a
commit. What waits is bounded by the connections, each of which has one mail in here at most, and by `Room`.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from live.histogram import Histogram
from live.inbound.envelope import Arrival, Outcome
from live.inbound.filing import messages_of
from live.inbound.limits import Limits
from live.inbound.room import Room
from store.database import StoreBusy, StoreError, StoreNotWritable
from store.inbound import Kept, NewMessage
from store.inbound_writer import AssetMissing
from store.vault import VaultError

Answer = Callable[[Outcome], None]
Confirmed = Callable[[int, bytes], object]
Waiting = tuple[Arrival, Answer, float]
"""A mail, who is told what became of it, and since when it waits, by `time.monotonic`."""


class Writer(Protocol):
    """What keeps messages; `store.inbound.InboundWriter` in life."""

    def write(self, batch: Sequence[NewMessage]) -> list[Kept]: ...

    def try_out(self) -> None: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Filed:
    """What was done since the start; read by the loop, written by the thread."""

    messages: int = 0
    """Kept, repeats not counted."""
    repeats: int = 0
    octets: int = 0
    commits: int = 0
    faults: int = 0
    """Mails that were answered with a 451 or 452."""
    last_fault: str = ""
    """One sentence, until a mail is kept again or its cause is gone; for a person, never for a client."""
    last_fault_at: float = 0.0
    """By `time.monotonic`."""
    of_the_store: bool = False
    """Whether the last fault was one of the store or of its vault, which a trial can find gone."""

    def failed(self, words: str, *, of_the_store: bool = False) -> None:
        """Note a fault."""
        self.last_fault, self.last_fault_at, self.of_the_store = words, time.monotonic(), of_the_store


class Intake:
    """One for each receiver. All methods but the thread's own are called in the loop it was started in."""

    def __init__(
        self,
        open_writer: Callable[[], Writer],
        room: Room,
        limits: Limits,
        confirmed: Confirmed | None = None,
        store_token: str = "",
    ) -> None:
        """
        Args:
            confirmed: called in the loop, with message id and content, after a confirmation was kept.
            store_token: see `live.inbound.filing.filed`.
        """
        self.filed = Filed()
        self.to_commit = Histogram()
        """Seconds from the end of each mail to the commit that holds it."""
        self._store_token = store_token
        self._confirmed = confirmed
        self._open_writer = open_writer
        self._writer: Writer | None = None
        self._room = room
        self._limits = limits
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Open the writer and begin.

        Raises:
            StoreError, VaultError: messages cannot be kept; the text tells why.
        """
        self._loop = asyncio.get_running_loop()
        self._writer = await asyncio.to_thread(self._open_writer)
        self._thread = threading.Thread(target=self._work, name="postroom intake", daemon=True)
        self._thread.start()

    def submit(self, arrival: Arrival, answer: Answer) -> None:
        """Have a mail kept; `answer` is called in the loop after the commit that holds it, or the fault."""
        self._waiting.put((arrival, answer, time.monotonic()))

    async def accept(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Have mails kept; returns what became of each, after the commits."""
        answers: list[asyncio.Future[Outcome]] = [asyncio.Future() for _ in arrivals]
        for arrival, future in zip(arrivals, answers, strict=True):
            self.submit(arrival, functools.partial(_resolve, future))
        return list(await asyncio.gather(*answers))

    async def try_out(self) -> None:
        """After a fault: see whether a mail could be kept now; if so, `filed.last_fault` is empty then."""
        await self.accept([Arrival((), b"")])

    async def close(self) -> None:
        """Keep what waits, and end. Nothing may be submitted afterwards."""
        if self._thread is not None:
            self._waiting.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    def _work(self) -> None:
        assert self._loop is not None
        ended = False
        while not ended:
            batch, ended = self._next_batch()
            outcomes = self._keep(batch)
            with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody waits for an answer
                self._loop.call_soon_threadsafe(_tell, batch, outcomes)
            del batch  # while waiting for the next, nothing of this one is held
        self._drop_writer()

    def _next_batch(self) -> tuple[list[Waiting], bool]:
        """What waits now, at least one mail; and whether it is the last."""
        batch: list[Waiting] = []
        octets = 0
        item = self._waiting.get()
        while item is not None:
            batch.append(item)
            octets += len(item[0].content) * len(item[0].addressed)
            if len(batch) >= self._limits.batch_mails or octets >= self._limits.batch_octets:
                return batch, False
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _keep(self, batch: Sequence[Waiting]) -> list[Outcome]:
        """Keep a batch, and note how long that took."""
        outcomes = self._kept([arrival for arrival, _, _ in batch])
        now = time.monotonic()
        for (arrival, _, since), outcome in zip(batch, outcomes, strict=True):
            if outcome is Outcome.KEPT and arrival.addressed:
                self.to_commit.add(now - since)
        return outcomes

    def _kept(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Keep mails in one transaction; where that fails for the sake of one mail, each in its own."""
        outcome, others_may_succeed = self._written(arrivals)
        if others_may_succeed and len(arrivals) > 1:
            return [self._written([arrival])[0] for arrival in arrivals]
        return [outcome] * len(arrivals)

    def _written(self, arrivals: Sequence[Arrival]) -> tuple[Outcome, bool]:
        """What became of the mails, in one transaction; and whether fewer of them could have been kept."""
        if not arrivals:
            return Outcome.KEPT, False
        try:
            token = self._store_token
            messages = [message for arrival in arrivals for message in messages_of(arrival, token)]
            if self._writer is None:
                self._writer = self._open_writer()
            if not messages:
                self._writer.try_out()
            kept = self._writer.write(messages)
        except Exception as error:  # noqa: BLE001  # whatever it is, the client must hear that it may try again
            return self._failed(error, arrivals)
        self._tell_confirmations(messages, kept)
        done = self.filed
        done.repeats += (repeats := sum(one.repeat for one in kept))
        done.messages += len(kept) - repeats
        done.octets += sum(len(arrival.content) for arrival in arrivals)
        done.commits += bool(messages)
        done.last_fault = ""
        return Outcome.KEPT, False

    def _tell_confirmations(self, messages: Sequence[NewMessage], kept: Sequence[Kept]) -> None:
        if self._confirmed is None or self._loop is None:
            return
        for message, one in zip(messages, kept, strict=True):
            if message.confirmation is not None and not one.repeat:
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    self._loop.call_soon_threadsafe(self._confirmed, one.id, message.content)

    def _failed(self, error: Exception, arrivals: Sequence[Arrival]) -> tuple[Outcome, bool]:
        known = isinstance(error, (StoreError, VaultError))
        whole = isinstance(error, (StoreBusy, StoreNotWritable, VaultError))
        if not isinstance(error, AssetMissing):  # of this mail only, and its next try is told so
            # The words of an unknown fault may hold what a stranger wrote.
            words = str(error) if known else f"A mail could not be kept ({type(error).__name__})."
            self.filed.failed(words, of_the_store=whole)
        if whole or len(arrivals) == 1:
            self.filed.faults += sum(bool(arrival.addressed) for arrival in arrivals)
        # A new one begins from what the store and its vault are then.
        self._drop_writer()
        full = isinstance(error, StoreNotWritable) and self._room.disk_is_short_now()
        return (Outcome.NO_ROOM if full else Outcome.FAULT), not whole

    def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
            except Exception as error:  # noqa: BLE001  # it is given up either way
                self.filed.failed(f"The writer could not be closed ({type(error).__name__}).")


def _tell(batch: Sequence[Waiting], outcomes: Sequence[Outcome]) -> None:
    for (_, answer, _), outcome in zip(batch, outcomes, strict=True):
        answer(outcome)


def _resolve(future: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not future.cancelled():
        future.set_result(outcome)
