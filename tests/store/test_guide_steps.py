"""Ticks of set-up guides: who, when, once; kept with the asset, gone with it, and told in the audit log."""

from __future__ import annotations

import pytest

from store import assets, audit, guide_steps
from store.actor import Actor
from store.asset_errors import AssetGone
from store.database import Store
from store.vault import Vault
from tests.store.kit import fields, raw


@pytest.fixture
def asset_id(store: Store, vault: Vault) -> int:
    return assets.create(store, vault, fields()).id


def entries(store: Store) -> list[tuple[str, str, str]]:
    return [
        (entry.user, entry.action, entry.detail)
        for entry in audit.page(store)
        if entry.action.startswith("set-up")
    ]


def test_a_tick_is_its_first_tickers(store: Store, asset_id: int) -> None:
    assert guide_steps.tick(store, asset_id, "smtp-auth", "Authenticated SMTP")
    other = Store.open(store.path, Actor("ben"))
    assert not guide_steps.tick(other, asset_id, "smtp-auth", "Authenticated SMTP")
    other.close()
    (tick,) = guide_steps.ticks(store, asset_id).values()
    assert (tick.step, tick.by) == ("smtp-auth", store.actor.user)
    assert entries(store) == [(store.actor.user, "set-up step ticked", "Authenticated SMTP")]


def test_a_tick_taken_back_says_whose_it_was(store: Store, asset_id: int) -> None:
    guide_steps.tick(store, asset_id, "smtp-auth", "Authenticated SMTP")
    other = Store.open(store.path, Actor("ben"))
    assert guide_steps.untick(other, asset_id, "smtp-auth", "Authenticated SMTP")
    assert not guide_steps.untick(other, asset_id, "smtp-auth", "Authenticated SMTP")
    other.close()
    assert guide_steps.ticks(store, asset_id) == {}
    told = f"Authenticated SMTP, ticked by {store.actor.user}"
    assert entries(store)[0] == ("ben", "set-up tick taken back", told)
    assert len(entries(store)) == 2


def test_a_choice_is_kept_changed_and_dropped(store: Store, asset_id: int) -> None:
    assert guide_steps.chosen(store, asset_id) == ""
    assert not guide_steps.choose(store, asset_id, "")
    assert guide_steps.choose(store, asset_id, "gmail-playground")
    assert not guide_steps.choose(store, asset_id, "gmail-playground")
    assert guide_steps.choose(store, asset_id, "gmail-oauth")
    assert guide_steps.chosen(store, asset_id) == "gmail-oauth"
    assert guide_steps.choose(store, asset_id, "")
    assert guide_steps.chosen(store, asset_id) == ""
    assert [detail for _user, _action, detail in entries(store)] == [
        "the one that fits its sign-in",
        "gmail-oauth",
        "gmail-playground",
    ]


def test_all_goes_with_the_asset(store: Store, vault: Vault, asset_id: int) -> None:
    guide_steps.tick(store, asset_id, "smtp-auth", "Authenticated SMTP")
    guide_steps.choose(store, asset_id, "gmail-oauth")
    assets.delete(store, vault, [asset_id])
    assert guide_steps.ticks(store, asset_id) == {}
    for table in ("guide_ticks", "guide_choices"):
        assert raw(store.path, f"SELECT count(*) FROM {table}") == [(0,)]
    with pytest.raises(AssetGone):
        guide_steps.tick(store, asset_id, "smtp-auth", "Authenticated SMTP")
    with pytest.raises(AssetGone):
        guide_steps.untick(store, asset_id, "smtp-auth", "Authenticated SMTP")
    with pytest.raises(AssetGone):
        guide_steps.choose(store, asset_id, "gmail-oauth")


@pytest.mark.parametrize("name", ["", "Up", "a b", "a\x1b", "-a", "a-", "a" * 61, "a--b", "ä"])
def test_what_is_no_id_is_not_kept(store: Store, asset_id: int, name: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        guide_steps.tick(store, asset_id, name, "title")
    if name:
        with pytest.raises(ValueError, match="no id"):
            guide_steps.choose(store, asset_id, name)


def test_nothing_of_it_is_seen_at_another_asset(store: Store, vault: Vault) -> None:
    one, two = (assets.create(store, vault, fields(name)).id for name in ("One", "Two"))
    guide_steps.tick(store, one, "smtp-auth", "Authenticated SMTP")
    assert guide_steps.ticks(store, two) == {}
