"""The history of a grant: every attempt in the provider's words, bounded in number and in length."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from store import assets, grants
from store.database import Store
from store.grant_events import KEPT_EVENTS, GrantEvent, events, record_event, record_events
from store.outside_words import KEPT_CHARACTERS, kept_words
from store.vault import Vault
from tests.store.kit import CHEAP, NOON, PASSPHRASE, raw
from tests.store.oauth_kit import claimed, consent, failed, grant, happened, kept, made_asset, plans, tokens

HOSTILE = "invalid_grant: \x1b[31m \N{RIGHT-TO-LEFT OVERRIDE} [/b] %s '; DROP TABLE grants; -- \x00 end"


def record(store: Store, asset_id: int, *news: GrantEvent) -> None:
    with store.write() as session:
        record_events(session, [(asset_id, event) for event in news])


@pytest.fixture
def asset_id(store: Store, vault: Vault) -> int:
    return made_asset(store, vault)


def test_every_part_of_an_event_comes_back_the_newest_first(store: Store, asset_id: int) -> None:
    full = GrantEvent(NOON, "consent", "refused", 1234.5, HOSTILE, "trace 1, correlation 2", "oauth-x")
    least = GrantEvent(NOON - timedelta(days=1), "refresh", "kept", 0.0)
    assert events(store, asset_id) == []
    with store.write() as session:
        record_event(session, asset_id, full)
        record_event(session, asset_id, least)
    assert events(store, asset_id) == [least, full]
    assert events(store, asset_id, limit=1) == [least]
    assert events(store, asset_id + 1) == []


def test_an_event_that_is_rolled_back_never_was(store: Store, asset_id: int) -> None:
    def act() -> None:
        with store.write() as session:
            record_event(session, asset_id, happened())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert events(store, asset_id) == []


@pytest.mark.parametrize("batch", [1, 50, KEPT_EVENTS + 7])
def test_the_oldest_beyond_the_limit_are_dropped_and_those_of_others_stay(
    store: Store, vault: Vault, asset_id: int, batch: int
) -> None:
    other = made_asset(store, vault, "Other")
    record(store, other, happened(ms=-1.0))
    count = KEPT_EVENTS + 7
    for start in range(0, count, batch):
        numbers = range(start, min(start + batch, count))
        record(store, asset_id, *(happened(ms=float(number)) for number in numbers))
    found = [event.ms for event in events(store, asset_id, limit=10**6)]
    assert found == [float(number) for number in reversed(range(count - KEPT_EVENTS, count))]
    assert len(events(store, asset_id)) == KEPT_EVENTS == 200
    assert [event.ms for event in events(store, other)] == [-1.0]


def test_pruning_goes_by_each_asset_when_many_are_recorded_at_once(
    store: Store, vault: Vault, asset_id: int
) -> None:
    other = made_asset(store, vault, "Other")
    record(store, asset_id, *(happened(ms=float(number)) for number in range(KEPT_EVENTS)))
    with store.write() as session:
        record_events(session, [(id_, happened(ms=1e6)) for id_ in (other, asset_id, other)])
    found = [event.ms for event in events(store, asset_id)]
    assert (len(found), found[0], found[-1]) == (KEPT_EVENTS, 1e6, 1.0)
    assert len(events(store, other)) == 2


def test_events_are_found_by_the_index(store: Store, asset_id: int) -> None:
    plan = plans(store, lambda: events(store, asset_id))
    assert plan == ["SEARCH grant_events USING INDEX grant_events_asset (asset_id=?)"]


def test_times_are_aware_and_in_utc(store: Store, asset_id: int) -> None:
    elsewhere = datetime(2026, 3, 2, 23, 45, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    record(store, asset_id, happened(at=elsewhere))
    (found,) = events(store, asset_id)
    assert (found.at, found.at.tzinfo) == (elsewhere, UTC)
    with pytest.raises(StatementError, match="has no time zone"):
        record(store, asset_id, happened(at=datetime(2026, 3, 2)))


def test_a_history_ends_with_its_asset(store: Store, vault: Vault, asset_id: int) -> None:
    other = made_asset(store, vault, "Other")
    for id_ in (asset_id, other):
        record(store, id_, happened())
    assets.delete(store, vault, [asset_id])
    assert raw(store.path, "SELECT asset_id FROM grant_events") == [(other,)]


# words from outside


def test_what_a_provider_says_at_length_is_cut(store: Store, vault: Vault, asset_id: int) -> None:
    long = "x" * (KEPT_CHARACTERS + 1)
    consent(store, vault, asset_id, tokens=tokens(scope="s " * 40_000))
    claimed(store, asset_id)
    fault = failed(asset_id, words=long, event=happened(answer=long, references=long))
    grants.keep_failure(store, [fault], owner="me")
    (found, _) = events(store, asset_id)
    assert found.answer == found.references == grant(store, asset_id).last_words == long[:KEPT_CHARACTERS]
    assert len(grant(store, asset_id).scope) == 10_000


def test_half_a_character_from_outside_loses_no_token(store: Store, vault: Vault, asset_id: int) -> None:
    """JSON can write one (RFC 8259 8.2); SQLite takes none, and with it no token of the same answer."""
    consent(store, vault, asset_id)
    claimed(store, asset_id)
    half = "a\ud800b"
    new = kept(asset_id, tokens=tokens(2, scope=half), event=happened(answer=half, references=half))
    grants.keep_tokens(store, vault, [new], owner="me")
    claimed(store, asset_id)
    grants.keep_failure(store, [failed(asset_id, words=half, event=happened(answer=half))], owner="me")
    found = grant(store, asset_id)
    assert (found.scope, found.last_words, found.rotation) == ("a?b", "a?b", 2)
    assert [event.answer for event in events(store, asset_id)] == ["a?b", "a?b", ""]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, int]]:
    """A store with one asset, to which every example says something."""
    store = Store.open(tmp_path_factory.mktemp("told") / "postroom.db")
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    yield store, made_asset(store, vault)
    store.close()


@given(answer=st.text(max_size=50), references=st.text(max_size=50), ms=st.floats(0, 1e9))
def test_whatever_is_said_comes_back(
    told: tuple[Store, int], answer: str, references: str, ms: float
) -> None:
    store, asset_id = told
    record(store, asset_id, happened(answer=answer, references=references, ms=ms))
    found = events(store, asset_id, limit=1)[0]
    assert (found.answer, found.references, found.ms) == (kept_words(answer), kept_words(references), ms)


@given(st.text(st.characters(exclude_categories=[])), st.integers(0, 20))
def test_kept_words_are_the_same_words_cut_where_utf_8_can_hold_them(text: str, characters: int) -> None:
    found = kept_words(text, characters)
    assert len(found) == min(len(text), characters)
    assert all(now in (before, "?") for now, before in zip(found, text, strict=False))
    assert kept_words(found, characters) == found
    if text.isprintable():
        assert kept_words(text) == text
