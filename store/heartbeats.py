"""Heartbeats: assets whose forwarding is proved by a probe every so many hours, and when the next is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Index, func, text
from sqlmodel import Field, SQLModel, col, select

from store import assets, audit, probes
from store.columns import UtcDateTime, utc_text
from store.probes import Trigger

if TYPE_CHECKING:
    from store.database import Store

DAILY = 24
MOST_HOURS = 24 * 31
"""What is proved more seldom than monthly is found out by customers first."""
SLACK_HOURS = 2
"""A clock that is set back by less sends no second probe; the next is late by as much."""


class HeartbeatError(Exception):
    """A heartbeat cannot be set so; the text says why."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """An asset's heartbeat, which is on."""

    asset_id: int
    every_hours: int
    next_at: datetime


class HeartbeatRow(SQLModel, table=True):
    """The table: an asset without a row has none."""

    __tablename__ = "heartbeats"
    __table_args__ = (Index("heartbeats_next", "next_at"),)

    asset_id: int = Field(primary_key=True, foreign_key="assets.id", ondelete="CASCADE")
    every_hours: int
    next_at: datetime = Field(sa_type=UtcDateTime)


def of(store: Store, asset_id: int) -> Heartbeat | None:
    """The asset's heartbeat; None: it is off."""
    with store.read() as session:
        row = session.get(HeartbeatRow, asset_id)
        return _heartbeat(row) if row else None


def every(store: Store) -> dict[int, Heartbeat]:
    """All that are on, by asset."""
    with store.read() as session:
        return {row.asset_id: _heartbeat(row) for row in session.exec(select(HeartbeatRow))}


def put(store: Store, asset_ids: Iterable[int], every_hours: int, now: datetime) -> int:
    """Turn heartbeats on, every so many hours, or off by 0; the first probes are due at once. Returns how
    many of the assets were changed.

    Raises:
        HeartbeatError: the hours are none. StoreError.
    """
    if not 0 <= every_hours <= MOST_HOURS:
        raise HeartbeatError(f"A heartbeat comes every 1 to {MOST_HOURS} hours; 0 turns it off.")
    changed = 0
    with store.write() as session:
        wanted = list(dict.fromkeys(asset_ids))
        found = select(assets.AssetRow).where(col(assets.AssetRow.id).in_(wanted))
        for asset in session.exec(found).all():
            assert asset.id is not None
            row = session.get(HeartbeatRow, asset.id)
            if (row.every_hours if row else 0) == every_hours:
                continue
            changed += 1
            if row is not None and not every_hours:
                session.delete(row)
            elif row is not None:
                row.every_hours, row.next_at = every_hours, min(row.next_at, _next(now, every_hours))
                session.add(row)
            else:
                session.add(HeartbeatRow(asset_id=asset.id, every_hours=every_hours, next_at=now))
            audit.record(
                session,
                store.actor,
                "heartbeat on" if every_hours else "heartbeat off",
                asset_id=asset.id,
                asset_name=asset.name,
                detail=f"every {every_hours} hours" if every_hours else "",
            )
    return changed


DUE = """
    SELECT asset_id FROM heartbeats h
     WHERE {when} AND NOT EXISTS (
           SELECT 1 FROM registrations r WHERE r.asset_id = h.asset_id AND r.state = 'retired')
     ORDER BY next_at LIMIT :limit
"""
BY_NOW = "next_at <= :now"
TOO_LATE = "julianday(next_at) > julianday(:now) + (every_hours + :slack) / 24.0"
"""Put off before the clock was set back. No index helps: 5 ms for 10,000."""


def due(store: Store, now: datetime, limit: int = 20, *, thorough: bool = False) -> list[int]:
    """Assets whose probe is due, the longest overdue first.

    Args:
        thorough: look for those as well that were put off before the clock was set back.
    """
    when = f"({BY_NOW} OR {TOO_LATE})" if thorough else BY_NOW
    values = {"now": utc_text(now), "limit": limit, **({"slack": SLACK_HOURS} if thorough else {})}
    with store.read() as session:
        rows = session.connection().execute(text(DUE.format(when=when)), values)
        return [row[0] for row in rows]


def first(store: Store) -> tuple[int, datetime | None]:
    """How many are on, and when the first is due."""
    with store.read() as session:
        query = select(func.count(), func.min(col(HeartbeatRow.next_at)))
        count, at = session.exec(query).one()
        return count, datetime.fromisoformat(at) if isinstance(at, str) else at


def per_hour(store: Store) -> float:
    """How many probes an hour takes, for all that are on."""
    with store.read() as session:
        rate = session.connection().exec_driver_sql("SELECT sum(1.0 / every_hours) FROM heartbeats")
        return float(rate.scalar() or 0.0)


def claim(store: Store, asset_id: int, token: str, now: datetime, wait_s: float) -> bool:
    """Take a due heartbeat: its next is put off, and its probe kept as begun, in one transaction, so that
    nobody sends it a second time. False: it is not due any more."""
    with store.write() as session:
        row = session.get(HeartbeatRow, asset_id)
        if row is None or not _is_due(row, now):
            return False
        row.next_at = _next(now, row.every_hours)
        session.add(row)
        probes.begin(session, token, asset_id, Trigger.HEARTBEAT, now, wait_s)
    return True


def sooner(store: Store, asset_id: int, at: datetime) -> None:
    """Have the next one be due earlier, since this one could not be sent."""
    with store.write() as session:
        session.connection().execute(
            text("UPDATE heartbeats SET next_at = min(next_at, :at) WHERE asset_id = :asset_id"),
            {"at": utc_text(at), "asset_id": asset_id},
        )


def _is_due(row: HeartbeatRow, now: datetime) -> bool:
    return row.next_at <= now or row.next_at > _next(now, row.every_hours + SLACK_HOURS)


def _next(now: datetime, every_hours: int) -> datetime:
    return now + timedelta(hours=every_hours)


def _heartbeat(row: HeartbeatRow) -> Heartbeat:
    return Heartbeat(row.asset_id, row.every_hours, row.next_at)
