"""The deliverer's side of the queue: what is due is claimed and handed out, what came of it is kept, many in
one transaction.

A claim is a time to come before which nobody else tries the delivery; so one that was under way in a process
that was killed is tried again by itself, and it counts as done only when its 2xx was written down here.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from store import delivery_lines, processes
from store import delivery_statements as sql
from store.columns import utc_text
from store.connections import writing_connection
from store.database import explained
from store.outbox import CHANGES
from store.outside_words import kept_words
from store.webhook_kinds import DeliveryState, Event

if TYPE_CHECKING:
    from store.database import Store

CLAIM = timedelta(seconds=90)
"""A try takes 15 s at most, and some that are claimed wait for a place."""
FAR = timedelta(hours=49)
"""No try is put off so long (24 h, or what `Retry-After` may ask for): a later time was written by a clock
that was wrong."""
INLINE_OCTETS = 262_144
"""A sealed source up to this size comes along; a larger one is fetched when it is its turn."""
KEPT_WORDS, KEPT_ANSWER = 300, 500
"""Characters of a try's words, and of the answer's body."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery to be tried now."""

    id: int
    outbox_id: int
    webhook_id: int
    asset_id: int
    """0: none."""
    tries: int
    """That were before this one, in this round."""
    uid: str
    event: Event
    at: datetime
    data: Mapping[str, Any] = field(repr=False)
    sealed: tuple[int, bytes] | None = field(repr=False)
    """The data key's id and the source; None: there is none, or `size` is beyond `INLINE_OCTETS`."""
    size: int
    """Octets of the sealed source."""
    asset: tuple[str, str, bool]
    """Name, address, and whether card numbers are masked."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a try."""

    claimed: Claimed
    at: datetime
    ms: float
    status: int | None
    words: str
    """Why it failed, or ""."""
    answer: str
    state: DeliveryState
    """DONE, DEAD, or WAITING with `next_at`."""
    next_at: datetime | None = None
    rests_until: datetime | None = None
    """The whole endpoint is left alone for so long."""
    off_why: str = ""
    """The endpoint is to be switched off, and why."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is to be done next."""

    claimed: Sequence[Claimed]
    next_at: datetime | None
    """When something will be due that is not now."""
    changes: int
    """How often endpoints were changed so far (`webhook_changes`)."""


