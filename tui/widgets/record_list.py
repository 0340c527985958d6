"""The one list widget: draws only the rows that are seen, so a million rows cost what a screenful costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tui.columns import GUTTER, Cell, Column, layout
from tui.commands import Scope, bindings
from tui.widgets.command_host import CommandHost
from tui.widgets.records import ListRecords, Records
from tui.widgets.untrusted import visible

R = TypeVar("R")


class RecordHeader(Widget):
    """The titles above a list."""

    DEFAULT_CSS = """
    RecordHeader { height: 1; color: $text-muted; }
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self._columns = columns

    def render_line(self, y: int) -> Strip:
        parts = [
            set_cell_size(self._columns[index].title, width)
            for index, width in layout(self._columns, self.size.width)
        ]
        text = set_cell_size(" " * GUTTER + " ".join(parts), self.size.width)
        return Strip([Segment(text, self.rich_style)], self.size.width)


class RecordList(ScrollView, CommandHost, Generic[R], can_focus=True):
    """Rows of records under one cursor, with marks. The rows come from a `Records`, the cells from a pure
    function."""

    ALLOW_SELECT = False
    BINDINGS = bindings(Scope.LIST)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-list--cursor",
        "record-list--good",
        "record-list--bad",
        "record-list--soon",
        "record-list--quiet",
    }
    DEFAULT_CSS = """
    RecordList {
        scrollbar-size: 0 0;
        overflow-x: hidden;
        height: 1fr;
        & > .record-list--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .record-list--good { color: $text-success; }
        & > .record-list--bad { color: $text-error; text-style: bold; }
        & > .record-list--soon { color: $text-warning; }
        & > .record-list--quiet { color: $text-muted; }
    }
    """

    cursor: reactive[int] = reactive(0, init=False, repaint=False)

    class Moved(Message):
        """The record under the cursor is another. Where the cursor went there, watchers of `cursor` know at
        once: a message would come too late for the same repaint, and the next one is 17 ms later."""

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[R], Sequence[Cell]],
        *,
        key: Callable[[R], object],
        id: str | None = None,  # noqa: A002  # Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._cells = cells
        self._key = key
        self._records: Records[R] = ListRecords()
        self._painted: dict[int, Strip] = {}
        self.marked: set[object] = set()

    @property
    def records(self) -> Records[R]:
        return self._records

    @property
    def current(self) -> R | None:
        """The record under the cursor."""
        return self._records.at(self.cursor)

    def show(self, records: Records[R], *, cursor: int | None = None) -> None:
        """Draw these records; the cursor stays at its place unless one is given."""
        self._records = records
        # Not by the reactive: its layout would paint the whole list once more, and no size depends on it.
        self.set_reactive(Widget.virtual_size, Size(self.size.width, len(records)))
        if self.scroll_y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        wanted = self.cursor if cursor is None else cursor
        self.set_reactive(RecordList.cursor, max(0, min(wanted, len(records) - 1)))
        if not self._bring_into_view():
            self.repaint_changed()
        self.post_message(self.Moved())

    def arrived(self) -> None:
        """Records that were asked for are here."""
        self.repaint_changed()
        self.post_message(self.Moved())

    def repaint_changed(self) -> None:
        """Draw again the rows whose looks have changed, and no others."""
        for y in range(self.size.height):
            if self._painted.get(y) != self._row(y):
                self.refresh(Region(0, y, self.size.width, 1))

    def toggle_mark(self) -> None:
        """Mark the record under the cursor, or unmark it, and go one down."""
        record = self.current
        if record is None:
            return
        self.marked ^= {self._key(record)}
        self.refresh_line(self.cursor)
        self.cursor = self.cursor + 1

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self._records) - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        if not self._bring_into_view():
            self.refresh_line(before)
            self.refresh_line(now)

    def _bring_into_view(self) -> bool:
        height = self.scrollable_content_region.height
        top = round(self.scroll_y)
        if self.cursor < top:
            target = self.cursor
        elif height and self.cursor >= top + height:
            target = self.cursor - height + 1
        else:
            return False
        self.scroll_to(y=target, animate=False, force=True)
        return True

    def on_resize(self, event: events.Resize) -> None:
        self._painted.clear()
        self.virtual_size = Size(event.size.width, len(self._records))
        self._bring_into_view()

    def on_focus(self) -> None:
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        self.refresh_line(self.cursor)

    def on_click(self, event: events.Click) -> None:
        self.cursor = event.y + round(self.scroll_y)

    def do_up(self) -> None:
        self.cursor -= 1

    def do_down(self) -> None:
        self.cursor += 1

    def do_page_up(self) -> None:
        self._turn(-1)

    def do_page_down(self) -> None:
        self._turn(1)

    def do_first(self) -> None:
        self.cursor = 0

    def do_last(self) -> None:
        self.cursor = len(self._records) - 1

    def _turn(self, direction: int) -> None:
        """A page on: the cursor keeps its place on the screen, as in a pager."""
        step = direction * max(1, self.scrollable_content_region.height - 1)
        with self.app.batch_update():
            self.scroll_to(y=max(0, min(self.scroll_y + step, self.max_scroll_y)), animate=False, force=True)
            self.cursor = self.cursor + step

    def render_line(self, y: int) -> Strip:
        strip = self._painted[y] = self._row(y)
        return strip

    def _row(self, y: int) -> Strip:
        index = y + round(self.scroll_y)
        width = self.size.width
        if not 0 <= index < len(self._records):
            return Strip.blank(width, self.rich_style)
        record = self._records.at(index)
        at_cursor = index == self.cursor
        mark = "•" if record is not None and self._key(record) in self.marked else " "
        gutter = ("›" if at_cursor else " ") + mark
        if record is None:
            return Strip([Segment(set_cell_size(gutter + "…", width), self.rich_style)], width)
        base = self._style("cursor") if at_cursor and self.has_focus else self.rich_style
        return Strip(
            self._segments(gutter, self._cells(record), base, plain=at_cursor and self.has_focus), width
        )

    def _segments(self, gutter: str, cells: Sequence[Cell], base: Style, *, plain: bool) -> list[Segment]:
        """The row's text in as few pieces as there are changes of style: every piece costs some 40 bytes on
        the wire."""
        segments: list[Segment] = []
        text, style, used = gutter, base, GUTTER
        for index, width in layout(self._columns, self.size.width):
            cell = cells[index]
            wanted = base if plain or not cell.tone else self._style(cell.tone)
            if wanted is not style and cell.text:
                segments.append(Segment(text, style))
                text, style = "", wanted
            text += fitted(visible(cell.text), width) + " "
            used += width + 1
        rest = max(0, self.size.width - used)
        text = text + " " * rest if used <= self.size.width else text[:-1]
        return [*segments, Segment(text, style)]

    def _style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"record-list--{tone}")

    def refresh_line(self, y: int) -> None:
        """Draw one row again, if it is seen."""
        row = y - round(self.scroll_y)
        if 0 <= row < self.size.height:
            self.refresh(Region(0, row, self.size.width, 1))


def fitted(text: str, width: int) -> str:
    """`text` in exactly `width` cells, with an ellipsis where something was cut."""
    text, _, more = text.partition("\n")
    text += " …" if more else ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""
