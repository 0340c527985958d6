"""Notices as they are read, in lists and one in full; and what a person does with one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from store import audit
from store.columns import utc_text
from store.folding import folded
from store.notice_records import Kind, Level, Occasion, Role, SendingState, Way
from store.notice_shapes import Notice as Notice
from store.notice_shapes import NoticeCounts as NoticeCounts
from store.notice_shapes import NoticeLine as NoticeLine
from store.notice_shapes import NoticeMember as NoticeMember
from store.notice_shapes import Round as Round
from store.notice_shapes import Sending as Sending

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from store.database import Store

NUMBER = 1 << 40
"""Above every id."""
RANK = f"""
    (CASE WHEN n.ended_at IS NOT NULL THEN 0 WHEN n.acked_at IS NOT NULL THEN 1
          WHEN n.level = 'soon' THEN 2 ELSE 3 END) * {NUMBER} + n.id
"""
"""What needs a person, then what will, what was acknowledged, what is over; the newest first in each."""
LINE = f"""
    n.id, {RANK} AS rank, n.key, n.kind, n.state, n.level, n.cause, n.reason, n.who, n.diagnosis, n.client_id,
    n.client_name, n.asset_name, n.asset_count, n.deadline_at, n.opened_at, n.told_at, n.missing_at,
    n.ended_at, n.ended_how, n.acked_at, n.acked_by,
    (SELECT group_concat(DISTINCT CASE s.way WHEN 'hook' THEN 'the hook' ELSE s.recipient END)
       FROM notice_sendings s
      WHERE s.notice_id = n.id AND s.state IN ('sent', 'in doubt')),
    (SELECT count(*) FROM notice_sendings s WHERE s.notice_id = n.id AND s.done_at IS NULL)
"""  # noqa: S608  # nothing in it is anybody's words
HOLDS = """
    (instr(folded(n.cause || ' ' || n.client_name || ' ' || n.kind || ' ' || n.acked_by), :word) > 0
     OR EXISTS (SELECT 1 FROM notice_members m JOIN assets a ON a.id = m.asset_id
                 WHERE m.notice_id = n.id AND instr(folded(a.name || ' ' || a.address), :word) > 0)
     OR EXISTS (SELECT 1 FROM notice_sendings s
                 WHERE s.notice_id = n.id AND instr(folded(s.recipient), :word) > 0))
"""
"""Whether what is shown of a notice holds a folded word."""
TIMES = (14, 15, 16, 17, 18, 20)
"""Places of times in a line."""


SHOWN_MEMBERS = 200
SHOWN_ROUNDS = 50


def page(
    store: Store,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 200,
    words: Sequence[str] = (),
) -> list[NoticeLine]:
    """Notices by `NoticeLine.rank`, those first that need a person; below rank `before`, or, with `after`,
    the ones just above it (in the same order).

    Args:
        words: only those whose cause, assets or people told hold them all.
    """
    where, values = _where(words)
    edge = "rank < :edge" if before is not None else "rank > :edge" if after is not None else "1"
    order = "ASC" if after is not None else "DESC"
    statement = f"""
        SELECT * FROM (SELECT {LINE} FROM notices n {where}) WHERE {edge} ORDER BY rank {order} LIMIT :limit
    """  # noqa: S608  # nothing in it is anybody's words
    asked = {**values, "edge": before if before is not None else after, "limit": limit}
    with store.read() as session:
        rows = session.connection().execute(text(statement), asked).all()
    found = [_line(row) for row in rows]
    return found[::-1] if after is not None else found


def count(store: Store, words: Sequence[str] = ()) -> int:
    """How many there are."""
    where, values = _where(words)
    with store.read() as session:
        asked = text(f"SELECT count(*) FROM notices n {where}")  # noqa: S608  # nobody's words are in it
        found = session.connection().execute(asked, values)
        return int(found.scalar_one())


def counts(store: Store) -> NoticeCounts:
    """How many of each sort there are."""
    with store.read() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT (ended_at IS NOT NULL), (acked_at IS NOT NULL), level, count(*) FROM notices "
            "GROUP BY 1, 2, 3"
        )
        told = {tuple(row[:3]): row[3] for row in rows}
    open_ = {name: told.get((0, 0, name), 0) for name in ("now", "soon")}
    acknowledged = sum(many for (over, acked, _), many in told.items() if acked and not over)
    return NoticeCounts(
        **open_, acknowledged=acknowledged, over=sum(many for (over, *_), many in told.items() if over)
    )


def newest_open(store: Store) -> int:
    """The id of the newest open notice, 0 where there is none: who has seen it knows whether one is new."""
    with store.read() as session:
        found = session.connection().exec_driver_sql("SELECT max(id) FROM notices WHERE ended_at IS NULL")
        return int(found.scalar_one() or 0)


def one(store: Store, notice_id: int) -> Notice | None:
    """A notice in full; None: there is none of that id."""
    with store.read() as session:
        connection = session.connection()
        row = connection.exec_driver_sql(
            f"SELECT {LINE} FROM notices n WHERE n.id = ?",  # noqa: S608
            (notice_id,),
        ).one_or_none()
        if row is None:
            return None
        return Notice(_line(row), _members(connection, notice_id), _rounds(connection, notice_id))


def several(store: Store, ids: Collection[int]) -> list[NoticeLine]:
    """These notices, those first that need a person; those that are gone are left out."""
    statement = f"""
        SELECT {LINE} FROM notices n WHERE n.id IN (SELECT value FROM json_each(?)) ORDER BY rank DESC
    """  # noqa: S608  # nobody's words are in it
    with store.read() as session:
        rows = session.connection().exec_driver_sql(statement, (json.dumps(sorted(ids)),)).all()
    return [_line(row) for row in rows]


def asset_ids(store: Store, ids: Collection[int]) -> list[int]:
    """All assets that these notices touch, each once."""
    with store.read() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT DISTINCT asset_id FROM notice_members "
            "WHERE notice_id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(ids)),),
        )
        return [row[0] for row in rows]


def members_of_owner(store: Store, ids: Collection[int], owner: str) -> list[NoticeMember]:
    """The assets of one owner that these notices touch, each once, by deadline and name."""
    with store.read() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT a.id, a.name, a.address, a.owner, min(m.deadline_at) AS ends FROM notice_members m "
            "JOIN assets a ON a.id = m.asset_id "
            "WHERE m.notice_id IN (SELECT value FROM json_each(?)) AND a.owner = ? "
            "GROUP BY a.id ORDER BY ends, a.name_key",
            (json.dumps(sorted(ids)), owner),
        )
        return [NoticeMember(id_, name, address, own, _time(at)) for id_, name, address, own, at in rows]


def _where(words: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Every word is looked for in what a row shows, names of all its assets included."""
    parts, values = [], {}
    for index, word in enumerate(words):
        values[f"w{index}"] = folded(word) or ""
        parts.append(HOLDS.replace(":word", f":w{index}"))
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), values


