"""The one-line widgets around the panes: status on top, tabs, and the keys at the bottom. They repaint only
on change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from tui.commands import Command
from tui.widgets.untrusted import visible


class Line(Widget):
    """One line of content; setting the same again paints nothing."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id, classes=classes)
        self._content = Content("")

    def say(self, content: Content | str) -> None:
        """Show this; text is taken literally and made harmless."""
        new = Content(visible(content)) if isinstance(content, str) else content
        if new != self._content or new.spans != self._content.spans:
            self._content = new
            self.refresh()

    @property
    def text(self) -> str:
        return self._content.plain

    def render(self) -> Content:
        width = self.size.width
        return (
            self._content.truncate(width, ellipsis=True)
            if self._content.cell_length > width
            else self._content
        )


class StatusLine(Line):
    """Store, agent, vault and what needs a person."""

    def status(self, who: str, store: Path | None, *told: tuple[str, str]) -> None:
        """Show who is where, the store (shorter where room is scarce), and (text, style) pairs."""
        parts = [part for text, style in told if text for part in ((visible(text), style), ("  ", ""))]
        right = Content.assemble(*parts[:-1], " ")
        paths = [str(store), store.name] if store else ["opening the store…"]
        choices = [f"  {who}  {paths[0]}", f"  {paths[0]}", f"  {paths[-1]}", ""]
        room = self.size.width - right.cell_length - len(" postroom ")
        left = next((choice for choice in map(visible, choices) if cell_len(choice) <= room), "")
        gap = " " * max(1, room - cell_len(left) + 1)
        self.say(Content.assemble((" postroom", "bold $primary"), left, gap, right))


class TabLine(Line):
    """The panes and their number keys."""

    def tabs(self, commands: Sequence[Command], active: str) -> None:
        parts: list[tuple[str, str]] = [(" ", "")]
        for command in commands:
            here = command.id == active
            parts.append(
                (f" {command.shown_key} {command.label} ", "bold $background on $primary" if here else "")
            )
            parts.append((" ", ""))
        self.say(Content.assemble(*parts[:-1]))  # seven panes take 80 columns


class KeyLine(Line):
    """The keys that work now; what does not fit is found with the help key, which always fits."""

    def keys(self, commands: Sequence[Command], always: Sequence[Command]) -> None:
        pieces = [f"{command.shown_key} {command.label}" for command in commands]
        tail = [f"{command.shown_key} {command.label}" for command in always]
        room = self.size.width - 1 - sum(len(piece) + 2 for piece in tail)
        shown: list[str] = []
        for piece in pieces:
            if sum(len(other) + 2 for other in shown) + len(piece) + 2 > room:
                break
            shown.append(piece)
        parts: list[tuple[str, str]] = [(" ", "")]
        for piece in [*shown, *tail]:
            key, _, label = piece.partition(" ")
            parts += [(key, "bold $primary"), (f" {label}  ", "")]
        self.say(Content.assemble(*parts))
