"""The text of a key, the homes in general, and those that postroom only reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from store.key_file import SystemdCredential
from store.key_homes import EnvironmentKey, HomeState, KeyHome, examine, homes
from store.vault_errors import HomeFault, HomeNotUsable, HomeReadOnly
from store.vault_key import NotAKey, VaultKey
from tests.store.vault.kit import FOREIGN, KEY, NEWER, TEXT, VAULT, plain, put


def test_the_text_of_a_key_brings_back_vault_generation_and_key() -> None:
    assert plain(TEXT).startswith("postroom-key-1:")
    assert len(plain(TEXT)) == 85
    back = VaultKey.from_text(SecretStr(f"\n {plain(TEXT)}\r\n"))
    assert (back.vault_id, back.key_id, back.secret) == (KEY.vault_id, KEY.key_id, KEY.secret)
    assert back.fits(KEY.mark())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "postroom-key-1:",
        plain(TEXT)[:-1],
        plain(TEXT) + "A",
        plain(TEXT).replace("-key-1", "-key-2"),
        plain(TEXT)[:40] + "\n" + plain(TEXT)[40:],
        plain(TEXT)[:40] + "é" + plain(TEXT)[41:],
        plain(TEXT)[:40] + "+" + plain(TEXT)[41:],
        "hunter2",
    ],
    ids=range(9),
)
def test_anything_else_is_not_a_key(text: str) -> None:
    with pytest.raises(NotAKey) as caught:
        VaultKey.from_text(SecretStr(text))
    assert str(caught.value) == "not a key of postroom"


# In general


def test_the_homes_in_their_order(tmp_path: Path) -> None:
    names = ["systemd credential", "environment", "key file", "keyring"]
    assert [home.name for home in homes(key_file=tmp_path / "k", keyring=True)] == names
    assert [home.name for home in homes(key_file=None, keyring=False)] == names[:3]


@pytest.mark.parametrize(
    ("text", "state", "words"),
    [
        (TEXT, HomeState.SERVES, "the vault's key (generation 3)"),
        (VaultKey.fresh(VAULT, 2).to_text(), HomeState.WRONG, "an old key (generation 2, the vault is at 3)"),
        (NEWER, HomeState.WRONG, "a newer key (generation 4)"),
        (FOREIGN, HomeState.WRONG, "another vault"),
        (VaultKey.fresh(VAULT, 3).to_text(), HomeState.WRONG, "does not fit"),
        (SecretStr("hunter2"), HomeState.WRONG, "not a key of postroom"),
    ],
    ids=["right", "old", "newer", "foreign", "unfit", "else"],
)
def test_what_a_home_holds_is_told_in_words(text: SecretStr, state: HomeState, words: str) -> None:
    report, key = examine(EnvironmentKey({"POSTROOM_VAULT_KEY": plain(text)}), KEY.mark())
    assert (report.state, words in report.words) == (state, True)
    assert (key is not None) == report.matches == (state is HomeState.SERVES)
    assert plain(text) not in repr(report)


def test_every_home_keeps_the_protocol(tmp_path: Path) -> None:
    places: tuple[KeyHome, ...] = homes(key_file=tmp_path / "k", keyring=True, environ={})
    assert [home.writable for home in places] == [False, False, True, True]
    assert all(home.where(VAULT) and home.where(None) for home in places)


# systemd and the environment


def test_the_environment_is_read_and_never_written() -> None:
    assert EnvironmentKey({"POSTROOM_VAULT_KEY": plain(TEXT)}).read(VAULT) == TEXT
    for environ in ({}, {"POSTROOM_VAULT_KEY": ""}):
        with pytest.raises(HomeNotUsable, match="POSTROOM_VAULT_KEY is not set"):
            EnvironmentKey(environ).read(VAULT)
    home = EnvironmentKey({"POSTROOM_VAULT_KEY": plain(TEXT)})
    with pytest.raises(HomeReadOnly, match="where the service is configured"):
        home.write(VAULT, TEXT)
    with pytest.raises(HomeReadOnly):
        home.remove(VAULT)


def test_a_systemd_credential_is_read_whatever_its_mode_says(tmp_path: Path) -> None:
    home = SystemdCredential({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert home.read(VAULT) is None
    put(tmp_path / "postroom-vault-key", plain(TEXT) + "\n", 0o440)
    found = home.read(VAULT)
    assert found is not None
    assert VaultKey.from_text(found).fits(KEY.mark())
    with pytest.raises(HomeReadOnly, match="LoadCredential="):
        home.write(VAULT, TEXT)
    with pytest.raises(HomeReadOnly, match="LoadCredential="):
        home.remove(VAULT)


def test_without_systemd_there_is_no_such_home(tmp_path: Path) -> None:
    with pytest.raises(HomeNotUsable, match="systemd"):
        SystemdCredential({}).read(VAULT)
    put(tmp_path / "file", "")
    with pytest.raises(HomeFault, match="postroom-vault-key"):
        SystemdCredential({"CREDENTIALS_DIRECTORY": str(tmp_path / "file")}).read(VAULT)
