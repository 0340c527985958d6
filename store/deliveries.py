"""Deliveries as a person sees them: the list, one in full with every try, replay, dead letters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from store import audit, delivery_lines
from store.columns import utc_text
from store.webhook_kinds import DeliveryState as DeliveryState
from store.webhook_kinds import Event

if TYPE_CHECKING:
    from sqlmodel import Session

    from store.database import Store

REPLAYED_AT_ONCE = 1_000
"""Deliveries put back in one transaction, of some 20 ms."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which deliveries are meant; what is None, or empty, is all the same."""

    webhook_id: int | None = None
    asset_id: int | None = None
    state: DeliveryState | None = None
    event: Event | None = None
    since: datetime | None = None
    """Of events at this time and later; aware."""
    until: datetime | None = None
    words: tuple[str, ...] = ()
    """Each must appear in the event, the endpoint's or asset's name, the state, or the last try's words."""


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """What a list shows of a delivery."""

    id: int
    webhook_id: int
    webhook_name: str
    event: str
    """A word of `Event`."""
    at: datetime
    """When the event was."""
    asset_id: int | None
    asset_name: str
    """"": it is about no asset."""
    state: DeliveryState
    tries: int
    next_at: datetime | None
    """When it is tried again; None: at once, or not at all."""
    under_way: bool
    done_at: datetime | None
    status: int | None
    """Of the last answer; None: there was none."""
    words: str
    """What came of the last try, in one sentence; untrusted. "": it was not tried yet, or all went well."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try."""

    at: datetime
    ms: float
    """Milliseconds that it took."""
    status: int | None
    words: str
    """Why it failed; "": it did not. Untrusted."""
    answer: str
    """The first 500 octets of the answer's body, as text; untrusted."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery in full."""

    line: DeliveryLine
    uid: str
    """`webhook-id`: by what the receiver knows it."""
    data: Mapping[str, Any]
    """What is known of the event besides a mail's content; untrusted."""
    replayable: bool
    """False: the mail's source was dropped, since its time was over."""
    attempts: tuple[Attempt, ...]
    """The first try first."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay."""

    again: int
    """Deliveries that are tried again."""
    gone: int
    """Whose content was dropped since: they cannot be."""


def page(
    store: Store,
    which: Which = Which(),
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 200,
) -> list[DeliveryLine]:
    """Deliveries newest first, older than delivery `before`; or, with `after`, the ones just newer than it
    (newest first too)."""
    where, values = _where(which)
    if after is not None:
        where, values, order = [*where, "d.id > ?"], [*values, after], "d.id"
    else:
        order = "d.id DESC"
        if before is not None:
            where, values = [*where, "d.id < ?"], [*values, before]
    query = f"{LINE} {FROM} WHERE {' AND '.join(where or ['1'])} ORDER BY {order} LIMIT ?"
    with store.read() as session:
        rows = _rows(session, query, (*values, limit))
    lines = [_line(row) for row in rows]
    return lines[::-1] if after is not None else lines


def count(store: Store, which: Which = Which(), at_most: int | None = None) -> int:
    """How many there are, counted up to `at_most`."""
    where, values = _where(which)
    tables = FROM if any("o." in term for term in where) else "FROM deliveries d"  # six times as fast
    inner = f"SELECT 1 {tables} WHERE {' AND '.join(where or ['1'])} LIMIT ?"
    values.append(-1 if at_most is None else at_most)
    with store.read() as session:
        return int(_rows(session, f"SELECT count(*) FROM ({inner})", values)[0][0])  # noqa: S608


def newest_id(store: Store) -> int:
    """The id of the newest delivery, 0 where there is none."""
    with store.read() as session:
        return int(_rows(session, "SELECT coalesce(max(id), 0) FROM deliveries", ())[0][0])


def by_id(store: Store, delivery_id: int) -> Delivery | None:
    """One delivery in full; None: it is past its time, or there never was one."""
    extra = ", o.uid, o.data, o.data_key_id IS NULL OR o.sealed IS NOT NULL"
    with store.read() as session:
        rows = _rows(session, f"{LINE}{extra} {FROM} WHERE d.id = ?", (delivery_id,))
        tries = _rows(session, ATTEMPTS, (delivery_id,))
    if not rows:
        return None
    *line, uid, data, replayable = rows[0]
    attempts = tuple(Attempt(datetime.fromisoformat(row[0]), *row[1:]) for row in tries)
    return Delivery(_line(line), uid, json.loads(data), bool(replayable), attempts)


def replay(store: Store, ids: Iterable[int]) -> Replayed:
    """Try these again, from the first try on, whether they were done, given up, or wait; the receiver knows
    them by the same `webhook-id`."""
    return _replayed(store, list(ids), "chosen by hand")


def replay_all(store: Store, which: Which) -> Replayed:
    """Try again all that are meant, for instance the dead letters of an endpoint, or a span of its events.
    Those that wait or are under way anyway are left alone, unless their state is asked for."""
    where, values = _where(which)
    if which.state is None:
        where = [*where, "d.done_at IS NOT NULL"]
    query = f"SELECT d.id {FROM} WHERE {' AND '.join(where or ['1'])} ORDER BY d.id"
    with store.read() as session:
        ids = [row[0] for row in _rows(session, query, tuple(values))]
    return _replayed(store, ids, _told(which))


