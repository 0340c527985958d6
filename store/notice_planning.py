"""Notices as the plan wants them: those that are open, and how often each cause was told lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from store.columns import utc_text
from store.notice_records import SHOWN, Kept, KeptMember, Kind, Level

if TYPE_CHECKING:
    from sqlmodel import Session


def kept(session: Session) -> list[Kept]:
    """All open notices with their members."""
    connection = session.connection()
    members: dict[int, dict[int, KeptMember]] = defaultdict(dict)
    rows = connection.exec_driver_sql(
        "SELECT m.notice_id, m.asset_id, m.step, m.told_step, m.deadline_at FROM notice_members m "
        "JOIN notices n ON n.id = m.notice_id WHERE n.ended_at IS NULL"
    )
    for notice_id, asset_id, step, told_step, deadline_at in rows:
        members[notice_id][asset_id] = KeptMember(step, told_step, _time(deadline_at))
    found = connection.exec_driver_sql(
        "SELECT n.id, n.version, n.key, n.kind, n.told_state, n.opened_at, n.told_at, n.missing_at, "  # noqa: S608
        "n.acked_at, "
        "(SELECT count(*) FROM notice_rounds r WHERE r.notice_id = n.id AND r.occasion != 'asked'), "
        f"{', '.join(f'n.{name}' for name in SHOWN)} FROM notices n WHERE n.ended_at IS NULL ORDER BY n.id"
    )
    return [_kept(row, members.get(row[0], {})) for row in found]


def told_lately(session: Session, now: datetime) -> dict[str, int]:
    """By key, how often a cause was told within the last day. Times that a wrong clock has put far into the
    future do not count."""
    rows = session.connection().exec_driver_sql(
        "SELECT n.key, count(*) FROM notice_rounds r JOIN notices n ON n.id = r.notice_id "
        "WHERE r.at > ? AND r.at < ? AND r.occasion != 'asked' GROUP BY n.key",
        (utc_text(now - timedelta(days=1)), utc_text(now + timedelta(hours=2))),
    )
    return {row[0]: row[1] for row in rows}


def _kept(row: Sequence[Any], members: dict[int, KeptMember]) -> Kept:
    shown = (*row[10:20], _time(row[20]))
    return Kept(
        id=row[0],
        version=row[1],
        key=row[2],
        kind=Kind(row[3]),
        state=row[10],
        told_state=row[4],
        level=Level(row[11]),
        shown=shown,
        opened_at=datetime.fromisoformat(row[5]),
        told_at=_time(row[6]),
        missing_at=_time(row[7]),
        acked=row[8] is not None,
        rounds=row[9],
        members=members,
    )


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
