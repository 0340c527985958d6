"""Writes messages into the log, many in one transaction that is on disk when `write` returns.

Plain SQL on a connection of its own: with 50 messages of 4 KB a transaction takes 8 ms, a third of it for the
search index.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from store import dkim_selectors, inbound_figures, probes
from store.columns import utc_text
from store.connections import writing_connection
from store.database import StoreError, explained
from store.inbound_bodies import packed
from store.inbound_records import Kept, NewMessage
from store.inbound_retention import uid_time
from store.inbound_texts import (
    LENGTHS,
    address,
    attachment_names,
    facets,
    ideographs,
    kept,
    repeat_key,
)

if TYPE_CHECKING:
    from store.database import Store
    from store.log_key import LogSealer
    from store.outbox_mail import MailOutbox

CACHE_KB = 16_000
"""Pages that the connection holds: with SQLite's 2 MB a commit beside a million messages reads more often."""

COLUMNS = (
    *("id", "uid", "asset_id", "received_at", "sent_at", "size", "repeats", "repeat_key", "digest"),
    *("source", "mail_from", "rcpt_to", "peer", "message_id", "kind", "via", "forwarded_by", "marks"),
    *("detail", "attachment_count"),
    *("subject", "sender", "sender_name", "recipients", "attachments", "ideographs", "facets"),
)
RECEIVED = COLUMNS.index("received_at")
INDEXED = COLUMNS[-7:]
"""What the search index is given; the last columns, so that they are a slice of the row."""


def _insertion(table: str, *columns: str) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608


MESSAGE = _insertion("inbound_messages", *COLUMNS)
WORDS = _insertion("inbound_fts", "rowid", *INDEXED)
BODY = "INSERT INTO inbound_bodies (id, data_key_id, sealed) VALUES (?, ?, ?)"
LAST_ID = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'inbound_messages'), 0)"
SAME = "SELECT id FROM inbound_messages WHERE repeat_key = ? AND asset_id = ? AND digest = ?"
AGAIN = "UPDATE inbound_messages SET repeats = repeats + 1 WHERE id = ?"


class AssetMissing(StoreError):
    """A message is for an asset that was deleted; nothing of its batch was kept."""

    def __init__(self, asset_id: int) -> None:
        self.asset_id = asset_id
        super().__init__(f"The asset {asset_id} was deleted; mail for it cannot be kept.")


