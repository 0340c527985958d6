"""Tells webhooks of events: `emit` is called in the transaction of the act that it tells of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from store import outbox
from store.columns import utc_text
from store.outbox import Interest
from store.webhook_kinds import Event as Event

ONCE = "INSERT OR IGNORE INTO event_marks (key, at) VALUES (?, ?)"


def emit(
    session: Session,
    event: Event,
    asset_id: int | None,
    data: Mapping[str, Any],
    *,
    at: datetime | None = None,
    once: str = "",
) -> None:
    """Queue one event for the endpoints that want it; where there are none nothing is written.

    Args:
        data: what can be written as JSON, and nothing secret.
        at: when it was (aware); None: now.
        once: a name under which it is told one time only, as long as the name is remembered.
    """
    emit_all(session, event, [(asset_id, data)], at=at, once=once)


def emit_all(
    session: Session,
    event: Event,
    news: Iterable[tuple[int | None, Mapping[str, Any]]],
    *,
    at: datetime | None = None,
    once: str = "",
) -> None:
    """`emit` for many assets: (asset, data). Costs 10 microseconds where no endpoint wants the event."""
    connection = _under(session)
    endpoints = [one for one in Interest().read(connection) if event.value in one.events]
    if not endpoints:
        return
    session.flush()
    moment = at or datetime.now(UTC)
    for asset_id, data in news:
        wanting = [one for one in endpoints if one.wants(event, asset_id)]
        if not wanting:
            continue
        if once and not connection.execute(ONCE, (once, utc_text(moment))).rowcount:
            continue
        outbox.put(connection, wanting, event, asset_id, moment, data)


def wanted(session: Session, event: Event) -> bool:
    """Whether any endpoint wants such events: what it takes to find out about them can be spared else."""
    return any(event.value in one.events for one in Interest().read(_under(session)))


def _under(session: Session) -> sqlite3.Connection:
    found = session.connection().connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found
