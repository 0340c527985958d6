"""Brings mail from files into an asset's log, as if it had been received; what is there already is passed
over."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from live.inbound import mailboxes
from live.inbound.filing import Envelope, filed
from live.inbound.unbroken import in_thread
from live.outgoing.mark import token_of
from live.platform import files
from store import audit, inbound
from store.addressees import Addressee
from store.assets import Asset
from store.database import Store
from store.inbound import NewMessage
from store.inbound_kinds import MailKind, Mark, Via
from store.inbound_writer import InboundWriter
from store.log_key import LogSealer

BATCH_MESSAGES = 500
BATCH_BYTES = 8_000_000
"""One transaction: large enough that the disk is waited for seldom, small enough that a receiver beside it
waits for some tens of milliseconds."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""No mail was sent before; who says so is not believed."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How far the import has come."""

    kept: int = 0
    known: int = 0
    """Passed over, since the asset's log has them."""
    unreadable: int = 0
    """Kept too, but not readable as mail."""
    too_large: int = 0
    """Passed over, see `mailboxes.MESSAGE_BYTES`."""
    read: int = 0
    total: int = 0
    """Octets, read and in all."""

    def words(self) -> str:
        """In one line."""
        told = f"{self.kept:,} {_messages(self.kept)} imported, {self.known:,} were there already"
        if self.unreadable:
            told += f", {self.unreadable:,} of them cannot be read as mail"
        if self.too_large:
            told += f", {self.too_large:,} left out: larger than {mailboxes.MESSAGE_BYTES // 10**6} MB"
        part = f" ({self.read * 100 // self.total} %)" if self.read < self.total else ""
        return f"{told}{part}."


def _messages(many: int) -> str:
    return "message" if many == 1 else "messages"


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is written in one transaction."""

    contents: list[bytes]
    too_large: int
    """Passed over meanwhile."""


async def imported(store: Store, asset: Asset, paths: Sequence[Path]) -> AsyncGenerator[Imported, None]:
    """Import the messages of these files; yields after each transaction, and at the end. Stopped at any
    moment, it can be run again and goes on where it was.

    Raises:
        mailboxes.NotAMailbox, OSError: a path cannot be read. VaultError: there is no vault to seal for.
        StoreError.
    """
    total = await in_thread(lambda: sum(map(mailboxes.size, paths)))
    run = await in_thread(_Run, store, asset, total)
    try:
        batches = _batches(paths)
        while batch := await in_thread(next, batches, None):
            await in_thread(run.take, batch)
            yield run.done
        run.done = replace(run.done, read=total)
        yield run.done
    finally:
        await in_thread(run.end)


def _batches(paths: Sequence[Path]) -> Iterator[_Batch]:
    batch: list[bytes] = []
    size = too_large = 0

    def count() -> None:
        nonlocal too_large
        too_large += 1

    for path in paths:
        messages = files.messages if files.holds_events(path) else mailboxes.messages
        for message in messages(path, count):
            batch.append(message)
            size += len(message)
            if len(batch) >= BATCH_MESSAGES or size >= BATCH_BYTES:
                yield _Batch(batch, too_large)
                batch, size, too_large = [], 0, 0
    if batch or too_large:
        yield _Batch(batch, too_large)


class _Run:
    """One import: what it writes with, and how far it has come."""

    def __init__(self, store: Store, asset: Asset, total: int) -> None:
        self._store = store
        self._asset = asset
        self._addressee = Addressee(asset.id, asset.address, asset.pci_check)
        self._writer = InboundWriter(store, LogSealer(store))
        self._store_token = token_of(store)
        self.done = Imported(total=total)

    def take(self, batch: _Batch) -> None:
        """Keep what is new of a batch."""
        by_digest = {hashlib.sha256(content).digest(): content for content in batch.contents}
        known = inbound.known(self._store, self._asset.id, list(by_digest))
        new = [self._message(content) for digest, content in by_digest.items() if digest not in known]
        self._writer.write(new)
        done = self.done
        self.done = replace(
            done,
            kept=done.kept + len(new),
            known=done.known + len(batch.contents) - len(new),
            unreadable=done.unreadable + sum(Mark.UNREADABLE in one.marks for one in new),
            too_large=done.too_large + batch.too_large,
            read=done.read + sum(map(len, batch.contents)),
        )

    def _message(self, content: bytes) -> NewMessage:
        """As it would have been filed on arrival, but for what an envelope would have told."""
        now = datetime.now(UTC)
        message = filed(
            Envelope("", self._asset.forwarding_address, "", now, "import"),
            self._addressee,
            content,
            self._store_token,
        )
        sent = message.sent_at
        marks = tuple(mark for mark in message.marks if mark not in (Mark.DIRECT, Mark.MISMATCH))
        return replace(
            message,
            received_at=sent if sent is not None and EARLIEST <= sent <= now else now,
            marks=marks,
            kind=MailKind.ORDINARY if message.kind is MailKind.CONFIRMATION else message.kind,
            via=Via.NONE if message.via is Via.DIRECT else message.via,
            confirmation=None,
        )

    def end(self) -> None:
        """Keep in the audit log what was brought in, if anything was."""
        self._writer.close()
        if not (self.done.kept or self.done.known):
            return
        detail = f"{self.done.kept:,} kept, {self.done.known:,} known"
        asset = self._asset
        with self._store.write() as session:
            audit.record(
                session,
                self._store.actor,
                "messages imported",
                asset_id=asset.id,
                asset_name=asset.name,
                detail=detail,
            )
