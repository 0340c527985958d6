"""When an agent was last at work, and of which sort: it lies beside the lease, which whoever takes it writes
over."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from store.columns import utc_text
from store.database import Store, explained
from store.leases import BUSY_S, path_of

TABLE = (
    "CREATE TABLE IF NOT EXISTS presence (id INTEGER PRIMARY KEY, at TEXT NOT NULL, child INTEGER NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class Presence:
    """An agent was at work."""

    at: datetime
    child: bool
    """It belonged to a console."""


def last(store: Store) -> Presence | None:
    """When one was last seen; None: never, or nobody knows any more.

    Raises:
        StoreError: the file cannot be read.
    """
    if not path_of(store).exists():
        return None
    try:
        with _connected(store) as connection:
            row = connection.execute("SELECT at, child FROM presence WHERE id = 1").fetchone()
            return Presence(datetime.fromisoformat(row[0]), bool(row[1])) if row else None
    except (sqlite3.OperationalError, ValueError) as error:
        if isinstance(error, ValueError) or "no such table" in str(error):
            return None
        raise explained(error, path_of(store)) from None
    except sqlite3.DatabaseError:
        return None  # damaged; the lease throws it away


def note(store: Store, now: datetime, *, child: bool) -> None:
    """Note that one is at work now. Nothing is synced to the disk, and no console wakes up.

    Raises:
        StoreError: the file cannot be written.
    """
    try:
        with _connected(store) as connection:
            connection.execute(TABLE)
            connection.execute("INSERT OR REPLACE INTO presence VALUES (1, ?, ?)", (utc_text(now), child))
    except sqlite3.Error as error:
        raise explained(error, path_of(store)) from None


@contextlib.contextmanager
def _connected(store: Store) -> Iterator[sqlite3.Connection]:
    uri = f"file:{quote(os.fsencode(path_of(store)))}?mode=rw"
    with contextlib.closing(
        sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
    ) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        yield connection