class DeliveryQueue:
    """One for each process that delivers; used by one thread at a time."""

    def __init__(self, store: Store) -> None:
        """Raises: StoreError: the file cannot be opened."""
        self._path = store.path
        self._user = store.actor.user
        self.owner = f"{os.getpid()} {secrets.token_hex(4)} {processes.mark_of(os.getpid())}"
        try:
            self.connection = writing_connection(store.path)
            self._free_those_of_the_dead()
        except sqlite3.Error as error:
            raise explained(error, self._path) from None

    def close(self) -> None:
        """Close the connection; what is claimed is free when its claim ends."""
        self.connection.close()

    def exchange(
        self, results: Sequence[Result], rooms: Mapping[int, int], octets: int, returned: Sequence[int] = ()
    ) -> Exchange:
        """Keep results, and claim what is due: for each endpoint up to as many as it has room for, and of all
        together sources of so many octets, but for one of each.

        Args:
            returned: deliveries that were claimed and not tried.

        Raises:
            StoreError: nothing was kept and nothing claimed; the results are to be given again.
        """
        now = datetime.now(UTC)
        try:
            wanted = self._due(rooms, now, octets) if not results else []
            if results or returned or wanted:
                self.connection.execute("BEGIN IMMEDIATE")
                self._keep(results)
                self.connection.execute(sql.RELEASE, (json.dumps(list(returned)), self.owner))
                wanted = self._due(rooms, now, octets)
                claimed = self._claim(wanted, now)
                self.connection.execute("COMMIT")
            else:
                claimed = []
            changes = self.connection.execute(CHANGES).fetchone()[0]
            return Exchange(claimed, self._next_at(rooms, now), changes)
        except sqlite3.Error as error:
            self._roll_back()
            raise explained(error, self._path) from None
        except BaseException:
            self._roll_back()
            raise

    def sealed(self, outbox_id: int) -> tuple[int, bytes] | None:
        """The data key's id and the sealed source of an event; None: it was dropped."""
        try:
            row = self.connection.execute(sql.SEALED, (outbox_id,)).fetchone()
        except sqlite3.Error as error:
            raise explained(error, self._path) from None
        return (row[0], row[1]) if row and row[1] is not None else None

    def _roll_back(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def _due(self, rooms: Mapping[int, int], now: datetime, octets: int) -> list[int]:
        due: list[int] = []
        for webhook_id, room in rooms.items():
            first = True
            for delivery_id, size in self._of_endpoint(webhook_id, room, now):
                octets -= min(size, INLINE_OCTETS)
                if octets < 0 and not first:
                    break
                first = False
                due.append(delivery_id)
        return due

    def _of_endpoint(self, webhook_id: int, room: int, now: datetime) -> list[tuple[int, int]]:
        """What is due for an endpoint: id and size of the source."""
        if room <= 0:
            return []
        execute = self.connection.execute
        found = execute(sql.DUE, (webhook_id, utc_text(now), room)).fetchall()
        if len(found) < room:
            found += execute(sql.FAR_OFF, (webhook_id, utc_text(now + FAR), room - len(found))).fetchall()
        return found

    def _claim(self, ids: Sequence[int], now: datetime) -> list[Claimed]:
        if not ids:
            return []
        given = json.dumps(ids)
        self.connection.execute(sql.TAKE, (utc_text(now + CLAIM), self.owner, given))
        rows = self.connection.execute(sql.READ, (INLINE_OCTETS, given)).fetchall()
        return [claimed(row) for row in rows]

    def _next_at(self, rooms: Mapping[int, int], now: datetime) -> datetime | None:
        ids = json.dumps([webhook_id for webhook_id, room in rooms.items() if room > 0])
        row = self.connection.execute(sql.NEXT_AT, (utc_text(now), ids)).fetchone()
        return datetime.fromisoformat(row[0]) if row and row[0] else None

    def _keep(self, results: Sequence[Result]) -> None:
        execute = self.connection.execute
        for one in results:
            words = kept_words(one.words, KEPT_WORDS)
            at = utc_text(one.at)
            # One that its endpoint was deleted from meanwhile has no row any more.
            if execute(sql.KNOWN, (one.claimed.id,)).fetchone() is None:
                continue
            answer = kept_words(one.answer, KEPT_ANSWER)
            execute(sql.ATTEMPT, (one.claimed.id, at, round(one.ms, 1), one.status, words, answer))
            ended = one.state in (DeliveryState.DONE, DeliveryState.DEAD)
            execute(
                sql.SETTLE,
                (
                    one.state.value,
                    utc_text(one.next_at) if one.next_at else "",
                    utc_text(datetime.now(UTC)) if ended else None,
                    one.status,
                    words,
                    one.claimed.id,
                    self.owner,
                    one.state is DeliveryState.DONE,
                ),
            )
            if ended:
                delivery_lines.let_line_go(execute, one.claimed.webhook_id, one.claimed.asset_id)
            if one.off_why:
                self._switch_off(one)
        self._keep_health(results)

    def _keep_health(self, results: Sequence[Result]) -> None:
        for one in results:
            webhook_id, at = one.claimed.webhook_id, utc_text(one.at)
            if one.state is DeliveryState.DONE:
                self.connection.execute(sql.WELL, (at, webhook_id))
            else:
                rests = utc_text(one.rests_until) if one.rests_until else None
                words = kept_words(one.words, KEPT_WORDS)
                self.connection.execute(sql.ILL, (at, words, rests, webhook_id))

    def _switch_off(self, one: Result) -> None:
        off = self.connection.execute(sql.OFF, (one.off_why, utc_text(one.at), one.claimed.webhook_id))
        if off.rowcount:
            values = (utc_text(one.at), self._user, one.off_why, one.claimed.webhook_id)
            self.connection.execute(sql.OFF_AUDIT, values)

    def _free_those_of_the_dead(self) -> None:
        """What a killed process had claimed need not wait for the end of the claim."""
        owners = [row[0] for row in self.connection.execute(sql.OWNERS)]
        for owner in owners:
            pid, _, mark = (*owner.split(" ", 2), "", "")[:3]
            if pid.isdecimal() and processes.is_gone(int(pid), mark):
                self.connection.execute(sql.FREE, (owner,))


def claimed(row: Sequence[Any]) -> Claimed:
    """A row of `delivery_statements.READ`."""
    (id_, outbox_id, webhook_id, asset_id, tries, uid, event, at, data, key_id, sealed, size, *asset) = row
    return Claimed(
        id_,
        outbox_id,
        webhook_id,
        asset_id,
        tries,
        uid,
        Event(event),
        datetime.fromisoformat(at),
        json.loads(data),
        (key_id, sealed) if sealed is not None else None,
        size or 0,
        (asset[0] or "", asset[1] or "", bool(asset[2])),
    )
