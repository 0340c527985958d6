"""Deletes messages: those a person chose, those past their time, those beyond an asset's share of the disk.

All in short transactions, so that arriving mail need not wait, and the space leaves the file. Content and
headers are written over; single words of a subject stay in the search index until it merges them away.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from store import audit
from store.connections import writing_connection
from store.database import explained
from store.inbound_bodies import audit_name
from store.inbound_tables import SPAN_BITS

if TYPE_CHECKING:
    from store.database import Store

AT_ONCE = 100
"""Messages deleted in one transaction; takes about 10 ms."""
AT_ONCE_BYTES = 20_000_000
"""Octets deleted in one transaction: what is deleted is written over, at 300 MB/s or so."""
PAGES_AT_ONCE = 500
"""Pages given back in one transaction: two megabytes, moved in some 10 ms."""
PAGES_LEFT = 250
"""Free pages that stay in the file: the search index takes and leaves as many all the time."""
TOLD_IDS = 50

Sleep = Callable[[float], object]


def delete(store: Store, ids: Sequence[int]) -> int:
    """Delete messages for good, with one audit entry; returns how many there were.

    The entry names the asset where there is one alone, and of a single message time and sender; the subject
    is part of what was to go.

    Raises:
        StoreError: the store is locked or cannot be written; what was deleted before stays deleted.
    """
    with _Pruning(store) as pruning:
        known = pruning.connection.execute(NAMED, (json.dumps(list(ids)),)).fetchall()
        deleted = pruning.delete(_sized(pruning.connection, ids))
    if deleted:
        told = ", ".join(map(str, ids[:TOLD_IDS])) + (", …" if len(ids) > TOLD_IDS else "")
        detail = f"{deleted:,}: {told}"
        if len(known) == 1:
            message_id, _asset_id, _name, received_at, sender = known[0]
            detail = f"{audit_name(message_id)} of {received_at[:16]}Z from {sender or '<>'}"
        of = {(asset_id, name) for _id, asset_id, name, *_ in known}
        _tell(store, "messages deleted", detail, *(of.pop() if len(of) == 1 else ()))
    return deleted


def delete_of_asset(store: Store, asset_id: int) -> int:
    """Delete all messages of an asset that is about to be deleted itself; returns how many there were.

    Raises:
        StoreError: as `delete`.
    """
    with _Pruning(store) as pruning:
        return pruning.delete(_oldest_of(pruning.connection, asset_id))


def prune(
    store: Store, now: datetime, *, days: int | None, megabytes: int | None, sleep: Sleep = time.sleep
) -> int:
    """Delete what is past its time or beyond its share, the oldest first; returns how many.

    Args:
        days: kept so long after they came into the log, where the asset has no `keep_days` of its own; None
            or 0: without end.
        megabytes: so much (10^6 octets, as the messages came) is kept of each asset that has no
            `keep_megabytes` of its own; None or 0: no limit.
        sleep: called between two transactions, for as long as the one before took.

    Raises:
        StoreError: as `delete`.
    """
    with _Pruning(store, sleep) as pruning:
        deleted = pruning.delete(_past_their_time(pruning.connection, now, days))
        for asset_id, excess in _beyond_their_share(pruning.connection, megabytes):
            deleted += pruning.delete(_first_octets(_oldest_of(pruning.connection, asset_id), excess))
    if deleted:
        _tell(store, "messages expired", f"{deleted:,}")
    return deleted


DELETE = "DELETE FROM inbound_messages WHERE id IN (SELECT value FROM json_each(?))"
OLDEST = "SELECT id, size, uid FROM inbound_messages WHERE asset_id = ? AND id > ? ORDER BY id LIMIT ?"
DELETE_SPANS = """
    DELETE FROM inbound_spans
     WHERE span < coalesce((SELECT min(id) FROM inbound_messages), 1 << 62) >> ?
"""
NAMED = """
    SELECT m.id, m.asset_id, a.name, m.received_at, m.sender
      FROM inbound_messages m JOIN assets a ON a.id = m.asset_id
     WHERE m.id IN (SELECT value FROM json_each(?))
"""
Sized = tuple[int, int]
"""A message's id and size."""


