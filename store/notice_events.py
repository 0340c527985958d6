"""Tells webhooks of notices, in the transaction of the telling. An endpoint that is told of some assets hears
of those alone, of a cause that touches others too."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from store import outbox
from store.notice_records import Occasion
from store.outbox import Interest
from store.webhook_kinds import Event

if TYPE_CHECKING:
    from sqlmodel import Session

MOST_ASSETS = 100
"""Assets that are named in one event: 10 KB. `assets_in_all` says how many there are."""
FACTS = """
    SELECT kind, state, level, cause, reason, who, diagnosis, client_name, deadline_at, opened_at
      FROM notices WHERE id = ?
"""
MEMBERS = """
    SELECT a.id, a.name, a.address, m.deadline_at FROM notice_members m JOIN assets a ON a.id = m.asset_id
     WHERE m.notice_id = ? ORDER BY m.deadline_at, a.name_key
"""


def emit(session: Session, notice_id: int, round_id: int, occasion: Occasion, now: datetime) -> int:
    """Queue the event for all endpoints that want it; returns how many.

    Its data: `notice` (its number), `occasion`, `kind`, `level`, `cause`, `reason`, `who`, `diagnosis`,
    `client`, `deadline`, `since`, `assets` (id, name, address, deadline of each, `MOST_ASSETS` at the most),
    `assets_in_all`.
    """
    session.flush()
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    wanting = [one for one in Interest().read(connection) if Event.DESK_NOTICE.value in one.events]
    if not wanting:
        return 0
    facts = connection.execute(FACTS, (notice_id,)).fetchone()
    members = connection.execute(MEMBERS, (notice_id,)).fetchall()
    told = 0
    for endpoint in wanting:
        seen = _seen(members, endpoint.asset_ids)
        if members and not seen:
            continue
        whole = len(seen) == len(members)
        data = _data(notice_id, occasion, facts, seen, whole=whole)
        asset_id = seen[0][0] if len(seen) == 1 else None
        outbox.put(connection, [endpoint], Event.DESK_NOTICE, asset_id, now, data)
        told += 1
    connection.execute("UPDATE notice_rounds SET webhooks = ? WHERE id = ?", (told, round_id))
    return told


def _seen(members: list[Any], asset_ids: Collection[int] | None) -> list[Any]:
    return members if asset_ids is None else [row for row in members if row[0] in asset_ids]


def _data(
    notice_id: int, occasion: Occasion, facts: Any, members: list[Any], *, whole: bool
) -> dict[str, Any]:
    kind, state, level, cause, reason, who, diagnosis, client, deadline_at, opened_at = facts
    own = None if whole else min((row[3] for row in members if row[3]), default=None)
    return {
        "notice": notice_id,
        "occasion": occasion.value,
        "kind": kind,
        "state": state,
        "level": level,
        "cause": cause,
        "reason": reason,
        "who": who,
        "diagnosis": diagnosis,
        "client": client or None,
        "deadline": deadline_at if whole else own,
        "since": opened_at,
        "assets": [
            {"id": id_, "name": name, "address": address, "deadline": at}
            for id_, name, address, at in members[:MOST_ASSETS]
        ],
        "assets_in_all": len(members),
    }
