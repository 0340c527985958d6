"""Probes: mails of our own that were sent to see whether they come back, and what has been seen of each.

A row is written before its mail goes out, and ended in the transaction that records its check: so that
nothing is sent twice, or told twice, whoever is killed meanwhile.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from store.checks import CheckStep, Outcome, steps_as_text, steps_from_text
from store.columns import UtcDateTime, utc_text
from store.inbound_texts import kept

if TYPE_CHECKING:
    from store.database import Store
    from store.inbound_records import NewMessage

KEPT = 50
"""Ended ones of each asset: a late arrival after that many others is nobody's news."""
RETURNED_WORDS = 2_000
"""Characters of a bounce's reason; the longest real ones have some 600."""
PATH_HOPS = 30
HOP_WORDS = 300
ARRIVED_BY = frozenset({"smtp", "lmtp", "platform"})
"""What was imported tells of last year."""


class Trigger(StrEnum):
    """Why a probe was sent."""

    ASKED = "asked"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True)
class PathHop:
    """A server on a probe's way, as its `Received` header tells; untrusted."""

    words: str
    at: datetime | None
    part: str
    """Of the way: "mailbox" up to the mailbox's provider, "forward" from there on."""


@dataclass(frozen=True, slots=True)
class ProbeNews:
    """What a message that came in says of one of our probes."""

    token: str
    path: tuple[PathHop, ...] = ()
    """Of one that has arrived."""
    returned: str = ""
    """Why it could not be delivered, in a server's words: the message is a bounce. "": it is the probe."""


class ProbeRow(SQLModel, table=True):
    """The table."""

    __tablename__ = "forwarding_probes"
    __table_args__ = (
        Index("forwarding_probes_token", "token", unique=True),
        Index("forwarding_probes_asset", "asset_id", "id"),
        Index("forwarding_probes_open", "asset_id", sqlite_where=text("ended_at IS NULL")),
        Index("forwarding_probes_late", "asset_id", sqlite_where=text("came_late")),
    )

    id: int | None = Field(default=None, primary_key=True)
    token: str
    asset_id: int = Field(foreign_key="assets.id", ondelete="CASCADE")
    trigger: str
    begun_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a server took it."""
    wait_s: float
    """How long it is waited for."""
    through: str = ""
    steps: str = "[]"
    """What was done before the waiting."""
    arrived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    path: str = "[]"
    via: str = ""
    forwarded_by: str = ""
    strayed_to: int | None = None
    """An asset to whose forwarding address it came in place of its own."""
    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    returned: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = ""
    came_late: bool = False
    """Whether something came after it had been given up, and nobody has recorded it yet."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe as it stands."""

    id: int
    token: str
    asset_id: int
    trigger: Trigger
    begun_at: datetime
    sent_at: datetime | None
    wait_s: float
    through: str
    steps: tuple[CheckStep, ...]
    arrived_at: datetime | None
    path: tuple[PathHop, ...]
    via: str
    forwarded_by: str
    strayed_to: int | None
    """The asset to whose forwarding address it came in place of its own."""
    returned_at: datetime | None
    returned: str
    ended_at: datetime | None
    outcome: str

    @property
    def settled(self) -> bool:
        """Whether it need not be waited for any more."""
        return self.arrived_at is not None or self.returned_at is not None

    def is_over(self, now: datetime, grace_s: float = 0.0) -> bool:
        """Whether its time is up, and so many seconds besides. One that begins in the future was sent before
        the clock was set back."""
        left = self.seconds_left(now)
        return not -grace_s <= left <= self.wait_s + grace_s

    def seconds_left(self, now: datetime) -> float:
        """Until it need not be waited for any more; negative where that is past."""
        since = self.sent_at or self.begun_at
        return self.wait_s - (now - since).total_seconds()


def begin(
    session: Session, token: str, asset_id: int, trigger: Trigger, now: datetime, wait_s: float
) -> None:
    """Keep that a probe is about to be sent, and drop the oldest of its asset."""
    session.add(ProbeRow(token=token, asset_id=asset_id, trigger=trigger, begun_at=now, wait_s=wait_s))
    session.flush()
    session.connection().execute(PRUNE, {"asset_id": asset_id, "kept": KEPT})


PRUNE = text(
    """
    DELETE FROM forwarding_probes
     WHERE asset_id = :asset_id AND ended_at IS NOT NULL
       AND id <= (SELECT id FROM forwarding_probes WHERE asset_id = :asset_id
                   ORDER BY id DESC LIMIT 1 OFFSET :kept)
    """
)