class InboundWriter:
    """One connection of its own; used by one thread at a time, and it need not be the one that made it."""

    def __init__(self, store: Store, sealer: LogSealer, outbox: MailOutbox | None = None) -> None:
        """
        Args:
            outbox: queues what webhooks are told of the messages, in their transaction.

        Raises:
            StoreError: the file cannot be opened.
        """
        self._path = store.path
        self._sealer = sealer
        self._outbox = outbox
        try:
            self.connection = writing_connection(store.path)
            self.connection.execute(f"PRAGMA cache_size=-{CACHE_KB}")
        except sqlite3.Error as error:
            raise explained(error, store.path) from None

    def write(self, batch: Sequence[NewMessage]) -> list[Kept]:
        """Keep messages, in order, all or none; they are on disk (synchronous=FULL) on return.

        Raises:
            StoreError: the disk is full, the store locked, …; nothing of the batch was kept. AssetMissing:
            one is for an asset that is gone (`asset_id`); write the others again. store.vault.VaultError:
            there is no key to seal with.
        """
        if not batch:
            return []
        bodies = [packed(message.content) for message in batch]  # before the lock is taken
        with self._transaction():
            done = self._write(batch, bodies)
        if self._outbox is not None:
            self._outbox.done()
        return done

    def try_out(self) -> None:
        """See whether a message could be kept now: what a new writer commits is its data key.

        Raises:
            StoreError, store.vault.VaultError: as `write`.
        """
        with self._transaction():
            self._sealer.seal(self.connection, secrets.token_bytes(16), b"")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield
            self.connection.execute("COMMIT")
        except BaseException as error:
            self._undo()
            if isinstance(error, sqlite3.Error):
                raise explained(error, self._path) from None
            raise

    def _undo(self) -> None:
        self._sealer.forget()
        if self._outbox is not None:
            self._outbox.undone()
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def _write(self, batch: Sequence[NewMessage], bodies: Sequence[bytes]) -> list[Kept]:
        _require_assets(self.connection, {message.asset_id for message in batch})
        first_id = self.connection.execute(LAST_ID).fetchone()[0] + 1
        done = self._sorted(batch, first_id)
        new = [
            (one.id, message, body)
            for one, message, body in zip(done, batch, bodies, strict=True)
            if not one.repeat
        ]
        rows, sealed = [], []
        now = datetime.now(UTC)
        for message_id, message, body in new:
            uid = uid_time(now) + secrets.token_bytes(10)
            rows.append((message_id, uid, *_row(message)))
            sealed.append((message_id, *self._sealer.seal(self.connection, uid, body)))
        self.connection.executemany(MESSAGE, rows)
        self.connection.executemany(BODY, sealed)
        self.connection.executemany(WORDS, [(row[0], *row[-len(INDEXED) :]) for row in rows])
        self.connection.executemany(AGAIN, [(one.id,) for one in done if one.repeat])
        figures = [(row[0], row[RECEIVED], message) for row, (_, message, _) in zip(rows, new, strict=True)]
        inbound_figures.add(self.connection, figures)
        dkim_selectors.add(
            self.connection, [(one.asset_id, one.received_at, one.signed_with) for _, one, _ in new]
        )
        probes.add(self.connection, (message for _, message, _ in new))
        if self._outbox is not None:
            self._outbox.kept(self.connection, new)
        return done

    def _sorted(self, batch: Iterable[NewMessage], next_id: int) -> list[Kept]:
        """Which messages are new, with their ids, and which repeat another, of the log or of the batch."""
        done = []
        seen: dict[tuple[int, bytes], int] = {}
        for message in batch:
            same = (message.asset_id, message.digest)
            found = seen.get(same) or self._kept(message)
            if found is None:
                done.append(Kept(next_id, repeat=False))
                seen[same] = next_id
                next_id += 1
            else:
                done.append(Kept(found, repeat=True))
        return done

    def _kept(self, message: NewMessage) -> int | None:
        values = (repeat_key(message.digest), message.asset_id, message.digest)
        row = self.connection.execute(SAME, values).fetchone()
        return row[0] if row else None


def _require_assets(connection: sqlite3.Connection, asset_ids: Iterable[int]) -> None:
    for asset_id in asset_ids:
        if connection.execute("SELECT 1 FROM assets WHERE id = ?", (asset_id,)).fetchone() is None:
            raise AssetMissing(asset_id)


def _row(message: NewMessage) -> tuple[Any, ...]:
    """A message's columns after id and uid, in the order of `COLUMNS`."""
    subject = kept(message.subject, LENGTHS["subject"])
    sender_name = kept(message.sender_name, LENGTHS["sender_name"])
    names = attachment_names(message.attachments)
    return (
        message.asset_id,
        utc_text(message.received_at),
        _sent(message),
        len(message.content),
        0,
        repeat_key(message.digest),
        message.digest,
        *(kept(getattr(message, name), LENGTHS[name]) for name in COLUMNS[9:14]),
        message.kind.value,
        message.via.value,
        address(message.forwarded_by),
        " ".join(mark.value for mark in message.marks),
        kept(message.detail, LENGTHS["detail"]),
        len(message.attachments),
        subject,
        address(message.sender),
        sender_name,
        kept(message.recipients, LENGTHS["recipients"]),
        names,
        ideographs(subject, sender_name, names),
        facets(message),
    )


def _sent(message: NewMessage) -> str | None:
    try:
        return utc_text(message.sent_at) if message.sent_at else None
    except (ValueError, OverflowError):  # no zone, or the first day of the year 1 in a zone east of UTC
        return None
