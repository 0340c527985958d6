"""What notices are made of: causes as they are found, notices as they are kept, and what is to be done about
the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a cause is about."""

    CONSENT = "consent"
    """A grant is dead or refused: a person has to consent anew."""
    CLIENT = "client"
    """An OAuth client is refused, or its secret ends."""
    DEADLINE = "deadline"
    """Sending ends at a known moment."""
    FORWARDING = "forwarding"
    """Forwarded mail stays away, or a probe did not come back."""
    ABSENCE = "absence"
    """No agent ran for a while."""
    UNREACHABLE = "unreachable"
    """A mail of ours to a person came back."""


class Level(StrEnum):
    """How soon a person is needed."""

    NOW = "now"
    SOON = "soon"


class Occasion(StrEnum):
    """Why a notice is told."""

    OPENED = "opened"
    REMINDER = "reminder"
    WORSE = "worse"
    """Less time is left, or more is broken."""
    MORE = "more"
    """It touches more assets."""
    EASED = "eased"
    """It works again, but something still ends."""
    ASKED = "asked"
    """A person wants it sent now."""
    RECOVERED = "recovered"


class SendingState(StrEnum):
    """How one mail, or one run of the hook, stands."""

    WAITING = "waiting"
    """For its first or its next try."""
    SENT = "sent"
    DOUBT = "in doubt"
    """It may have been sent; it is not sent again."""
    RETURNED = "returned"
    """The address is refused, or the mail came back."""
    FAILED = "failed"
    """All tries failed."""
    DROPPED = "dropped"
    """A later one took its place, or the cause ended before."""


class Way(StrEnum):
    """By what one is told, besides webhooks."""

    MAIL = "mail"
    HOOK = "hook"


class Role(StrEnum):
    """As what somebody is told."""

    OPERATOR = "operator"
    OWNER = "owner"
    NONE = ""
    """The hook."""


BROKEN = -1
"""The step of what is past all deadlines: it does not work."""


@dataclass(frozen=True, slots=True)
class Member:
    """An asset that a cause touches."""

    asset_id: int
    step: int
    """Days of the reminder that it has come to, 0 on the day; `BROKEN`: it does not work already. The
    smaller, the worse."""
    deadline_at: datetime | None = None
    name: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that needs a person, as it is found now."""

    key: str
    """The same as long as it is the same cause."""
    kind: Kind
    state: str
    """A word that changes when the cause becomes another thing, such as "deadline" and then "fault"."""
    level: Level
    words: str
    """The cause in one line without times; may hold names: untrusted."""
    reason: str
    """A sentence or two more; may hold a server's words: untrusted."""
    who: str
    """Who can act, in the words of `live.diagnosis.WhoActs`."""
    members: tuple[Member, ...] = ()
    diagnosis: str | None = None
    client_id: int | None = None
    client_name: str = ""
    deadline_at: datetime | None = None
    owner_acts: bool = False
    """Whether a mail to the owner makes sense."""


@dataclass(frozen=True, slots=True)
class KeptMember:
    """An asset of a notice, as it is kept."""

    step: int
    told_step: int | None
    """The step at which it was told of; None: it never was."""
    deadline_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice as it is kept, for the plan."""

    id: int
    version: int
    key: str
    kind: Kind
    state: str
    told_state: str
    level: Level
    shown: tuple[object, ...]
    """What of the cause is kept besides, as `shown_of` makes it."""
    opened_at: datetime
    told_at: datetime | None
    missing_at: datetime | None
    acked: bool
    rounds: int
    """How often it was told."""
    members: Mapping[int, KeptMember] = field(default_factory=dict)


def shown_of(cause: Cause) -> tuple[object, ...]:
    """What is kept of a cause so that it can be shown, in the order of the columns `SHOWN`."""
    first = cause.members[0].name if cause.members else ""
    return (
        cause.state,
        cause.level.value,
        cause.words,
        cause.reason,
        cause.who,
        cause.diagnosis,
        cause.client_id,
        cause.client_name,
        first,
        len(cause.members),
        cause.deadline_at,
    )


SHOWN = (
    *("state", "level", "cause", "reason", "who", "diagnosis", "client_id", "client_name"),
    *("asset_name", "asset_count", "deadline_at"),
)


# What is to be done


@dataclass(frozen=True, slots=True)
class Open:
    """Keep a new notice; tell of it, unless it was told too often lately."""

    cause: Cause
    occasion: Occasion | None


@dataclass(frozen=True, slots=True)
class Change:
    """Bring a kept notice up to date, and tell of it where there is an occasion."""

    kept: Kept
    cause: Cause
    occasion: Occasion | None = None


@dataclass(frozen=True, slots=True)
class Miss:
    """The cause is not found any more: remember since when."""

    kept: Kept


@dataclass(frozen=True, slots=True)
class End:
    """The cause is over."""

    kept: Kept
    how: str
    """In a few words."""
    told: bool
    """Whether those who know of it are told."""


Act = Open | Change | Miss | End
