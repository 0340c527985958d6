"""Two people edit one asset: the second is told and shown both values, nothing is silently overwritten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from store import assets, audit
from store.actor import Actor
from store.assets import Asset, AssetGone, EditConflict
from store.database import Store
from store.vault import Vault
from tests.store.kit import CHEAP, EVERYTHING, PASSPHRASE, PASSWORD, fields

NEW = SecretStr("the-new-Password-9")


@pytest.fixture
def other(store: Store, vault: Vault) -> Iterator[tuple[Store, Vault]]:
    """The same store as a second person has it open."""
    second = Store.open(store.path, Actor("support"))
    theirs = Vault(second, kdf=CHEAP)
    theirs.unlock(PASSPHRASE)
    yield second, theirs
    second.close()


@pytest.fixture
def asset(store: Store, vault: Vault) -> Asset:
    return assets.create(store, vault, fields(note="old"), password=PASSWORD)


def password_of(store: Store, vault: Vault, asset: Asset) -> SecretStr | None:
    with store.read() as session:
        return vault.reveal(session, assets.owner_of_secrets(asset.id), assets.PASSWORD)


def test_an_edit_changes_what_was_given_and_nothing_else(store: Store, vault: Vault, asset: Asset) -> None:
    changed = assets.update(store, vault, asset.id, fields(note="new", port=25), version=asset.version)
    assert changed == assets.by_id(store, vault, asset.id)
    assert (changed.note, changed.port, changed.version) == ("new", 25, 2)
    assert changed.updated_at >= changed.created_at
    assert (changed.created_at, changed.has_password) == (asset.created_at, True)
    assert password_of(store, vault, asset) == PASSWORD
    entry = audit.page(store)[0]
    assert (entry.action, entry.asset_name, entry.detail) == ("asset changed", "Help desk", "port, note")


def test_every_field_can_be_edited(store: Store, vault: Vault, asset: Asset) -> None:
    assets.update(store, vault, asset.id, EVERYTHING, version=1, password=NEW)
    kept = assets.by_id(store, vault, asset.id)
    assert kept
    assert kept.fields() == EVERYTHING
    assert password_of(store, vault, asset) == NEW
    found = assets.by_name(store, vault, EVERYTHING.name)
    assert found
    assert found.id == asset.id
    assert assets.by_name(store, vault, "Help desk") is None


def test_an_edit_that_changes_nothing_says_so(store: Store, vault: Vault, asset: Asset) -> None:
    assets.update(store, vault, asset.id, asset, version=1)
    assert audit.page(store)[0].detail == "nothing"


def test_the_second_of_two_edits_is_shown_both_values(
    store: Store, vault: Vault, other: tuple[Store, Vault], asset: Asset
) -> None:
    mine = fields(note="mine", host="mine.example.com", password="")
    assets.update(*other, asset.id, fields(note="theirs", port=25), version=1, password=NEW)
    with pytest.raises(EditConflict) as caught:
        assets.update(store, vault, asset.id, mine, version=1, password=SecretStr("mine-too"))
    conflict = caught.value
    assert conflict.differing == {
        "note": ("theirs", "mine"),
        "host": ("smtp.example.com", "mine.example.com"),
        "port": (25, 587),
    }
    assert conflict.theirs == assets.by_id(store, vault, asset.id)
    assert (conflict.theirs.note, conflict.theirs.version) == ("theirs", 2)
    assert str(conflict) == "The asset Help desk was changed by somebody else while you edited it."
    assert password_of(store, vault, asset) == NEW
    saved = assets.update(store, vault, asset.id, mine, version=conflict.theirs.version)
    assert (saved.note, saved.version) == ("mine", 3)


def test_a_password_that_somebody_else_changed_is_a_conflict_too(
    store: Store, vault: Vault, other: tuple[Store, Vault], asset: Asset
) -> None:
    assets.update(*other, asset.id, asset, version=1, password=NEW)
    with pytest.raises(EditConflict) as caught:
        assets.update(store, vault, asset.id, asset, version=1, password=SecretStr("mine"))
    assert caught.value.differing == {}
    assert password_of(store, vault, asset) == NEW


def test_a_conflict_is_told_before_a_name_that_is_taken(
    store: Store, vault: Vault, other: tuple[Store, Vault], asset: Asset
) -> None:
    assets.update(*other, asset.id, fields(note="theirs"), version=1)
    assets.create(*other, fields("Taken"))
    with pytest.raises(EditConflict):
        assets.update(store, vault, asset.id, fields("Taken"), version=1)


def test_an_asset_that_was_deleted_meanwhile_is_gone(
    store: Store, vault: Vault, other: tuple[Store, Vault], asset: Asset
) -> None:
    assets.delete(*other, [asset.id])
    with pytest.raises(AssetGone, match=r"^The asset Mine was deleted by somebody else\.$"):
        assets.update(store, vault, asset.id, fields("Mine"), version=1, password=NEW)
    assert assets.delete(store, vault, [asset.id]) == 0
    assert audit.count(store, ["deleted"]) == 1
    with store.read() as session:
        assert not vault.has(session, assets.owner_of_secrets(asset.id), assets.PASSWORD)


def test_a_forwarding_address_given_meanwhile_is_kept(
    store: Store, vault: Vault, other: tuple[Store, Vault], asset: Asset
) -> None:
    """It is not the person's to set, so it is no conflict with what they set."""
    assets.give_forwarding_addresses(other[0], "in.example.com")
    saved = assets.update(store, vault, asset.id, fields(note="mine"), version=asset.version)
    assert saved.note == "mine"
    assert saved.forwarding_address.endswith("@in.example.com")
