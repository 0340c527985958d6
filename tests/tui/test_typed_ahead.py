"""What was typed ahead waits for the screen that it is meant for, and acts nowhere else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Select

from tests.tui.person import Person, at_console
from tui import patient_app
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.base import Question, message
from tui.main_screen import MainScreen

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.hub import Hub

pytestmark = pytest.mark.usefixtures("frozen")


def held(person: Person) -> int:
    return len(person.console._ahead)


async def test_keys_behind_a_verb_wait_for_its_form(told_store: Path) -> None:
    async with at_console(told_store) as person:
        before = person.under_cursor
        await person.press_at_once("e", "tab", "tab", "tab", "x", "y", "z")
        await person.at(AssetForm)
        await person.until(lambda: person.value("host") == "xyz", "typed text")
        assert person.value("name") == before


async def test_a_choice_and_the_next_field(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press_at_once("n", *"Sales", "tab", "tab", "enter", "down", "enter", "tab", *"x.test")
        await person.until(lambda: not held(person), "all keys dealt with")
        await person.turn()
        assert person.value("name") == "Sales"
        assert not person.widget("#provider", Select).expanded
        assert person.value("provider") != "gmail"
        assert person.value("host").endswith("x.test")


async def test_a_warning_drops_what_was_typed_behind_the_key(empty_store: Path) -> None:
    async with at_console(empty_store) as person:
        await person.press_at_once("e", "tab", "n", "x")
        await person.is_told("3 keys typed ahead were not used: read this first.")
        await person.settled()
        assert isinstance(person.console.screen, MainScreen)


async def asks_late(console: Hub, _desk: Desk, may_ask: asyncio.Event) -> None:
    await may_ask.wait()
    await console.push_screen_wait(message("Late", "Late"))


async def test_what_never_comes_is_not_waited_for(told_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_app, "HOLD_SECONDS", 0.05)
    may_ask = asyncio.Event()
    async with at_console(told_store) as person:
        person.console.carry_out("think", asks_late, may_ask)
        await person.press_at_once("d", "y")
        await person.is_told("2 keys typed ahead were not used: postroom is still at it to think.")
        assert isinstance(person.console.screen, MainScreen)
        cursor = person.pane.table.cursor
        await person.press("down")
        assert person.pane.table.cursor == cursor + 1
        may_ask.set()
        await person.at(Question)


async def test_a_verb_that_goes_on_for_long_lets_type(told_store: Path) -> None:
    may_end = asyncio.Event()

    async def long(console: Hub, _desk: Desk) -> None:
        console.let_type()
        await may_end.wait()

    async with at_console(told_store) as person:
        person.console.carry_out("think", long)
        cursor = person.pane.table.cursor
        await person.press("down")
        await person.until(lambda: person.pane.table.cursor == cursor + 1, "moved cursor")
        may_end.set()
        await person.settled()


async def test_no_more_is_held_than_a_person_types(told_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_app, "HELD", 3)
    may_ask = asyncio.Event()
    async with at_console(told_store) as person:
        person.console.carry_out("think", asks_late, may_ask)
        await person.press_at_once(*"abcdef")
        assert held(person) == 3
        may_ask.set()
        await person.at(Question)
        await person.until(lambda: not held(person), "delivery")


async def test_ctrl_c_drops_what_waits(told_store: Path) -> None:
    may_ask = asyncio.Event()
    async with at_console(told_store) as person:
        person.console.carry_out("think", asks_late, may_ask)
        await person.press_at_once("d", "y")
        assert held(person) == 2
        await person.press("ctrl+c")
        assert not held(person)
        await person.is_told("Press Ctrl+C once more to leave postroom.")
        may_ask.set()
        await person.at(Question)


async def test_a_value_that_its_box_cuts_is_shown_in_full(told_store: Path) -> None:
    note = "To mend it in this rehearsal, give it the app password: rehearsalhotline"
    async with at_console(told_store) as person:
        await person.press("e")
        await person.at(AssetForm)
        await person.fill("note", note)
        await person.until(lambda: f"In full: {note}" in person.remarks, "the whole note")
        await person.fill("note", "short")
        assert "In full" not in person.remarks
