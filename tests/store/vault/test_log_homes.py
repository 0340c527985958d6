"""The log key and the homes: none holds it unless a person asked for that."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from store.database import Store
from store.key_file import KeyFile
from store.key_homes import EnvironmentKey, HomeState, KeyHome, homes
from store.key_text import HeldText
from store.log_key import LogSealer
from store.vault import HomeFault, Vault, VaultLocked, VaultState
from store.vault_key import KEY_TEXT_PREFIX, NotAKey, VaultKey
from tests.store.vault.kit import (
    CHEAP,
    FOREIGN,
    KEY,
    MAIL,
    PASSPHRASE,
    PASSWORD,
    actions,
    opened_mail,
    plain,
    put,
    reveal,
    seal,
    sealed_mail,
)

LOG = VaultKey.fresh("ef" * 16, 7)


@pytest.fixture
def home(tmp_path: Path) -> KeyHome:
    return KeyFile(tmp_path / "a.key")


def opened_by(store: Store, home: KeyHome) -> Vault:
    """Another process, that has the home."""
    vault = Vault(store, kdf=CHEAP)
    assert vault.unlock_from([home]) == home.name
    return vault


# The text


def test_the_text_of_both_keys_brings_them_back_and_needs_no_quotes() -> None:
    text = HeldText(KEY, LOG).to_text()
    assert plain(text).startswith(plain(KEY.to_text()) + ".")
    assert len(plain(text)) == 156
    assert not set(plain(text)) & set(" \t\r\n'\"$\\#;|&<>`")
    back = HeldText.from_text(SecretStr(f"\n{plain(text)} \r\n"))
    assert back.log is not None
    assert back.credentials.fits(KEY.mark())
    assert back.log.fits(LOG.mark())
    assert plain(HeldText(KEY).to_text()) == plain(KEY.to_text())
    assert plain(text)[-40:] not in repr(back)


@given(st.text(st.sampled_from(f".{plain(KEY.to_text())} \n"), max_size=200), st.booleans())
def test_anything_else_is_not_a_text_of_keys(tail: str, whole: bool) -> None:
    text = (plain(KEY.to_text()) if whole else KEY_TEXT_PREFIX) + tail
    try:
        found = HeldText.from_text(SecretStr(text))
    except NotAKey:
        return
    assert plain(found.to_text()) in text.strip().replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    "tail",
    [".", "..", ".x", f".{'A' * 69}", f".{'A' * 71}", "." + plain(KEY.to_text())],
    ids=["dot", "two dots", "x", "69", "71", "a whole key"],
)
def test_a_text_that_is_cut_short_is_no_key(tail: str) -> None:
    with pytest.raises(NotAKey):
        HeldText.from_text(SecretStr(plain(KEY.to_text()) + tail))


# Kept or not


def test_a_home_opens_secrets_and_no_messages_unless_asked(store: Store, vault: Vault, home: KeyHome) -> None:
    seal(store, vault)
    row = sealed_mail(store, LogSealer(store))
    vault.keep_in(home)
    other = opened_by(store, home)
    assert reveal(store, other) == PASSWORD.get_secret_value()
    assert (other.state(), other.log_state()) == (VaultState.OPEN, VaultState.LOCKED)
    with pytest.raises(VaultLocked, match="unlock the vault with its passphrase"):
        opened_mail(store, other, row)
    other.unlock(PASSPHRASE)
    assert opened_mail(store, other, row) == [MAIL]


def test_a_home_that_was_asked_to_keeps_both(store: Store, vault: Vault, home: KeyHome) -> None:
    row = sealed_mail(store, LogSealer(store))
    vault.keep_in(home, log_key=True)
    other = opened_by(store, home)
    assert (other.served_by, other.log_served_by) == ("key file", "key file")
    assert opened_mail(store, other, row) == [MAIL]
    (report,) = other.describe([home])
    assert (report.state, report.log_key) == (HomeState.SERVES, True)
    assert report.words == "It holds the vault's key (generation 1) and the log key."
    assert actions(store)[-1] == "vault key kept"
    # As an environment variable, a text of both serves as it is.
    text = home.read(KEY.vault_id)
    assert text is not None
    assert opened_mail(store, opened_by(store, EnvironmentKey({"POSTROOM_VAULT_KEY": plain(text)})), row)


def test_keeping_without_the_log_key_takes_it_away(store: Store, vault: Vault, home: KeyHome) -> None:
    vault.keep_in(home, log_key=True)
    vault.keep_in(home)
    assert vault.describe([home])[0].log_key is False
    assert opened_by(store, home).log_state() is VaultState.LOCKED


def test_a_log_key_that_is_not_here_cannot_be_kept(store: Store, vault: Vault, home: KeyHome) -> None:
    vault.keep_in(home)
    with pytest.raises(VaultLocked):
        opened_by(store, home).keep_in(home, log_key=True)
    assert vault.describe([home])[0].matches


def test_withdrawing_takes_both(store: Store, vault: Vault, home: KeyHome) -> None:
    vault.keep_in(home, log_key=True)
    assert vault.withdraw_from(home)
    assert Vault(store, kdf=CHEAP).unlock_from([home]) is None


@pytest.mark.parametrize("log_key", [True, False])
def test_a_rotation_renews_what_a_home_held(store: Store, vault: Vault, home: KeyHome, log_key: bool) -> None:
    row = sealed_mail(store, LogSealer(store))
    vault.keep_in(home, log_key=log_key)
    vault.rotate(PASSPHRASE, [home])
    other = opened_by(store, home)
    assert (other.log_state() is VaultState.OPEN) == log_key
    if log_key:
        assert opened_mail(store, other, row) == [MAIL]
    assert vault.describe([home])[0].log_key == log_key


def test_an_old_or_foreign_log_key_in_a_home_is_told_and_not_taken(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    for log in (VaultKey.fresh(vault._held_log._keys[0].vault_id, 1), LOG):
        path = put(tmp_path / "b.key", HeldText(vault._held._keys[0], log).to_text())
        other = opened_by(store, KeyFile(path))
        assert (other.state(), other.log_state()) == (VaultState.OPEN, VaultState.LOCKED)
        (report,) = other.describe([KeyFile(path)])
        assert report.words.endswith("and a log key that is not the vault's.")
        assert not report.log_key


def test_a_file_with_both_keys_of_another_vault_is_left_alone(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    foreign = HeldText(VaultKey.from_text(FOREIGN), LOG).to_text()
    path = put(tmp_path / "b.key", foreign)
    for act in (lambda: vault.keep_in(KeyFile(path)), lambda: vault.withdraw_from(KeyFile(path))):
        with pytest.raises(HomeFault, match="another vault"):
            act()
    assert path.read_text() == plain(foreign)


def test_every_home_may_hold_both(store: Store, vault: Vault, tmp_path: Path) -> None:
    row = sealed_mail(store, LogSealer(store))
    vault.keep_in(KeyFile(tmp_path / "postroom-vault-key"), log_key=True)
    text = (tmp_path / "postroom-vault-key").read_text()
    for environ in ({"CREDENTIALS_DIRECTORY": str(tmp_path)}, {"POSTROOM_VAULT_KEY": text}):
        other = Vault(store, kdf=CHEAP)
        assert other.unlock_from(homes(key_file=tmp_path / "none", keyring=False, environ=environ))
        assert opened_mail(store, other, row) == [MAIL]
