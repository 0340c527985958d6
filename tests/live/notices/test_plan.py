"""The plan: what is told, how often at the most, and that nothing which matters stays untold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from live.notices.plan import MOST_A_DAY, SETTLE, Around, plan, told_step
from live.webhooks.due_events import step
from store.notice_records import (
    BROKEN,
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
from tests.store.kit import NOON

DAY = timedelta(days=1)
KEY = "client 1"


@dataclass
class Book:
    """Keeps notices as the store does, in memory."""

    open: dict[str, Kept] = field(default_factory=dict)
    told: list[tuple[datetime, str, Occasion]] = field(default_factory=list)
    in_use: set[int] = field(default_factory=lambda: set(range(10)))
    ids: int = 0

    def look(self, causes: Sequence[Cause], now: datetime) -> list[Occasion]:
        lately: dict[str, int] = defaultdict(int)
        for at, key, _ in self.told:
            if now - DAY < at < now + timedelta(hours=2):
                lately[key] += 1
        before = len(self.told)
        for act in plan(causes, list(self.open.values()), Around(lately, self.in_use), now):
            if isinstance(act, Open):
                self.ids += 1
                members = {
                    one.asset_id: KeptMember(one.step, one.step if act.occasion else None, one.deadline_at)
                    for one in act.cause.members
                }
                self._keep(act.cause, act.occasion, members, None, now)
            elif isinstance(act, Change):
                members = {
                    one.asset_id: KeptMember(
                        one.step,
                        one.step if act.occasion else told_step(one, act.kept.members.get(one.asset_id)),
                        one.deadline_at,
                    )
                    for one in act.cause.members
                }
                self._keep(act.cause, act.occasion, members, act.kept, now)
            elif isinstance(act, Miss):
                self.open[act.kept.key] = replace(act.kept, missing_at=now)
            elif isinstance(act, End):
                del self.open[act.kept.key]
                if act.told:
                    self.told.append((now, act.kept.key, Occasion.RECOVERED))
        return [occasion for _, _, occasion in self.told[before:]]

    def _keep(
        self,
        cause: Cause,
        occasion: Occasion | None,
        members: dict[int, KeptMember],
        kept: Kept | None,
        now: datetime,
    ) -> None:
        if occasion is not None:
            self.told.append((now, cause.key, occasion))
        worse = occasion in (Occasion.WORSE, Occasion.MORE)
        self.open[cause.key] = Kept(
            id=kept.id if kept else self.ids,
            version=1,
            key=cause.key,
            kind=cause.kind,
            state=cause.state,
            told_state=cause.state if occasion else kept.told_state if kept else "",
            level=cause.level,
            shown=shown_of(cause),
            opened_at=kept.opened_at if kept else now,
            told_at=now if occasion else kept.told_at if kept else None,
            missing_at=None,
            acked=bool(kept and kept.acked and not worse),
            rounds=(kept.rounds if kept else 0) + bool(occasion),
            members=members,
        )

    def ack(self) -> None:
        self.open = {key: replace(kept, acked=True) for key, kept in self.open.items()}


def fault(*assets: int, key: str = KEY) -> Cause:
    members = tuple(Member(one, BROKEN, None, f"Desk {one}") for one in assets)
    return Cause(key, Kind.CLIENT, "fault", Level.NOW, "It is refused", "Why", "operator", members)


def ending(at: datetime, now: datetime, *assets: int, kind: Kind = Kind.DEADLINE, key: str = KEY) -> Cause:
    days = step(at, now)
    assert days is not None
    members = tuple(Member(one, days, at, f"Desk {one}") for one in assets)
    level = Level.NOW if at <= now else Level.SOON
    return Cause(key, kind, "deadline", level, "It ends", "Why", "operator", members, deadline_at=at)


def test_reminders_come_at_each_step_and_at_no_other_time() -> None:
    book, at = Book(), NOON + 70 * DAY
    told = {}
    for hour in range(70 * 24):
        now = NOON + timedelta(hours=hour)
        if step(at, now) is not None and book.look([ending(at, now, 1)], now):
            told[(at - now) // DAY] = now
    assert list(told) == [60, 30, 15, 7, 3, 2, 1]
    assert book.look([ending(at, at, 1)], at) == [Occasion.WORSE]


def test_what_nobody_acknowledges_is_told_at_growing_distances() -> None:
    book, told = Book(), []
    for hour in range(24 * 30):
        now = NOON + timedelta(hours=hour)
        if book.look([fault(1)], now):
            told.append((now - NOON).days)
    assert told == [0, 1, 3, 7, 14, 21, 28]


def test_an_acknowledged_one_is_silent_until_it_is_worse_or_over() -> None:
    book, at = Book(), NOON + 20 * DAY
    book.look([ending(at, NOON, 1)], NOON)
    book.ack()
    assert book.look([ending(at, NOON + DAY, 1)], NOON + DAY) == []
    assert book.look([ending(at, NOON + 6 * DAY, 1)], NOON + 6 * DAY) == [Occasion.WORSE]
    book.ack()
    assert book.look([], NOON + 7 * DAY) == []
    assert book.look([], NOON + 7 * DAY + SETTLE) == [Occasion.RECOVERED]


def test_more_mailboxes_behind_one_fault_are_no_new_notice_that_day() -> None:
    book = Book()
    assert book.look([fault(1)], NOON) == [Occasion.OPENED]
    for number in range(2, 9):
        now = NOON + timedelta(minutes=number * 10)
        assert book.look([fault(*range(1, number))], now) == []
    assert book.look([fault(*range(1, 9))], NOON + DAY) == [Occasion.MORE]


def test_an_urgent_deadline_that_joins_others_is_told_after_an_hour() -> None:
    book, now = Book(), NOON
    far = ending(now - timedelta(hours=1), now, 1)
    assert book.look([far], now) == [Occasion.OPENED]
    book.ack()
    soon = replace(far, members=(*far.members, Member(2, 1, now + timedelta(hours=20), "Desk 2")))
    assert book.look([soon], now + timedelta(minutes=30)) == []
    assert book.look([soon], now + timedelta(minutes=61)) == [Occasion.MORE]


def test_a_refused_client_that_works_again_but_ends_soon_is_eased() -> None:
    book = Book()
    book.look([fault(1)], NOON)
    at = NOON + 20 * DAY
    now = NOON + timedelta(hours=1)
    assert book.look([ending(at, now, 1, kind=Kind.CLIENT)], now) == [Occasion.EASED]
    assert book.look([ending(at, now, 1, kind=Kind.CLIENT)], now) == []


def test_a_deadline_that_comes_to_pass_is_not_called_well() -> None:
    book = Book()
    at = NOON + DAY
    book.look([ending(at, NOON, 1, key="deadline x")], NOON)
    broken = Cause("consent 1", Kind.CONSENT, "refused", Level.NOW, "", "", "", (Member(1, BROKEN),))
    assert book.look([broken], NOON + DAY) == [Occasion.OPENED]
    assert book.look([broken], NOON + DAY + SETTLE) == []
    assert list(book.open) == ["consent 1"]


def test_a_clock_set_back_an_hour_tells_nothing_twice() -> None:
    book, at = Book(), NOON + 3 * DAY
    assert book.look([ending(at, NOON, 1)], NOON) == [Occasion.OPENED]
    back = NOON - timedelta(hours=1)
    assert step(at, back) == 7
    assert book.look([ending(at, back, 1)], back) == []
    assert book.look([ending(at, NOON, 1)], NOON) == []
    assert book.look([], back) == []
    assert book.look([], back + SETTLE) == [Occasion.RECOVERED]


def test_a_clock_that_was_years_ahead_silences_nobody() -> None:
    book = Book()
    assert book.look([fault(1)], NOON + 3650 * DAY) == [Occasion.OPENED]
    assert book.look([fault(1)], NOON) == [Occasion.REMINDER]
    assert book.look([fault(1)], NOON) == []
    book.look([], NOON + 3650 * DAY)
    book.look([], NOON)
    assert book.look([], NOON + SETTLE) == [Occasion.RECOVERED]


moments = st.lists(st.integers(min_value=-60, max_value=600), min_size=1, max_size=60)
"""Minutes from one look to the next; the clock may be set back an hour."""
seen = st.sampled_from(["fault", "fault of more", "deadline", "near", "nothing"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(-60, 600), seen), min_size=1, max_size=80))
def test_however_a_cause_behaves_it_is_told_a_few_times_a_day(looks: list[tuple[int, str]]) -> None:
    book, now = Book(), NOON
    latest = NOON
    for minutes, what in looks:
        now += timedelta(minutes=minutes)
        latest = max(latest, now)
        found = {
            "fault": [fault(1)],
            "fault of more": [fault(1, 2, 3)],
            "deadline": [ending(now + 20 * DAY, now, 1, kind=Kind.CLIENT)],
            "near": [ending(now + timedelta(hours=3), now, 1, kind=Kind.CLIENT)],
            "nothing": [],
        }[what]
        told = book.look(found, now)
        assert len(told) <= 1
        lately = [at for at, _, _ in book.told if now - DAY < at <= now]
        assert len(lately) <= MOST_A_DAY + 1  # one more where the clock went back over the edge of the day
    if not book.told:
        assert all(what == "nothing" for _, what in looks)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(1, 600), min_size=1, max_size=80))
def test_an_unchanged_cause_is_never_told_twice_within_a_day(gaps: list[int]) -> None:
    book, now = Book(), NOON
    for minutes in gaps:
        now += timedelta(minutes=minutes)
        book.look([fault(1, 2)], now)
    times = [at for at, _, _ in book.told]
    assert all(later - earlier >= DAY for earlier, later in pairwise(times))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=20),
    st.lists(st.integers(1, 400), min_size=5, max_size=60),
)
def test_whoever_comes_to_a_group_is_told_of_within_a_day_of_looks(joins: list[int], gaps: list[int]) -> None:
    """Each asset of a group of deadlines is told of at its step, at the latest a day after it came to it."""
    book, now = Book(), NOON
    since: dict[int, datetime] = {}
    for index, minutes in enumerate(gaps):
        now += timedelta(minutes=minutes)
        members = tuple(
            Member(one, 15, NOON + 15 * DAY, f"Desk {one}") for one in sorted(set(joins[: index + 1]))
        )
        for one in members:
            since.setdefault(one.asset_id, now)
        cause = Cause(KEY, Kind.DEADLINE, "deadline", Level.SOON, "", "", "", members)
        book.look([cause], now)
        for asset_id, kept in book.open[KEY].members.items():
            if kept.told_step is None:
                assert now - since[asset_id] < DAY
