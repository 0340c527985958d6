"""A long text, wrapped and scrolled: only the rows that are seen are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.commands import Scope, bindings
from tui.widgets.command_host import CommandHost
from tui.widgets.untrusted import visible


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line as it came, untrusted until drawn, and its tone: "", "good", "bad", "soon", "quiet", "head"."""

    text: str
    tone: str = ""
    hang: int = 0
    """Cells that its second row and those after it are moved in."""


def wrapped(lines: Iterable[TextLine], width: int) -> list[TextLine]:
    """The lines made harmless and cut to `width` cells: at a space where there is one in the last third."""
    rows: list[TextLine] = []
    for line in lines:
        text = visible(line.text)
        if cell_len(text) <= width:
            rows.append(TextLine(text, line.tone))
            continue
        if 0 < line.hang < width // 2:
            first = next(iter(_pieces(text, width)))
            rest = _pieces(text[len(first) :].lstrip(" "), width - line.hang)
            pieces: Iterable[str] = (first, *(" " * line.hang + piece for piece in rest))
        else:
            pieces = _pieces(text, max(1, width))
        rows += (TextLine(piece, line.tone) for piece in pieces)
    return rows


def _pieces(text: str, width: int) -> Iterable[str]:
    for chunk in chop_cells(text, width) if " " not in text else _by_words(text, width):
        yield chunk.rstrip(" ")


def _by_words(text: str, width: int) -> Iterable[str]:
    row = ""
    for word in text.split(" "):
        candidate = f"{row} {word}" if row else word
        if cell_len(candidate) <= width:
            row = candidate
            continue
        if row and cell_len(row) * 3 >= width * 2:
            yield row
            candidate = word
        *full, row = chop_cells(candidate, width) or [""]
        yield from full
    yield row


class TextView(ScrollView, CommandHost, can_focus=True):
    """Lines of text under a view that the keys of a list move."""

    ALLOW_SELECT = False
    BINDINGS = bindings(Scope.LIST)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"text-view--{tone}" for tone in ("good", "bad", "soon", "quiet", "head")
    }
    DEFAULT_CSS = """
    TextView {
        scrollbar-size-horizontal: 0;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;  /* else what is wrapped before the bar is there loses its last column */
        overflow-x: hidden;
        height: 1fr;
        padding: 0 1;
        & > .text-view--good { color: $text-success; }
        & > .text-view--bad { color: $text-error; }
        & > .text-view--soon { color: $text-warning; }
        & > .text-view--quiet { color: $text-muted; }
        & > .text-view--head { color: $accent; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._lines: Sequence[TextLine] = ()
        self._rows: list[TextLine] = []

    def show(self, lines: Sequence[TextLine], *, from_top: bool = True) -> None:
        """Show these lines, from the top or from where the view is."""
        self._lines = lines
        self._wrap()
        if from_top:
            self.scroll_to(y=0, animate=False, force=True)

    @property
    def text(self) -> str:
        """What is shown, for tests and for copying."""
        return "\n".join(row.text for row in self._rows)

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        self._rows = wrapped(self._lines, width) if width else []
        self.virtual_size = Size(width, len(self._rows))
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self._wrap()

    def render_line(self, y: int) -> Strip:
        index = y + round(self.scroll_y)
        width = self.scrollable_content_region.width
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[index]
        style = self.get_component_rich_style(f"text-view--{row.tone}") if row.tone else self.rich_style
        return Strip([Segment(set_cell_size(row.text, width), style)], width)

    def _to(self, y: float) -> None:
        self.scroll_to(y=y, animate=False, force=True)

    def do_up(self) -> None:
        self._to(self.scroll_y - 1)

    def do_down(self) -> None:
        self._to(self.scroll_y + 1)

    def do_page_up(self) -> None:
        self._to(self.scroll_y - self._page)

    def do_page_down(self) -> None:
        self._to(self.scroll_y + self._page)

    def do_first(self) -> None:
        self._to(0)

    def do_last(self) -> None:
        self._to(self.max_scroll_y)

    @property
    def _page(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)
