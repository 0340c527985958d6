"""The audit log: who did what to which asset, and when. Written in the transaction of the act itself; never a
secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Index, func
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from store.actor import Actor
from store.columns import UtcDateTime
from store.folding import holds

if TYPE_CHECKING:
    from store.database import Store

T = TypeVar("T")

DETAIL_CHARACTERS = 1_000
"""Longer details are cut: an entry is a line to read, not a document."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act as it is shown. `detail` may hold other people's words: untrusted."""

    id: int
    at: datetime
    user: str
    client: str
    action: str
    asset_id: int | None
    asset_name: str
    detail: str


class AuditRow(SQLModel, table=True):
    """The table. The asset is kept by name as well, so that an entry outlives it."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_asset", "asset_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    user: str
    client: str = ""
    action: str
    asset_id: int | None = None
    asset_name: str = ""
    detail: str = ""


def record(
    session: Session,
    actor: Actor,
    action: str,
    *,
    asset_id: int | None = None,
    asset_name: str = "",
    detail: str = "",
) -> None:
    """Add an entry in the caller's transaction: the act and its entry are kept together or not at all."""
    session.add(
        AuditRow(
            at=datetime.now(UTC),
            user=actor.user,
            client=actor.client,
            action=action,
            asset_id=asset_id,
            asset_name=asset_name,
            detail=detail[:DETAIL_CHARACTERS],
        )
    )


def page(
    store: Store,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 200,
    words: Sequence[str] = (),
) -> list[AuditEntry]:
    """Entries newest first, older than the entry `before`; or, with `after`, the ones just newer than it.

    Args:
        before: id of an entry; only older ones are returned.
        after: id of an entry; the nearest newer ones are returned (still newest first).
        limit: at most so many.
        words: each must appear in the user, client, action, asset name or detail (case-insensitive).
    """
    query = _matching(select(AuditRow), words)
    if after is not None:
        query = query.where(col(AuditRow.id) > after).order_by(col(AuditRow.id)).limit(limit)
    else:
        if before is not None:
            query = query.where(col(AuditRow.id) < before)
        query = query.order_by(col(AuditRow.id).desc()).limit(limit)
    with store.read() as session:
        entries = [_entry(row) for row in session.exec(query)]
    return entries[::-1] if after is not None else entries


def count(store: Store, words: Sequence[str] = ()) -> int:
    """How many entries hold all `words`."""
    with store.read() as session:
        return session.exec(_matching(select(func.count(col(AuditRow.id))), words)).one()


def _matching(query: SelectOfScalar[T], words: Sequence[str]) -> SelectOfScalar[T]:
    for word in words:
        query = query.where(
            or_(
                *(
                    holds(col(field), word)
                    for field in (
                        AuditRow.user,
                        AuditRow.client,
                        AuditRow.action,
                        AuditRow.asset_name,
                        AuditRow.detail,
                    )
                )
            )
        )
    return query


def _entry(row: AuditRow) -> AuditEntry:
    assert row.id is not None
    return AuditEntry(
        row.id,
        row.at,
        row.user,
        row.client,
        row.action,
        row.asset_id,
        row.asset_name,
        row.detail,
    )
