"""Events that no act brings about, but time: a deadline comes nearer, forwarded mail stays away."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from store import events, forwarding_states, registrations
from store.columns import utc_text
from store.database import Store
from store.events import Event
from store.forwarding_states import Forwarding
from store.token_lines import TokenLine, token_lines

STEPS = (60, 30, 15, 7, 3, 2, 1, 0)
"""Days before a deadline at which it is told of, and the day itself."""
QUIET = (Forwarding.SILENT, Forwarding.STOPPED)


def tell(store: Store, now: datetime) -> None:
    """Queue what time has brought; each step of each deadline, and each silence, once.

    Raises:
        StoreError.
    """
    with store.read() as session:
        expiring = events.wanted(session, Event.GRANT_EXPIRING)
        silent = events.wanted(session, Event.FORWARDING_SILENT)
    if expiring:
        near = [line for line in token_lines(store) if step(line.deadline_at, now) is not None]
        if near:
            with store.write() as session:
                for line in near:
                    _expiring(session, line, now)
    if silent:
        quiet = [(id_, state) for id_, state in forwarding_states.states(store, now).items()]
        with store.write() as session:
            retired = registrations.retired(session)
            for asset_id, state in quiet:
                if state.kind in QUIET and asset_id not in retired:
                    since = utc_text(state.since) if state.since else ""
                    data = {"state": state.kind.value, "words": state.words, "last_mail_at": since or None}
                    name = f"{Event.FORWARDING_SILENT.value} {asset_id} {state.kind.value} {since}"
                    events.emit(session, Event.FORWARDING_SILENT, asset_id, data, at=now, once=name)


def step(deadline: datetime | None, now: datetime) -> int | None:
    """At which of `STEPS` a deadline is; None: none yet, or there is no deadline."""
    if deadline is None or deadline - now > timedelta(days=STEPS[0]):
        return None
    return min(days for days in STEPS if deadline - now <= timedelta(days=days) or days == STEPS[0])


def _expiring(session: Session, line: TokenLine, now: datetime) -> None:
    at = step(line.deadline_at, now)
    assert line.deadline_at is not None
    data = {
        "deadline": utc_text(line.deadline_at),
        "days": at,
        "reason": line.deadline_reason,
        "who": line.deadline_who,
        "state": line.state,
    }
    name = f"{Event.GRANT_EXPIRING.value} {line.asset_id} {data['deadline']} {at}"
    events.emit(session, Event.GRANT_EXPIRING, line.asset_id, data, at=now, once=name)
