"""The vault's dialogs: a passphrase at the first start, unlocking, locking, remembering the key."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from store.database import Store
from store.vault import Vault, VaultState
from tests.tui.conftest import PASSPHRASE
from tests.tui.person import Person, at_console
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.passphrase import PassphraseDialog
from tui.main_screen import MainScreen

CHOSEN = "a-new-goose-walks-17"


@pytest.fixture
def locked_store(empty_store: Path) -> Path:
    (empty_store.parent / "vault.key").unlink()
    return empty_store


@pytest.fixture
def new_store(tmp_path: Path, own_home: Path) -> Path:
    """A path at which there is nothing yet."""
    directory = tmp_path / "first"
    directory.mkdir()
    (directory / "postroom.toml").write_text('keyring = false\nkey_file = "vault.key"\n')
    return directory / "postroom.db"


def state(path: Path, passphrase: str | None = None) -> VaultState:
    store = Store.open(path)
    vault = Vault(store)
    if passphrase is not None:
        vault.unlock(SecretStr(passphrase))
    found = vault.state()
    store.close()
    return found


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def answer(person: Person, text: str) -> None:
    await person.type(text)
    await person.press("enter")


async def test_the_first_start_asks_for_a_passphrase(new_store: Path) -> None:
    async with at_console(new_store, ready=False) as person:
        await person.at(PassphraseDialog)
        await person.sees("A passphrase for the vault")
        await person.sees("Without it nobody can read them, postroom included.")
        assert "no vault yet" in person.lines[0]
        await answer(person, CHOSEN)
        assert person.focused == "again"
        await answer(person, "something else")
        await person.until(lambda: "differ" in person.complaint, "complaint")
        assert person.focused == "again"
        await answer(person, CHOSEN)
        await person.at(MainScreen)
        await person.until(lambda: "vault open" in person.lines[0], "open vault")
        assert CHOSEN not in person.text
    assert state(new_store, CHOSEN) is VaultState.OPEN
    assert mode(new_store) == 0o600


async def test_a_weak_passphrase_is_refused_with_a_word(new_store: Path) -> None:
    async with at_console(new_store, ready=False) as person:
        await person.at(PassphraseDialog)
        await answer(person, "abc")
        await answer(person, "abc")
        await person.until(lambda: "passphrase" in person.complaint.casefold(), "complaint")
        await person.settled()
        assert isinstance(person.console.screen, PassphraseDialog)
        assert person.value("passphrase") == ""
    assert state(new_store) is VaultState.ABSENT


async def test_later_is_an_answer(new_store: Path) -> None:
    async with at_console(new_store, ready=False) as person:
        await person.at(PassphraseDialog)
        await person.press("escape")
        await person.at(MainScreen)
        await person.settled()
        assert "no vault yet" in person.lines[0]
        await person.press("n")
        await person.at(AssetForm)
        await person.fill("name", "Billing")
        await person.fill("address", "billing@example.com")
        await person.fill("password", "abcdefghijklmnop")
        await person.press("ctrl+s")
        await person.at(PassphraseDialog)
        await answer(person, CHOSEN)
        await answer(person, CHOSEN)
        await person.at(MainScreen)
        await person.settled()
        assert person.names() == ["Billing"]
        assert "vault open" in person.lines[0]


async def test_pressing_enter_twice_makes_one_vault(new_store: Path) -> None:
    async with at_console(new_store, ready=False) as person:
        await person.at(PassphraseDialog)
        await answer(person, CHOSEN)
        await person.type(CHOSEN)
        await person.press_at_once("enter", "enter")
        await person.at(MainScreen)
        await person.settled()
        assert "vault open" in person.lines[0]
    assert state(new_store, CHOSEN) is VaultState.OPEN


async def test_a_locked_vault_is_a_normal_state(locked_store: Path) -> None:
    async with at_console(locked_store) as person:
        assert "vault locked" in person.lines[0]
        assert isinstance(person.console.screen, MainScreen)


async def test_v_unlocks_and_locks(locked_store: Path) -> None:
    async with at_console(locked_store) as person:
        await person.press("v")
        await person.at(PassphraseDialog)
        await answer(person, "wrong-passphrase-99")
        await person.until(lambda: "passphrase" in person.complaint.casefold(), "complaint")
        await person.settled()
        assert person.focused == "passphrase"
        assert person.value("passphrase") == ""
        await answer(person, PASSPHRASE.get_secret_value())
        await person.at(MainScreen)
        await person.until(lambda: "vault open" in person.lines[0], "open vault")
        await person.press("v")
        await person.is_told("The vault is locked in this console; lists and headers stay visible.")
        await person.until(lambda: "vault locked" in person.lines[0], "locked vault")


# The log key


@pytest.fixture
def half_open_store(empty_store: Path) -> Path:
    """Its key file opens passwords and tokens, but no messages."""
    text = (empty_store.parent / "vault.key").read_text()
    (empty_store.parent / "vault.key").write_text(text.partition(".")[0])
    return empty_store


async def test_v_asks_for_the_passphrase_where_only_the_credentials_key_is_here(
    half_open_store: Path,
) -> None:
    async with at_console(half_open_store) as person:
        assert "vault open, mail sealed" in person.lines[0]
        await person.press("v")
        await person.at(PassphraseDialog)
        await person.sees("what is in messages opens with the passphrase alone")
        await answer(person, PASSPHRASE.get_secret_value())
        await person.at(MainScreen)
        await person.until(lambda: "vault open" in person.lines[0] and "mail" not in person.lines[0], "open")
        await person.press("v")
        await person.until(lambda: "vault locked" in person.lines[0], "locked vault")


async def test_a_half_open_vault_can_be_locked(half_open_store: Path) -> None:
    async with at_console(half_open_store) as person:
        await person.press("v")
        await person.at(PassphraseDialog)
        await person.sees("Ctrl+L: lock")
        await person.press("escape")
        await person.at(MainScreen)
        await person.settled()
        assert "mail sealed" in person.lines[0]
        await person.press("v")
        await person.at(PassphraseDialog)
        await person.press("ctrl+l")
        await person.at(MainScreen)
        await person.is_told("The vault is locked in this console; lists and headers stay visible.")
        await person.until(lambda: "vault locked" in person.lines[0], "locked vault")


async def test_only_a_half_open_vault_is_locked_from_the_dialog(locked_store: Path) -> None:
    async with at_console(locked_store) as person:
        await person.press("v")
        await person.at(PassphraseDialog)
        assert "Ctrl+L" not in person.text
        await person.press("ctrl+l")
        await person.settled()
        assert isinstance(person.console.screen, PassphraseDialog)


async def test_a_vault_from_before_the_log_gets_its_key_in_the_console(empty_store: Path) -> None:
    store = Store.open(empty_store)
    with store.write() as session:
        session.connection().execute(text("DELETE FROM vault_keys WHERE purpose = 'log'"))
    store.close()
    async with at_console(empty_store) as person:
        assert "vault open, no log key yet" in person.lines[0]
        await person.press("v")
        await person.at(PassphraseDialog)
        await person.sees("type the passphrase, and it is made")
        await answer(person, PASSPHRASE.get_secret_value())
        await person.at(MainScreen)
        await person.until(lambda: "no log key" not in person.lines[0], "the key is made")
        assert "vault open" in person.lines[0]


async def test_a_damaged_log_key_is_said_and_v_locks(empty_store: Path) -> None:
    store = Store.open(empty_store)
    with store.write() as session:
        session.connection().execute(text("UPDATE vault_keys SET salt = 'x' WHERE purpose = 'log'"))
    store.close()
    async with at_console(empty_store) as person:
        assert "vault open, log key damaged" in person.lines[0]
        await person.press("v")
        await person.until(lambda: "vault locked" in person.lines[0], "locked vault")


async def test_the_key_is_remembered_when_asked_for(locked_store: Path) -> None:
    async with at_console(locked_store) as person:
        await person.press("v")
        await person.at(PassphraseDialog)
        await person.press("tab", "space")
        assert "[x] Remember" in person.flowing
        await person.press("shift+tab")
        await answer(person, PASSPHRASE.get_secret_value())
        await person.at(MainScreen)
        await person.is_told("The key is remembered in the key file.")
    assert mode(locked_store.parent / "vault.key") == 0o600
    async with at_console(locked_store) as person:
        assert "vault open" in person.lines[0]


async def test_a_key_that_cannot_be_remembered_is_said(locked_store: Path) -> None:
    (locked_store.parent / "vault.key").mkdir()
    async with at_console(locked_store) as person:
        await person.press("v")
        await person.at(PassphraseDialog)
        await person.press("tab", "space", "shift+tab")
        await answer(person, PASSPHRASE.get_secret_value())
        await person.at(MainScreen)
        await person.is_told("The vault is open, but its key was not remembered")
        await person.until(lambda: "vault open" in person.lines[0], "open vault")


async def test_a_vault_that_another_program_makes_is_noticed(new_store: Path) -> None:
    async with at_console(new_store, ready=False) as person:
        await person.at(PassphraseDialog)
        await person.press("escape")
        await person.settled()
        other = Store.open(new_store)
        Vault(other).initialise(SecretStr(CHOSEN))
        other.close()
        await person.until(lambda: "vault locked" in person.lines[0], "locked vault")


async def test_a_damaged_vault_is_told_in_a_sentence(locked_store: Path) -> None:
    store = Store.open(locked_store)
    with store.write() as session:
        session.connection().execute(text("UPDATE vault_keys SET wrapped_key = x'00'"))
    store.close()
    async with at_console(locked_store) as person:
        await person.press("v")
        await person.at(PassphraseDialog)
        await answer(person, PASSPHRASE.get_secret_value())
        await person.until(lambda: "damaged" in person.complaint, "complaint")
        await person.settled()
        assert isinstance(person.console.screen, PassphraseDialog)
        await person.press("escape")
        await person.at(MainScreen)
