"""A clock that is set back: what was to come does not come that much too late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from live.agent.clock_watch import LEAST_S, ClockWatch
from store import clock_changes, grants
from store.database import Store
from store.vault import Vault
from tests.store.kit import raw
from tests.store.oauth_kit import consent, made_asset, made_client


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([0.0, 0.0], [0.0, 0.0]),
        ([-3_600.0, -3_600.0], [3_600.0, 0.0]),
        ([-10.0, -20.0, -31.0, -31.0], [0.0, 0.0, 31.0, 0.0]),
        ([3_600.0, 0.0], [0.0, 3_600.0]),
        ([-LEAST_S + 1, 0.0, -LEAST_S + 1], [0.0, 0.0, 0.0]),
    ],
)
def test_only_a_step_back_counts_and_once(steps: list[float], found: list[float]) -> None:
    offset, steady = 0.0, 0.0
    watch = ClockWatch(lambda: 1e9 + steady + offset, lambda: steady)
    seen = []
    for step in steps:
        offset = step
        steady += 60.0
        seen.append(watch.set_back())
    assert seen == pytest.approx(found)


def test_moments_to_come_are_brought_forward(store: Store, vault: Vault) -> None:
    client = made_client(store, vault)
    asset_id = made_asset(store, vault, oauth_client_id=client.id)
    consent(store, vault, asset_id)
    before = grants.of(store, asset_id)
    assert before is not None
    assert before.expires_at is not None
    assert before.next_refresh_at is not None
    clock_changes.set_back(store, 3_600)
    after = grants.of(store, asset_id)
    assert after is not None
    hour = timedelta(hours=1)
    assert (after.expires_at, after.next_refresh_at) == (
        before.expires_at - hour,
        before.next_refresh_at - hour,
    )
    ((kept,),) = raw(store.path, "SELECT next_refresh_at FROM grants")
    assert kept == after.next_refresh_at.isoformat(timespec="milliseconds")  # type: ignore[union-attr]
    assert raw(store.path, "SELECT claimed_until FROM grants") == [(None,)]
