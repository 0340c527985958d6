"""The life of a vault: made, open, locked, and its passphrases."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from store import audit
from store.database import Store
from store.key_homes import homes
from store.vault import (
    Kdf,
    PassphraseTooWeak,
    Vault,
    VaultAbsent,
    VaultError,
    VaultExists,
    VaultLocked,
    VaultState,
    WrongPassphrase,
)
from tests.store.vault.kit import ASSET, CHEAP, OTHER, PASSPHRASE, PASSWORD, actions, raw, reveal, seal


def test_without_a_vault_nothing_is_sealed_and_the_word_says_how_to_make_one(store: Store) -> None:
    vault = Vault(store, kdf=CHEAP)
    assert vault.state() is VaultState.ABSENT
    with pytest.raises(VaultAbsent, match="postroom vault init"):
        seal(store, vault)
    for act in (
        lambda: vault.unlock(PASSPHRASE),
        lambda: vault.rotate(PASSPHRASE),
        lambda: vault.unlock_from(()),
    ):
        with pytest.raises(VaultAbsent):
            act()
    assert reveal(store, vault) is None


def test_a_new_vault_is_open_and_gives_back_what_it_was_given(store: Store, vault: Vault) -> None:
    assert vault.state() is VaultState.OPEN
    assert vault.served_by == "passphrase"
    seal(store, vault)
    seal(store, vault, name="note", secret=SecretStr("zwölf ✉ \udcff"))
    assert reveal(store, vault) == PASSWORD.get_secret_value()
    assert reveal(store, vault, name="note") == "zwölf ✉ \udcff"
    assert reveal(store, vault, owner="asset:13") is None


def test_a_second_vault_is_refused_and_the_first_one_stays(store: Store, vault: Vault) -> None:
    seal(store, vault)
    with pytest.raises(VaultExists):
        Vault(store, kdf=CHEAP).initialise(OTHER)
    assert reveal(store, vault) == PASSWORD.get_secret_value()


def test_a_newer_secret_takes_the_place_of_the_older(store: Store, vault: Vault) -> None:
    seal(store, vault)
    seal(store, vault, secret=SecretStr("newer"))
    assert reveal(store, vault) == "newer"
    assert raw(store, "SELECT count(*) FROM secrets") == [(1,)]


def test_a_secret_is_kept_or_not_with_the_caller_s_transaction(store: Store, vault: Vault) -> None:
    def seal_and_fail() -> None:
        with store.write() as session:
            vault.seal(session, ASSET, "password", PASSWORD)
            assert vault.has(session, ASSET, "password")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        seal_and_fail()
    assert reveal(store, vault) is None


def test_secrets_are_forgotten_by_name_or_all_of_an_owner(store: Store, vault: Vault) -> None:
    for owner in (ASSET, "asset:1"):
        for name in ("password", "token"):
            seal(store, vault, owner, name)
    vault.lock()
    with store.write() as session:
        assert vault.forget(session, "asset:1", "token") == 1
        assert vault.forget(session, ASSET) == 2
        assert vault.forget(session, ASSET) == 0
        assert vault.has(session, "asset:1", "password")
        assert not vault.has(session, "asset:1", "token")


@pytest.mark.parametrize("secret", ["", "x" * 65_537], ids=["empty", "endless"])
def test_an_empty_and_an_endless_secret_are_refused(store: Store, vault: Vault, secret: str) -> None:
    with pytest.raises(VaultError, match="empty or longer"):
        seal(store, vault, secret=SecretStr(secret))


# Locked


def test_locked_tells_what_is_there_but_not_what_it_is(store: Store, vault: Vault) -> None:
    seal(store, vault)
    vault.lock()
    assert vault.state() is VaultState.LOCKED
    assert vault.served_by is None
    with store.read() as session:
        assert vault.has(session, ASSET, "password")
        assert vault.reveal(session, ASSET, "token") is None
        with pytest.raises(VaultLocked, match="unlock it with its passphrase"):
            vault.reveal(session, ASSET, "password")
    with pytest.raises(VaultLocked):
        seal(store, vault)
    vault.unlock(PASSPHRASE)
    assert reveal(store, vault) == PASSWORD.get_secret_value()


def test_another_process_begins_locked_and_unlocks_by_the_passphrase(store: Store, vault: Vault) -> None:
    seal(store, vault)
    second = Vault(store)
    assert second.state() is VaultState.LOCKED
    with pytest.raises(WrongPassphrase):
        second.unlock(OTHER)
    with pytest.raises(WrongPassphrase):
        second.unlock(SecretStr("x" * 1_000_000))
    assert second.state() is VaultState.LOCKED
    second.unlock(PASSPHRASE)
    assert reveal(store, second) == PASSWORD.get_secret_value()


def test_the_acts_are_audited_and_mere_looks_are_not(store: Store, vault: Vault, tmp_path: Path) -> None:
    places = homes(key_file=tmp_path / "a.key", keyring=False, environ={})
    vault.unlock(PASSPHRASE)
    vault.keep_in(places[2])
    vault.change_passphrase(PASSPHRASE, OTHER)
    vault.rotate(OTHER, places)
    vault.lock()
    vault.lock()
    before = actions(store)
    assert before == [
        "vault created",
        "vault unlocked",
        "vault key kept",
        "vault passphrase changed",
        "vault key rotated",
        "vault locked",
    ]
    vault.state()
    vault.describe(places)
    assert vault.unlock_from(places) == "key file"
    with pytest.raises(WrongPassphrase):
        vault.unlock(PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        vault.rotate(PASSPHRASE)
    assert actions(store) == before
    assert {(entry.user, entry.client) for entry in audit.page(store)} == {("operator", "192.0.2.7")}


# Passphrases


@pytest.mark.parametrize("weak", ["", "        ", "\t\n \u2003     ", "1234567", "x" * 1_025], ids=range(5))
def test_a_passphrase_that_protects_nothing_is_refused(store: Store, vault: Vault, weak: str) -> None:
    with pytest.raises(PassphraseTooWeak):
        vault.change_passphrase(PASSPHRASE, SecretStr(weak))
    Vault(store).unlock(PASSPHRASE)


def test_a_weak_passphrase_makes_no_vault(store: Store) -> None:
    vault = Vault(store, kdf=CHEAP)
    with pytest.raises(PassphraseTooWeak, match="8 characters"):
        vault.initialise(SecretStr("short"))
    assert vault.state() is VaultState.ABSENT


def test_the_passphrase_changes_and_open_processes_go_on(store: Store, vault: Vault) -> None:
    seal(store, vault)
    elsewhere = Vault(store, kdf=CHEAP)
    with pytest.raises(WrongPassphrase):
        elsewhere.change_passphrase(OTHER, OTHER)
    elsewhere.change_passphrase(PASSPHRASE, OTHER)
    assert elsewhere.state() is VaultState.LOCKED
    assert vault.state() is VaultState.OPEN
    assert reveal(store, vault) == PASSWORD.get_secret_value()
    with pytest.raises(WrongPassphrase):
        elsewhere.unlock(PASSPHRASE)
    elsewhere.unlock(OTHER)
    assert reveal(store, elsewhere) == PASSWORD.get_secret_value()


def test_the_two_ways_to_type_an_accent_are_one_passphrase(store: Store) -> None:
    Vault(store, kdf=CHEAP).initialise(SecretStr("caf\u00e9 and croissant"))
    Vault(store).unlock(SecretStr("cafe\u0301 and croissant"))


def test_parameters_are_kept_with_the_key_and_never_become_weaker(store: Store, vault: Vault) -> None:
    Vault(store, kdf=Kdf(n=2**15)).change_passphrase(PASSPHRASE, OTHER)
    assert raw(store, "SELECT kdf, kdf_n, kdf_r, kdf_p FROM vault_keys") == [("scrypt", 2**15, 8, 1)] * 2
    vault.rotate(OTHER)
    assert raw(store, "SELECT kdf_n FROM vault_keys") == [(2**15,)] * 2


@pytest.mark.parametrize(
    "values", [(2**13, 8, 1), (2**30, 8, 1), (2**16, 8, 5), (2**16 + 1, 8, 1), (2**16, 0, 1)]
)
def test_the_parameters_have_a_floor_and_a_ceiling(values: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="scrypt"):
        Kdf(*values)
