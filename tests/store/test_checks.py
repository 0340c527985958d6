"""Checks: kept as they were seen, paged, pruned, and compared with the last good one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import assets, check_changes, checks
from store.check_changes import Change
from store.checks import CheckRun, CheckStep, Outcome
from store.database import Store
from store.vault import Vault
from tests.store.kit import NOON, fields, keep_check

texts = st.text(st.characters(codec="utf-8"), max_size=40)
steps = st.builds(
    CheckStep,
    name=texts,
    outcome=st.sampled_from(Outcome),
    ms=st.integers(0, 10**9).map(lambda hundredths: hundredths / 100),
    words=texts,
    facts=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    diagnosis=st.none() | texts,
)


def step(
    name: str, outcome: Outcome = Outcome.PASSED, *facts: tuple[str, str], diagnosis: str | None = None
) -> CheckStep:
    return CheckStep(name, outcome, 1.0, facts=facts, diagnosis=diagnosis)


@pytest.fixture
def asset_id(store: Store, vault: Vault) -> int:
    return assets.create(store, vault, fields()).id


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Forty checks of three assets, with all outcomes."""
    store = Store.open(tmp_path_factory.mktemp("checks") / "postroom.db")
    names = ("Help desk", "100% Ärger", 'it\'s_"quoted"')
    ids = [assets.create(store, Vault(store), fields(name)).id for name in names]
    for number in range(40):
        which = number * 7 % 3
        failed = step("sign-in", Outcome.FAILED, diagnosis=f"cause_{number % 5}")
        outcome = tuple(Outcome)[number % 4]
        keep_check(
            store,
            ids[which],
            outcome,
            asset_name=names[which],
            steps=(failed,) if outcome is Outcome.FAILED else (),
        )
    yield store
    store.close()


# record


def test_a_run_comes_back_as_it_was_recorded(store: Store, asset_id: int) -> None:
    began = datetime(2026, 3, 2, 13, 0, 0, 123_000, tzinfo=timezone(timedelta(hours=1)))
    seen = (
        CheckStep("connect", Outcome.PASSED, 3.25, facts=(("address", "192.0.2.1"),)),
        CheckStep("sign-in", Outcome.FAILED, 81.5, "535 5.7.8 no\n535 really", diagnosis="gmail_bad_login"),
        CheckStep("envelope", Outcome.SKIPPED, 0.0),
    )
    run = keep_check(
        store, asset_id, Outcome.FAILED, steps=seen, started_at=began, ms=84.75, transcript="C: EHLO"
    )
    assert run == CheckRun(
        run.id,
        asset_id,
        "Help desk",
        checks.CONNECTION,
        datetime(2026, 3, 2, 12, 0, 0, 123_000, tzinfo=UTC),
        84.75,
        Outcome.FAILED,
        seen,
        "C: EHLO",
    )
    assert checks.by_id(store, run.id) == run
    assert run.failed_step == seen[1]
    assert checks.by_id(store, run.id + 1) is None


def test_what_is_recorded_is_what_is_read(store: Store, asset_id: int) -> None:
    @given(
        st.lists(steps, max_size=4).map(tuple),
        texts,
        st.sampled_from(Outcome),
        st.datetimes(timezones=st.just(UTC)),
    )
    def recorded(seen: tuple[CheckStep, ...], transcript: str, outcome: Outcome, at: datetime) -> None:
        run = keep_check(store, asset_id, outcome, steps=seen, transcript=transcript, started_at=at)
        assert (run.steps, run.transcript, run.outcome) == (seen, transcript, outcome)
        assert abs(run.started_at - at) < timedelta(milliseconds=1)
        assert checks.by_id(store, run.id) == run

    recorded()


def test_a_time_without_a_zone_is_refused(store: Store, asset_id: int) -> None:
    with pytest.raises(Exception, match="has no time zone"):
        keep_check(store, asset_id, started_at=NOON.replace(tzinfo=None))
    assert checks.count(store) == 0


def test_a_cancelled_step_is_the_one_that_stopped_the_run(store: Store, asset_id: int) -> None:
    cancelled = step("sign-in", Outcome.CANCELLED)
    run = keep_check(store, asset_id, Outcome.CANCELLED, steps=(step("connect"), cancelled))
    assert run.failed_step == cancelled
    assert keep_check(store, asset_id, steps=(step("connect"),)).failed_step is None


# pruning and the last good one


def test_old_runs_are_dropped_but_for_the_last_good_one(
    store: Store, vault: Vault, asset_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "KEPT_RUNS", 4)
    other = keep_check(store, assets.create(store, vault, fields("Other")).id)
    outcomes = "PPFFFCFF"
    runs = [
        keep_check(
            store, asset_id, {"P": Outcome.PASSED, "F": Outcome.FAILED, "C": Outcome.CANCELLED}[letter]
        )
        for letter in outcomes
    ]
    assert checks.page(store, asset_id=asset_id) == [*runs[:-5:-1], runs[1]]
    assert checks.last_good(store, asset_id, before=runs[-1].id) == runs[1]
    assert checks.by_id(store, other.id) == other
    runs.append(keep_check(store, asset_id))
    assert checks.page(store, asset_id=asset_id) == runs[:-5:-1]


