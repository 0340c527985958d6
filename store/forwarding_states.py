"""Whether the forwarding of an asset works, told from what has arrived and how far apart it usually comes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from store.inbound_kinds import MailKind, Via

if TYPE_CHECKING:
    from store.asset_lines import AssetLine
    from store.database import Store
    from store.inbound_records import NewMessage

HALF_LIFE = timedelta(days=14)
"""A long gap counts half after so long: a desk that closes at weekends is not called silent every Saturday,
and a holiday is forgotten in time."""
A_WEEK_SEEN = timedelta(days=8)
LEAST_AT_FIRST = timedelta(days=3)
"""What is taken for usual, at least, until a week with its weekend has been seen."""
LEAST = timedelta(hours=6)
SILENT_TIMES = 1.5
STOPPED_TIMES = 4
STOPPED_AFTER = timedelta(days=7)
"""Stopped is what is silent for four times as long as usual, and for a week."""

RECEIVED = frozenset({"smtp", "lmtp", "platform"})
MAIL = frozenset({MailKind.ORDINARY, MailKind.BOUNCE, MailKind.AUTOMATIC, MailKind.PROBE})


class Forwarding(StrEnum):
    """How the forwarding of an asset stands."""

    NEVER = "never"
    AWAITING = "awaiting"
    """The provider asks for a confirmation, and no mail has come since."""
    WORKING = "working"
    SILENT = "silent"
    """Nothing for longer than usual."""
    STOPPED = "stopped"
    """Nothing for so long that it cannot be chance."""


@dataclass(frozen=True, slots=True)
class ForwardingFigures:
    """What is known of an asset's forwarded mail."""

    first_at: datetime | None = None
    last_at: datetime | None = None
    """When the last mail came that was forwarded (imports, direct mail and confirmations do not count)."""
    usual_gap: float = 0.0
    """Seconds: the longest gap between two of them, the older the less."""
    messages: int = 0
    """Kept now, of every kind."""
    bytes: int = 0
    """Their octets as they came."""

    def with_mail(self, at: datetime) -> ForwardingFigures:
        """The figures after one more forwarded mail."""
        if self.last_at is None:
            return replace(self, first_at=at, last_at=at)
        if at <= self.last_at:
            return self
        gap = (at - self.last_at).total_seconds()
        aged = self.usual_gap * 0.5 ** (gap / HALF_LIFE.total_seconds())
        return replace(self, last_at=at, usual_gap=max(gap, aged))


@dataclass(frozen=True, slots=True)
class ForwardingState:
    """The state and its words for the screen."""

    kind: Forwarding
    words: str
    since: datetime | None
    """When the last mail came."""


def is_proof(message: NewMessage) -> bool:
    """Whether a message shows that forwarding works: it came over the network, by way of a mailbox."""
    return message.source in RECEIVED and message.kind in MAIL and message.via is not Via.DIRECT


def forwarding_state(
    figures: ForwardingFigures | None, open_confirmation: bool, now: datetime
) -> ForwardingState:
    """The state at `now`.

    Args:
        open_confirmation: whether a request waits that came after the last mail.
    """
    last_at = figures.last_at if figures else None
    if open_confirmation:
        return ForwardingState(Forwarding.AWAITING, "awaiting confirmation", last_at)
    if figures is None or last_at is None:
        return ForwardingState(Forwarding.NEVER, "no forwarded mail has come yet", None)
    usual = _usual(figures)
    quiet = now - last_at
    if quiet > max(STOPPED_TIMES * usual, STOPPED_AFTER):
        kind = Forwarding.STOPPED
    elif quiet > SILENT_TIMES * usual:
        kind = Forwarding.SILENT
    else:
        return ForwardingState(Forwarding.WORKING, f"last mail {_long(quiet)} ago", last_at)
    return ForwardingState(kind, f"no mail for {_long(quiet)}, usually {_long(usual)} at most", last_at)


def _usual(figures: ForwardingFigures) -> timedelta:
    assert figures.first_at is not None
    assert figures.last_at is not None
    seen = figures.last_at - figures.first_at
    return max(timedelta(seconds=figures.usual_gap), LEAST if seen > A_WEEK_SEEN else LEAST_AT_FIRST)


def _long(span: timedelta) -> str:
    """ "12 min", "5 h", "3 d"."""
    seconds = max(0.0, span.total_seconds())
    if seconds < 3_600:
        return f"{int(seconds // 60)} min"
    return f"{int(seconds // 3_600)} h" if seconds < 172_800 else f"{int(seconds // 86_400)} d"


def state_of(line: AssetLine, now: datetime) -> ForwardingState:
    """The state of an asset as a list holds it."""
    figures = ForwardingFigures(line.first_mail_at, line.last_mail_at, line.usual_gap)
    return forwarding_state(figures, line.awaiting_confirmation, now)


STATES = """
    SELECT a.id, s.first_at, s.last_at, s.usual_gap, s.messages, s.bytes,
           EXISTS (SELECT 1 FROM confirmations c
                    WHERE c.asset_id = a.id AND c.done_at IS NULL
                      AND (s.last_at IS NULL OR c.arrived_at > s.last_at))
      FROM assets a LEFT JOIN inbound_states s ON s.asset_id = a.id
"""


def states(store: Store, now: datetime) -> dict[int, ForwardingState]:
    """The state of every asset, by its id."""
    with store.read() as session:
        rows = session.connection().exec_driver_sql(STATES).all()
    return {row[0]: forwarding_state(_figures(*row[1:6]), bool(row[6]), now) for row in rows}


def figures(store: Store, asset_id: int) -> ForwardingFigures:
    """What is known of one asset's mail."""
    with store.read() as session:
        row = session.connection().exec_driver_sql(f"{STATES} WHERE a.id = ?", (asset_id,)).one_or_none()
    return _figures(*row[1:6]) if row else ForwardingFigures()


def _figures(first_at: Any, last_at: Any, usual_gap: Any, messages: Any, octets: Any) -> ForwardingFigures:
    return ForwardingFigures(
        datetime.fromisoformat(first_at) if first_at else None,
        datetime.fromisoformat(last_at) if last_at else None,
        usual_gap or 0.0,
        messages or 0,
        octets or 0,
    )
