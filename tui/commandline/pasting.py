"""Reads an address that a person pastes, without showing it: it holds the code that is worth a token.

The terminal is taken out of its line mode, where it cuts lines at 4,096 characters, and out of echo. What a
paste brings is taken together until it pauses, since an address that was copied over several lines comes as
several lines.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import termios
from collections.abc import Iterator

from pydantic import SecretStr

from live.oauth.redirect import LONGEST_ADDRESS
from tui.commandline.faults import UsageError

PAUSE_S = 0.3
"""Seconds of silence after a line end that end a paste; a terminal's buffers come within milliseconds."""
END = b"\x04"
"""Ctrl-D."""
ERASE = b"\x7f\x08"
CLEAR = b"\x15"
"""Ctrl-U."""
PIECE = 4_096


class Pasting:
    """Standard input as a place to paste at; for the length of a `with`."""

    def __init__(self) -> None:
        self._descriptor = sys.stdin.fileno()
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue()

    @contextlib.contextmanager
    def open(self) -> Iterator[Pasting]:
        """Take the terminal's echo and line mode away, and give them back at the end. Ctrl-C still works."""
        before = termios.tcgetattr(self._descriptor)
        quiet = [*before]
        quiet[3] = before[3] & ~(termios.ECHO | termios.ICANON)
        loop = asyncio.get_running_loop()
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, quiet)
        loop.add_reader(self._descriptor, self._read)
        try:
            yield self
        finally:
            loop.remove_reader(self._descriptor)
            # What was typed ahead must not reach the shell: it may be the rest of the address.
            termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, before)

    async def address(self) -> SecretStr:
        """The next thing that is pasted, and ended by Enter.

        Raises:
            UsageError: the terminal was closed, or Ctrl-D typed with nothing before it.
        """
        held = b""
        while True:
            piece = await self._next(held)
            if piece is None:
                return SecretStr(held.decode("utf-8", "replace"))
            if piece == b"" or (piece == END and not held.strip()):
                raise UsageError("No address was pasted.")
            held = _edited(held, piece)[-LONGEST_ADDRESS * 4 :]
            if not held.strip():
                held = b""

    async def _next(self, held: bytes) -> bytes | None:
        """What comes next; None: the paste is over."""
        if not held.endswith((b"\n", b"\r", END)):
            return await self._pieces.get()
        try:
            return await asyncio.wait_for(self._pieces.get(), PAUSE_S)
        except TimeoutError:
            return None

    def _read(self) -> None:
        try:
            piece = os.read(self._descriptor, PIECE)
        except OSError:  # the terminal has gone
            piece = b""
        if not piece:
            asyncio.get_running_loop().remove_reader(self._descriptor)
        self._pieces.put_nowait(piece)


def _edited(held: bytes, piece: bytes) -> bytes:
    """What was typed by hand may be erased by hand; a paste holds none of these."""
    if piece in (bytes([octet]) for octet in ERASE):
        return held[:-1]
    return b"" if piece == CLEAR else held + piece
