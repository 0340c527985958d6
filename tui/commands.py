"""The one registry of commands: it feeds keys, footer, palette, help and the key table of the README, so they
agree."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.command import Command as Command
from tui.command import Scope as Scope
from tui.command import shown_key as shown_key
from tui.command_table import COMMANDS as COMMANDS


def of(*scopes: Scope) -> tuple[Command, ...]:
    """The commands of these scopes, in the registry's order within each."""
    return tuple(command for scope in scopes for command in COMMANDS if command.scope is scope)


def footer(scope: Scope) -> tuple[Command, ...]:
    """The commands of a scope that the key line shows."""
    return tuple(command for command in of(scope) if command.footer)


def bindings(scope: Scope) -> list[BindingType]:
    """Textual bindings for a widget that hears this scope; its `action_command` carries them out."""
    return [
        Binding(
            command.keys,
            f"command('{command.id}')",
            command.label,
            tooltip=command.tip,
            id=command.id,
            show=False,
        )
        for command in of(scope)
    ]


def by_id(command_id: str) -> Command:
    """The command of that id."""
    return next(command for command in COMMANDS if command.id == command_id)


def key_table() -> str:
    """The keys as a Markdown table, for the README."""
    rows = ["| where | key | does |", "|---|---|---|"]
    for scope in Scope:
        for command in of(scope):
            keys = " ".join(f"`{shown_key(key)}`" for key in command.keys.split(","))
            rows.append(f"| {scope.value} | {keys} | {command.tip} |")
    return "\n".join(rows)
