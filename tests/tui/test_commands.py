"""The registry of commands: nothing twice, nothing without its verb, and the README in step with it."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from typing import Any

import pytest
from textual.binding import Binding
from textual.screen import ModalScreen

from tests.tui.command_line import ROOT
from tui import commands, dialogs, panes
from tui.app import Console
from tui.command import SHOWN
from tui.commands import COMMANDS, Command, Scope
from tui.dialogs.help import ABOUT, help_screen
from tui.main_screen import TABS
from tui.panes.list_pane import ListPane
from tui.widgets.record_list import RecordList


def _hearers() -> dict[Scope, type[Any]]:
    """Every widget of the console that says which scope's keys it hears."""
    found: dict[Scope, type[Any]] = {Scope.EVERYWHERE: Console, Scope.LIST: RecordList}
    for package in (panes, dialogs):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, type) and isinstance(vars(value).get("SCOPE"), Scope):
                    found[vars(value)["SCOPE"]] = value
    return found


HEARERS = _hearers()
"""Who hears the keys of each scope."""
README = ROOT / "README.md"
OPENS, CLOSES = "<!-- keys -->", "<!-- /keys -->"


def keys_of(*scopes: Scope) -> list[str]:
    return [key for command in commands.of(*scopes) for key in command.keys.split(",")]


def test_every_scope_has_a_hearer() -> None:
    assert set(HEARERS) == set(Scope)


def test_ids_are_unique() -> None:
    assert [id_ for id_, times in Counter(command.id for command in COMMANDS).items() if times > 1] == []


@pytest.mark.parametrize("scope", Scope)
def test_no_key_means_two_things(scope: Scope) -> None:
    heard = [scope]
    if issubclass(HEARERS[scope], ListPane):  # its list hears keys of its own
        heard.append(Scope.LIST)
    if scope is not Scope.EVERYWHERE and not issubclass(HEARERS[scope], ModalScreen):
        heard.append(Scope.EVERYWHERE)
    assert [key for key, times in Counter(keys_of(*heard)).items() if times > 1] == []


def test_keys_heard_everywhere_are_free_in_lists() -> None:
    assert not set(keys_of(Scope.LIST)) & set(keys_of(Scope.EVERYWHERE))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_command_is_carried_out(command: Command) -> None:
    hearer = HEARERS[command.scope]
    if command in TABS:
        assert issubclass(HEARERS[Scope[command.verb.upper()]], ListPane)
    else:
        assert callable(getattr(hearer, f"do_{command.verb}", None)), f"{hearer.__name__}.do_{command.verb}"
    assert getattr(hearer, "SCOPE", command.scope) is command.scope
    bound = [binding.id for binding in hearer.BINDINGS if isinstance(binding, Binding)]
    assert command.id in bound


@pytest.mark.parametrize("scope", Scope)
def test_no_verb_without_its_command(scope: Scope) -> None:
    own = {name.removeprefix("do_") for name in vars(HEARERS[scope]) if name.startswith("do_")}
    assert own <= {command.verb for command in commands.of(scope)}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_labels_and_tips_read_well(command: Command) -> None:
    assert 1 <= len(command.label.split()) <= 3
    assert command.tip[0].isupper()
    assert command.tip.endswith(".")
    assert commands.by_id(command.id) is command


def test_no_key_needs_a_clever_terminal() -> None:
    """Letters, digits, Ctrl and a letter, and what every keyboard has: all that a plain xterm can send."""
    plain = set(SHOWN) | {"enter", "escape", "space"}
    for key in keys_of(*Scope):
        letter = key.removeprefix("ctrl+")
        assert len(letter) == 1 or letter in plain, key
        # Ctrl+M, I, J, H and [ arrive as Enter, Tab, line feed, Backspace and Escape.
        assert not (key.startswith("ctrl+") and letter in "mijh["), key


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope not in (Scope.LIST, Scope.EVERYWHERE)])
def test_help_tells_every_command_of_a_scope(scope: Scope) -> None:
    assert ABOUT[scope]
    told = " ".join(help_screen(scope, Scope.LIST, Scope.EVERYWHERE)._words.plain.split())
    for command in commands.of(scope, Scope.LIST, Scope.EVERYWHERE):
        assert command.tip in told
        assert command.shown_key in told


def test_key_names_as_on_the_keyboard() -> None:
    shown = [commands.shown_key(key) for key in ("ctrl+s", "slash", "question_mark", "G", "enter", "pageup")]
    assert shown == ["^S", "/", "?", "G", "Enter", "PgUp"]


def test_key_table_has_a_row_for_every_command() -> None:
    rows = commands.key_table().splitlines()
    assert len(rows) == len(COMMANDS) + 2
    assert all(row.startswith("| ") and row.count(" | ") == 2 for row in (rows[0], *rows[2:]))


def test_readme_has_the_same_keys() -> None:
    text = README.read_text(encoding="utf-8") if README.is_file() else ""
    if OPENS not in text:
        pytest.skip("the README has no key table yet")
    between = text.partition(OPENS)[2].partition(CLOSES)[0]
    assert between.strip() == commands.key_table()
