"""Carries out what was planned about notices: each notice, its telling, and all that is to be sent for it
come about in one transaction, so that none is ever without the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from store import notice_events
from store.columns import utc_text
from store.notice_records import (
    SHOWN,
    Act,
    Cause,
    Change,
    End,
    Kept,
    KeptMember,
    Member,
    Miss,
    Occasion,
    Open,
    Role,
    SendingState,
    Way,
    shown_of,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlmodel import Session

    from store.database import Store

KEEP = timedelta(days=90)
"""How long a notice that is over is kept."""

ToldStep = Callable[[Member, KeptMember | None], int | None]


@dataclass(frozen=True, slots=True)
class To:
    """Somebody to be told."""

    way: Way
    role: Role
    recipient: str


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom a telling goes to."""

    to: tuple[To, ...]
    words: str = ""
    """Why somebody is left out."""


Addressed = Callable[[Cause], Telling]


def carry_out(
    store: Store, acts: Sequence[Act], addressed: Addressed, told_step: ToldStep, now: datetime
) -> int:
    """Carry out acts, in one transaction; what somebody else has changed since it was read is left for the
    next plan. Returns how many tellings came of it.

    Args:
        addressed: whom a telling of a cause goes to.
        told_step: the step at which a member counts as told so far.
        now: aware.

    Raises:
        StoreError.
    """
    told = 0
    with store.write() as session:
        for act in acts:
            if isinstance(act, Open):
                told += _opened(session, act, addressed, now)
            elif isinstance(act, Change):
                told += _changed(session, act, addressed, told_step, now)
            elif isinstance(act, Miss):
                _stands(session, act.kept, "missing_at = ?", utc_text(now))
            elif isinstance(act, End):
                told += _ended(session, act, now)
        _prune(session.connection(), now)
    return told


def open_event(store: Store, cause: Cause, addressed: Addressed, now: datetime) -> bool:
    """Keep and tell of something that has happened and is over, once for its key. False: it is kept already.

    Raises:
        StoreError.
    """
    with store.write() as session:
        connection = session.connection()
        if connection.exec_driver_sql("SELECT 1 FROM notices WHERE key = ?", (cause.key,)).first():
            return False
        notice_id = _inserted(connection, cause, now)
        _tell(session, notice_id, cause, Occasion.OPENED, addressed(cause), now)
        connection.exec_driver_sql(
            "UPDATE notices SET ended_at = ?, ended_how = 'it has passed' WHERE id = ?",
            (utc_text(now), notice_id),
        )
    return True


def ask(store: Store, notice_id: int, cause: Cause, addressed: Addressed, now: datetime) -> int:
    """Tell of an open notice now, because a person wants it; returns how many mails and hooks that takes.

    Raises:
        StoreError.
    """
    with store.write() as session:
        open_ = session.connection().exec_driver_sql(
            "SELECT 1 FROM notices WHERE id = ? AND ended_at IS NULL", (notice_id,)
        )
        if open_.first() is None:
            return 0
        telling = addressed(cause)
        _tell(session, notice_id, cause, Occasion.ASKED, telling, now)
    return len(telling.to)


def _opened(session: Session, act: Open, addressed: Addressed, now: datetime) -> int:
    connection = session.connection()
    there = "SELECT 1 FROM notices WHERE key = ? AND ended_at IS NULL"
    if connection.exec_driver_sql(there, (act.cause.key,)).first():
        return 0  # by another process, a moment ago
    notice_id = _inserted(connection, act.cause, now)
    _put_members(connection, notice_id, act.cause.members, told=act.occasion is not None)
    if act.occasion is None:
        return 0
    _tell(session, notice_id, act.cause, act.occasion, addressed(act.cause), now)
    return 1


def _changed(session: Session, act: Change, addressed: Addressed, told_step: ToldStep, now: datetime) -> int:
    kept, cause = act.kept, act.cause
    shown = ", ".join(f"{name} = ?" for name in SHOWN)
    values = tuple(utc_text(one) if isinstance(one, datetime) else one for one in shown_of(cause))
    worse = act.occasion in (Occasion.WORSE, Occasion.MORE)
    acked = ", acked_at = NULL, acked_by = ''" if worse else ""
    if not _stands(session, kept, f"{shown}, missing_at = NULL{acked}", *values):
        return 0
    connection = session.connection()
    _bring_members(connection, kept, cause, told_step, told=act.occasion is not None)
    if act.occasion is None:
        return 0
    _tell(session, kept.id, cause, act.occasion, addressed(cause), now)
    return 1


def _ended(session: Session, act: End, now: datetime) -> int:
    kept = act.kept
    if not _stands(session, kept, "ended_at = ?, ended_how = ?", utc_text(now), act.how):
        return 0
    connection = session.connection()
    knew = connection.exec_driver_sql(
        "SELECT DISTINCT way, role, recipient FROM notice_sendings WHERE notice_id = ? "
        "AND state IN ('sent', 'in doubt') ORDER BY way, role, recipient",
        (kept.id,),
    ).all()
    _drop_waiting(connection, kept.id, "The cause ended before.", now)
    if not act.told:
        return 0
    to = tuple(To(Way(way), Role(role), recipient) for way, role, recipient in knew)
    round_id = _round(connection, kept.id, Occasion.RECOVERED, "", now)
    _queue(connection, kept.id, round_id, to, now)
    notice_events.emit(session, kept.id, round_id, Occasion.RECOVERED, now)
    return 1


