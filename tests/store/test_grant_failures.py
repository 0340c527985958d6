"""Grants that fail, are brought forward, or are forgotten: the tokens outlive what could pass."""

from __future__ import annotations

import dataclasses

import pytest
from pydantic import SecretStr

from store import grants
from store.database import Store
from store.grant_events import events
from store.grants import GrantState
from store.vault import Vault
from tests.store.kit import NOON, PASSPHRASE, raw
from tests.store.oauth_kit import (
    HOUR,
    claimed,
    claims,
    consent,
    deadline,
    failed,
    grant,
    held,
    made_asset,
)
from tests.store.past.write import dumped


@pytest.fixture
def asset_id(store: Store, vault: Vault) -> int:
    """An asset without a grant."""
    return made_asset(store, vault)


# a failure


@pytest.mark.parametrize("state", [GrantState.RETRYING, GrantState.CONSENT_REQUIRED, GrantState.CLIENT_FAULT])
def test_a_failure_is_told_and_leaves_the_tokens(
    store: Store, vault: Vault, asset_id: int, state: GrantState
) -> None:
    consent(store, vault, asset_id)
    before = grant(store, asset_id)
    claimed(store, asset_id)
    vault.lock()
    fault = failed(asset_id, state, next_refresh_at=NOON + HOUR if state is GrantState.RETRYING else None)
    grants.keep_failure(store, [fault], owner="me")
    vault.unlock(PASSPHRASE)
    assert held(store, vault, asset_id) == ("1", "1")
    assert grant(store, asset_id) == dataclasses.replace(
        before,
        state=state,
        last_words=fault.words,
        last_diagnosis=fault.diagnosis,
        failures=1,
        next_refresh_at=fault.next_refresh_at,
    )
    assert deadline(store, f"asset:{asset_id}") == fault.deadline
    assert [happening.outcome for happening in events(store, asset_id)] == ["retrying", "kept"]
    assert claims(store.path) == []


def test_failures_of_many_are_kept_each_as_its_own(store: Store, vault: Vault) -> None:
    ids = [made_asset(store, vault, f"Desk {number}") for number in range(6)]
    consent(store, vault, *ids)
    claimed(store, *ids)
    faults = [
        failed(id_, state, words=f"words {id_}", deadline=None)
        for id_, state in zip(ids, [GrantState.RETRYING, GrantState.CLIENT_FAULT] * 3, strict=True)
    ]
    grants.keep_failure(store, faults, owner="me")
    for fault in faults:
        found = grant(store, fault.asset_id)
        assert (found.state, found.last_words, found.failures) == (fault.state, fault.words, 1)
        assert deadline(store, f"asset:{fault.asset_id}") is None


def test_a_failure_of_an_asset_that_has_no_grant_is_nobodys(
    store: Store, vault: Vault, asset_id: int
) -> None:
    before = dumped(store.path)
    grants.keep_failure(store, [failed(asset_id), failed(99)], owner="me")
    assert dumped(store.path) == before


# forget, due


@pytest.mark.parametrize("locked", [False, True])
def test_a_grant_is_forgotten_with_its_tokens_and_its_history_stays(
    store: Store, vault: Vault, asset_id: int, locked: bool
) -> None:
    other = made_asset(store, vault, "Other")
    consent(store, vault, asset_id, other)
    with store.write() as session:
        vault.seal(session, f"asset:{asset_id}", "password", SecretStr("stays"))
    if locked:
        vault.lock()
    with store.write() as session:
        grants.forget(session, vault, asset_id)
        grants.forget(session, vault, 99)
    assert grants.of(store, asset_id) is None
    found = raw(store.path, "SELECT owner, name FROM secrets ORDER BY owner, name")
    others = [(f"asset:{other}", "access_token"), (f"asset:{other}", "refresh_token")]
    assert found == [(f"asset:{asset_id}", "password"), *others]
    assert raw(store.path, "SELECT subject FROM deadlines") == [(f"asset:{other}",)]
    assert len(events(store, asset_id)) == 1


def test_grants_are_brought_forward_where_a_refresh_can_help(store: Store, vault: Vault) -> None:
    after = {
        GrantState.VALID: GrantState.VALID,
        GrantState.RETRYING: GrantState.RETRYING,
        GrantState.CLIENT_FAULT: GrantState.RETRYING,
        GrantState.CONSENT_REQUIRED: GrantState.CONSENT_REQUIRED,
        GrantState.NONE: GrantState.NONE,
    }
    ids = {state: made_asset(store, vault, state.value) for state in after}
    left_out = made_asset(store, vault, "left out")
    consent(store, vault, *ids.values(), left_out)
    for state, id_ in ids.items():
        claimed(store, id_)
        if state is not GrantState.VALID:
            grants.keep_failure(store, [failed(id_, state, next_refresh_at=None)], owner="me")
    grants.make_due(store, [*ids.values(), 99], NOON)
    brought = {state for state, id_ in ids.items() if grant(store, id_).next_refresh_at == NOON}
    assert brought == {GrantState.VALID, GrantState.RETRYING, GrantState.CLIENT_FAULT}
    assert {state: grant(store, id_).state for state, id_ in ids.items()} == after
    assert grants.due(store, NOON) == [ids[state] for state in after if state in brought]
    assert claims(store.path) == [(ids[GrantState.VALID], "me")]
