"""What waits to be sent of notices: claimed before it is sent, recorded after.

A process that dies between the two leaves a claim behind, and another takes it over: what was not sent is
not lost. That it is about to be handed over is written down before, so that what may have been sent is
repeated one time at the most.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from store.columns import utc_text
from store.notice_records import Occasion, Role, SendingState, Way
from store.notice_sources import newest_log_id
from store.outside_words import kept_words
from store.processes import is_gone, mark_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from store.database import Store

WORDS = 500
"""Characters kept of how a sending went."""
STALE = timedelta(minutes=30)
"""A claim of a process of which nobody can tell whether it lives is given up after this; one mail takes
minutes at the most."""
HANDED = 2
"""What was handed over so often, and never recorded, is not tried again."""
AT_ONCE = 10_000
"""Sendings to one person that are put together in one mail; more come in the next."""
WATCHED = timedelta(days=5)
"""For so long a bounce of a mail is looked for: servers give up after five days (RFC 5321 4.5.4.1)."""
SHUNNED = timedelta(days=7)
"""For so long an address that could not be reached is not written to."""

OPEN = "done_at IS NULL"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A sending that this process has claimed."""

    id: int
    notice_id: int
    way: Way
    role: Role
    recipient: str
    tries: int
    occasion: Occasion


@dataclass(frozen=True, slots=True)
class Result:
    """How a try ended."""

    state: SendingState
    """`WAITING`: it is tried again at `next_at`."""
    words: str = ""
    """Untrusted."""
    through: str = ""
    message_id: str = ""
    next_at: datetime | None = None
    counts: bool = True
    """Whether it was a try: what could not be begun, as with a locked vault, was none."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A mail that was sent, of which a bounce may come."""

    id: int
    recipient: str
    log_id: int


@dataclass(frozen=True, slots=True)
class Returned:
    """A person who could not be reached."""

    recipient: str
    role: Role
    at: datetime
    words: str
    """Untrusted."""
    notice_id: int


