"""The console as a person meets it: in a pseudo-terminal, with signals, hang-ups and a second console."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from store import assets
from store.assets import AssetFields, Security
from store.database import Store
from store.vault import Vault
from tests.tui.command_line import environment, terminal

LEFT_CLEAN = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[<u")
"""Alternate screen left, cursor shown, bracketed paste off, the keyboard protocol popped."""


def desk(home: Path, names: tuple[str, ...] = ("Billing", "Returns")) -> Path:
    """A store with a vault and some assets."""
    path = home / "desk" / "postroom.db"
    store = Store.open(path)
    vault = Vault(store)
    vault.initialise(SecretStr("correct horse"))
    for name in names:
        add(store, vault, name)
    store.close()
    return path


def add(store: Store, vault: Vault, name: str) -> None:
    fields = AssetFields(
        name=name,
        address=f"{name.lower()}@example.com",
        host="smtp.example.com",
        port=587,
        security=Security.STARTTLS,
    )
    assets.create(store, vault, fields)


@pytest.mark.parametrize(("rows", "columns"), [(24, 80), (40, 120), (12, 40)])
def test_q_leaves_and_restores_the_terminal(tmp_path: Path, rows: int, columns: int) -> None:
    path = desk(tmp_path)
    with terminal("--store", str(path), home=tmp_path, rows=rows, columns=columns) as screen:
        screen.shows("Returns")
        screen.type("q")
        assert screen.ends() == 0
        for sequence in LEFT_CLEAN:
            assert sequence in screen.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    path = desk(tmp_path)
    with terminal("--store", str(path), home=tmp_path) as screen:
        screen.shows("Returns")
        screen.process.send_signal(number)
        assert screen.ends() == 0
        assert LEFT_CLEAN[0] in screen.raw


def test_a_terminal_that_goes_away_takes_the_program_along(tmp_path: Path) -> None:
    path = desk(tmp_path)
    with terminal("--store", str(path), home=tmp_path) as screen:
        screen.shows("Returns")
        screen.hang_up()
        screen.process.wait(timeout=20)
    Store.open(path).close()


def test_ctrl_c_twice_leaves(tmp_path: Path) -> None:
    path = desk(tmp_path)
    with terminal("--store", str(path), home=tmp_path) as screen:
        screen.shows("Returns")
        screen.type("\x03")
        screen.shows("once more")
        screen.type("\x03")
        assert screen.ends() == 0


def test_two_consoles_see_each_other(tmp_path: Path) -> None:
    path = desk(tmp_path)
    with (
        terminal("--store", str(path), home=tmp_path) as first,
        terminal("--store", str(path), home=tmp_path) as second,
    ):
        first.shows("Returns")
        second.shows("Returns")
        store = Store.open(path)
        add(store, Vault(store), "Warranty")
        store.close()
        first.shows("Warranty")
        second.shows("Warranty")


@pytest.mark.parametrize(
    "environ", [{"NO_COLOR": "1"}, {"TERM": "xterm"}, {"TERM": "xterm", "NO_COLOR": "1"}]
)
def test_it_works_without_colours(tmp_path: Path, environ: dict[str, str]) -> None:
    path = desk(tmp_path)
    with terminal("--store", str(path), home=tmp_path, environ=environ) as screen:
        screen.shows("○ untested")
        screen.shows("Returns")
        screen.type("q")
        assert screen.ends() == 0


SAVE_AND_STALL = """
import os, sys
from pathlib import Path
from store import assets
from store.database import Store
from store.vault import Vault
store = Store.open(Path(sys.argv[1]))
vault = Vault(store)
asset = assets.by_name(store, vault, "Billing")
with store.write() as session:
    row = session.get(assets.AssetRow, asset.id)
    row.host = "half.example.com"
    session.add(row)
    session.flush()
    print("in the middle", flush=True)
    sys.stdin.read()
"""


def test_a_kill_in_the_middle_of_a_save_leaves_a_usable_store(tmp_path: Path) -> None:
    path = desk(tmp_path)
    saving = [sys.executable, "-c", SAVE_AND_STALL, str(path)]
    with subprocess.Popen(
        saving, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(tmp_path)
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"in the middle\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with terminal("--store", str(path), home=tmp_path) as screen:
        screen.shows("Billing")
        screen.shows("vault locked")
        screen.type("\r")
        screen.shows("smtp.example.com:587")
        screen.type("q")
        assert screen.ends() == 0


def test_a_file_that_is_no_store_is_said_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but a page of notes that is long enough to be looked at" * 20)
    before = path.read_bytes()
    with terminal("--store", str(path), home=tmp_path) as screen:
        assert screen.ends() == 2
        assert f"{path} is not a usable store" in " ".join(screen.text.split())
    assert path.read_bytes() == before


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = desk(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with terminal("--store", str(path), home=tmp_path, columns=200) as screen:
        assert screen.ends() == 2
        assert "newer postroom" in screen.text
