"""Drops what is past its time out of the outbox: events whose deliveries are done, with their mail."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from store.columns import utc_text
from store.connections import writing_connection
from store.database import explained

if TYPE_CHECKING:
    from store.database import Store

DEAD_TIMES = 4
"""A dead letter stays so many times as long as what was delivered: somebody may still want it."""
AT_ONCE = 100
"""Events dropped in one transaction; takes about 10 ms, and arriving mail waits for no more."""
DATA_KEY_LASTS = timedelta(hours=24)
"""A data key is used for an hour; after a day without an event it is of no use."""
MARKS_LAST = timedelta(days=120)
"""What was told once is remembered for longer than any deadline is told of before."""

PAST = """
    SELECT o.id FROM outbox o
     WHERE o.id > ?1 AND o.at < ?2 AND NOT EXISTS (
           SELECT 1 FROM deliveries d WHERE d.outbox_id = o.id
              AND (d.done_at IS NULL OR d.done_at >= ?2 OR (d.state = 'dead' AND d.done_at >= ?3)))
     ORDER BY o.id LIMIT ?4
"""
DROP_KEYS = """
    DELETE FROM outbox_data_keys
     WHERE created_at < ? AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.data_key_id = outbox_data_keys.id)
"""


def prune(store: Store, now: datetime, *, days: int, sleep: Callable[[float], object] = time.sleep) -> int:
    """Drop events that were delivered to all for so many days; returns how many.

    Raises:
        StoreError: what was dropped before stays dropped.
    """
    done, dead = now - timedelta(days=days), now - timedelta(days=days * DEAD_TIMES)
    try:
        connection = writing_connection(store.path)
        try:
            dropped = _drop(connection, utc_text(done), utc_text(dead), sleep)
            connection.execute(DROP_KEYS, (utc_text(now - DATA_KEY_LASTS),))
            connection.execute("DELETE FROM event_marks WHERE at < ?", (utc_text(now - MARKS_LAST),))
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise explained(error, store.path) from None
    return dropped


def _drop(connection: sqlite3.Connection, done: str, dead: str, sleep: Callable[[float], object]) -> int:
    dropped = last = 0
    while ids := [row[0] for row in connection.execute(PAST, (last, done, dead, AT_ONCE))]:
        began = time.monotonic()
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany("DELETE FROM outbox WHERE id = ?", [(one,) for one in ids])
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        dropped, last = dropped + len(ids), ids[-1]
        sleep(time.monotonic() - began)  # others come between
    return dropped