def sent(store: Store, token: str, at: datetime, through: str, steps: Sequence[CheckStep]) -> None:
    """Keep that a server has taken the probe, or may have."""
    with store.write() as session:
        row = session.exec(select(ProbeRow).where(ProbeRow.token == token)).one_or_none()
        if row is not None:
            row.sent_at, row.through, row.steps = at, through, steps_as_text(steps)
            session.add(row)


def end(session: Session, token: str, at: datetime, outcome: Outcome) -> bool:
    """End a probe in the caller's transaction, which records its check; False: somebody else has."""
    ended = session.connection().execute(
        text(
            "UPDATE forwarding_probes SET ended_at = :at, outcome = :outcome"
            " WHERE token = :token AND ended_at IS NULL"
        ),
        {"at": utc_text(at), "outcome": outcome.value, "token": token},
    )
    return ended.rowcount > 0


def tell_late(session: Session, token: str) -> bool:
    """The same for what came after the end; False: somebody else has told it."""
    told = session.connection().execute(
        text("UPDATE forwarding_probes SET came_late = 0 WHERE token = :token AND came_late"),
        {"token": token},
    )
    return told.rowcount > 0


def by_tokens(store: Store, tokens: Iterable[str]) -> dict[str, Probe]:
    """These probes, as they stand."""
    with store.read() as session:
        rows = session.exec(select(ProbeRow).where(col(ProbeRow.token).in_(list(tokens))))
        return {row.token: _probe(row) for row in rows}


def still_open(store: Store) -> list[Probe]:
    """Those that have not ended, the oldest first."""
    with store.read() as session:
        rows = session.exec(select(ProbeRow).where(text("ended_at IS NULL")).order_by(col(ProbeRow.id)))
        return [_probe(row) for row in rows]


def come_late(store: Store) -> list[Probe]:
    """Those that failed, and of which something has come since that nobody has recorded."""
    with store.read() as session:
        rows = session.exec(select(ProbeRow).where(text("came_late")).order_by(col(ProbeRow.id)))
        return [_probe(row) for row in rows]


ARRIVED = """
    UPDATE forwarding_probes SET arrived_at = ?, path = ?, via = ?, forwarded_by = ?,
           came_late = outcome = 'failed'
     WHERE token = ? AND asset_id = ? AND arrived_at IS NULL
"""
STRAYED = "UPDATE forwarding_probes SET strayed_to = ? WHERE token = ? AND asset_id != ?"
RETURNED = """
    UPDATE forwarding_probes SET returned_at = ?, returned = ?, came_late = outcome = 'failed'
     WHERE token = ? AND returned_at IS NULL AND arrived_at IS NULL
"""


def add(connection: sqlite3.Connection, messages: Iterable[NewMessage]) -> None:
    """Keep what new messages say of probes, in the transaction that keeps the messages."""
    for message in messages:
        news = message.probe
        if news is None or message.source not in ARRIVED_BY:
            continue
        at = utc_text(message.received_at)
        if news.returned:
            connection.execute(RETURNED, (at, kept(news.returned, RETURNED_WORDS), news.token))
        else:
            road = (message.via.value, kept(message.forwarded_by, HOP_WORDS))
            connection.execute(ARRIVED, (at, _packed(news.path), *road, news.token, message.asset_id))
            connection.execute(STRAYED, (message.asset_id, news.token, message.asset_id))


def _packed(path: Sequence[PathHop]) -> str:
    hops = [
        (kept(hop.words, HOP_WORDS), utc_text(hop.at) if hop.at else None, hop.part)
        for hop in path[-PATH_HOPS:]
    ]
    return json.dumps(hops)


def _probe(row: ProbeRow) -> Probe:
    assert row.id is not None
    path = tuple(
        PathHop(words, datetime.fromisoformat(at) if at else None, part)
        for words, at, part in json.loads(row.path)
    )
    return Probe(
        row.id,
        row.token,
        row.asset_id,
        Trigger(row.trigger),
        row.begun_at,
        row.sent_at,
        row.wait_s,
        row.through,
        steps_from_text(row.steps),
        row.arrived_at,
        path,
        row.via,
        row.forwarded_by,
        row.strayed_to,
        row.returned_at,
        row.returned,
        row.ended_at,
        row.outcome,
    )
