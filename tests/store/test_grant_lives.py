"""Grants over their whole life: times that are aware, tokens that show nowhere, the newest ones held."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from store import assets, grants
from store.database import Store
from store.grant_events import events
from store.grants import GrantState
from store.vault import Vault, VaultLocked
from tests.store.kit import CHEAP, PASSPHRASE, contents, raw
from tests.store.oauth_kit import (
    claimed,
    consent,
    failed,
    grant,
    held,
    kept,
    made_asset,
    tokens,
)
from tests.store.past.write import dumped


@pytest.fixture
def asset_id(store: Store, vault: Vault) -> int:
    """An asset without a grant."""
    return made_asset(store, vault)


# times


def test_times_are_aware_and_in_utc_whatever_zone_they_came_in(
    store: Store, vault: Vault, asset_id: int
) -> None:
    elsewhere = datetime(2026, 3, 2, 23, 45, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    times = {"obtained_at": elsewhere, "expires_at": elsewhere, "next_refresh_at": elsewhere}
    new = kept(asset_id, tokens=tokens(refresh_expires_at=elsewhere), consented=True, **times)
    grants.keep_tokens(store, vault, [new])
    found = grant(store, asset_id)
    seen = [value for value in dataclasses.astuple(found) if isinstance(value, datetime)]
    assert seen == [elsewhere] * 6
    assert {time.tzinfo for time in seen} == {UTC}
    with store.read() as session:
        assert grants.of_many(session, [asset_id]) == {asset_id: found}


@pytest.mark.parametrize("field", ["obtained_at", "expires_at", "next_refresh_at"])
def test_a_time_without_a_zone_is_refused(store: Store, vault: Vault, asset_id: int, field: str) -> None:
    before = dumped(store.path)
    with pytest.raises(StatementError, match="has no time zone"):
        grants.keep_tokens(store, vault, [kept(asset_id, **{field: datetime(2026, 3, 2)})])
    assert dumped(store.path) == before


# never a token


def test_no_token_lies_in_a_file_or_shows_in_words(store: Store, vault: Vault, asset_id: int) -> None:
    consent(store, vault, asset_id)
    claimed(store, asset_id)
    new = kept(asset_id, 2)
    grants.keep_tokens(store, vault, [new], owner="me")
    shown = [repr(new), repr(grant(store, asset_id)), repr(events(store, asset_id)), dumped(store.path)]
    vault.lock()
    for act in (
        lambda: grants.keep_tokens(store, vault, [new]),
        lambda: grants.keep_tokens(store, vault, [new], owner="lost"),
        lambda: consent(store, vault, 99),
    ):
        with pytest.raises((VaultLocked, grants.ClaimLost, assets.AssetGone)) as caught:
            act()
        told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        shown.append("".join(told.format()))
    lying = [*contents(store.path.parent).values()]
    store.close()
    lying += contents(store.path.parent).values()
    for data in (*lying, *map(str.encode, shown)):
        assert b"planted-" not in data


# any life


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Vault]]:
    store = Store.open(tmp_path_factory.mktemp("desk") / "postroom.db")
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    yield store, vault
    store.close()


LIVES = st.lists(
    st.tuples(st.sampled_from(["consent", "refresh", "failure", "lost"]), st.booleans()), max_size=8
)
"""What happens, one after the other, and whether a refresh token came with it."""


@given(LIVES)
@settings(deadline=None)  # each step is a durable commit, whose time a busy disk decides
def test_after_any_life_the_newest_tokens_are_held(
    desk: tuple[Store, Vault], life: list[tuple[str, bool]]
) -> None:
    store, vault = desk
    asset_id = made_asset(store, vault, f"Desk {raw(store.path, 'SELECT count(*) FROM assets')[0][0]}")
    access = refresh = None
    failures = rotation = 0
    for number, (what, brought) in enumerate([("consent", True), *life]):
        new = kept(asset_id, number, tokens=tokens(number, refresh=brought), consented=what == "consent")
        if what == "consent":
            grants.keep_tokens(store, vault, [new])
        else:
            claimed(store, asset_id, owner="other" if what == "lost" else "me")
        if what == "refresh":
            grants.keep_tokens(store, vault, [new], owner="me")
        elif what == "failure":
            grants.keep_failure(store, [failed(asset_id)], owner="me")
            failures += 1
        elif what == "lost":
            with pytest.raises(grants.ClaimLost):
                grants.keep_tokens(store, vault, [new], owner="me")
            grants.keep_failure(store, [failed(asset_id)], owner="me")
            grants.release(store, [asset_id], "other")
        if what in ("consent", "refresh"):
            access, rotation, failures = str(number), rotation + 1, 0
            refresh = str(number) if brought else None if what == "consent" else refresh
        found = grant(store, asset_id)
        assert held(store, vault, asset_id) == (access, refresh)
        assert (found.rotation, found.failures) == (rotation, failures)
        assert found.has_refresh == (refresh is not None)
        assert found.refresh_length == (len(f"planted-refresh-{refresh}") if refresh else 0)
        assert found.state is (GrantState.RETRYING if failures else GrantState.VALID)
