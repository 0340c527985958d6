"""Help for what has the focus: its keys, from the registry, and a few words on what is seen there."""

from __future__ import annotations

from textual.content import Content

from tui import commands
from tui.commands import Scope
from tui.dialogs.base import Choice, Question

ABOUT = {
    Scope.ASSETS: (
        "Every mailbox with how it stands: ✗ failing needs you now, ! ends soon, ○ untested, ✓ well. "
        "The filter takes words, and provider: method: state: with the beginning of a value, for instance "
        "billing provider:gmail state:failing."
    ),
    Scope.ASSET: "One mailbox: its fields, how it stands, and its latest check.",
    Scope.CHECKS: "Connection tests, running ones first. Below: the ladder of the one under the cursor.",
    Scope.RUN: "One connection test in full: what each rung saw, what the server said, and the transcript.",
    Scope.AUDIT: "Who did what to which asset, newest first. Nothing secret is ever written here.",
    Scope.FORM: "Tab and Shift+Tab go from field to field; what is wrong is said below, with the remedy.",
}


def help_screen(*scopes: Scope) -> Question[None]:
    """The dialog for the scopes that the focused widget hears, the most particular first."""
    parts: list[tuple[str, str]] = []
    for scope in scopes:
        if scope in ABOUT:
            parts.append((f"{ABOUT[scope]}\n\n", ""))
        parts.append((f"{scope.value}\n", "$accent"))
        for command in commands.of(scope):
            keys = " ".join(commands.shown_key(key) for key in command.keys.split(","))
            parts += [
                (f"  {keys:<12}", "bold $primary"),
                (f"{command.label:<16}", ""),
                (f"{command.tip}\n", "$text-muted"),
            ]
        parts.append(("\n", ""))
    parts.append(("^P finds every command by name.", "$text-muted"))
    return Question("Help", Content.assemble(*parts), (Choice("o", "OK", None),), None)
