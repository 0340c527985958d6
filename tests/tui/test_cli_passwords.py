"""Passwords through `postroom assets`: never an argument, and proven before they replace the old one."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from live.rehearsal.child import running_provider
from live.rehearsal.desk import PASSPHRASE, prepare
from live.rehearsal.endpoints import Endpoints
from tests.tui.command_line import InProcess, Result

SECRET = "planted-secret-0815"
PHRASE = "correct horse battery"
GMAIL = ("--name", "Sales", "--address", "sales@example.com", "--provider", "gmail")
OWN = ("--name", "Own", "--address", "own@example.org", "--host", "mail.example.org")


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture(scope="module")
def endpoints() -> Iterator[Endpoints]:
    with running_provider() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, endpoints: Endpoints) -> tuple[str, str]:
    """The rehearsal desk, as the global option that names it."""
    directory = tmp_path / "desk"
    directory.mkdir(mode=0o700)
    return "--store", str(prepare(directory, endpoints))


def only(told: Result) -> dict[str, Any]:
    """The one asset of a JSON answer."""
    assert told.status == 0, told.err
    answer = json.loads(told.out)
    assert answer.keys() == {"postroom", "assets"}
    assert answer["postroom"] == 1
    (asset,) = answer["assets"]
    assert isinstance(asset, dict)
    return asset


def test_a_password_needs_a_vault_and_its_passphrase(postroom: InProcess, tmp_path: Path) -> None:
    absent = postroom("assets", "add", *GMAIL, "--password-stdin", stdin="abcdefghijklmnop\n")
    assert absent.status == 2
    assert "postroom vault init" in absent.err
    assert postroom("vault", "init", "--passphrase-stdin", stdin=PHRASE).status == 0
    locked = postroom("assets", "add", *GMAIL, "--password-stdin", stdin="abcdefghijklmnop\n")
    assert locked.status == 2
    assert "postroom vault unlock" in locked.err
    both = postroom("assets", "add", *GMAIL, "--password-stdin", "--passphrase-stdin", stdin="one\ntwo\n")
    assert "--passphrase-file" in both.err
    phrase = tmp_path / "phrase"
    phrase.write_text(PHRASE)
    phrase.chmod(0o600)
    added = postroom(
        "assets",
        "add",
        *GMAIL,
        "--password-stdin",
        "--passphrase-file",
        str(phrase),
        "--json",
        stdin="abcdefghijklmnop\n",
    )
    assert only(added)["has_password"] is True
    assert "abcdefghijklmnop" not in added.out + added.err


def test_a_password_file_that_others_read_is_told(postroom: InProcess, tmp_path: Path) -> None:
    postroom("vault", "init", "--keep", "file", "--passphrase-stdin", stdin=PHRASE)
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o644)
    told = postroom("assets", "add", *OWN, "--password-file", str(file))
    assert told.status == 0
    assert "chmod 600" in told.err
    assert SECRET not in told.out + told.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    missing = postroom("assets", "set", "Own", "--password-file", str(tmp_path / "none"))
    assert missing.err.splitlines()[-1] == f"postroom: No such file or directory ({tmp_path / 'none'})."


@pytest.mark.parametrize("content", [b"", b"\n", b"one\ntwo\n", b"\xff\xfe\n", b"x" * 70_000])
def test_what_is_no_password_is_refused(content: bytes, postroom: InProcess, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    file.chmod(0o600)
    told = postroom("assets", "add", *OWN, "--password-file", str(file))
    assert told.status == 2
    assert len(told.err.splitlines()) == 1


def test_a_new_password_replaces_the_old_one_only_when_it_is_proven(
    desk: tuple[str, str], postroom: InProcess
) -> None:
    assert postroom(*desk, "test", "Complaints").status == 1
    wrong = postroom(
        *desk, "assets", "set", "Complaints", "--note", "x", "--password-stdin", stdin="wrongwrongwrongw\n"
    )
    assert (wrong.status, wrong.out) == (1, "")
    assert "Sign-in failed" in wrong.err
    assert "--without-test" in wrong.err
    assert "wrongwrong" not in wrong.err
    before = only(postroom(*desk, "assets", "show", "Complaints", "--json"))
    assert (before["version"], before["state"]) == (1, "failed")
    right = postroom(
        *desk, "assets", "set", "Complaints", "--password-stdin", "--json", stdin="rehearsalhotline\n"
    )
    after = only(right)
    assert (after["version"], after["state"]) == (2, "passed")
    assert postroom(*desk, "test", "Complaints").status == 0


def test_a_password_that_signs_in_is_kept_though_a_later_rung_fails(
    desk: tuple[str, str], postroom: InProcess
) -> None:
    told = postroom(
        *desk, "assets", "set", "Bookings", "--password-stdin", "--json", stdin="Rehearsal-Agent-1\n"
    )
    assert (only(told)["state"], only(told)["failed_step"]) == ("failed", "envelope")
    assert only(told)["version"] == 2


def test_without_test_keeps_it_untested(desk: tuple[str, str], postroom: InProcess) -> None:
    told = postroom(
        *desk, "assets", "set", "Press", "--password-stdin", "--without-test", "--json", stdin=f"{SECRET}\n"
    )
    assert (only(told)["state"], only(told)["version"]) == ("never", 2)
    assert postroom(*desk, "test", "Press").status == 1


def test_secrets_appear_nowhere(desk: tuple[str, str], postroom: InProcess, tmp_path: Path) -> None:
    told = [
        postroom(*desk, "assets", "set", "Press", "--password-stdin", stdin=f"{SECRET}\n"),
        postroom(*desk, "assets", "set", "Press", "--password-stdin", "--without-test", stdin=f"{SECRET}\n"),
        postroom(*desk, "test", "Press", "--json"),
        postroom(*desk, "assets", "show", "Press", "--json"),
        postroom(*desk, "audit", "--json"),
        postroom(*desk, "vault", "status", "--json"),
    ]
    assert SECRET not in "".join(one.out + one.err for one in told)
    assert PASSPHRASE.get_secret_value() + "\n" not in "".join(one.err for one in told)
    kept = b"".join(file.read_bytes() for file in (tmp_path / "desk").iterdir())
    assert SECRET.encode() not in kept