def _line(row: Sequence[Any]) -> NoticeLine:
    values = list(row)
    for place in TIMES:
        values[place] = _time(values[place])
    values[3], values[5] = Kind(values[3]), Level(values[5])
    values[22] = tuple(sorted(values[22].split(","))) if values[22] else ()
    return NoticeLine(*values)


def _members(connection: Connection, notice_id: int) -> tuple[NoticeMember, ...]:
    rows = connection.exec_driver_sql(
        "SELECT a.id, a.name, a.address, a.owner, m.deadline_at FROM notice_members m "
        "JOIN assets a ON a.id = m.asset_id WHERE m.notice_id = ? "
        "ORDER BY m.deadline_at, a.name_key LIMIT ?",
        (notice_id, SHOWN_MEMBERS),
    )
    return tuple(NoticeMember(id_, name, address, owner, _time(at)) for id_, name, address, owner, at in rows)


def _rounds(connection: Connection, notice_id: int) -> tuple[Round, ...]:
    sendings: dict[int, list[Sending]] = defaultdict(list)
    rows = connection.exec_driver_sql(
        "SELECT round_id, id, way, role, recipient, state, tries, next_at, done_at, through, words "
        "FROM notice_sendings WHERE notice_id = ? ORDER BY id",
        (notice_id,),
    )
    for round_id, id_, way, role, recipient, state, tries, next_at, done_at, through, words in rows:
        at = datetime.fromisoformat(next_at)
        sendings[round_id].append(
            Sending(
                *(
                    id_,
                    Way(way),
                    Role(role),
                    recipient,
                    SendingState(state),
                    tries,
                    at,
                    _time(done_at),
                    through,
                    words,
                )
            )
        )
    rows = connection.exec_driver_sql(
        "SELECT id, at, occasion, webhooks, words FROM notice_rounds WHERE notice_id = ? "
        "ORDER BY id DESC LIMIT ?",
        (notice_id, SHOWN_ROUNDS),
    )
    return tuple(
        Round(id_, datetime.fromisoformat(at), Occasion(occasion), webhooks, words, tuple(sendings[id_]))
        for id_, at, occasion, webhooks, words in rows
    )


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


# What a person does


def acknowledge(store: Store, notice_id: int, now: datetime, *, back: bool = False) -> bool:
    """Note that somebody sees to it: no reminder of it is sent before it gets worse. With `back`, take that
    back. Returns whether anything changed: it may be over, or somebody else was first.

    Raises:
        StoreError.
    """
    with store.write() as session:
        connection = session.connection()
        row = connection.exec_driver_sql(
            "SELECT cause, acked_at FROM notices WHERE id = ? AND ended_at IS NULL", (notice_id,)
        ).one_or_none()
        if row is None or (row[1] is None) is back:
            return False
        acked = (None, "") if back else (utc_text(now), store.actor.user)
        connection.exec_driver_sql(
            "UPDATE notices SET acked_at = ?, acked_by = ?, version = version + 1 WHERE id = ?",
            (*acked, notice_id),
        )
        action = "notice open again" if back else "notice acknowledged"
        audit.record(session, store.actor, action, asset_name="", detail=f"{notice_id}: {row[0]}")
    return True
