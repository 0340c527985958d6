"""Grants: tokens kept and replaced in one transaction, never lost by a failure, never seen by anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr

from store import grants
from store.database import Store
from store.grant_events import events
from store.grants import GrantState
from store.vault import Vault, VaultError, VaultLocked
from tests.store.kit import CHEAP, NOON, PASSPHRASE
from tests.store.oauth_kit import (
    DAY,
    HOUR,
    SCOPE,
    claimed,
    claims,
    consent,
    deadline,
    failed,
    grant,
    happened,
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


# a consent


def test_an_asset_has_no_grant_at_first(store: Store, vault: Vault, asset_id: int) -> None:
    assert grants.of(store, asset_id) is None
    assert held(store, vault, asset_id) == (None, None)
    assert claimed(store, asset_id) == []


def test_a_consent_makes_the_grant_with_its_deadline_and_event(
    store: Store, vault: Vault, asset_id: int
) -> None:
    ends = NOON + 180 * DAY
    new = kept(
        asset_id, consented=True, tokens=tokens(refresh_expires_at=ends), event=happened(kind="consent")
    )
    grants.keep_tokens(store, vault, [new])
    assert grant(store, asset_id) == grants.Grant(
        asset_id,
        GrantState.VALID,
        scope=SCOPE,
        validity=3600,
        obtained_at=NOON,
        expires_at=NOON + HOUR,
        consent_at=NOON,
        refresh_expires_at=ends,
        has_refresh=True,
        access_length=len("planted-access-1"),
        refresh_length=len("planted-refresh-1"),
        next_refresh_at=NOON + timedelta(minutes=55),
        failures=0,
        last_words="",
        last_diagnosis=None,
        rotation=1,
        refresh_at=NOON,
    )
    with store.read() as session:
        assert grants.access_token(session, vault, asset_id) == SecretStr("planted-access-1")
        assert grants.refresh_token(session, vault, asset_id) == SecretStr("planted-refresh-1")
    assert deadline(store, f"asset:{asset_id}") == new.deadline
    assert events(store, asset_id) == [new.event]


def test_of_a_new_consent_nothing_of_the_old_grant_stays(store: Store, vault: Vault, asset_id: int) -> None:
    ends = NOON + 180 * DAY
    consent(store, vault, asset_id, tokens=tokens("old", refresh_expires_at=ends))
    claimed(store, asset_id)
    grants.keep_failure(store, [failed(asset_id, GrantState.CONSENT_REQUIRED)], owner="me")
    claimed(store, asset_id, owner="other")
    consent(
        store, vault, asset_id, obtained_at=NOON + DAY, tokens=tokens("new", validity=None), deadline=None
    )
    found = grant(store, asset_id)
    assert held(store, vault, asset_id) == ("new", "new")
    assert (found.state, found.rotation, found.failures) == (GrantState.VALID, 2, 0)
    assert (found.last_words, found.last_diagnosis) == ("", None)
    assert (found.consent_at, found.refresh_expires_at, found.validity) == (NOON + DAY, None, None)
    assert deadline(store, f"asset:{asset_id}") is None
    assert claims(store.path) == []


def test_a_new_consent_without_a_refresh_token_forgets_the_old_one(
    store: Store, vault: Vault, asset_id: int
) -> None:
    """The old one belongs to another consent: perhaps of another person, with another scope."""
    consent(store, vault, asset_id)
    consent(store, vault, asset_id, tokens=tokens(2, refresh=False))
    assert held(store, vault, asset_id) == ("2", None)
    found = grant(store, asset_id)
    assert (found.has_refresh, found.refresh_length, found.rotation) == (False, 0, 2)


# a refresh


def test_a_refresh_replaces_both_tokens_and_the_rotation_grows(
    store: Store, vault: Vault, asset_id: int
) -> None:
    consent(store, vault, asset_id)
    for number in (2, 3, 4):
        assert claimed(store, asset_id) == [asset_id]
        later = NOON + number * HOUR
        grants.keep_tokens(store, vault, [kept(asset_id, number, obtained_at=later)], owner="me")
        assert held(store, vault, asset_id) == (str(number), str(number))
        found = grant(store, asset_id)
        assert (found.rotation, found.obtained_at, found.consent_at) == (number, later, NOON)
    assert claims(store.path) == []
    assert len(events(store, asset_id)) == 4


def test_a_refresh_that_brings_no_refresh_token_keeps_the_old_one(
    store: Store, vault: Vault, asset_id: int
) -> None:
    ends = NOON + 180 * DAY
    consent(store, vault, asset_id, tokens=tokens(1, refresh_expires_at=ends))
    claimed(store, asset_id)
    grants.keep_tokens(store, vault, [kept(asset_id, tokens=tokens(22, refresh=False))], owner="me")
    assert held(store, vault, asset_id) == ("22", "1")
    found = grant(store, asset_id)
    assert (found.has_refresh, found.refresh_length, found.rotation) == (True, len("planted-refresh-1"), 2)
    assert found.access_length == len("planted-access-22")
    assert found.refresh_expires_at == ends
    claimed(store, asset_id)
    moved = kept(asset_id, tokens=tokens(3, refresh=False, refresh_expires_at=ends + DAY))
    grants.keep_tokens(store, vault, [moved], owner="me")
    assert grant(store, asset_id).refresh_expires_at == ends + DAY


def test_a_grant_without_a_refresh_token_stays_without(store: Store, vault: Vault, asset_id: int) -> None:
    """App-only: each access token is asked for anew."""
    consent(store, vault, asset_id, tokens=tokens(refresh=False))
    claimed(store, asset_id)
    grants.keep_tokens(store, vault, [kept(asset_id, tokens=tokens(2, refresh=False))], owner="me")
    assert held(store, vault, asset_id) == ("2", None)
    assert not grant(store, asset_id).has_refresh


def test_a_success_after_failures_forgets_them(store: Store, vault: Vault, asset_id: int) -> None:
    consent(store, vault, asset_id)
    for failures in (1, 2):
        claimed(store, asset_id)
        grants.keep_failure(store, [failed(asset_id)], owner="me")
        assert grant(store, asset_id).failures == failures
    claimed(store, asset_id)
    grants.keep_tokens(store, vault, [kept(asset_id, 2)], owner="me")
    found = grant(store, asset_id)
    assert (found.state, found.failures, found.last_words) == (GrantState.VALID, 0, "")


def test_many_are_kept_in_one_transaction(store: Store, vault: Vault) -> None:
    ids = [made_asset(store, vault, f"Desk {number}") for number in range(40)]
    watch = store.watch()
    consent(store, vault, *ids)
    claimed(store, *ids)
    assert watch.changed()
    news = [
        kept(
            id_, id_, tokens=tokens(id_, refresh=id_ % 2 == 0), deadline=None if id_ % 3 else kept(1).deadline
        )
        for id_ in ids
    ]
    grants.keep_tokens(store, vault, news, owner="me")
    with store.read() as session:
        found = grants.of_many(session)
    for id_ in ids:
        assert held(store, vault, id_) == (str(id_), str(id_) if id_ % 2 == 0 else "1")
        assert grant(store, id_).rotation == 2
        assert found[id_] == grant(store, id_)
        assert (deadline(store, f"asset:{id_}") is None) == bool(id_ % 3)
    assert claims(store.path) == []
    watch.close()


def test_of_many_one_that_cannot_be_sealed_keeps_them_all_as_they_were(store: Store, vault: Vault) -> None:
    one, two = (made_asset(store, vault, name) for name in ("One", "Two"))
    consent(store, vault, one, two)
    claimed(store, one, two)
    before = dumped(store.path)
    news = [kept(one, 2), kept(two, tokens=tokens(access=SecretStr("x" * 70_000)))]
    with pytest.raises(VaultError, match="longer than"):
        grants.keep_tokens(store, vault, news, owner="me")
    assert dumped(store.path) == before


def test_nothing_to_keep_is_nothing_kept(store: Store, vault: Vault, asset_id: int) -> None:
    before = dumped(store.path)
    grants.keep_tokens(store, vault, [])
    grants.keep_tokens(store, vault, [], owner="me")
    grants.keep_failure(store, [], owner="me")
    grants.make_due(store, [], NOON)
    grants.release(store, [], "me")
    assert claimed(store) == []
    assert dumped(store.path) == before


def test_what_belongs_to_it_is_kept_with_it_or_not_at_all(store: Store, vault: Vault, asset_id: int) -> None:
    def break_off(_session: object) -> None:
        raise ZeroDivisionError

    before = dumped(store.path)
    with pytest.raises(ZeroDivisionError):
        grants.keep_tokens(store, vault, [kept(asset_id, consented=True)], also=break_off)
    assert dumped(store.path) == before


@pytest.mark.parametrize("how", ["locked", "rotated elsewhere"])
def test_with_a_vault_that_cannot_seal_nothing_is_changed_and_it_can_be_kept_later(
    store: Store, vault: Vault, asset_id: int, how: str
) -> None:
    consent(store, vault, asset_id)
    claimed(store, asset_id)
    if how == "locked":
        vault.lock()
    else:
        elsewhere = Vault(store, kdf=CHEAP)
        elsewhere.rotate(PASSPHRASE)
    before = dumped(store.path)
    with pytest.raises(VaultLocked):
        grants.keep_tokens(store, vault, [kept(asset_id, 2)], owner="me")
    with pytest.raises(VaultLocked):
        consent(store, vault, asset_id, number=2)
    assert dumped(store.path) == before
    grants.keep_failure(store, [], owner="me")
    vault.unlock(PASSPHRASE)
    grants.keep_tokens(store, vault, [kept(asset_id, 2)], owner="me")
    assert held(store, vault, asset_id) == ("2", "2")
