"""Deadlines as a calendar file (RFC 5545): a person's own calendar reminds them while no console is open."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from store.token_lines import TokenLine

if TYPE_CHECKING:
    from icalendar import Event

REMINDER_DAYS = (60, 30, 15, 7, 3, 2, 1, 0)
"""Days before a deadline on which a person is reminded."""
SPACE = uuid.UUID("3d1f4a5e-94f5-5c0b-9d0e-0e2a7a7f2b61")
"""The name space of the events' ids; it must never change, or every event would come twice."""
MOST_NAMED = 50
"""Mailboxes that an event's description lists; the rest is counted."""
LONGEST_TEXT = 2_000
"""Characters of one text of an event."""


@dataclass(frozen=True, slots=True)
class _Cause:
    """One reason at one moment, with all whom it stops."""

    uid: uuid.UUID
    lines: Sequence[TokenLine]
    at: datetime
    reason: str
    who: str


def deadlines_calendar(lines: Iterable[TokenLine], now: datetime) -> bytes:
    """The deadlines of `lines` as an iCalendar document, the earliest first; lines without one are left out.

    What ends for several assets at the same moment and for the same reason, such as the secret of their
    OAuth client, is one event. An event keeps its UID when its deadline moves, so that a calendar that reads
    the file again moves the event and makes no second one. Reminders lie `REMINDER_DAYS` ahead; those whose
    time has passed are left out, since many calendars ring all of them at once.

    Args:
        now: aware; when the file is made.
    """
    from icalendar import Calendar  # 30 ms, for an export only

    calendar = Calendar()
    calendar.add("prodid", "-//postroom//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("name", "postroom: deadlines of e-mail channel assets")
    calendar.add("x-wr-calname", "postroom deadlines")
    for cause in _causes(lines):
        calendar.add_component(_event(cause, now))
    return bytes(calendar.to_ical())


def _causes(lines: Iterable[TokenLine]) -> Iterator[_Cause]:
    dated = sorted((line for line in lines if line.deadline_at is not None), key=_order)
    taken: set[uuid.UUID] = set()
    for _, group in groupby(dated, key=lambda line: (line.deadline_at, line.deadline_reason, _shared(line))):
        together = list(group)
        uid = _uid(_shared(together[0])) if len(together) > 1 else _uid(_own(together[0]))
        if uid in taken:  # a second reason of the same client: one event for each mailbox, with its own id
            yield from (_cause(_uid(_own(line)), [line]) for line in together)
            continue
        taken.add(uid)
        yield _cause(uid, together)


def _cause(uid: uuid.UUID, lines: Sequence[TokenLine]) -> _Cause:
    first = lines[0]
    assert first.deadline_at is not None
    return _Cause(uid, lines, first.deadline_at, first.deadline_reason or "", first.deadline_who or "")


def _order(line: TokenLine) -> tuple[datetime, str, str, str]:
    assert line.deadline_at is not None
    return line.deadline_at, line.deadline_reason or "", _shared(line), line.name.casefold()


def _shared(line: TokenLine) -> str:
    """What several assets may have in common: their OAuth client, or how they sign in where."""
    if line.client_name is not None:
        return f"client:{line.client_id}:{line.client_name}"
    return f"provider:{line.provider}:{line.sign_in}"


def _own(line: TokenLine) -> str:
    """The mailbox alone, whatever number its asset has in the store."""
    return f"mailto:{line.address.casefold()}"


def _uid(text: str) -> uuid.UUID:
    return uuid.uuid5(SPACE, text)


def _event(cause: _Cause, now: datetime) -> Event:
    from icalendar import Alarm, Event

    event = Event()
    event.add("uid", str(cause.uid))
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", cause.at.astimezone(UTC))
    event.add("summary", _summary(cause))
    event.add("description", _description(cause))
    event.add("transp", "TRANSPARENT")  # it is no appointment: nobody is busy then
    for days in REMINDER_DAYS:
        before = timedelta(days=days)
        if cause.at - before <= now:
            continue
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -before)
        alarm.add("description", _summary(cause))
        event.add_component(alarm)
    return event


def _summary(cause: _Cause) -> str:
    first = cause.lines[0]
    if len(cause.lines) == 1:
        who = first.name
    elif first.client_name is not None:
        who = f"{first.client_name} ({len(cause.lines)} mailboxes)"
    else:
        who = f"{len(cause.lines)} mailboxes"
    return _clean(f"{who}: sending stops")


def _description(cause: _Cause) -> str:
    named = [f"{line.name} <{line.address}>" for line in cause.lines[:MOST_NAMED]]
    if len(cause.lines) > MOST_NAMED:
        named.append(f"and {len(cause.lines) - MOST_NAMED} more")
    told = [cause.reason, f"Who can act: {cause.who}" if cause.who else "", *named]
    return "\n".join(_clean(text) for text in told if text)


def _clean(text: str) -> str:
    """Text that no calendar can be steered by: names were typed by people, and reasons may quote them."""
    return "".join(filter(str.isprintable, text))[:LONGEST_TEXT]
