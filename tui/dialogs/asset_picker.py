"""Chooses some of all assets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from tui import commands
from tui.columns import Cell, Column
from tui.commands import Scope, bindings
from tui.widgets.command_host import CommandHost
from tui.widgets.line_input import LineInput
from tui.widgets.lines import KeyLine, Line
from tui.widgets.record_list import RecordList
from tui.widgets.records import ListRecords


@dataclass(frozen=True, slots=True)
class Named:
    """An asset in the list."""

    id: int
    name: str


class AssetPicker(ModalScreen[tuple[int, ...] | None], CommandHost):
    """Answers the chosen ids, in order; None: the choice stays as it was.

    Args:
        names: ids of all assets by name.
    """

    SCOPE = Scope.PICKER
    BINDINGS = bindings(Scope.PICKER)

    def __init__(self, names: Mapping[str, int], chosen: Iterable[int]) -> None:
        super().__init__()
        self._all = [Named(asset_id, name) for name, asset_id in sorted(names.items())]
        self._chosen = set(chosen) & {one.id for one in self._all}

    @property
    def table(self) -> RecordList[Named]:
        return self.query_one(RecordList)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as frame:
            frame.border_title = Content("Choose assets")
            yield Line(classes="headline")
            yield LineInput(placeholder="/ filters", compact=True, select_on_focus=False)
            yield RecordList[Any](
                (Column("", 2), Column("Name", 20, grow=1)), self._cells, key=lambda one: one.id
            )
            yield KeyLine()

    def _cells(self, one: Named) -> tuple[Cell, ...]:
        return (Cell("✓" if one.id in self._chosen else "·", ""), Cell(one.name))

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self._show()
        self.table.focus()

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.of(self.SCOPE), [])

    def _shown(self) -> list[Named]:
        words = self.query_one(Input).value.casefold().split()
        return [one for one in self._all if all(word in one.name.casefold() for word in words)]

    def _show(self) -> None:
        self.table.show(ListRecords(self._shown()))
        self._say()

    def _say(self) -> None:
        self.query_one(Line).say(f" {len(self._chosen):,} of {len(self._all):,} chosen")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.table.focus()

    def on_key(self, event: events.Key) -> None:
        """In the filter box, Escape drops the filter and the arrows go on in the list."""
        if not isinstance(self.focused, Input) or event.key not in ("escape", "up", "down"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.focused.value = ""
        self.table.focus()

    def refusal(self, verb: str) -> str | None:
        if verb in ("mark", "mark_all") and self.table.current is None:
            return "No asset is shown; the filter leaves none."
        return None

    def do_mark(self) -> None:
        record = self.table.current
        assert record is not None
        self._chosen ^= {record.id}
        self.table.repaint_changed()
        self.table.cursor += 1
        self._say()

    def do_mark_all(self) -> None:
        shown = {one.id for one in self._shown()}
        self._chosen = self._chosen - shown if shown <= self._chosen else self._chosen | shown
        self.table.repaint_changed()
        self._say()

    def do_filter(self) -> None:
        self.query_one(Input).focus()

    def do_done(self) -> None:
        self.dismiss(tuple(sorted(self._chosen)))

    def do_leave(self) -> None:
        self.dismiss(None)
