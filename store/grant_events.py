"""The history of a grant: every consent, refresh and revocation, with what the provider answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Index, bindparam, insert
from sqlalchemy import select as select_core
from sqlmodel import Field, Session, SQLModel, col, delete, select

from store.columns import UtcDateTime
from store.outside_words import kept_words

if TYPE_CHECKING:
    from store.database import Store

KEPT_EVENTS = 200
"""Events kept for each asset: some nine days of hourly refreshes, or all that ever went wrong."""


@dataclass(frozen=True, slots=True)
class GrantEvent:
    """One attempt. Never a token."""

    at: datetime
    kind: str
    """"consent", "refresh", "check" or "revocation"."""
    outcome: str
    """"kept", "retrying", "refused" or "client fault"."""
    ms: float
    """Milliseconds that the provider took."""
    answer: str = ""
    """What it said: status, error, description; untrusted."""
    references: str = ""
    """Trace and correlation ids, for the provider's support; untrusted."""
    diagnosis: str | None = None


class GrantEventRow(SQLModel, table=True):
    """The table."""

    __tablename__ = "grant_events"
    __table_args__ = (Index("grant_events_asset", "asset_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(foreign_key="assets.id", ondelete="CASCADE")
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    outcome: str
    ms: float
    answer: str = ""
    references: str = ""
    diagnosis: str | None = None


def record_event(session: Session, asset_id: int, event: GrantEvent) -> None:
    """Keep an event in the caller's transaction, and drop the asset's oldest beyond `KEPT_EVENTS`."""
    record_events(session, [(asset_id, event)])


def record_events(session: Session, news: Sequence[tuple[int, GrantEvent]]) -> None:
    """`record_event` for many: (asset, event)."""
    if not news:
        return
    rows = [
        {
            "asset_id": asset_id,
            **{name: getattr(event, name) for name in GrantEvent.__slots__},
            "answer": kept_words(event.answer),
            "references": kept_words(event.references),
        }
        for asset_id, event in news
    ]
    connection = session.connection()
    connection.execute(insert(GrantEventRow), rows)
    connection.execute(
        DROP_OLDEST, [{"of_asset": asset_id} for asset_id in {asset_id for asset_id, _ in news}]
    )


_OLDEST = (
    select_core(col(GrantEventRow.id))
    .where(col(GrantEventRow.asset_id) == bindparam("of_asset"))
    .order_by(col(GrantEventRow.id).desc())
    .offset(KEPT_EVENTS)
    .limit(1)
)
DROP_OLDEST = delete(GrantEventRow).where(
    col(GrantEventRow.asset_id) == bindparam("of_asset"), col(GrantEventRow.id) <= _OLDEST.scalar_subquery()
)
"""Drops nothing where there are no more than `KEPT_EVENTS`: nothing is less than NULL."""


def events(store: Store, asset_id: int, *, limit: int = KEPT_EVENTS) -> list[GrantEvent]:
    """An asset's events, newest first."""
    query = (
        select(GrantEventRow)
        .where(GrantEventRow.asset_id == asset_id)
        .order_by(col(GrantEventRow.id).desc())
        .limit(limit)
    )
    with store.read() as session:
        rows = session.exec(query).all()
    return [GrantEvent(**{name: getattr(row, name) for name in GrantEvent.__slots__}) for row in rows]
