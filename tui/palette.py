"""What the command palette finds: the commands of what is in front, and those that are heard everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from textual.app import SystemCommand
from textual.screen import ModalScreen, Screen

from tui import commands
from tui.commands import Scope
from tui.main_screen import MainScreen


def hearer(screen: Screen[Any]) -> Any:
    """Who carries out the commands of a screen: its pane, or the screen itself; None for a plain dialog."""
    if isinstance(screen, MainScreen):
        return screen.active
    return screen if getattr(screen, "SCOPE", None) else None


def found(app: Any, screen: Screen[Any]) -> Iterator[SystemCommand]:
    """The commands that can be chosen now. A form offers only its own: the others would close it."""
    front = hearer(screen)
    yield from _of(front.SCOPE, front)
    if not isinstance(screen, ModalScreen):
        yield from _of(Scope.EVERYWHERE, app)
        yield SystemCommand(
            "Theme", "Choose another theme; ansi-dark follows your terminal.", app.action_change_theme
        )


def _of(scope: Scope, who: Any) -> Iterator[SystemCommand]:
    for command in commands.of(scope):
        yield SystemCommand(command.label, command.tip, _carried_out(who, command.id))


def _carried_out(who: Any, command_id: str) -> Callable[[], Any]:
    return lambda: who.action_command(command_id)
