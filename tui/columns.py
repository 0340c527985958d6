"""Columns and cells of a list, and how columns share a width. No Textual: the command line's tables use them
too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GUTTER = 2
"""Columns before the first cell: the cursor's glyph and the mark's."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list. It takes between `width` and `width` × (1 + `grow`) … of what is left over."""

    title: str
    width: int
    """Least width in cells."""
    grow: int = 0
    """Its share of the room that is left over."""
    keep: int = 0
    """When there is too little room, columns with the highest number go first; 0 stays."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text, untrusted until drawn, and its tone: "", "good", "bad", "soon", "quiet"."""

    text: str
    tone: str = ""


def layout(columns: Sequence[Column], width: int) -> list[tuple[int, int]]:
    """Which columns fit into `width` cells, and how wide each is: (index, width) from left to right."""
    shown = list(range(len(columns)))

    def needed() -> int:
        return GUTTER + sum(columns[index].width + 1 for index in shown) - 1

    while needed() > width and any(columns[index].keep for index in shown):
        shown.remove(max(shown, key=lambda index: columns[index].keep))
    spare = max(0, width - needed())
    shares = sum(columns[index].grow for index in shown)
    widths = []
    room = width - GUTTER
    for index in shown:
        share = spare * columns[index].grow // shares if shares else 0
        taken = min(columns[index].width + share, room)
        if taken > 0:
            widths.append((index, taken))
        room -= taken + 1
    return widths
