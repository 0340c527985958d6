"""What goes wrong is one sentence and 2; what the program itself does wrong is not hidden."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tui.command_line import InProcess, Result, child, environment, finished
from tui.commandline import faults


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


def one_sentence(told: Result, *parts: str) -> None:
    assert (told.status, told.out) == (2, "")
    assert told.err.startswith("postroom: ")
    assert told.err.count("\n") == 1
    assert all(part in told.err for part in parts)


def test_a_store_that_is_none(postroom: InProcess, tmp_path: Path) -> None:
    one_sentence(postroom("--store", str(tmp_path), "audit"), str(tmp_path), "is a directory")
    text = tmp_path / "notes.txt"
    text.write_text("no database at all, and long enough to be looked at" * 20)
    before = text.read_bytes()
    one_sentence(postroom("audit", "--store", str(text)), str(text))
    assert text.read_bytes() == before
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    one_sentence(postroom("audit", "--store", str(other)), "another program")


def test_a_configuration_that_is_none(postroom: InProcess, tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    one_sentence(postroom("--config", str(missing), "assets", "list"), str(missing), "does not exist")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('inbound_domain = "https://example.com"\n')
    one_sentence(postroom("--config", str(wrong), "assets", "list"), "inbound_domain", "without scheme")


def test_a_hostile_path_is_cleaned(postroom: InProcess, tmp_path: Path) -> None:
    told = postroom("--store", str(tmp_path / "\x1b[31m" / ""), "audit", "--config", "/none\x07")
    assert not {"\x1b", "\x07"} & set(told.err)


def test_stdout_that_is_full(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        told = finished("--help", home=tmp_path, stdout=full)
        assert told.err == "postroom: No space left on device.\n"
        assert told.status == 2


def test_stdout_that_nobody_reads(tmp_path: Path) -> None:
    with child("--help", home=tmp_path) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_terminal_without_utf8_gets_escapes(tmp_path: Path) -> None:
    told = finished("assets", "--help", home=tmp_path, environ={"PYTHONIOENCODING": "ascii"})
    assert told.status == 0
    name = finished("test", "Bücher", home=tmp_path, environ={"PYTHONIOENCODING": "ascii"})
    assert name.status == 2
    assert "B\\xfccher" in name.err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["--version", "", "assets list", "vault unlock --passphrase-stdin"])
def test_closed_streams(closed: str, words: str, tmp_path: Path) -> None:
    command = f"exec {sys.executable} -m tui {words} {closed}"
    ran = subprocess.run(["sh", "-c", command], env=environment(tmp_path), capture_output=True, text=True)
    assert ran.returncode == (0 if words in ("--version", "assets list") else 2)
    assert "Traceback" not in ran.stderr


def test_our_own_faults_are_not_dressed_up() -> None:
    assert faults.sentence(ValueError("secret")) is None
    assert faults.sentence(faults.UsageError("Say more.")) == "Say more."
