"""The log key pair in the store: made for old vaults, and what is wrong with it told."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretBytes, SecretStr

from store.actor import Actor
from store.database import Store
from store.log_key import LogSealer, public_half
from store.vault import (
    Kdf,
    LogKeyAbsent,
    LogKeyDamaged,
    MessageUnreadable,
    Vault,
    VaultAbsent,
    VaultState,
)
from store.vault_key import VaultKey
from tests.store.past.write import DUMPS
from tests.store.vault.kit import (
    CHEAP,
    MAIL,
    OTHER,
    PASSPHRASE,
    actions,
    data_keys,
    opened_mail,
    raw,
    sealed_mail,
)


def test_without_a_vault_nothing_is_sealed_or_opened(store: Store) -> None:
    vault = Vault(store, kdf=CHEAP)
    assert vault.log_state() is VaultState.ABSENT
    with pytest.raises(VaultAbsent):
        LogSealer(store)
    with pytest.raises(VaultAbsent):
        opened_mail(store, vault)


def test_a_vault_from_before_the_log_gets_its_pair_by_the_passphrase(store: Store, vault: Vault) -> None:
    raw(store, "DELETE FROM vault_keys WHERE purpose = 'log'")
    vault = Vault(store, kdf=CHEAP)
    assert vault.log_state() is VaultState.ABSENT
    with pytest.raises(LogKeyAbsent, match="postroom vault unlock"):
        LogSealer(store)
    with pytest.raises(LogKeyAbsent):
        opened_mail(store, vault)
    vault.unlock(PASSPHRASE)
    assert vault.log_state() is VaultState.OPEN
    assert actions(store)[-2:] == ["vault unlocked", "vault log key created"]
    row = sealed_mail(store, LogSealer(store))
    again = Vault(store, kdf=CHEAP)
    again.unlock(PASSPHRASE)
    assert opened_mail(store, again, row) == [MAIL]
    assert actions(store).count("vault log key created") == 1


def test_a_store_of_the_schema_before_the_log_gets_its_pair_at_the_next_unlock(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((DUMPS / "0002.sql").read_text(encoding="utf-8"))
    old = Store.open(path, Actor("operator"))
    vault = Vault(old, kdf=CHEAP)
    assert (vault.state(), vault.log_state()) == (VaultState.LOCKED, VaultState.ABSENT)
    salts = raw(old, "SELECT salt FROM vault_keys")
    vault.unlock(PASSPHRASE)
    assert raw(old, "SELECT DISTINCT salt FROM vault_keys") == salts, "one derivation opens both"
    row = sealed_mail(old, LogSealer(old))
    assert opened_mail(old, vault, row) == [MAIL]
    fresh = Vault(old, kdf=CHEAP)
    fresh.unlock(PASSPHRASE)
    assert opened_mail(old, fresh, row) == [MAIL]
    old.close()


def test_one_derivation_opens_both_keys(store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    derived: list[bytes] = []
    derive = Kdf.derive

    def counted(self: Kdf, passphrase: SecretStr, salt: bytes) -> SecretBytes:
        derived.append(salt)
        return derive(self, passphrase, salt)

    monkeypatch.setattr(Kdf, "derive", counted)
    Vault(store, kdf=CHEAP).unlock(PASSPHRASE)
    assert len(derived) == 1
    vault.change_passphrase(PASSPHRASE, OTHER)
    vault.rotate(OTHER)
    assert len(derived) == 5
    assert len(set(derived)) == 3


@pytest.mark.parametrize("act", ["change", "rotate"])
def test_another_act_by_passphrase_makes_the_pair_too(store: Store, vault: Vault, act: str) -> None:
    raw(store, "DELETE FROM vault_keys WHERE purpose = 'log'")
    if act == "change":
        vault.change_passphrase(PASSPHRASE, OTHER)
    else:
        vault.rotate(PASSPHRASE)
    row = sealed_mail(store, LogSealer(store))
    fresh = Vault(store, kdf=CHEAP)
    fresh.unlock(OTHER if act == "change" else PASSPHRASE)
    assert opened_mail(store, fresh, row) == [MAIL]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("public_key", None),
        ("public_key", b""),
        ("public_key", bytes(32)),
        ("public_key", bytes(31)),
        ("public_key", "x" * 32),
        ("id", "../../etc/passwd"),
        ("id", b"\x00"),
        ("key_id", 0),
        ("key_id", "one"),
        ("key_id", 2**40),
    ],
)
def test_a_damaged_log_key_seals_nothing(
    store: Store, vault: Vault, sealer: LogSealer, column: str, value: object
) -> None:
    raw(store, f"UPDATE vault_keys SET {column} = ? WHERE purpose = 'log'", value)
    with pytest.raises(LogKeyDamaged, match="log key is damaged"):
        sealed_mail(store, sealer)
    assert data_keys(store) == 0


def test_a_public_half_that_another_put_there_is_put_right_and_told(store: Store, vault: Vault) -> None:
    """Whoever can write the store could read the mail that comes from then on; not for long, nor unseen."""
    right = raw(store, "SELECT public_key FROM vault_keys WHERE purpose = 'log'")
    strangers = VaultKey.fresh("c" * 32, 1)
    raw(store, "UPDATE vault_keys SET public_key = ? WHERE purpose = 'log'", public_half(strangers))
    lost = sealed_mail(store, LogSealer(store))
    vault.unlock(PASSPHRASE)
    assert raw(store, "SELECT public_key FROM vault_keys WHERE purpose = 'log'") == right
    assert actions(store)[-1] == "vault log key mended"
    with pytest.raises(MessageUnreadable):
        opened_mail(store, vault, lost)
    assert opened_mail(store, vault, sealed_mail(store, LogSealer(store), 2)) == [MAIL]
    vault.unlock(PASSPHRASE)
    assert actions(store)[-1] == "vault unlocked"
