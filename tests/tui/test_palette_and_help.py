"""Every command by name and by key; dialogs that Escape closes; terminals of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.screen import Screen

from tests.tui.person import Person, at_console
from tui import commands
from tui.commands import Scope
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.asset_screen import AssetScreen
from tui.dialogs.base import Question
from tui.dialogs.passphrase import PassphraseDialog
from tui.dialogs.run_screen import RunScreen
from tui.main_screen import MainScreen

pytestmark = pytest.mark.usefixtures("frozen")


async def offered(person: Person) -> list[str]:
    """Open the palette; the names of the commands that it offers."""
    found = [command.title for command in person.console.get_system_commands(person.console.screen)]
    await person.press("ctrl+p")
    await person.at(CommandPalette)
    return found


def labels(*scopes: Scope) -> list[str]:
    return [command.label for command in commands.of(*scopes)]


async def test_the_palette_offers_what_is_in_front_and_what_is_everywhere(told_store: Path) -> None:
    async with at_console(told_store) as person:
        assert await offered(person) == [*labels(Scope.ASSETS, Scope.EVERYWHERE), "Theme"]
        await person.press("escape")
        await person.go("checks")
        assert await offered(person) == [*labels(Scope.CHECKS, Scope.EVERYWHERE), "Theme"]
        await person.press("escape")
        await person.go("assets")
        await person.press("enter")
        await person.at(AssetScreen)
        await person.settled()
        assert await offered(person) == [*labels(Scope.ASSET, Scope.EVERYWHERE), "Theme"]
        await person.press("escape", "escape")
        await person.press("n")
        await person.at(AssetForm)
        assert await offered(person) == labels(Scope.FORM)


async def test_a_command_by_its_name(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("ctrl+p")
        await person.at(CommandPalette)
        await person.type("copy address")
        await person.until(lambda: "Copy the mailbox" in person.text, "the command")
        await person.press("enter", "enter")
        await person.until(lambda: person.console.clipboard == "careers@example.com", "copied address")


async def test_a_command_that_is_refused_says_why_here_too(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("enter")
        await person.at(AssetScreen)
        await person.press("escape")
        await person.goes_to("Press")
        await person.press("enter")
        await person.at(AssetScreen)
        await person.settled()
        await person.press("ctrl+p")
        await person.at(CommandPalette)
        await person.type("copy diagnosis")
        await person.until(lambda: "what failed" in person.text, "the command")
        await person.press("enter", "enter")
        await person.is_told("There is no check to copy yet; press t.")


@pytest.mark.parametrize("keys", [("d",), ("?",)])
async def test_a_dialog_is_answered_before_anything_else(told_store: Path, keys: tuple[str, ...]) -> None:
    async with at_console(told_store) as person:
        await person.press(*keys)
        await person.at(Question)
        for key in ("ctrl+p", "1", "2", "3", "q", "v"):
            await person.press(key)
            assert isinstance(person.console.screen, Question), key
        await person.press("escape")
        await person.at(MainScreen)


async def test_help_is_about_what_is_in_front(told_store: Path) -> None:
    async with at_console(told_store, size=(100, 60)) as person:
        await person.press("?")
        await person.at(Question)
        for words in (
            "Every mailbox with how it stands",
            "In a list",
            "Everywhere",
            "^P finds every command",
        ):
            for _ in range(10):
                if words in person.flowing:
                    break
                await person.press("pagedown")
            assert words in person.flowing
        await person.press("escape")
        await person.go("audit")
        await person.press("?")
        await person.sees("Nothing secret is ever written here.")


async def test_help_scrolls_by_keys(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("?")
        await person.at(Question)
        first = person.text
        await person.press("j", "down", "pagedown")
        await person.until(lambda: person.text != first, "further down")
        await person.press("k", "up", "pageup", "pageup")
        await person.until(lambda: person.text == first, "the top")


OPENERS: dict[str, tuple[str, type[Screen[Any]]]] = {
    "form": ("n", AssetForm),
    "edit": ("e", AssetForm),
    "delete": ("d", Question),
    "help": ("?", Question),
    "palette": ("ctrl+p", CommandPalette),
    "asset": ("enter", AssetScreen),
}


@pytest.mark.parametrize("opener", OPENERS)
async def test_escape_closes_every_dialog(told_store: Path, opener: str) -> None:
    key, screen = OPENERS[opener]
    async with at_console(told_store) as person:
        await person.press(key)
        await person.at(screen)
        await person.press("escape")
        await person.at(MainScreen)
        await person.settled()
        assert person.focused == "asset-list"


async def test_the_theme_can_be_changed(told_store: Path) -> None:
    async with at_console(told_store) as person:
        person.console.theme = "ansi-dark"
        await person.press("down", "?")
        await person.at(Question)
        await person.press("escape")


SIZES = [(40, 12), (200, 60), (10, 3), (1, 1)]


@pytest.mark.parametrize("size", SIZES, ids=[f"{width}x{height}" for width, height in SIZES])
async def test_no_screen_minds_the_size_of_the_terminal(told_store: Path, size: tuple[int, int]) -> None:
    async with at_console(told_store, size=size) as person:
        seen = [person.text]
        for pane in ("checks", "audit", "assets"):
            await person.go(pane)
            await person.press("down", "end", "pagedown", "/", "x", "escape")
            await person.settled()
            seen.append(person.text)
        await person.go("checks")
        await person.press("home", "enter")
        await person.at(RunScreen)
        await person.settled()
        seen.append(person.text)
        await person.press("escape")
        await person.go("assets")
        for key, screen in OPENERS.values():
            await person.press(key)
            await person.at(screen)
            seen.append(person.text)
            await person.press("escape")
            await person.at(MainScreen)
            await person.settled()
        await person.press("v")
        await person.until(lambda: person.console.vault_words[0] == "vault locked", "locked vault")
        await person.settled()
        await person.press("v")
        await person.at(PassphraseDialog)
        seen.append(person.text)
        await person.press("escape")
        await person.settled()
        for text in seen:
            assert max((len(line) for line in text.splitlines()), default=0) <= size[0]


async def test_the_terminal_changes_its_size_under_every_screen(told_store: Path) -> None:
    async with at_console(told_store) as person:
        for key, screen in OPENERS.values():
            await person.press(key)
            await person.at(screen)
            for width, height in ((30, 10), (120, 40)):
                await person.pilot.resize_terminal(width, height)
                await person.turn()
            await person.press("escape")
            await person.at(MainScreen)
            await person.settled()


async def test_at_40_columns_the_keys_that_matter_are_seen(told_store: Path) -> None:
    async with at_console(told_store, size=(40, 12)) as person:
        assert "? Help  q Quit" in person.lines[-1]
        assert person.lines[1].startswith("  1 Assets")
        assert "needs you" in person.text
        assert "✗ failing" in person.text
