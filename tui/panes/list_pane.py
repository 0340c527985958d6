"""What the panes share: a first line that answers the pane's question, a filter box, a list, and an empty
state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from tui.columns import Column
from tui.commands import Scope
from tui.hub import Hub, hub
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import Line
from tui.widgets.record_list import RecordHeader, RecordList

if TYPE_CHECKING:
    from textual.app import App
    from textual.widgets import Input

TRIES = 3
"""Somebody else's commit starts the reading anew; after so many it is left to what that one brings."""


async def read_anew(app: App[Any]) -> None:
    """Have the pane that is seen read the store again, and wait for it.

    Whoever has changed something tells of it only then, so that a key that is pressed at once meets it.
    """
    for pane in [pane for screen in app.screen_stack for pane in screen.query(ListPane) if pane.display]:
        for _ in range(TRIES):
            try:
                await pane.reload().wait()
            except WorkerCancelled:
                continue
            except WorkerFailed:  # told where all failures of workers are
                pass
            break


class ListPane(CommandHost):
    """A pane over one list. It reads the store in workers (`reload`) and never writes to another pane."""

    SCOPE: ClassVar[Scope]
    COLUMNS: ClassVar[Sequence[Column]]
    EMPTY: ClassVar[str]
    TAB: ClassVar[str] = ""
    """The pane that this one is reached from, where it has no key of its own."""

    def __init__(self, *, id: str) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id, classes="pane")
        self.filter_text = ""
        self.stale = True

    @property
    def console(self) -> Hub:
        return hub(self)

    @property
    def table(self) -> RecordList[Any]:
        return self.query_one(RecordList)

    def make_list(self) -> RecordList[Any]:
        raise NotImplementedError

    @property
    def record(self) -> Any:
        """The record under the cursor, for verbs that `refusal` lets pass only where there is one."""
        record = self.table.current
        assert record is not None
        return record

    def reload(self) -> Worker[Any]:
        """Read again what is shown, in a worker."""
        raise NotImplementedError

    def tick(self) -> None:
        """Time went by: repaint the rows whose words have changed."""
        self.table.repaint_changed()

    def filtered(self) -> None:
        """The filter's text has changed."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        yield Horizontal(classes="filter")
        yield RecordHeader(self.COLUMNS)
        yield self.make_list()
        yield Static(self.EMPTY, classes="empty", markup=False)
        yield Line(classes="detail")

    def on_mount(self) -> None:
        self.watch(self.table, "cursor", self.on_record_list_moved, init=False)

    def on_record_list_moved(self) -> None:
        """Another record is under the cursor."""

    def say(self, headline: str) -> None:
        """Set the first line."""
        self.query_one(".headline", Line).say(f" {headline}")

    def store_changed(self) -> None:
        """Something was committed: read again now if seen, else when next shown."""
        self.stale = True
        if self.display and self.console.desk is not None:
            self.stale = False
            self.reload()

    def on_show(self, event: events.Show) -> None:
        if self.stale and self.console.desk is not None:
            self.stale = False
            self.reload()

    def show_empty(self, empty: bool) -> None:
        """Put the teaching words in the list's place, or take them away."""
        self.set_class(empty, "is-empty")

    async def do_filter(self) -> None:
        """Open the filter box and put the cursor into it."""
        box = await self._filter_box()
        box.focus()

    async def set_filter(self, text: str) -> None:
        """Put this text into the filter box, and open or close it accordingly."""
        box = await self._filter_box()
        box.value = text
        box.cursor_position = len(text)
        if not text:
            self.close_filter()

    def close_filter(self) -> None:
        """Empty the filter and close its box."""
        for box in self.query("Input").results():
            cast("Input", box).value = ""
        self.query_one(".filter").remove_class("open")
        self.table.focus()

    async def _filter_box(self) -> Input:
        from textual.widgets import Input, Label

        from tui.widgets.line_input import LineInput

        row = self.query_one(".filter", Horizontal)
        row.add_class("open")
        if not row.children:
            box = LineInput(compact=True, select_on_focus=False)
            box.cursor_blink = False
            await row.mount(Label(" filter "), box)
        return row.query_one(Input)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self.filter_text:
            self.filter_text = event.value
            self.filtered()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value:
            self.close_filter()
        self.table.focus()

    def on_key(self, event: events.Key) -> None:
        """In the filter box, Escape drops the filter and the arrows go on in the list."""
        if self.table.has_focus or self.screen.focused is None or self.screen.focused.id == "ladder-view":
            return
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.close_filter()
        elif event.key in ("down", "up"):
            event.stop()
            self.table.focus()