def give_up(store: Store, ids: Iterable[int]) -> int:
    """Stop trying these, so that those behind them go on; returns how many were waiting. They stay as dead
    letters, and can be replayed."""
    given = 0
    with store.write() as session:
        connection = session.connection()
        for delivery_id in ids:
            now = utc_text(datetime.now(UTC))
            done = connection.exec_driver_sql(GIVE_UP, (now, f"Given up by {store.actor.user}.", delivery_id))
            if done.rowcount:
                given += 1
                delivery_lines.let_next_go(connection.exec_driver_sql, delivery_id)
        if given:
            audit.record(session, store.actor, "deliveries given up", detail=f"{given:,}")
    return given


@dataclass(frozen=True, slots=True)
class Queue:
    """How all deliveries stand together."""

    waiting: int
    oldest_at: datetime | None
    """When the event of the oldest waiting one was."""
    dead: int


def queue(store: Store) -> Queue:
    """All endpoints together, those that are off too; takes a millisecond for 10,000 waiting."""
    with store.read() as session:
        waiting, oldest, dead = _rows(session, QUEUE, ())[0]
    return Queue(waiting, datetime.fromisoformat(oldest) if oldest else None, dead)


# The statements

LINE = """
    SELECT d.id, d.webhook_id, w.name, o.event, o.at, o.asset_id, coalesce(a.name, ''), d.state, d.tries,
           d.next_at, d.claimed_by != '', d.done_at, d.status, d.words"""
FROM = """
    FROM deliveries d JOIN outbox o ON o.id = d.outbox_id JOIN webhooks w ON w.id = d.webhook_id
         LEFT JOIN assets a ON a.id = o.asset_id"""
ATTEMPTS = "SELECT at, ms, status, words, answer FROM delivery_attempts WHERE delivery_id = ? ORDER BY id"
GIVE_UP = """
    UPDATE deliveries SET state = 'dead', done_at = ?, claimed_by = '', next_at = '', words = ?
     WHERE id = ? AND done_at IS NULL
"""
QUEUE = """
    SELECT (SELECT count(*) FROM deliveries WHERE done_at IS NULL),
           (SELECT min(o.at) FROM outbox o JOIN (SELECT min(outbox_id) AS outbox_id FROM deliveries
             WHERE done_at IS NULL GROUP BY webhook_id) d ON o.id = d.outbox_id),
           (SELECT count(*) FROM deliveries WHERE state = 'dead')
"""
SEARCHED = ("o.event", "w.name", "coalesce(a.name, '')", "d.state", "d.words")


def _where(which: Which) -> tuple[list[str], list[Any]]:
    asked: list[tuple[str, Any]] = [
        ("d.webhook_id = ?", which.webhook_id),
        ("o.asset_id = ?", which.asset_id),
        ("o.event = ?", which.event.value if which.event else None),
        ("o.at >= ?", utc_text(which.since) if which.since else None),
        ("o.at <= ?", utc_text(which.until) if which.until else None),
    ]
    where = [term for term, value in asked if value is not None]
    values = [value for _, value in asked if value is not None]
    if which.state is not None:  # written out, so that SQLite sees that an index of a part serves
        where.append(f"d.state = '{which.state.value}'")
        if which.state in (DeliveryState.WAITING, DeliveryState.HELD):
            where.append("d.done_at IS NULL")
    for word in which.words:
        where.append("(" + " OR ".join(f"instr(folded({column}), folded(?))" for column in SEARCHED) + ")")
        values += [word] * len(SEARCHED)
    return where, values


def _rows(session: Session, query: str, values: Sequence[Any]) -> Sequence[Any]:
    return session.connection().exec_driver_sql(query, tuple(values)).all()


def _line(row: Sequence[Any]) -> DeliveryLine:
    (id_, webhook_id, webhook, event, at, asset_id, asset, state, tries, next_at, under_way, *rest) = row
    done_at, status, words = rest
    return DeliveryLine(
        id_,
        webhook_id,
        webhook,
        event,
        datetime.fromisoformat(at),
        asset_id,
        asset,
        DeliveryState(state),
        tries,
        datetime.fromisoformat(next_at) if next_at and not under_way else None,
        bool(under_way),
        datetime.fromisoformat(done_at) if done_at else None,
        status,
        words,
    )


def _replayed(store: Store, ids: Sequence[int], told: str) -> Replayed:
    again = gone = 0
    for start in range(0, len(ids), REPLAYED_AT_ONCE):
        some = ids[start : start + REPLAYED_AT_ONCE]
        with store.write() as session:
            execute = session.connection().exec_driver_sql
            put_back = delivery_lines.put_back(execute, some)
            again += put_back
            gone += delivery_lines.known(execute, some) - put_back
            if put_back:
                detail = f"{put_back:,} ({told})"
                audit.record(session, store.actor, "deliveries replayed", detail=detail)
    return Replayed(again, gone)


def _told(which: Which) -> str:
    said = [
        f"webhook {which.webhook_id}" if which.webhook_id is not None else "all webhooks",
        which.state.value if which.state else "",
        f"since {utc_text(which.since)}" if which.since else "",
        f"until {utc_text(which.until)}" if which.until else "",
    ]
    return ", ".join(filter(None, said))
