"""`postroom vault`: the vault's life through the command line, with the key in a file and without."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.tui.command_line import InProcess, Result

PHRASE = "correct horse battery"
OTHER = "staple after staple"


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def made(postroom: InProcess) -> InProcess:
    """The command line on a store with a vault, its key nowhere else."""
    assert postroom("vault", "init", "--passphrase-stdin", stdin=f"{PHRASE}\n").status == 0
    return postroom


def status(postroom: InProcess) -> dict[str, Any]:
    told = postroom("vault", "status", "--json")
    assert told.status == 0
    answer = json.loads(told.out)
    assert answer.keys() == {"postroom", "vault"}
    vault = answer["vault"]
    assert isinstance(vault, dict)
    return vault


def key_file(postroom: InProcess) -> Path:
    (file,) = (postroom.home / ".config" / "postroom").glob("vault-*.key")
    return file


@pytest.mark.parametrize("command", ["unlock", "lock", "passphrase", "rotate"])
def test_without_a_vault_the_way_to_one_is_named(command: str, postroom: InProcess) -> None:
    told = postroom("vault", command)
    assert told.status == 2
    assert "postroom vault init" in told.err


def test_status_names_every_home_in_order(postroom: InProcess) -> None:
    vault = status(postroom)
    assert (vault["state"], vault["served_by"]) == ("absent", None)
    assert [home["name"] for home in vault["homes"]] == [
        "systemd credential",
        "environment",
        "key file",
        "keyring",
    ]
    assert {key for home in vault["homes"] for key in home} == {
        "name",
        "state",
        "where",
        "words",
        "writable",
        "served",
        "log_key",
    }
    assert vault["log_key"] == {"state": "absent", "served_by": None}
    text = postroom("vault", "status").out.splitlines()
    assert text[0] == "There is no vault yet; make one with `postroom vault init`."
    assert [line.split()[0] for line in text if line[:1].isdigit()] == ["1.", "2.", "3.", "4."]


def test_init_keeps_the_key_only_where_asked(made: InProcess) -> None:
    assert status(made)["state"] == "locked"
    again = made("vault", "init", "--passphrase-stdin", stdin=OTHER)
    assert again.status == 2
    assert "already" in again.err


def test_init_says_that_the_key_is_kept_nowhere_and_how_to_keep_it(postroom: InProcess) -> None:
    told = postroom("vault", "init", "--passphrase-stdin", stdin=f"{PHRASE}\n")
    assert told.err.splitlines()[-1].startswith("Its key is kept nowhere: the passphrase is asked for")
    assert "default: nowhere" in " ".join(postroom("vault", "init", "--help").out.split())
    assert "default: the keyring if it works" in " ".join(postroom("vault", "unlock", "--help").out.split())


def test_the_key_of_a_store_with_settings_beside_it_lies_elsewhere(
    postroom: InProcess, tmp_path: Path
) -> None:
    """A copy of the store's directory must not open by itself."""
    directory = tmp_path / "desk"
    directory.mkdir()
    (directory / "postroom.toml").write_text("keyring = false\n")
    given = ("--store", str(directory / "postroom.db"), "vault")
    made = postroom(*given, "init", "--keep", "file", "--passphrase-stdin", stdin=f"{PHRASE}\n")
    assert made.status == 0
    assert str(key_file(postroom)) in made.err
    assert not list(directory.glob("*.key"))
    assert json.loads(postroom(*given, "status", "--json").out)["vault"]["served_by"] == "key file"


def test_init_refuses_a_weak_passphrase(postroom: InProcess) -> None:
    told = postroom("vault", "init", "--passphrase-stdin", stdin="short\n")
    assert told.status == 2
    assert "too short" in told.err
    assert status(postroom)["state"] == "absent"


def test_unlock_falls_back_to_a_file_and_says_where(made: InProcess) -> None:
    told = made("vault", "unlock", "--passphrase-stdin", stdin=f"{PHRASE}\r\n")
    assert (told.status, told.out) == (0, "")
    assert "The keyring is not used" in told.err
    assert str(key_file(made)) in told.err
    assert stat.S_IMODE(key_file(made).stat().st_mode) == 0o600
    vault = status(made)
    assert (vault["state"], vault["served_by"]) == ("open", "key file")
    assert [home["name"] for home in vault["homes"] if home["served"]] == ["key file"]
    assert "already" in made("vault", "unlock").err


def test_unlock_into_a_keyring_that_is_not_there(made: InProcess) -> None:
    told = made("vault", "unlock", "--keep", "keyring", "--passphrase-stdin", stdin=PHRASE)
    assert told.status == 2
    assert "No keyring answers here" in told.err


