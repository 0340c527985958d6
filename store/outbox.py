"""The outbox: events are put here in the transaction of the act that they tell of, each with a delivery for
every endpoint that wants it. So no act is without its deliveries, and no delivery without its act."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.columns import utc_text
from store.webhook_kinds import NO_ASSET, Event

CHANGES = "SELECT count FROM webhook_changes"
INTERESTED = """
    SELECT w.id, w.events, w.ordered, w.all_assets, (SELECT group_concat(a.asset_id) FROM webhook_assets a
                                                      WHERE a.webhook_id = w.id)
      FROM webhooks w WHERE w.enabled ORDER BY w.id
"""
EVENT = """
    INSERT INTO outbox (uid, event, asset_id, at, data, message_id, data_key_id, sealed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
DELIVERY = """
    INSERT INTO deliveries (outbox_id, webhook_id, asset_id, state, tries, next_at, claimed_by, words)
    VALUES (?1, ?2, ?3, CASE WHEN ?4 AND EXISTS (SELECT 1 FROM deliveries WHERE webhook_id = ?2
            AND asset_id = ?3 AND done_at IS NULL) THEN 'held' ELSE 'waiting' END, 0, '', '', '')
"""

Seal = Callable[[bytes], tuple[int, bytes]]
"""Seals a mail's source for the row with this uid; gives the data key's id and what was sealed."""


@dataclass(frozen=True, slots=True)
class Interested:
    """An endpoint, as far as it must be known to queue an event for it."""

    webhook_id: int
    events: frozenset[str]
    ordered: bool
    asset_ids: frozenset[int] | None
    """None: all."""

    def wants(self, event: Event, asset_id: int | None) -> bool:
        """Whether it is to be told. What is about no asset, all are told that want the event."""
        known = self.asset_ids is None or asset_id is None or asset_id in self.asset_ids
        return known and event.value in self.events


class Interest:
    """Which endpoints want what; kept in memory, and read again when an endpoint was changed."""

    def __init__(self) -> None:
        self._seen = -1
        self._endpoints: tuple[Interested, ...] = ()

    def read(self, connection: sqlite3.Connection) -> tuple[Interested, ...]:
        """The endpoints that are on, as they are in the connection's transaction; 4 microseconds."""
        changes = connection.execute(CHANGES).fetchone()[0]
        if changes != self._seen:
            self._endpoints = tuple(map(_interested, connection.execute(INTERESTED)))
            self._seen = changes
        return self._endpoints

    def forget(self) -> None:
        """Read again the next time: the transaction that was read in was rolled back."""
        self._seen = -1


def _interested(row: Sequence[Any]) -> Interested:
    webhook_id, events, ordered, all_assets, asset_ids = row
    known = None if all_assets else frozenset(map(int, asset_ids.split(","))) if asset_ids else frozenset()
    return Interested(webhook_id, frozenset(events.split()), bool(ordered), known)


def new_uid() -> str:
    """A name for an event; receivers see it. It has no dot (Standard Webhooks signs it between dots)."""
    return f"msg_{secrets.token_hex(12)}"


def put(
    connection: sqlite3.Connection,
    endpoints: Iterable[Interested],
    event: Event,
    asset_id: int | None,
    at: datetime,
    data: Mapping[str, Any],
    *,
    message_id: int | None = None,
    seal: Seal | None = None,
) -> int:
    """Queue an event in the connection's transaction for these endpoints; returns the outbox's id.

    Args:
        data: what can be written as JSON, and nothing secret.
        message_id: the mail in the log that the event is about.
        seal: seals that mail.
    """
    uid = new_uid()
    sealed = seal(uid.encode("ascii")) if seal is not None else (None, None)
    values = (uid, event.value, asset_id, utc_text(at), json.dumps(data), message_id, *sealed)
    outbox_id = connection.execute(EVENT, values).lastrowid
    assert outbox_id is not None
    place = NO_ASSET if asset_id is None else asset_id
    connection.executemany(
        DELIVERY, [(outbox_id, endpoint.webhook_id, place, endpoint.ordered) for endpoint in endpoints]
    )
    return outbox_id
