"""Deadlines: one for each subject, replaced and dropped in the caller's transaction, sorted as times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from store import deadlines
from store.database import Store
from store.deadlines import Deadline
from tests.store.kit import NOON, raw
from tests.store.oauth_kit import DAY, deadline
from tests.store.past.write import dumped

SOON = Deadline(NOON, "The secret ends.", "admin")
LATER = Deadline(NOON + DAY, "The refresh token ends: [/b] \x1b[31m '; --", "owner")

News = Sequence[tuple[str, Deadline | None]]
Put = Callable[[Store, News], None]


def one_by_one(store: Store, news: News) -> None:
    with store.write() as session:
        for subject, one in news:
            deadlines.put(session, subject, one)


def all_at_once(store: Store, news: News) -> None:
    with store.write() as session:
        deadlines.put_all(session, news)


def everything(store: Store) -> dict[str, Deadline]:
    with store.read() as session:
        return deadlines.all_of(session)


@pytest.fixture(params=[one_by_one, all_at_once])
def put(request: pytest.FixtureRequest) -> Put:
    """Both ways to keep deadlines."""
    way: Put = request.param
    return way


def test_a_subject_has_one_deadline_or_none(store: Store, put: Put) -> None:
    put(store, [("asset:1", SOON), ("asset:2", LATER), ("oauth_client:1", SOON)])
    put(store, [("asset:1", LATER), ("asset:2", None), ("asset:3", None)])
    assert everything(store) == {"asset:1": LATER, "oauth_client:1": SOON}
    for subject in ("asset:1", "asset:2", "oauth_client:1", "asset:", "asset:1 "):
        assert deadline(store, subject) == everything(store).get(subject)
    put(store, [])
    assert len(everything(store)) == 2


def test_a_deadline_is_forgotten_alone(store: Store, put: Put) -> None:
    put(store, [("asset:1", SOON), ("asset:11", LATER)])
    with store.write() as session:
        deadlines.forget(session, "asset:1")
        deadlines.forget(session, "asset:none")
    assert everything(store) == {"asset:11": LATER}


def test_a_deadline_lives_and_dies_with_the_transaction(store: Store) -> None:
    def act() -> None:
        with store.write() as session:
            deadlines.put_all(session, [("asset:1", LATER), ("asset:2", SOON)])
            deadlines.forget(session, "asset:1")
            raise ZeroDivisionError

    one_by_one(store, [("asset:1", SOON)])
    before = dumped(store.path)
    with pytest.raises(ZeroDivisionError):
        act()
    assert dumped(store.path) == before


def test_times_are_aware_and_in_utc(store: Store, put: Put) -> None:
    elsewhere = datetime(2026, 3, 2, 23, 45, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    put(store, [("asset:1", Deadline(elsewhere, "It ends.", "owner"))])
    found = deadline(store, "asset:1")
    assert found
    assert (found.at, found.at.tzinfo) == (elsewhere, UTC)
    assert raw(store.path, "SELECT at FROM deadlines") == [("2026-03-02T18:00:00.000+00:00",)]


def test_a_time_without_a_zone_is_refused(store: Store, put: Put) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        put(store, [("asset:1", Deadline(datetime(2026, 3, 2), "It ends.", "owner"))])
    assert everything(store) == {}


TIMES = st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 31)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("deadlines") / "postroom.db")
    yield store
    store.close()


AWARE = st.builds(lambda at, zone: at.replace(tzinfo=zone), TIMES, ZONES)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SUBJECTS = st.integers(1, 9).map("asset:{}".format)


@given(st.dictionaries(SUBJECTS, st.none() | st.builds(Deadline, AWARE, TEXT, TEXT)), st.booleans())
def test_whatever_is_put_comes_back_and_sorts_as_text_as_it_does_as_a_time(
    shared: Store, news: dict[str, Deadline | None], together: bool
) -> None:
    before = everything(shared)
    (all_at_once if together else one_by_one)(shared, list(news.items()))
    expected = {subject: one for subject, one in (before | news).items() if one is not None}
    assert everything(shared) == expected
    sorted_as_text = raw(shared.path, "SELECT at FROM deadlines ORDER BY at")
    assert [datetime.fromisoformat(at) for (at,) in sorted_as_text] == sorted(
        one.at for one in expected.values()
    )


def test_what_ends_first_is_found_by_the_index(store: Store) -> None:
    one_by_one(store, [("asset:1", SOON), ("asset:2", LATER)])
    for query in (
        "SELECT subject FROM deadlines WHERE at <= '2027' ORDER BY at",
        "SELECT min(at) FROM deadlines",
    ):
        plan = [line[3] for line in raw(store.path, f"EXPLAIN QUERY PLAN {query}")]
        assert len(plan) == 1
        assert "INDEX ix_deadlines_at" in plan[0]
