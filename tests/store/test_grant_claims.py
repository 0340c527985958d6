"""Claims on grants: one winner at a time, ended by time alone, and nothing written under a lost one."""

from __future__ import annotations

import dataclasses
from datetime import timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import grants
from store.database import Store
from store.grant_events import events
from store.grants import ClaimLost, GrantState
from store.vault import Vault
from tests.store.kit import CHEAP, NOON, PASSPHRASE
from tests.store.oauth_kit import (
    HOUR,
    claimed,
    claims,
    consent,
    deadline,
    failed,
    grant,
    held,
    kept,
    made_asset,
    plans,
)
from tests.store.past.write import dumped

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ids(store: Store, vault: Vault) -> list[int]:
    """Three assets with grants."""
    made = [made_asset(store, vault, f"Desk {number}") for number in range(3)]
    consent(store, vault, *made)
    return made


def test_a_claim_is_had_once_until_it_is_released_or_kept(store: Store, vault: Vault, ids: list[int]) -> None:
    assert claimed(store, *ids[:2], owner="one") == ids[:2]
    assert claimed(store, *ids, owner="two") == ids[2:]
    assert claimed(store, *ids, owner="one") == []
    grants.release(store, ids, "one")
    assert claims(store.path) == [(ids[2], "two")]
    assert claimed(store, *ids, owner="three") == ids[:2]
    grants.keep_tokens(store, vault, [kept(ids[0], 2)], owner="three")
    grants.keep_failure(store, [failed(ids[1])], owner="three")
    assert claimed(store, *ids, owner="four") == ids[:2]


def test_claims_come_back_in_the_order_asked_for_and_each_once(store: Store, ids: list[int]) -> None:
    asked = [ids[2], 99, ids[0], ids[2], ids[1]]
    assert claimed(store, *asked) == [ids[2], ids[0], ids[1]]
    assert dict(claims(store.path)) == dict.fromkeys(ids, "me")


def test_a_claim_ends_by_itself_to_the_moment(store: Store, ids: list[int]) -> None:
    until = NOON + 2 * MINUTE
    assert grants.claim(store, ids, "killed", NOON, until) == ids
    assert claimed(store, *ids, owner="other", now=until - timedelta(milliseconds=1)) == []
    assert claimed(store, *ids, owner="other", now=until) == ids
    assert dict(claims(store.path)) == dict.fromkeys(ids, "other")


def test_what_came_under_a_lost_claim_is_refused_and_nothing_is_changed(
    store: Store, vault: Vault, ids: list[int]
) -> None:
    claimed(store, *ids, owner="slow")
    taken = claimed(store, *ids[1:], owner="other", now=NOON + HOUR)
    assert taken == ids[1:]
    before = dumped(store.path)
    news = [kept(id_, 2) for id_ in ids]
    with pytest.raises(ClaimLost) as caught:
        grants.keep_tokens(store, vault, news, owner="slow")
    assert caught.value.asset_ids == tuple(taken)
    assert str(caught.value) == f"The claim on the grant of assets {ids[1]}, {ids[2]} was lost."
    assert dumped(store.path) == before
    grants.keep_tokens(store, vault, [new for new in news if new.asset_id not in taken], owner="slow")
    assert [held(store, vault, id_) for id_ in ids] == [("2", "2"), ("1", "1"), ("1", "1")]


def test_a_claim_that_ended_and_that_nobody_took_still_keeps(
    store: Store, vault: Vault, ids: list[int]
) -> None:
    """A rotated refresh token is the only one there is: thrown away for its lateness it would end the
    grant."""
    grants.claim(store, ids, "slow", NOON, NOON + MINUTE)
    grants.keep_tokens(store, vault, [kept(ids[0], 2, obtained_at=NOON + HOUR)], owner="slow")
    assert held(store, vault, ids[0]) == ("2", "2")


@pytest.mark.parametrize("how", ["released", "kept", "consented", "forgotten", "never"])
def test_without_a_claim_nothing_is_kept(store: Store, vault: Vault, ids: list[int], how: str) -> None:
    if how != "never":
        claimed(store, *ids)
    if how == "released":
        grants.release(store, ids, "me")
    elif how == "kept":
        grants.keep_tokens(store, vault, [kept(ids[0], 2)], owner="me")
    elif how == "consented":  # while the refresh was under way
        consent(store, vault, ids[0], number=2)
    elif how == "forgotten":
        with store.write() as session:
            grants.forget(session, vault, ids[0])
    before = dumped(store.path)
    with pytest.raises(ClaimLost, match=f"of asset {ids[0]} was lost"):
        grants.keep_tokens(store, vault, [kept(ids[0], 3)], owner="me")
    assert dumped(store.path) == before


