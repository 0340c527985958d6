"""Notices as they are shown: a line of a list, and one in full with each telling of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.notice_records import Kind, Level, Occasion, Role, SendingState, Way


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice as a list shows it. Names and reasons are untrusted."""

    id: int
    rank: int
    """Orders the list, descending; unique."""
    key: str
    kind: Kind
    state: str
    level: Level
    cause: str
    reason: str
    who: str
    diagnosis: str | None
    client_id: int | None
    client_name: str
    asset_name: str
    """One of them."""
    asset_count: int
    deadline_at: datetime | None
    opened_at: datetime
    told_at: datetime | None
    missing_at: datetime | None
    """Since when the cause is not found any more."""
    ended_at: datetime | None
    ended_how: str
    acked_at: datetime | None
    acked_by: str
    told_to: tuple[str, ...]
    """Addresses, and the hook."""
    waiting: int
    """Mails and hooks that wait."""

    @property
    def needs_person(self) -> bool:
        """Whether it is open, and nobody has acknowledged it."""
        return self.ended_at is None and self.acked_at is None


@dataclass(frozen=True, slots=True)
class Sending:
    """One mail, or one run of the hook."""

    id: int
    way: Way
    role: Role
    recipient: str
    state: SendingState
    tries: int
    next_at: datetime
    done_at: datetime | None
    through: str
    words: str
    """Untrusted."""


@dataclass(frozen=True, slots=True)
class Round:
    """One telling."""

    id: int
    at: datetime
    occasion: Occasion
    webhooks: int
    words: str
    sendings: tuple[Sending, ...]


@dataclass(frozen=True, slots=True)
class NoticeMember:
    """An asset of a notice."""

    asset_id: int
    name: str
    address: str
    owner: str
    deadline_at: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice in full."""

    line: NoticeLine
    members: tuple[NoticeMember, ...]
    """The first `SHOWN_MEMBERS`, by deadline and name."""
    rounds: tuple[Round, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class NoticeCounts:
    """How many notices there are of each sort."""

    now: int = 0
    soon: int = 0
    acknowledged: int = 0
    over: int = 0
