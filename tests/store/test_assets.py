"""Assets: kept with their passwords in one transaction, found by name, deleted with all they have."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from store import assets, audit, checks
from store.assets import AssetTaken
from store.database import Store
from store.vault import Vault, VaultAbsent, VaultLocked
from tests.store.kit import CHEAP, EVERYTHING, PASSWORD, fields, keep_check, raw


def password_of(store: Store, vault: Vault, asset_id: int) -> SecretStr | None:
    with store.read() as session:
        return vault.reveal(session, assets.owner_of_secrets(asset_id), assets.PASSWORD)


# create


def test_every_field_comes_back_as_it_was_given(store: Store, vault: Vault) -> None:
    before = datetime.now(UTC)
    made = assets.create(store, vault, EVERYTHING, inbound_domain="in.example.com", password=PASSWORD)
    kept = assets.by_id(store, vault, made.id)
    assert kept
    assert kept.fields() == made.fields() == EVERYTHING
    assert (kept.version, kept.has_password) == (1, True)
    assert kept.forwarding_address == made.forwarding_address
    assert abs(kept.created_at - before).total_seconds() < 60
    assert kept.created_at == kept.updated_at
    assert kept.created_at.tzinfo == UTC
    assert password_of(store, vault, made.id) == PASSWORD


def test_without_a_domain_there_is_no_forwarding_address(store: Store, vault: Vault) -> None:
    made = [assets.create(store, vault, fields(name)) for name in ("One", "Two")]
    assert [asset.forwarding_address for asset in made] == ["", ""]


@pytest.mark.parametrize("state", ["absent", "locked"])
def test_a_password_that_cannot_be_sealed_leaves_nothing_behind(store: Store, state: str) -> None:
    vault = Vault(store, kdf=CHEAP)
    if state == "locked":
        vault.initialise(SecretStr("four words of a passphrase"))
        vault.lock()
    entries = audit.count(store)
    with pytest.raises(VaultAbsent if state == "absent" else VaultLocked):
        assets.create(store, vault, fields(), password=PASSWORD)
    assert assets.lines(store) == []
    assert audit.count(store) == entries
    made = assets.create(store, vault, fields())
    with pytest.raises(VaultAbsent if state == "absent" else VaultLocked):
        assets.update(store, vault, made.id, fields(note="new"), version=1, password=PASSWORD)
    kept = assets.by_id(store, vault, made.id)
    assert kept
    assert (kept.note, kept.version, kept.has_password) == ("", 1, False)


@pytest.mark.parametrize(
    ("username", "login_id", "name"), [("", "", "desk@example.com"), ("", "l", "l"), ("u", "l", "u")]
)
def test_who_signs_in(username: str, login_id: str, name: str) -> None:
    given = fields(address="desk@example.com", username=username, login_id=login_id)
    assert given.sign_in_name == name


# names and addresses that are taken

SAME = [
    ("Help desk", "help DESK"),
    ("Help desk", " Help  desk "),
    ("Ärger", "ärger"),
    ("Ärger", unicodedata.normalize("NFD", "ÄRGER")),
    ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ("Straße", "STRASSE"),
    ("ПОЧТА", "почта"),
    ("Desk", "Ｄｅｓｋ"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_a_name_that_differs_in_case_alone_is_taken(
    store: Store, vault: Vault, first: str, second: str
) -> None:
    one = assets.create(store, vault, fields(first, address="one@example.com"))
    with pytest.raises(AssetTaken) as caught:
        assets.create(store, vault, fields(second, address="two@example.com"))
    assert (caught.value.field, caught.value.asset_id, caught.value.asset_name) == ("name", one.id, first)
    assert str(caught.value) == f"The name {second} is already used by the asset {first}."
    two = assets.create(store, vault, fields("Two", address="two@example.com"))
    with pytest.raises(AssetTaken):
        assets.update(store, vault, two.id, fields(second, address="two@example.com"), version=1)
    found = assets.by_name(store, vault, second)
    assert found
    assert found.id == one.id
    renamed = assets.update(store, vault, one.id, fields(second, address="one@example.com"), version=1)
    assert renamed.name == second


@pytest.mark.parametrize(("first", "second"), [pair for pair in SAME if " " not in pair[1].strip()])
def test_an_address_that_differs_in_case_alone_is_taken(
    store: Store, vault: Vault, first: str, second: str
) -> None:
    one = assets.create(store, vault, fields("One", address=f"{first}@Example.com"))
    with pytest.raises(AssetTaken) as caught:
        assets.create(store, vault, fields("Two", address=f"{second}@example.COM".strip()))
    assert (caught.value.field, caught.value.asset_id, caught.value.asset_name) == ("address", one.id, "One")
    assert len(assets.lines(store)) == 1


def test_two_names_may_be_swapped_by_way_of_a_third(store: Store, vault: Vault) -> None:
    one, two = (assets.create(store, vault, fields(name)) for name in ("One", "Two"))
    assets.update(store, vault, one.id, fields("Three"), version=1)
    assets.update(store, vault, two.id, fields("One"), version=1)
    assert list(assets.names(store).values()) == [two.id, one.id]


# find


def test_a_name_is_looked_for_before_an_address(store: Store, vault: Vault) -> None:
    one = assets.create(store, vault, fields("One", address="x@example.com"))
    two = assets.create(store, vault, fields("X@example.com", address="two@example.com"))
    for typed, meant in ((" x@EXAMPLE.com ", two), ("one", one), ("TWO@example.com", two)):
        found = assets.by_name(store, vault, typed)
        assert found
        assert found.id == meant.id
    assert assets.by_name(store, vault, "nobody' OR 1=1 --") is None
    assert assets.by_id(store, vault, 99) is None


def test_names_are_sorted_without_regard_to_case(store: Store, vault: Vault) -> None:
    for name in ("beta", "Alpha", "Gamma", "älpha", "ALPHA 2"):
        assets.create(store, vault, fields(name))
    assert list(assets.names(store)) == ["Alpha", "ALPHA 2", "beta", "Gamma", "älpha"]
    assert [line.name for line in assets.lines(store)] == list(assets.names(store))


# delete


def test_an_asset_is_deleted_with_its_secrets_and_checks_and_the_audit_stays(
    store: Store, vault: Vault
) -> None:
    doomed, stays = (assets.create(store, vault, fields(name), password=PASSWORD) for name in ("One", "Two"))
    for asset in (doomed, stays):
        keep_check(store, asset.id)
    with store.write() as session:
        vault.seal(session, assets.owner_of_secrets(doomed.id), "token", PASSWORD)
    assert assets.delete(store, vault, [doomed.id, doomed.id, 99]) == 1
    assert [line.id for line in assets.lines(store)] == [stays.id]
    assert raw(store.path, "SELECT owner FROM secrets") == [(assets.owner_of_secrets(stays.id),)]
    assert [run.asset_id for run in checks.page(store)] == [stays.id]
    entries = [(entry.action, entry.asset_name, entry.detail) for entry in audit.page(store, words=["One"])]
    assert entries == [
        ("asset deleted", "One", "One@example.com"),
        ("asset created", "One", "One@example.com"),
    ]
    assert password_of(store, vault, stays.id) == PASSWORD


def test_deleting_works_while_the_vault_is_locked(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, fields(), password=PASSWORD)
    vault.lock()
    assert assets.delete(store, vault, [asset.id]) == 1
    assert raw(store.path, "SELECT count(*) FROM secrets") == [(0,)]