@dataclass(slots=True)
class NoticeQueue:
    """The queue, as one worker of one process uses it."""

    store: Store
    owner: str = field(default_factory=lambda: secrets.token_hex(8))
    pid: int = field(default_factory=os.getpid)
    process: str = field(init=False)

    def __post_init__(self) -> None:
        self.process = mark_of(self.pid)

    def claim(self, now: datetime, skip: Collection[tuple[Way, str]] = ()) -> list[Claimed]:
        """Claim what is to be sent next: all that waits for one person, or for the hook. Nothing is written
        where nothing is due.

        Args:
            skip: (way, recipient) pairs that are not to be taken now.

        Raises:
            StoreError.
        """
        with self.store.read() as session:
            if self._next(session.connection(), now, skip) is None and not self._left(
                session.connection(), now
            ):
                return []
        with self.store.write() as session:
            connection = session.connection()
            self._free_left(connection, now)
            found = self._next(connection, now, skip)
            return self._claimed(connection, found, now) if found else []

    def hand_over(self, ids: Sequence[int]) -> None:
        """Keep that these are handed over now.

        Raises:
            StoreError.
        """
        with self.store.write() as session:
            session.connection().exec_driver_sql(
                "UPDATE notice_sendings SET handed = handed + 1 WHERE id = ? AND claimed_by = ?",
                [(id_, self.owner) for id_ in ids],
            )

    def hand_back(self, ids: Sequence[int]) -> None:
        """Keep that these were refused: they have certainly not been sent.

        Raises:
            StoreError.
        """
        with self.store.write() as session:
            session.connection().exec_driver_sql(
                "UPDATE notice_sendings SET handed = 0 WHERE id = ? AND claimed_by = ?",
                [(id_, self.owner) for id_ in ids],
            )

    def record(self, ids: Sequence[int], result: Result, now: datetime) -> None:
        """Keep how it ended, and give the claims up.

        Raises:
            StoreError.
        """
        waits = result.state is SendingState.WAITING
        next_at = utc_text(result.next_at or now)
        words = kept_words(result.words, WORDS)
        values = (
            *(result.state.value, words, result.through, result.message_id, int(result.counts), next_at),
            None if waits else utc_text(now),
        )
        with self.store.write() as session:
            connection = session.connection()
            connection.exec_driver_sql(
                "UPDATE notice_sendings SET state = ?, words = ?, through = ?, message_id = ?, "
                "tries = tries + ?, "
                "next_at = ?, done_at = ?, handed = 0, claimed_by = '', pid = 0, process = '' "
                "WHERE id = ? AND claimed_by = ?",
                [(*values, id_, self.owner) for id_ in ids],
            )

    def next_at(self) -> datetime | None:
        """When the next sending is due; None: nothing waits."""
        with self.store.read() as session:
            found = session.connection().exec_driver_sql(
                f"SELECT min(next_at) FROM notice_sendings WHERE {OPEN} AND claimed_by = ''"  # noqa: S608
            )
            at = found.scalar_one()
        return datetime.fromisoformat(at) if at else None

    def held_up(self) -> tuple[int, str]:
        """How much waits after something went wrong, and the words of the last of it."""
        with self.store.read() as session:
            rows = session.connection().exec_driver_sql(
                f"SELECT words, count(*) OVER () FROM notice_sendings WHERE {OPEN} AND words != '' "  # noqa: S608
                "ORDER BY id DESC LIMIT 1"
            )
            found = rows.first()
        return (found[1], found[0]) if found else (0, "")

    def _next(
        self, connection: Connection, now: datetime, skip: Collection[tuple[Way, str]]
    ) -> tuple[str, str, str] | None:
        """Way, role and recipient of what is due first."""
        rows = connection.exec_driver_sql(
            "SELECT way, role, recipient, min(next_at) AS first FROM notice_sendings "  # noqa: S608
            f"WHERE {OPEN} AND claimed_by = '' AND next_at <= ? GROUP BY way, role, recipient ORDER BY first",
            (utc_text(now),),
        )
        return next(((way, role, who) for way, role, who, _ in rows if (Way(way), who) not in skip), None)

    def _claimed(self, connection: Connection, found: tuple[str, str, str], now: datetime) -> list[Claimed]:
        rows = connection.exec_driver_sql(
            "SELECT s.id, s.notice_id, s.tries, r.occasion FROM notice_sendings s "  # noqa: S608
            f"JOIN notice_rounds r ON r.id = s.round_id WHERE s.{OPEN} AND s.claimed_by = '' "
            "AND s.next_at <= ? AND s.way = ? AND s.role = ? AND s.recipient = ? ORDER BY s.id LIMIT ?",
            (utc_text(now), *found, AT_ONCE),
        ).all()
        log_id = newest_log_id(connection)
        connection.exec_driver_sql(
            "UPDATE notice_sendings SET claimed_by = ?, claimed_at = ?, pid = ?, process = ?, log_id = ? "
            "WHERE id = ?",
            [(self.owner, utc_text(now), self.pid, self.process, log_id, row[0]) for row in rows],
        )
        way, role, recipient = Way(found[0]), Role(found[1]), found[2]
        return [
            Claimed(id_, notice_id, way, role, recipient, tries, Occasion(occasion))
            for id_, notice_id, tries, occasion in rows
        ]

    def _left(self, connection: Connection, now: datetime) -> list[tuple[int, int]]:
        """Claims that nobody works on any more: (id, times handed over). Those of this worker are among them,
        since it records each before it claims the next."""
        rows = connection.exec_driver_sql(
            "SELECT id, handed, claimed_by, pid, process, claimed_at FROM notice_sendings "  # noqa: S608
            f"WHERE {OPEN} AND claimed_by != ''"
        )
        return [
            (id_, handed)
            for id_, handed, owner, pid, process, at in rows
            if owner == self.owner
            or is_gone(pid, process)
            or (not process and abs(now - datetime.fromisoformat(at)) > STALE)
        ]

    def _free_left(self, connection: Connection, now: datetime) -> None:
        for id_, handed in self._left(connection, now):
            if handed >= HANDED:
                words = "The program ended twice in the midst of it; it may have been sent."
                state, done_at = SendingState.DOUBT, utc_text(now)
            else:
                words, state, done_at = "The program ended in the midst of it.", SendingState.WAITING, None
            connection.exec_driver_sql(
                "UPDATE notice_sendings SET state = ?, words = ?, done_at = ?, "
                "next_at = ?, claimed_by = '', pid = 0, process = '' WHERE id = ?",
                (state.value, words, done_at, utc_text(now), id_),
            )


# Mail that comes back


def watched(store: Store, now: datetime) -> list[Watched]:
    """Mails of which a bounce may still come."""
    with store.read() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT id, recipient, log_id FROM notice_sendings "
            "WHERE way = 'mail' AND state IN ('sent', 'in doubt') AND done_at > ?",
            (utc_text(now - WATCHED),),
        )
        return [Watched(*row) for row in rows]


def came_back(store: Store, ids: Sequence[int], words: str) -> None:
    """Keep that these mails came back.

    Raises:
        StoreError.
    """
    with store.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE notice_sendings SET state = 'returned', words = ? "
            "WHERE id = ? AND state IN ('sent', 'in doubt')",
            [(kept_words(words, WORDS), id_) for id_ in ids],
        )


RETURNED = """
    SELECT recipient, role, done_at, words, notice_id FROM notice_sendings s
     WHERE way = 'mail' AND state = 'returned' AND done_at > ?
       AND id = (SELECT max(id) FROM notice_sendings t
                  WHERE t.recipient = s.recipient AND t.way = 'mail'
                    AND t.state IN ('sent', 'in doubt', 'returned'))
     ORDER BY id
"""


def returned(store: Store, now: datetime) -> list[Returned]:
    """Whom no mail reaches: the last that went to them, within `SHUNNED`, came back. Each address once."""
    with store.read() as session:
        rows = session.connection().exec_driver_sql(RETURNED, (utc_text(now - SHUNNED),))
        return [
            Returned(recipient, Role(role), datetime.fromisoformat(at), words, notice_id)
            for recipient, role, at, words, notice_id in rows
        ]