def test_a_keyring_that_the_configuration_forbids(made: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_KEYRING", "false")
    told = made("vault", "unlock", "--keep", "keyring", "--passphrase-stdin", stdin=PHRASE)
    assert told.status == 2
    assert "--keep file" in told.err
    assert made("vault", "unlock", "--passphrase-stdin", stdin=PHRASE).status == 0


def test_a_wrong_passphrase_is_refused(made: InProcess) -> None:
    for command in ("unlock", "rotate"):
        told = made("vault", command, "--passphrase-stdin", stdin=OTHER)
        assert told == Result(2, "", "postroom: The passphrase is wrong; nothing was changed.\n")


def test_without_a_terminal_nobody_is_asked(made: InProcess) -> None:
    told = made("vault", "unlock", stdin=PHRASE)
    assert told.status == 2
    assert "--passphrase-stdin or --passphrase-file FILE" in told.err


def test_lock_empties_the_homes(made: InProcess) -> None:
    made("vault", "unlock", "--passphrase-stdin", stdin=PHRASE)
    assert made("vault", "lock") == Result(0, "", "The key was removed from the key file.\n")
    assert status(made)["state"] == "locked"
    assert made("vault", "lock") == Result(0, "", "No home held the key.\n")


def test_lock_says_what_it_cannot_remove(made: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    made("vault", "unlock", "--passphrase-stdin", stdin=PHRASE)
    monkeypatch.setenv("POSTROOM_VAULT_KEY", key_file(made).read_text())
    assert status(made)["served_by"] == "environment"
    told = made("vault", "lock")
    assert told.status == 0
    assert "The environment still opens the vault" in told.err


def test_passphrase_takes_two_lines(made: InProcess) -> None:
    assert made("vault", "passphrase", "--passphrase-stdin", stdin=f"{PHRASE}\n").status == 2
    assert made("vault", "passphrase", "--passphrase-stdin", stdin=f"{OTHER}\n{PHRASE}\n").status == 2
    assert made("vault", "passphrase", "--passphrase-stdin", stdin=f"{PHRASE}\n{OTHER}\n").status == 0
    assert made("vault", "unlock", "--passphrase-stdin", stdin=PHRASE).status == 2
    assert made("vault", "unlock", "--passphrase-stdin", stdin=OTHER).status == 0


def test_rotate_brings_the_key_file_up_to_date(made: InProcess, tmp_path: Path) -> None:
    made("vault", "unlock", "--passphrase-stdin", stdin=PHRASE)
    before = key_file(made).read_text()
    made(
        "assets", "add", "--name", "X", "--address", "x@example.com", "--host", "mail.example.com",
        "--password-stdin", stdin="some password",
    )  # fmt: skip
    phrase = tmp_path / "phrase"
    phrase.write_text(f"{PHRASE}\n")
    os.chmod(phrase, 0o600)
    told = made("vault", "rotate", "--passphrase-file", str(phrase))
    assert told == Result(0, "", "The vault has a new key; 1 secret sealed anew.\n")
    assert key_file(made).read_text() != before
    assert status(made)["served_by"] == "key file"


def test_a_home_that_fails_is_told(made: InProcess) -> None:
    made("vault", "unlock", "--passphrase-stdin", stdin=PHRASE)
    key_file(made).chmod(0o644)
    made("assets", "add", "--name", "X", "--address", "x@example.com", "--host", "mail.example.com")
    told = made("assets", "set", "X", "--password-stdin", stdin="some password")
    assert told.status == 2
    assert "The key file did not open the vault. Others may read the key file" in told.err


# The log key


def test_the_log_key_is_kept_only_where_asked(made: InProcess) -> None:
    assert status(made)["log_key"] == {"state": "locked", "served_by": None}
    made("vault", "unlock", "--passphrase-stdin", stdin=PHRASE)
    assert status(made)["log_key"] == {"state": "locked", "served_by": None}
    text = made("vault", "status").out.splitlines()
    assert text[1].startswith("Inbound messages are sealed: the log key opens with the passphrase alone")
    told = made("vault", "unlock", "--log-key", "--passphrase-stdin", stdin=PHRASE)
    assert told.status == 0
    assert told.err.splitlines()[-1].startswith("The key and the log key are kept: ")
    vault = status(made)
    assert vault["log_key"] == {"state": "open", "served_by": "key file"}
    assert [home["log_key"] for home in vault["homes"]] == [False, False, True, False]
    text = made("vault", "status").out.splitlines()
    assert text[1] == "Inbound messages open by themselves too: the log key comes from the key file."
    assert "already" in made("vault", "unlock", "--log-key").err
    assert made("vault", "lock").err == "The key was removed from the key file.\n"
    assert status(made)["log_key"]["state"] == "locked"


def test_the_log_key_needs_the_passphrase_although_the_vault_is_open(made: InProcess) -> None:
    made("vault", "unlock", "--passphrase-stdin", stdin=PHRASE)
    told = made("vault", "unlock", "--log-key")
    assert told.status == 2
    assert "--passphrase-stdin or --passphrase-file FILE" in told.err


def test_init_keeps_the_log_key_where_asked(postroom: InProcess) -> None:
    told = postroom("vault", "init", "--log-key", "--passphrase-stdin", stdin=PHRASE)
    assert told.status == 2
    assert "--keep" in told.err
    assert status(postroom)["state"] == "absent"
    given = ("--keep", "file", "--log-key", "--passphrase-stdin")
    assert postroom("vault", "init", *given, stdin=PHRASE).status == 0
    assert status(postroom)["log_key"] == {"state": "open", "served_by": "key file"}


def test_a_vault_from_before_the_log_says_how_its_log_key_is_made(made: InProcess) -> None:
    made("vault", "unlock", "--passphrase-stdin", stdin=PHRASE)
    (path,) = made.home.rglob("postroom.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM vault_keys WHERE purpose = 'log'")
    assert status(made)["log_key"] == {"state": "absent", "served_by": None}
    assert "made when the vault is next unlocked" in made("vault", "status").out.splitlines()[1]
    assert made("vault", "unlock").status == 2, "the passphrase is asked for, though a home opens the vault"
    assert made("vault", "unlock", "--passphrase-stdin", stdin=PHRASE).status == 0
    assert status(made)["log_key"]["state"] == "locked"


def test_a_damaged_log_key_is_told(made: InProcess) -> None:
    (path,) = made.home.rglob("postroom.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE vault_keys SET salt = 'text' WHERE purpose = 'log'")
    assert status(made)["log_key"] == {"state": "damaged", "served_by": None}
    assert "The record of the log key is damaged" in made("vault", "status").out.splitlines()[1]
