"""The vault and the homes of its key: who serves, who is told of, who is renewed."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.database import Store
from store.key_homes import HomeState, homes
from store.vault import HomeReadOnly, Vault, VaultError, VaultLocked, VaultState
from store.vault_key import VaultKey
from tests.store.vault.kit import CHEAP, PASSPHRASE, actions, seal


def test_the_first_home_with_the_right_key_serves_and_notes_tell_of_the_others(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    seal(store, vault)
    file = tmp_path / "a.key"
    places = homes(key_file=file, keyring=False, environ={})
    vault.keep_in(places[2])
    old = file.read_text()
    vault.rotate(PASSPHRASE, places)
    new = file.read_text()
    assert (old != new, dict(vault.home_notes)) == (True, {})

    def served_by(environ: dict[str, str], in_file: str) -> tuple[str | None, dict[str, str]]:
        file.write_text(in_file)
        second = Vault(store, kdf=CHEAP)
        served = second.unlock_from(homes(key_file=file, keyring=False, environ=environ))
        assert second.state() is (VaultState.OPEN if served else VaultState.LOCKED)
        assert second.served_by == served
        return served, dict(second.home_notes)

    assert served_by({"POSTROOM_VAULT_KEY": new + "\n"}, new) == ("environment", {})
    served, notes = served_by({"POSTROOM_VAULT_KEY": old}, new)
    assert served == "key file"
    assert notes == {"environment": "It holds an old key (generation 1, the vault is at 2)."}
    served, notes = served_by({"POSTROOM_VAULT_KEY": "hunter2"}, old)
    assert served is None
    assert list(notes) == ["environment", "key file"]
    assert "not a key of postroom" in notes["environment"]


def test_describe_tells_each_home_s_state(store: Store, vault: Vault, tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    places = homes(key_file=file, keyring=False, environ={})
    states = [(report.name, report.state) for report in vault.describe(places)]
    assert states == [
        ("systemd credential", HomeState.UNUSABLE),
        ("environment", HomeState.UNUSABLE),
        ("key file", HomeState.EMPTY),
    ]
    vault.keep_in(places[2])
    report = vault.describe(places)[2]
    assert (report.usable, report.holds, report.matches, report.where) == (True, True, True, str(file))
    assert "generation 1" in report.words
    Vault(store, kdf=CHEAP).rotate(PASSPHRASE)
    report = vault.describe(places)[2]
    assert (report.usable, report.holds, report.matches) == (True, True, False)
    file.chmod(0o644)
    report = vault.describe(places)[2]
    assert (report.usable, report.holds, report.state) == (False, False, HomeState.FAULT)
    assert "chmod 600" in report.words


def test_describe_before_there_is_a_vault(store: Store, tmp_path: Path) -> None:
    reports = Vault(store).describe(
        homes(
            key_file=None,
            keyring=False,
            environ={"POSTROOM_VAULT_KEY": VaultKey.fresh("a" * 32, 1).to_text().get_secret_value()},
        )
    )
    assert reports[1].words == "It holds a key, and the store has no vault yet."
    assert reports[2].where.endswith("vault-<vault id>.key")


def test_a_home_that_cannot_be_renewed_is_named_after_a_rotation(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    file = tmp_path / "a.key"
    places = homes(key_file=file, keyring=False, environ={})
    vault.keep_in(places[2])
    read_only = homes(key_file=file, keyring=False, environ={"POSTROOM_VAULT_KEY": file.read_text()})
    vault.rotate(PASSPHRASE, read_only)
    assert list(vault.home_notes) == ["environment"]
    assert "from before the rotation" in vault.home_notes["environment"]
    assert Vault(store).unlock_from(places) == "key file"


def test_a_home_with_another_vault_s_key_is_left_alone(store: Store, vault: Vault, tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    foreign = VaultKey.fresh("b" * 32, 1).to_text().get_secret_value()
    file.write_text(foreign)
    file.chmod(0o600)
    home = homes(key_file=file, keyring=False, environ={})[2]
    for act in (lambda: vault.keep_in(home), lambda: vault.withdraw_from(home)):
        with pytest.raises(VaultError, match="another vault"):
            act()
    vault.rotate(PASSPHRASE, [home])
    assert file.read_text() == foreign


def test_the_key_is_withdrawn_even_when_locked(store: Store, vault: Vault, tmp_path: Path) -> None:
    places = homes(key_file=tmp_path / "a.key", keyring=False, environ={})
    vault.keep_in(places[2])
    vault.lock()
    with pytest.raises(VaultLocked):
        vault.keep_in(places[2])
    assert vault.withdraw_from(places[2])
    assert not vault.withdraw_from(places[2])
    assert vault.unlock_from(places) is None
    assert actions(store)[-1] == "vault key withdrawn"
    for home in places[:2]:
        with pytest.raises(HomeReadOnly):
            vault.withdraw_from(home)
