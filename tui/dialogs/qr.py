"""A link as a QR code in a dialog, or a word on why it cannot be shown."""

from __future__ import annotations

from textual.geometry import Size

from tui import qr
from tui.dialogs.base import Question, message

FRAME = 8
"""Lines and columns that the dialog needs around the code."""


def qr_dialog(text: str, room: Size) -> Question[None]:
    """The code, or a word on how large a terminal it needs."""
    lines = qr.lines(text)
    wide, high = len(lines[0]) + FRAME, len(lines) + FRAME
    if wide > room.width or high > room.height:
        have = f"{room.width}x{room.height}"
        words = f"The code needs a terminal of {wide}x{high}; this one has {have}. c copies the address."
        return message("QR code", words)
    return message("QR code", "\n".join(lines))
