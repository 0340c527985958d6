"""What was altered or moved in the file is refused, and with which word."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from store.database import Store
from store.key_homes import homes
from store.vault import SecretUnreadable, Vault, VaultDamaged, WrongPassphrase
from store.vault_key import VaultKey, joined
from store.vault_wrapping import Wrapping
from tests.store.vault.kit import (
    ASSET,
    CHEAP,
    OTHER,
    PASSPHRASE,
    PASSWORD,
    flipped,
    raw,
    record_of,
    reveal,
    seal,
)


def test_every_turned_bit_of_the_record_is_damage_and_not_a_wrong_passphrase(
    vault: Vault, store: Store
) -> None:
    record = record_of(store)
    for field in dataclasses.fields(Wrapping):
        for value in flipped(getattr(record, field.name)):
            with pytest.raises(VaultDamaged):
                dataclasses.replace(record, **{field.name: value}).open(PASSPHRASE)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "../../etc/passwd"),
        ("id", "F" * 32),
        ("id", b"\x00"),
        ("id", "0" * 32),
        ("key_id", 0),
        ("key_id", -1),
        ("key_id", 2**40),
        ("key_id", "one"),
        ("kdf", "md5"),
        ("kdf", b"\xff"),
        ("kdf_n", 2**40),
        ("kdf_r", "many"),
        ("kdf_p", -1),
        ("salt", b""),
        ("salt", "text"),
        ("wrapped_key", b"short"),
        ("check_value", b""),
        ("digest", b""),
        ("digest", 7),
    ],
)
def test_a_damaged_record_in_the_file_is_refused_with_a_word(
    store: Store, vault: Vault, column: str, value: object
) -> None:
    raw(store, f"UPDATE vault_keys SET {column} = ? WHERE purpose = 'credentials'", value)
    for act in (
        lambda: Vault(store, kdf=CHEAP).unlock(PASSPHRASE),
        lambda: vault.change_passphrase(PASSPHRASE, OTHER),
        lambda: vault.rotate(PASSPHRASE),
    ):
        with pytest.raises(VaultDamaged, match="damaged"):
            act()


def test_an_id_that_would_lead_a_key_file_elsewhere_is_refused(store: Store, vault: Vault) -> None:
    raw(store, "UPDATE vault_keys SET id = '../../../etc/passwd' WHERE purpose = 'credentials'")
    places = homes(key_file=None, keyring=False, environ={})
    for act in (
        vault.state,
        lambda: vault.unlock_from(places),
        lambda: vault.describe(places),
        lambda: vault.keep_in(places[2]),
        lambda: vault.withdraw_from(places[2]),
    ):
        with pytest.raises(VaultDamaged, match="its id is not an id"):
            act()


@pytest.mark.parametrize(
    "hostile",
    [{"kdf_n": 2**30}, {"kdf_n": 2**20, "kdf_r": 2**20}, {"kdf_n": 2**14, "kdf_p": 10_000}, {"kdf_n": 1024}],
)
def test_a_whole_record_that_asks_for_too_much_is_refused_before_any_work(
    store: Store, vault: Vault, hostile: dict[str, int]
) -> None:
    record = dataclasses.replace(record_of(store), **hostile)
    record = dataclasses.replace(record, digest=record._digest())
    with pytest.raises(VaultDamaged, match="scrypt"):
        record.open(PASSPHRASE)


def test_a_forged_record_with_a_right_digest_does_not_open(store: Store, vault: Vault) -> None:
    record = dataclasses.replace(record_of(store), key_id=7)
    record = dataclasses.replace(record, digest=record._digest())
    with pytest.raises(WrongPassphrase):
        record.open(PASSPHRASE)
    record = dataclasses.replace(record_of(store), check_value=b"x" * 32)
    record = dataclasses.replace(record, digest=record._digest())
    with pytest.raises(VaultDamaged, match="check value"):
        record.open(PASSPHRASE)


def test_a_damaged_wrapping_still_opens_from_a_home(store: Store, vault: Vault, tmp_path: Path) -> None:
    seal(store, vault)
    places = homes(key_file=tmp_path / "a.key", keyring=False, environ={})
    vault.keep_in(places[2])
    raw(store, "UPDATE vault_keys SET wrapped_key = zeroblob(60)")
    second = Vault(store, kdf=CHEAP)
    with pytest.raises(VaultDamaged, match="key file or keyring"):
        second.unlock(PASSPHRASE)
    assert second.unlock_from(places) == "key file"
    assert reveal(store, second) == PASSWORD.get_secret_value()


# Ciphertext in a place that it was not made for


def test_a_ciphertext_opens_only_in_its_own_row(store: Store, vault: Vault) -> None:
    seal(store, vault)
    seal(store, vault, "asset:1", "2password", SecretStr("other"))
    for owner, name in (
        ("asset:1", "password"),
        (ASSET, "token"),
        ("asset:1", "2password"),
        ("asset:122", "p"),
    ):
        raw(
            store,
            "INSERT OR REPLACE INTO secrets SELECT ?, ?, key_id, sealed, changed_at FROM secrets "
            "WHERE owner = ? AND name = 'password'",
            owner,
            name,
            ASSET,
        )
        with pytest.raises(SecretUnreadable, match=f"The {name} of {owner} cannot be opened") as caught:
            reveal(store, vault, owner, name)
        assert (caught.value.owner, caught.value.name) == (owner, name)
    assert reveal(store, vault) == PASSWORD.get_secret_value()


def test_a_ciphertext_of_an_older_generation_does_not_open(store: Store, vault: Vault) -> None:
    seal(store, vault)
    old = raw(store, "SELECT key_id, sealed FROM secrets")[0]
    vault.rotate(PASSPHRASE)
    raw(store, "UPDATE secrets SET key_id = ?, sealed = ?", *old)
    with pytest.raises(SecretUnreadable, match="generation 1 of the key, not 2"):
        reveal(store, vault)
    raw(store, "UPDATE secrets SET key_id = 2")
    with pytest.raises(SecretUnreadable, match="altered or moved"):
        reveal(store, vault)


def test_a_ciphertext_of_another_store_does_not_open(store: Store, vault: Vault, tmp_path: Path) -> None:
    other = Store.open(tmp_path / "other.db")
    second = Vault(other, kdf=CHEAP)
    second.initialise(PASSPHRASE)
    seal(other, second)
    raw(store, "INSERT INTO secrets VALUES (?, ?, ?, ?, ?)", *raw(other, "SELECT * FROM secrets")[0])
    other.close()
    with pytest.raises(SecretUnreadable):
        reveal(store, vault)


def test_every_turned_bit_of_a_ciphertext_is_refused() -> None:
    key = VaultKey.fresh("a" * 32, 1)
    sealed = key.seal(ASSET, "password", PASSWORD)
    assert key.open(ASSET, "password", 1, sealed) == PASSWORD
    for other in [*flipped(sealed), b"", sealed[:1], sealed[:9], sealed[:-1], sealed + b"\0"]:
        assert isinstance(other, bytes)
        with pytest.raises(SecretUnreadable):
            key.open(ASSET, "password", 1, other)


@pytest.mark.parametrize("other", [{"vault_id": "b" * 32}, {"key_id": 2}])
def test_a_ciphertext_is_bound_to_vault_and_generation_even_under_the_same_key(other: dict[str, Any]) -> None:
    key = VaultKey.fresh("a" * 32, 1)
    twin = dataclasses.replace(key, **other)
    with pytest.raises(SecretUnreadable, match="altered or moved"):
        twin.open(ASSET, "password", twin.key_id, key.seal(ASSET, "password", PASSWORD))


@given(st.lists(st.text(max_size=9), max_size=4), st.lists(st.text(max_size=9), max_size=4))
def test_two_lists_of_fields_never_give_the_same_bytes(one: list[str], two: list[str]) -> None:
    assert (joined(*one) == joined(*two)) == (one == two)


@given(st.text(st.characters(), min_size=1, max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_any_text_comes_back_from_any_place(secret: str, owner: str, name: str) -> None:
    key = VaultKey.fresh("a" * 32, 3)
    assert key.open(owner, name, 3, key.seal(owner, name, SecretStr(secret))).get_secret_value() == secret