class _Pruning:
    """A connection that deletes in short transactions, and gives the space back at the end."""

    def __init__(self, store: Store, sleep: Sleep = time.sleep) -> None:
        self._path = store.path
        self._sleep = sleep
        self._deleted = 0

    def __enter__(self) -> _Pruning:
        try:
            self.connection = writing_connection(self._path)
        except sqlite3.Error as error:
            raise explained(error, self._path) from None
        return self

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        with contextlib.closing(self.connection):
            if error is None:
                try:
                    self._give_back()
                except sqlite3.Error as fault:
                    raise explained(fault, self._path) from None
        if isinstance(error, sqlite3.Error):
            raise explained(error, self._path) from None

    def delete(self, messages: Iterator[Sized]) -> int:
        """Delete these; each part is read after the one before was deleted."""
        deleted = 0
        while part := _part(messages):
            with self._transaction():
                deleted += self.connection.execute(DELETE, (json.dumps(part),)).rowcount
        self._deleted += deleted
        return deleted

    def _give_back(self) -> None:
        free = self._free_pages()
        while free > PAGES_LEFT:
            with self._pause():
                self.connection.execute(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})").fetchall()
            before, free = free, self._free_pages()
            if free >= before:  # a file that was made without, and could not be made anew yet
                break
        if not self._deleted:
            return
        with self._transaction():
            self.connection.execute(DELETE_SPANS, (SPAN_BITS,))
        # The write-ahead log still holds what was deleted; where somebody reads just now, it goes later.
        self.connection.execute("PRAGMA busy_timeout=0")
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _free_pages(self) -> int:
        return int(self.connection.execute("PRAGMA freelist_count").fetchone()[0])

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._pause():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _pause(self) -> Iterator[None]:
        """Leave the write lock free, afterwards, for as long as it was held: SQLite queues nobody, and a
        writer that waits asks only every so often."""
        began = time.monotonic()
        yield
        self._sleep(min(time.monotonic() - began, 0.1))


def _part(messages: Iterator[Sized]) -> list[int]:
    part: list[int] = []
    octets = 0
    for message_id, size in islice(messages, AT_ONCE):
        part.append(message_id)
        octets += size
        if octets >= AT_ONCE_BYTES:
            break
    return part


def _sized(connection: sqlite3.Connection, ids: Sequence[int]) -> Iterator[Sized]:
    for message_id in dict.fromkeys(ids):
        statement = "SELECT id, size FROM inbound_messages WHERE id = ?"
        yield from connection.execute(statement, (message_id,)).fetchall()


def _oldest_of(connection: sqlite3.Connection, asset_id: int) -> Iterator[Sized]:
    for message_id, size, _uid in _from_the_oldest(connection, asset_id):
        yield message_id, size


def _from_the_oldest(connection: sqlite3.Connection, asset_id: int) -> Iterator[tuple[int, int, bytes]]:
    last, many = 0, 1  # of most assets the oldest is not old enough
    while rows := connection.execute(OLDEST, (asset_id, last, many)).fetchall():
        yield from rows
        last, many = rows[-1][0], AT_ONCE


def _first_octets(messages: Iterator[Sized], octets: int) -> Iterator[Sized]:
    for message_id, size in messages:
        if octets <= 0:
            return
        yield message_id, size
        octets -= size


def _past_their_time(connection: sqlite3.Connection, now: datetime, days: int | None) -> Iterator[Sized]:
    """Asset by asset from its oldest on, which takes 5 microseconds where there is nothing to do.

    By the time that stands at the start of `uid`: an old mail that was imported today is new here.
    """
    rows = connection.execute("SELECT id, coalesce(keep_days, ?) FROM assets", (days or 0,)).fetchall()
    for asset_id, kept_days in rows:
        if kept_days > 0:
            end = uid_time(now - timedelta(days=kept_days))
            for message_id, size, uid in _from_the_oldest(connection, asset_id):
                if uid >= end:
                    break
                yield message_id, size


def uid_time(moment: datetime) -> bytes:
    """How the uid of a message begins that was kept at this time: milliseconds since 1970, in 6 octets."""
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return max(0, since // timedelta(milliseconds=1)).to_bytes(6, "big")


def _beyond_their_share(connection: sqlite3.Connection, megabytes: int | None) -> list[tuple[int, int]]:
    """Assets, and how many octets too many each has."""
    statement = """
        SELECT s.asset_id, s.bytes - coalesce(a.keep_megabytes, ?) * 1000000
          FROM inbound_states s JOIN assets a ON a.id = s.asset_id
         WHERE coalesce(a.keep_megabytes, ?) > 0 AND s.bytes > coalesce(a.keep_megabytes, ?) * 1000000
    """
    return connection.execute(statement, (megabytes or 0,) * 3).fetchall()


def _tell(store: Store, action: str, detail: str, asset_id: int | None = None, asset_name: str = "") -> None:
    with store.write() as session:
        audit.record(session, store.actor, action, asset_id=asset_id, asset_name=asset_name, detail=detail)
