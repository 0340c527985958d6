"""What goes wrong in the background is told in words, in three parts, and the console goes on."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import connections
from tests.tui.person import at_console
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.base import Question
from tui.main_screen import MainScreen


@pytest.fixture
def busy(told_store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """Another program, whose transaction holds up every writer; they wait for it only a moment."""
    monkeypatch.setattr(connections, "BUSY_MS", 50)
    with contextlib.closing(sqlite3.connect(told_store, isolation_level=None)) as other:
        yield other


async def test_saving_while_another_program_writes(told_store: Path, busy: sqlite3.Connection) -> None:
    async with at_console(told_store) as person:
        await person.press("e")
        await person.at(AssetForm)
        await person.fill("note", "typed with care")
        busy.execute("BEGIN IMMEDIATE")
        await person.press("ctrl+s")
        await person.until(lambda: f"Another program keeps {told_store} locked" in person.remarks, "remark")
        await person.settled()
        assert person.value("note") == "typed with care"
        busy.execute("ROLLBACK")
        await person.press("ctrl+s")
        await person.at(MainScreen)
        await person.settled()


async def test_deleting_while_another_program_writes(told_store: Path, busy: sqlite3.Connection) -> None:
    async with at_console(told_store) as person:
        await person.press("d")
        await person.sees("Delete this asset?")
        busy.execute("BEGIN IMMEDIATE")
        await person.press("y")
        await person.sees("Could not delete the assets")
        for part in (
            "What happened",
            "locked; nothing was changed",
            "Why",
            "What to do",
            "Try again in a moment.",
        ):
            await person.sees(part)
        busy.execute("ROLLBACK")
        await person.press("escape")
        await person.at(MainScreen)
        assert len(person.names()) == 6
        await person.press("d")
        await person.sees("Delete this asset?")
        await person.press("y")
        await person.until(lambda: len(person.names()) == 5, "shorter list")


async def test_an_unforeseen_error_names_the_log(told_store: Path, own_home: Path) -> None:
    async with at_console(told_store) as person:
        person.console.run_worker(_raise(), exit_on_error=False, description="look at nothing")
        await person.at(Question)
        await person.sees("Could not look at nothing")
        await person.sees("An error of postroom itself: ZeroDivisionError.")
        await person.sees("postroom.log; please report it.")
        await person.press("escape")
        await person.at(MainScreen)
    assert "ZeroDivisionError" in logged(own_home)


def logged(home: Path) -> str:
    (log,) = home.rglob("postroom.log")
    return log.read_text()


async def _raise() -> None:
    raise ZeroDivisionError("not for the screen")


async def test_a_store_that_cannot_be_opened_ends_it_with_a_sentence(tmp_path: Path, own_home: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("a page of notes, and no database at all " * 30)
    async with at_console(path, ready=False) as person:
        await person.until(lambda: person.console.return_code is not None, "end")
    assert person.console.return_code == 2
    assert person.console.farewell.startswith(f"{path} is not a usable store")


async def test_a_user_without_a_name(told_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in containers, where the user id stands in no password file."""

    def nobody(uid: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.setattr("pwd.getpwuid", nobody)
    async with at_console(told_store, size=(160, 40)) as person:
        assert "uid " in person.lines[0]
