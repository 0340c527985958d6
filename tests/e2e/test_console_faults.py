"""The console in a pseudo-terminal when things go wrong: crashes, hostile stores, lost terminals, kills."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from live.rehearsal.child import running_provider
from live.rehearsal.endpoints import Endpoints
from store import assets
from store.assets import AssetFields, AssetRow
from store.database import Store
from store.vault import Vault
from tests.tui.command_line import Terminal, environment, terminal
from tests.tui.hostile import MIXTURES, dangerous, foreign

SECRET = "planted-password-5309"
LEFT = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[<u")
"""Alternate screen left, cursor shown, bracketed paste off, keyboard protocol popped."""
LOG = Path(".local/state/postroom/log/postroom.log")
ENDS_S = 20.0


def prepared(home: Path, *names: str, port: int = 587) -> Path:
    """A store with a vault that stays locked, and assets of these names."""
    path = home / "desk" / "postroom.db"
    store = Store.open(path)
    vault = Vault(store)
    vault.initialise(SecretStr("planted-passphrase-31"))
    for name in names:
        fields = AssetFields(name=name, address=f"{name.lower()}@example.net", host="localhost", port=port)
        assets.create(store, vault, fields)
    store.close()
    return path


def sound(path: Path) -> list[str]:
    """Open the store, which must be whole; the names of its assets."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store = Store.open(path)
    try:
        return list(assets.names(store))
    finally:
        store.close()


def opened(screen: Terminal, words: str) -> None:
    """Wait for a list that holds the words, and for the desk behind it: before that, keys are refused."""
    screen.shows(words)
    screen.shows("vault locked")


# Crashes


CRASHING = f"""
import sys
from pathlib import Path
from textual.binding import Binding
import tui.app

class Crashing(tui.app.Console):
    CSS_PATH = Path(tui.app.__file__).with_name("postroom.tcss")
    BINDINGS = [Binding("f8", "handler"), Binding("f9", "worker")]

    def action_handler(self):
        password = "{SECRET}"
        raise ValueError(password)

    def action_worker(self):
        self.run_worker(self.work("{SECRET}"), exit_on_error=False, description="look at nothing")

    async def work(self, password):
        raise ValueError(password)

sys.exit(Crashing(Path(sys.argv[1])).run_console())
"""


@contextlib.contextmanager
def crashing(tmp_path: Path) -> Iterator[Terminal]:
    path = prepared(tmp_path, "Billing")
    script = tmp_path / "crashing.py"
    script.write_text(CRASHING)
    with terminal(str(path), home=tmp_path, command=[sys.executable, str(script)], columns=200) as screen:
        opened(screen, "Billing")
        yield screen


def test_a_crash_is_one_line_and_a_log_without_values(tmp_path: Path) -> None:
    with crashing(tmp_path) as screen:
        screen.type("\x1b[19~")
        assert screen.ends() == 1
        after = screen.raw.rpartition(LEFT[0])[2].decode()
        assert "postroom stopped on an error of its own (ValueError); its trace is in" in after
        assert "Traceback" not in after
        assert SECRET not in after
        for sequence in LEFT:
            assert sequence in screen.raw
        assert SECRET.encode() not in screen.raw
    log = tmp_path / LOG
    assert log.stat().st_mode & 0o777 == 0o600
    text = log.read_text()
    assert "builtins.ValueError" in text
    assert "action_handler" in text
    assert f"{SECRET}" not in text.replace(f'password = "{SECRET}"', "")


def test_a_worker_that_fails_is_told_and_the_console_goes_on(tmp_path: Path) -> None:
    with crashing(tmp_path) as screen:
        screen.type("\x1b[20~")
        screen.shows("Could not look at nothing")
        screen.shows("An error of postroom itself: ValueError.")
        assert SECRET not in screen.text
        screen.type("o")
        screen.shows("untested")
        screen.type("q")
        assert screen.ends() == 0
    assert SECRET not in (tmp_path / LOG).read_text()


def test_nothing_secret_in_the_process_list(tmp_path: Path) -> None:
    path = prepared(tmp_path, "Billing")
    with terminal("--store", str(path), home=tmp_path) as screen:
        opened(screen, "Billing")
        screen.type("v")
        screen.shows("Unlock the vault")
        screen.type("planted-passphrase-31\r")
        screen.shows("vault open")
        process = Path("/proc") / str(screen.process.pid)
        for file in ("cmdline", "environ"):
            assert b"planted" not in (process / file).read_bytes()
        assert b"planted" not in screen.raw
        screen.type("q")
        assert screen.ends() == 0


# Hostile text


NARROW = [text for name, text in MIXTURES.items() if name != "wide"]
"""The emulated terminal of these tests loses count of characters of two columns."""


