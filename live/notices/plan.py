"""What is to be done about causes, given the notices that are kept and the time. Pure.

One cause is told once. It is told again when it gets worse, at most once a day for what else changes, and,
while nobody has acknowledged it, at growing distances. `MOST_A_DAY` holds over all of that, so that a cause
which comes and goes does not fill anybody's mailbox.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.notice_records import (
    BROKEN,
    Act,
    Cause,
    Change,
    End,
    Kept,
    KeptMember,
    Kind,
    Level,
    Member,
    Miss,
    Occasion,
    Open,
    shown_of,
)

SETTLE = timedelta(minutes=5)
"""For so long a cause must stay away before it is called over: a retry that works once is no recovery."""
A_DAY = timedelta(days=1)
URGENT = timedelta(hours=1)
"""What has a day left or less is told again after an hour, if more assets have come to it."""
MOST_A_DAY = 4
"""Tellings of one cause within a day, whatever happens."""
REMIND = (A_DAY, timedelta(days=2), timedelta(days=4), timedelta(days=7))
"""Between two tellings of what needs a person now and was not acknowledged; the last goes on."""
SET_BACK = timedelta(hours=2)
"""A time that is further in the future than this was written under a wrong clock, and counts as now."""
MOVED = timedelta(hours=12)
"""A deadline that moved further than this has been renewed."""
STEPPED = (Kind.DEADLINE,)
"""Kinds whose members have deadlines of their own."""


@dataclass(frozen=True, slots=True)
class Around:
    """What else the plan depends on."""

    told_lately: Mapping[str, int]
    """By key, how often it was told within the last day."""
    in_use: Collection[int]
    """The assets that are there and not retired."""


def plan(causes: Sequence[Cause], kept: Sequence[Kept], around: Around, now: datetime) -> list[Act]:
    """What to do now; nothing for what is as it was.

    Args:
        causes: all there are, each key once.
        kept: the notices that are open, each key once.
        now: aware.
    """
    open_ = {notice.key: notice for notice in kept}
    found = {cause.key for cause in causes}
    acts: list[Act] = []
    for cause in causes:
        quiet = around.told_lately.get(cause.key, 0) >= MOST_A_DAY
        notice = open_.get(cause.key)
        if notice is None:
            acts.append(Open(cause, None if quiet else Occasion.OPENED))
            continue
        occasion = None if quiet else _occasion(notice, cause, now)
        if occasion is not None or _differs(notice, cause):
            acts.append(Change(notice, cause, occasion))
    acts += _missing([notice for notice in kept if notice.key not in found], causes, around, now)
    return acts


def told_step(member: Member, before: KeptMember | None) -> int | None:
    """The step at which a member counts as told before this telling. One whose deadline has moved away is not
    told again of the time that it has now: somebody has just seen to it."""
    if before is None:
        return None
    if member.deadline_at and before.deadline_at and member.deadline_at - before.deadline_at > MOVED:
        return None if before.told_step is None else member.step
    return before.told_step


def _occasion(notice: Kept, cause: Cause, now: datetime) -> Occasion | None:
    """Why a kept notice is to be told now; None: it is not."""
    if notice.told_at is None:
        return Occasion.OPENED
    passed = since(notice.told_at, now)
    told = {
        member.asset_id: told_step(member, notice.members.get(member.asset_id)) for member in cause.members
    }
    before = [step for step in told.values() if step is not None]
    new = [member for member in cause.members if (at := told[member.asset_id]) is None or member.step < at]
    if new and before and min(member.step for member in new) < min(before):
        return Occasion.WORSE
    if cause.state != notice.told_state:
        return Occasion.EASED if before and min(before) == BROKEN else Occasion.WORSE
    if new and cause.kind in STEPPED and passed >= URGENT and any(member.step <= 1 for member in new):
        return Occasion.MORE
    if notice.acked:
        return None
    if new and passed >= A_DAY:
        return Occasion.MORE
    if cause.level is Level.NOW and passed >= REMIND[min(max(notice.rounds, 1), len(REMIND)) - 1]:
        return Occasion.REMINDER
    return None


def _differs(notice: Kept, cause: Cause) -> bool:
    """Whether what is kept has to be written anew."""
    if notice.missing_at is not None or notice.shown != shown_of(cause):
        return True
    if len(notice.members) != len(cause.members):
        return True
    return any(changed(member, notice.members.get(member.asset_id)) for member in cause.members)


def changed(member: Member, before: KeptMember | None) -> bool:
    """Whether a member is to be written anew."""
    return before is None or before.step != member.step or before.deadline_at != member.deadline_at


def _missing(gone: Sequence[Kept], causes: Sequence[Cause], around: Around, now: datetime) -> Iterator[Act]:
    """What to do about notices whose cause is not found."""
    broken = {
        member.asset_id
        for cause in causes
        if cause.level is Level.NOW and cause.kind in (Kind.CONSENT, Kind.CLIENT)
        for member in cause.members
    }
    for notice in gone:
        if notice.missing_at is None or notice.missing_at - now > SET_BACK:
            yield Miss(notice)
        elif since(notice.missing_at, now) >= SETTLE:
            yield _end(notice, broken, around)


def _end(notice: Kept, broken: Collection[int], around: Around) -> End:
    if notice.kind is Kind.UNREACHABLE:
        return End(notice, "not written to for a while", told=False)
    if not any(asset_id in around.in_use for asset_id in notice.members):
        return End(notice, "the asset is not in use any more", told=False)
    if notice.kind is Kind.DEADLINE and any(asset_id in broken for asset_id in notice.members):
        return End(notice, "another notice took its place", told=False)
    lately = around.told_lately.get(notice.key, 0)
    return End(notice, "it is well again", told=notice.told_at is not None and lately < MOST_A_DAY)


def since(then: datetime, now: datetime) -> timedelta:
    """How long ago it was; a time that a wrong clock has put into the future was long ago."""
    passed = now - then
    return A_DAY * 30 if passed < -SET_BACK else passed
