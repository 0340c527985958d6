"""Deadlines: the earliest moment at which something stops unless a person acts, kept so that one query sorts
them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, delete

from store.columns import UtcDateTime


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something stops, why, and who can prevent it."""

    at: datetime
    """Aware, UTC."""
    reason: str
    """One sentence for the screen."""
    who: str
    """In the words of `live.diagnosis.WhoActs`."""


class DeadlineRow(SQLModel, table=True):
    """At most one for each subject: the earliest. Subjects are named as the vault names owners of secrets."""

    __tablename__ = "deadlines"

    subject: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    reason: str
    who: str


def put(session: Session, subject: str, deadline: Deadline | None) -> None:
    """Keep a subject's deadline in the caller's transaction; None: it has none any more."""
    if deadline is None:
        forget(session, subject)
        return
    values = {"at": deadline.at, "reason": deadline.reason, "who": deadline.who}
    statement = insert(DeadlineRow).values(subject=subject, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["subject"], set_=values))


def put_all(session: Session, news: Sequence[tuple[str, Deadline | None]]) -> None:
    """`put` for many subjects, each once."""
    rows = [
        {"subject": subject, "at": one.at, "reason": one.reason, "who": one.who}
        for subject, one in news
        if one is not None
    ]
    if rows:
        statement = insert(DeadlineRow)
        replaced = {name: statement.excluded[name] for name in ("at", "reason", "who")}
        session.connection().execute(
            statement.on_conflict_do_update(index_elements=["subject"], set_=replaced), rows
        )
    ended = [subject for subject, one in news if one is None]
    if ended:
        session.connection().execute(delete(DeadlineRow).where(col(DeadlineRow.subject).in_(ended)))


def of(session: Session, subject: str) -> Deadline | None:
    """A subject's deadline."""
    row = session.get(DeadlineRow, subject)
    return Deadline(row.at, row.reason, row.who) if row else None


def all_of(session: Session) -> dict[str, Deadline]:
    """All deadlines by subject."""
    row = DeadlineRow
    query = select(col(row.subject), col(row.at), col(row.reason), col(row.who))
    rows = session.connection().execute(query)
    return {subject: Deadline(at, reason, who) for subject, at, reason, who in rows}


def forget(session: Session, subject: str) -> None:
    """Drop a subject's deadline."""
    session.execute(delete(DeadlineRow).where(col(DeadlineRow.subject) == subject))