def test_a_failure_under_a_lost_claim_is_noted_and_changes_nothing(
    store: Store, vault: Vault, ids: list[int]
) -> None:
    one, two, three = ids
    claimed(store, *ids, owner="slow")
    claimed(store, one, owner="other", now=NOON + HOUR)
    consent(store, vault, two, number=2)
    before = [grant(store, id_) for id_ in ids]
    due = deadline(store, f"asset:{one}")
    grants.keep_failure(
        store, [failed(id_, GrantState.CONSENT_REQUIRED, next_refresh_at=None) for id_ in ids], owner="slow"
    )
    assert [grant(store, id_) for id_ in ids[:2]] == before[:2]
    assert grant(store, three) == dataclasses.replace(
        before[2],
        state=GrantState.CONSENT_REQUIRED,
        failures=1,
        last_words="HTTP 503: busy",
        last_diagnosis="oauth-busy",
        next_refresh_at=None,
    )
    assert deadline(store, f"asset:{one}") == due
    assert claims(store.path) == [(one, "other")]
    assert [held(store, vault, id_)[1] for id_ in ids] == ["1", "2", "1"]
    assert [events(store, id_)[0].outcome for id_ in ids] == ["retrying"] * 3


def test_a_claim_of_another_is_not_released(store: Store, ids: list[int]) -> None:
    claimed(store, *ids, owner="one")
    grants.release(store, ids, "two")
    assert len(claims(store.path)) == 3


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sets(st.integers(0, 2)), st.integers(0, 3), st.booleans()),
        max_size=12,
    )
)
def test_two_never_hold_one_at_a_time(
    claim_desk: tuple[Store, list[int]], turns: list[tuple[str, set[int], int, bool]]
) -> None:
    """Turns of (owner, which grants, minutes later, whether the owner releases them instead)."""
    store, ids = claim_desk
    holders: dict[int, tuple[str, int]] = {}
    minute = 0
    for owner in "abc":
        grants.release(store, ids, owner)
    for owner, which, later, releases in turns:
        minute += later
        asked = [ids[number] for number in sorted(which)]
        if releases:
            grants.release(store, asked, owner)
            holders = {id_: held for id_, held in holders.items() if id_ not in asked or held[0] != owner}
            continue
        free = [id_ for id_ in asked if id_ not in holders or holders[id_][1] <= minute]
        now = NOON + minute * MINUTE
        assert grants.claim(store, asked, owner, now, now + 2 * MINUTE) == free
        holders |= dict.fromkeys(free, (owner, minute + 2))


@pytest.fixture(scope="module")
def claim_desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, list[int]]:
    store = Store.open(tmp_path_factory.mktemp("claims") / "postroom.db")
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    made = [made_asset(store, vault, f"Desk {number}") for number in range(3)]
    consent(store, vault, *made)
    return store, made


# due


def test_due_are_those_whose_time_has_come_the_most_urgent_first(store: Store, vault: Vault) -> None:
    times = {"never": None, "now": NOON, "soon": NOON + MINUTE, "long ago": NOON - HOUR, "ago": NOON - MINUTE}
    made = {name: made_asset(store, vault, name) for name in times}
    for name, time in times.items():
        consent(store, vault, made[name], next_refresh_at=time)
    assert grants.due(store, NOON) == [made["long ago"], made["ago"], made["now"]]
    assert grants.due(store, NOON, limit=2) == [made["long ago"], made["ago"]]
    assert grants.due(store, NOON - 2 * HOUR) == []
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert grants.due(store, elsewhere) == grants.due(store, NOON)


def test_due_are_only_those_that_a_refresh_can_help(store: Store, vault: Vault) -> None:
    made = {state: made_asset(store, vault, state.value) for state in GrantState}
    consent(store, vault, *made.values(), next_refresh_at=NOON)
    claimed(store, *made.values())
    grants.keep_failure(
        store, [failed(id_, state, next_refresh_at=NOON) for state, id_ in made.items()], owner="me"
    )
    assert grants.due(store, NOON) == [made[GrantState.VALID], made[GrantState.RETRYING]]


def test_what_is_due_is_found_by_the_index_without_sorting(store: Store, ids: list[int]) -> None:
    plan = plans(store, lambda: grants.due(store, NOON))
    assert plan[0] == "SEARCH grants USING INDEX grants_due (next_refresh_at<?)"
    assert not any("USE TEMP B-TREE" in line or line.startswith("SCAN grants") for line in plan)
