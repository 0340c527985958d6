"""Shows a link: as text that can be taken elsewhere, and as a QR code where that is wanted."""

from __future__ import annotations

import shutil
import sys

from pydantic import SecretStr

from tui import qr
from tui.commandline.printing import narrate, print_line


def show(url: SecretStr, *, with_qr: bool) -> None:
    """The address is the one thing on stdout: it is there to be taken elsewhere."""
    print_line(url.get_secret_value())
    sys.stdout.flush()
    if with_qr:
        draw(url.get_secret_value())


def draw(text: str) -> None:
    """The QR code on stderr; where the terminal is too narrow, how wide it would have to be."""
    lines = qr.lines(text)
    room = shutil.get_terminal_size().columns
    if sys.stderr.isatty() and len(lines[0]) > room:
        narrate(f"The QR code needs a terminal of {len(lines[0])} columns; this one has {room}.")
        return
    for line in lines:
        narrate(line)