def _stands(session: Session, kept: Kept, change: str, *values: object) -> bool:
    """Change a notice if it still is as it was read."""
    done = session.connection().exec_driver_sql(
        f"UPDATE notices SET {change}, version = version + 1 "  # noqa: S608  # nobody's words are in it
        "WHERE id = ? AND version = ? AND ended_at IS NULL",
        (*values, kept.id, kept.version),
    )
    return bool(done.rowcount)


def _inserted(connection: Connection, cause: Cause, now: datetime) -> int:
    values = tuple(utc_text(one) if isinstance(one, datetime) else one for one in shown_of(cause))
    connection.exec_driver_sql(
        "INSERT INTO notices (key, kind, told_state, opened_at, ended_how, acked_by, version, "  # noqa: S608
        f"{', '.join(SHOWN)}) "
        f"VALUES (?, ?, '', ?, '', '', 1, {', '.join('?' * len(SHOWN))})",
        (cause.key, cause.kind.value, utc_text(now), *values),
    )
    return int(connection.exec_driver_sql("SELECT last_insert_rowid()").scalar_one())


def _put_members(connection: Connection, notice_id: int, members: Iterable[Member], *, told: bool) -> None:
    rows = [
        (
            notice_id,
            one.asset_id,
            one.step,
            one.step if told else None,
            utc_text(one.deadline_at) if one.deadline_at else None,
        )
        for one in members
    ]
    if rows:  # an asset that was deleted meanwhile is left out
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO notice_members (notice_id, asset_id, step, told_step, deadline_at) "
            "SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM assets WHERE id = ?2)",
            rows,
        )


def _bring_members(
    connection: Connection, kept: Kept, cause: Cause, told_step: ToldStep, *, told: bool
) -> None:
    """Write the members that changed, and drop those that are touched no more."""
    rows = []
    for one in cause.members:
        before = kept.members.get(one.asset_id)
        step = one.step if told else told_step(one, before)
        now = KeptMember(one.step, step, one.deadline_at)
        if before != now:
            rows.append(
                (
                    kept.id,
                    one.asset_id,
                    one.step,
                    step,
                    utc_text(one.deadline_at) if one.deadline_at else None,
                )
            )
    if rows:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO notice_members (notice_id, asset_id, step, told_step, deadline_at) "
            "SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM assets WHERE id = ?2)",
            rows,
        )
    gone = set(kept.members) - {one.asset_id for one in cause.members}
    if gone:
        connection.exec_driver_sql(
            "DELETE FROM notice_members WHERE notice_id = ? AND asset_id = ?",
            [(kept.id, one) for one in gone],
        )


def _tell(
    session: Session, notice_id: int, cause: Cause, occasion: Occasion, telling: Telling, now: datetime
) -> None:
    connection = session.connection()
    _drop_waiting(connection, notice_id, "A later one took its place.", now)
    round_id = _round(connection, notice_id, occasion, telling.words, now)
    _queue(connection, notice_id, round_id, telling.to, now)
    told_at = "" if occasion is Occasion.ASKED else ", told_at = :now, told_state = :state"
    connection.exec_driver_sql(
        f"UPDATE notices SET version = version + 1{told_at} WHERE id = :id",  # noqa: S608
        {"now": utc_text(now), "state": cause.state, "id": notice_id},
    )
    notice_events.emit(session, notice_id, round_id, occasion, now)


def _round(connection: Connection, notice_id: int, occasion: Occasion, words: str, now: datetime) -> int:
    connection.exec_driver_sql(
        "INSERT INTO notice_rounds (notice_id, at, occasion, webhooks, words) VALUES (?, ?, ?, 0, ?)",
        (notice_id, utc_text(now), occasion.value, words),
    )
    return int(connection.exec_driver_sql("SELECT last_insert_rowid()").scalar_one())


def _queue(connection: Connection, notice_id: int, round_id: int, to: Iterable[To], now: datetime) -> None:
    at = utc_text(now)
    rows = [
        (notice_id, round_id, one.way.value, one.role.value, one.recipient, SendingState.WAITING.value, at)
        for one in to
    ]
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO notice_sendings (notice_id, round_id, way, role, recipient, state, next_at, tries, "
            "handed, claimed_by, pid, process, through, words, message_id, log_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, '', 0, '', '', '', '', 0)",
            rows,
        )


def _drop_waiting(connection: Connection, notice_id: int, why: str, now: datetime) -> None:
    """What waits and is not under way will not be sent any more."""
    connection.exec_driver_sql(
        "UPDATE notice_sendings SET state = 'dropped', done_at = ?, words = ? "
        "WHERE notice_id = ? AND done_at IS NULL AND claimed_by = ''",
        (utc_text(now), why, notice_id),
    )


def _prune(connection: Connection, now: datetime) -> None:
    connection.exec_driver_sql("DELETE FROM notices WHERE ended_at < ?", (utc_text(now - KEEP),))