def test_no_hostile_sequence_reaches_the_terminal(tmp_path: Path) -> None:
    path = prepared(tmp_path, *(f"Asset{number}" for number in range(len(NARROW))))
    store = Store.open(path)
    with store.write() as session:
        for number, text in enumerate(NARROW, 1):
            row = session.get_one(AssetRow, number)
            for field in ("name", "address", "host", "owner", "note", "forwarding_address", "login_id"):
                setattr(row, field, f"{text}{number}")
    store.close()
    with terminal("--store", str(path), home=tmp_path, columns=120) as screen:
        opened(screen, "○ untested")
        for _ in NARROW:
            screen.type("\r")
            screen.shows("Never tested.")
            screen.type("e")
            screen.shows("^S Save")
            screen.type("\x1b")
            screen.hides("^S Save")
            screen.type("d")
            screen.shows("Leave as it is")
            screen.type("\x1b")
            screen.hides("Leave as it is")
            screen.type("\x1b")
            screen.shows("○ untested")
            screen.hides("Never tested.")
            screen.type("j")
        screen.type("q")
        assert screen.ends() == 0
        assert dangerous(foreign(screen.raw)) == []


def test_copying_is_the_only_clipboard_write(tmp_path: Path) -> None:
    path = prepared(tmp_path, "Billing")
    with terminal("--store", str(path), home=tmp_path) as screen:
        opened(screen, "Billing")
        screen.type("y")
        screen.shows("Sent the address to your terminal's clipboard")
        screen.type("q")
        assert screen.ends() == 0
        assert screen.raw.count(b"\x1b]52;c;") == 1
        assert b"\x1b]52;c;YmlsbGluZ0BleGFtcGxlLm5ldA==\x07" in screen.raw


# Lost terminals and kills


IMPATIENT = """
import sys
import tui.safe_app
tui.safe_app.TERMINAL_SECONDS = 0.2
from tui.cli import main
sys.exit(main())
"""
"""The program, which looks for its terminal more often than it has to in real life."""


def test_a_terminal_that_goes_without_a_signal_leaves_nothing_behind(tmp_path: Path) -> None:
    """As under a supervisor: no controlling terminal, so no SIGHUP comes."""
    path = prepared(tmp_path, "Billing")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", IMPATIENT, "--store", str(path)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(tmp_path, TERM="xterm-256color"),
        start_new_session=True,
    )
    os.close(theirs)
    written = b""
    while b"Billing" not in written:
        written += os.read(ours, 65_536)
    os.close(ours)
    process.wait(ENDS_S)
    assert sound(path) == ["Billing"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_end_it_from_within_a_dialog(tmp_path: Path, number: signal.Signals) -> None:
    path = prepared(tmp_path, "Billing")
    with terminal("--store", str(path), home=tmp_path) as screen:
        opened(screen, "Billing")
        screen.type("n")
        screen.shows("New asset")
        screen.type("half a name")
        screen.shows("half a name")
        screen.process.send_signal(number)
        assert screen.ends() == 0
        for sequence in LEFT:
            assert sequence in screen.raw


@pytest.fixture(scope="module")
def silent() -> Iterator[Endpoints]:
    with running_provider() as served:
        yield served


def test_a_kill_in_the_middle_of_tests_leaves_a_usable_store(tmp_path: Path, silent: Endpoints) -> None:
    names = [f"Silent{number}" for number in range(5)]
    path = prepared(tmp_path, *names, port=silent.ports["silent"])
    with terminal("--store", str(path), home=tmp_path) as screen:
        opened(screen, "Silent4")
        screen.type("*t")
        screen.shows("↻ running")
        screen.process.kill()
        screen.process.wait()
    assert sound(path) == names
    with terminal("--store", str(path), home=tmp_path) as screen:
        opened(screen, "Silent4")
        screen.type("q")
        assert screen.ends() == 0


def test_leaving_in_the_middle_of_tests(tmp_path: Path, silent: Endpoints) -> None:
    path = prepared(tmp_path, "Silent", port=silent.ports["silent"])
    with terminal("--store", str(path), home=tmp_path) as screen:
        opened(screen, "Silent")
        screen.type("t")
        screen.shows("↻ running")
        screen.type("q")
        assert screen.ends() == 0
        after = screen.raw.rpartition(LEFT[0])[2]
        assert b"error" not in after
        assert b"Traceback" not in after
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT outcome FROM checks").fetchall() == [("cancelled",)]


def test_leaving_while_another_program_writes(tmp_path: Path) -> None:
    """Locking the vault is told to the audit log, which cannot be written now: that must not hold anyone."""
    path = prepared(tmp_path, "Billing")
    with (
        contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other,
        terminal("--store", str(path), home=tmp_path) as screen,
    ):
        opened(screen, "Billing")
        screen.type("v")
        screen.shows("Unlock the vault")
        screen.type("planted-passphrase-31\r")
        screen.shows("vault open")
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        screen.type("q")
        assert screen.ends() == 0
        assert time.monotonic() - began < ENDS_S
        assert b"Traceback" not in screen.raw
        other.execute("ROLLBACK")


# Stores that cannot be opened


def test_a_directory_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "postroom.db"
    with terminal("--store", str(path), home=tmp_path, columns=250) as screen:
        assert screen.ends() == 2
        said = screen.text
        assert f"The store {path} cannot be" in said
        assert "Traceback" not in said
        assert LEFT[0] in screen.raw


def test_a_configuration_that_is_wrong_is_one_sentence(tmp_path: Path) -> None:
    path = prepared(tmp_path)
    (path.parent / "postroom.toml").write_text('inbound_domian = "in.example.net"\n')
    with terminal("--store", str(path), home=tmp_path, columns=250) as screen:
        assert screen.ends() == 2
        assert "there is no setting inbound_domian" in screen.text
