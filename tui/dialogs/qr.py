"""A link as a QR code, drawn with half blocks so that it fits where it can."""

from __future__ import annotations

from textual.geometry import Size

from tui.dialogs.base import Question, message

BLOCKS = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
FRAME = 8
"""Lines and columns that the dialog needs around the code."""


def drawn(text: str) -> list[str]:
    """The QR code's lines, light on dark, with the quiet zone that readers need."""
    import segno

    rows = [[not dark for dark in row] for row in segno.make(text, error="l").matrix_iter(border=2)]
    if len(rows) % 2:
        rows.append([True] * len(rows[0]))
    return [
        "".join(BLOCKS[upper, lower] for upper, lower in zip(top, bottom, strict=True))
        for top, bottom in zip(rows[::2], rows[1::2], strict=True)
    ]


def qr_dialog(text: str, room: Size) -> Question[None]:
    """The code, or a word on how large a terminal it needs."""
    lines = drawn(text)
    wide, high = len(lines[0]) + FRAME, len(lines) + FRAME
    if wide > room.width or high > room.height:
        have = f"{room.width}x{room.height}"
        words = f"The code needs a terminal of {wide}x{high}; this one has {have}. c copies the address."
        return message("QR code", words)
    return message("QR code", "\n".join(lines))
