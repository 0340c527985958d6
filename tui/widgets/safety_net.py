"""The last net before the terminal: no dangerous character leaves in a line, whichever widget let it
through."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.widgets.untrusted import visible


class SafetyNet(LineFilter):
    """Makes text harmless; the terminal's own control segments pass."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        for text, _style, control in segments:
            if (control is None and not text.isascii()) or not text.isprintable():
                break
        else:
            return segments
        return [
            segment if segment.control is not None else Segment(visible(segment.text), segment.style)
            for segment in segments
        ]