def test_two_hundred_runs_of_an_asset_are_kept(store: Store, asset_id: int) -> None:
    with store.write() as session:
        for _ in range(210):
            checks.record(
                session,
                asset_id,
                "Help desk",
                started_at=NOON,
                ms=1.0,
                outcome=Outcome.FAILED,
                steps=(),
                transcript="",
            )
    assert checks.count(store) == checks.KEPT_RUNS == 200


def test_the_last_good_one_is_older_and_of_the_same_asset(store: Store, vault: Vault, asset_id: int) -> None:
    other = assets.create(store, vault, fields("Other")).id
    good = keep_check(store, asset_id)
    keep_check(store, other)
    failed = keep_check(store, asset_id, Outcome.FAILED)
    later = keep_check(store, asset_id)
    assert checks.last_good(store, asset_id, before=failed.id) == good
    assert checks.last_good(store, asset_id, before=later.id) == good
    assert checks.last_good(store, asset_id, before=good.id) is None


# pages


@given(
    before=st.none() | st.integers(-1, 45),
    after=st.none() | st.integers(-1, 45),
    limit=st.integers(1, 50),
    asset_id=st.none() | st.integers(0, 4),
    word=st.sampled_from(["", "desk", "FAILED", "cause_2", "ä", "%"]),
)
def test_a_page_is_a_slice_of_the_whole(
    mixed: Store, before: int | None, after: int | None, limit: int, asset_id: int | None, word: str
) -> None:
    words = [word] if word else []
    whole = checks.page(mixed, limit=10**6, asset_id=asset_id, words=words)
    assert len(whole) == checks.count(mixed, asset_id=asset_id, words=words)
    older = [run for run in whole if before is None or run.id < before][:limit]
    assert checks.page(mixed, before=before, limit=limit, asset_id=asset_id, words=words) == older
    if after is not None:
        newer = [run for run in whole if run.id > after][-limit:]
        assert checks.page(mixed, after=after, limit=limit, asset_id=asset_id, words=words) == newer


def test_the_whole_is_newest_first(mixed: Store) -> None:
    ids = [run.id for run in checks.page(mixed)]
    assert len(ids) == checks.count(mixed) == 40
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["%"], {"100% Ärger"}),
        (["_"], {'it\'s_"quoted"', "Help desk", "100% Ärger"}),  # the diagnoses have one
        (["s_"], {'it\'s_"quoted"'}),
        (["'"], {'it\'s_"quoted"'}),
        (['"QUOTED"'], {'it\'s_"quoted"'}),
        (["ärger"], {"100% Ärger"}),
        (["ÄRGER", "100"], {"100% Ärger"}),
        (["desk", "ärger"], set()),
        (["\\"], set()),
        (["/"], set()),
        (["help d"], {"Help desk"}),
    ],
)
def test_words_are_looked_for_as_they_are(mixed: Store, words: list[str], names: set[str]) -> None:
    assert {run.asset_name for run in checks.page(mixed, words=words)} == names


def test_words_find_outcomes_and_diagnoses(mixed: Store) -> None:
    assert checks.count(mixed, words=["cancelled"]) == 10
    assert {run.outcome for run in checks.page(mixed, words=["cause_"])} == {Outcome.FAILED}


# what changed


def test_outcomes_that_differ_are_told_before_facts(store: Store, asset_id: int) -> None:
    good = keep_check(
        store,
        asset_id,
        steps=(
            step("resolve", Outcome.PASSED, ("addresses", "192.0.2.1"), ("answered", "12 ms")),
            step("tls", Outcome.PASSED, ("issuer", "One CA"), ("days left", "80"), ("gone", "x")),
            step("sign-in", Outcome.PASSED, ("mechanism", "PLAIN")),
            step("envelope", Outcome.PASSED, ("size", "10")),
        ),
    )
    now = keep_check(
        store,
        asset_id,
        Outcome.FAILED,
        steps=(
            step("resolve", Outcome.PASSED, ("addresses", "192.0.2.2"), ("answered", "99 ms")),
            step("new", Outcome.PASSED, ("addresses", "192.0.2.3")),
            step("tls", Outcome.PASSED, ("issuer", "Two CA"), ("days left", "79"), ("come", "y")),
            step("sign-in", Outcome.FAILED, ("mechanism", "PLAIN")),
            step("envelope", Outcome.SKIPPED),
        ),
    )
    expected = (
        Change("sign-in", "result", "passed", "failed"),
        Change("resolve", "addresses", "192.0.2.1", "192.0.2.2"),
        Change("tls", "issuer", "One CA", "Two CA"),
    )
    assert check_changes.changes(good, now) == expected
    assert check_changes.changes_since_good(store, now) == expected
    assert check_changes.changes(good, good) == ()


def test_there_is_nothing_to_tell_without_a_failure_or_a_good_run(store: Store, asset_id: int) -> None:
    first = keep_check(store, asset_id, Outcome.FAILED, steps=(step("connect", Outcome.FAILED),))
    assert check_changes.changes_since_good(store, first) == ()
    good = keep_check(store, asset_id, steps=(step("connect"),))
    assert check_changes.changes_since_good(store, good) == ()
