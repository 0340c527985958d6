"""Passwords and passphrases that are typed appear nowhere: on no screen, in no worker's name, in no file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from live.rehearsal.endpoints import Endpoints
from store.database import Store
from store.vault import Vault
from tests.tui.person import Person, at_console
from tui.crash import described, keep_trace, log_path
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.passphrase import PassphraseDialog
from tui.dialogs.trouble import told
from tui.main_screen import MainScreen

PASSPHRASE = "planted-passphrase-31"
PASSWORD = "planted-password-5309"
SECRETS = (PASSPHRASE, PASSWORD)


class Witness:
    """Remembers everything that the console showed or said, by message."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.seen: list[str] = []

    def look(self) -> None:
        console = self.person.console
        self.seen += [self.person.text, console.export_screenshot(), *self.person.toasts]
        self.seen += [f"{worker!r} {worker.description} {worker.name}" for worker in console.workers]
        self.seen += [
            f"{widget!r} {getattr(widget, 'tooltip', None)}" for widget in console.screen.walk_children()
        ]
        self.seen.append(repr(console.desk))

    def clean(self) -> None:
        for secret in SECRETS:
            assert [text for text in self.seen if secret in text] == []


def files_holding(directory: Path, secret: str) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


async def test_what_is_typed_is_shown_and_kept_nowhere(
    tmp_path: Path, own_home: Path, endpoints: Endpoints
) -> None:
    directory = tmp_path / "desk"
    directory.mkdir()
    (directory / "postroom.toml").write_text('keyring = false\nkey_file = "vault.key"\n')
    store = directory / "postroom.db"
    async with at_console(store, ready=False) as person:
        witness = Witness(person)
        await person.at(PassphraseDialog)
        for _ in ("once", "again"):
            await person.type(PASSPHRASE)
            witness.look()
            await person.press("enter")
            witness.look()
        await person.at(MainScreen)
        await person.press("n")
        await person.at(AssetForm)
        await person.fill("name", "Planted")
        await person.fill("address", "planted@example.net")
        await person.fill("host", "localhost")
        await person.fill("port", str(endpoints.ports["custom-starttls"]))
        await person.fill("password", PASSWORD)
        authority = tmp_path / "authority.pem"
        authority.write_text(endpoints.ca_pem)
        await person.fill("ca_file", str(authority))
        person.widget("#provider").value = "custom"
        person.widget("#security").value = "starttls"
        await person.turn()
        witness.look()
        await person.press("ctrl+s")
        await person.at(MainScreen)
        await person.settled()
        witness.look()
        await person.press("t")
        await person.until(lambda: person.console.tests.ended == 1, "end of the test")
        await person.sees("✗ failed")
        await person.settled()
        witness.look()
        await person.press("enter", "c")
        witness.seen.append(person.console.clipboard)
        witness.look()
        await person.press("escape")
        await person.go("audit")
        witness.look()
        await person.go("assets")
        await person.press("e")
        await person.at(AssetForm)
        await person.fill("password", PASSWORD)
        await person.press("ctrl+s")
        await person.until(lambda: "was not kept" in person.remarks, "refusal")
        witness.look()
        await person.press("escape")
        await person.sees("Discard")
        await person.press("y")
        witness.clean()
    for secret in SECRETS:
        assert files_holding(tmp_path, secret) == []
    opened = Store.open(store)
    Vault(opened).unlock(SecretStr(PASSPHRASE))
    opened.close()


def raised() -> BaseException:
    """An error of somebody else's, with the secret in its text and in the variables on its way."""
    password = PASSWORD
    try:
        raise ValueError(f"bad value {password!r}")
    except ValueError as error:
        return error


def test_a_trace_has_places_but_no_texts_and_no_values(own_home: Path) -> None:
    try:
        raise KeyError(PASSPHRASE) from raised()
    except KeyError as error:
        path = keep_trace(error)
    assert path == log_path()
    text = path.read_text()
    assert "builtins.KeyError" in text
    assert "builtins.ValueError" in text
    assert "test_secrets.py" in text
    assert not any(secret in text for secret in SECRETS)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_trace_names_our_own_errors_in_full(own_home: Path) -> None:
    from store.database import StoreBusy

    assert "store.database.StoreBusy: the sentence" in described(StoreBusy("the sentence"))


def test_a_log_that_cannot_be_written_is_passed_over(own_home: Path) -> None:
    log_path().parent.parent.mkdir(parents=True)
    log_path().parent.write_text("a file where the directory should be")
    assert keep_trace(raised()) == log_path()


def test_the_log_does_not_grow_without_end(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.crash.LOG_BYTES", 5_000)
    for _ in range(40):
        keep_trace(raised())
    files = sorted(log_path().parent.iterdir())
    assert [path.name for path in files] == ["postroom.log", "postroom.log.1"]
    assert all(path.stat().st_size < 8_000 for path in files)
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)


def test_an_unforeseen_error_is_told_without_its_text() -> None:
    words = told(raised(), "test the connection")
    assert words.unforeseen
    assert not any(secret in repr(words) for secret in SECRETS)
