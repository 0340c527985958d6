"""The transcript of a connection test: every line of both sides, without the credential, bounded."""

from __future__ import annotations

import re

from live.smtp.concealment import Concealment

MOST = 64 * 1024
"""Bytes of a transcript. A full ladder is about 2 kB; it is kept with every run."""
MOST_OF_A_TURN = 4 * 1024
"""Bytes of one reply or message, so that one endless reply does not push the rest out."""
UNPRINTABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
"""Made visible: a server's bare carriage return or separator could otherwise pass for a line of ours."""


class Transcript:
    """Collects lines; "C:" is ours, "S:" is the server's, "--" is a remark."""

    __slots__ = ("_conceal", "_left", "_lines", "_lost")

    def __init__(self, conceal: Concealment) -> None:
        self._conceal = conceal
        self._lines: list[str] = []
        self._left = MOST - 128  # room for the note on what was cut
        self._lost = 0

    @property
    def text(self) -> str:
        """The transcript so far, at most `MOST` bytes in UTF-8."""
        cut = (
            [f"-- {self._lost:,} more bytes cut: a transcript holds {MOST // 1024} kB"] if self._lost else []
        )
        return "\n".join([*self._lines, *cut])

    def client(self, text: str) -> None:
        """What we sent."""
        self._turn("C:", text)

    def server(self, text: str) -> None:
        """What the server sent."""
        self._turn("S:", text)

    def remark(self, text: str) -> None:
        """What neither side said."""
        self._turn("--", text)

    def _turn(self, mark: str, text: str) -> None:
        left = MOST_OF_A_TURN
        text = self._conceal(text)
        for number, line in enumerate(lines := text.split("\n")):
            shown = f"{mark} {UNPRINTABLE.sub(_escaped, line)}".rstrip()
            size = len(shown.encode()) + 1
            if size > left:
                rest = len("\n".join(lines[number:]).encode())
                self._add(f"{shown[: left // 4]}… [{rest:,} bytes cut here]")
                return
            left -= size
            self._add(shown)

    def _add(self, line: str) -> None:
        size = len(line.encode()) + 1
        if self._lost or size > self._left:
            self._lost += size
        else:
            self._left -= size
            self._lines.append(line)


def _escaped(char: re.Match[str]) -> str:
    return f"\\x{ord(char[0]):02x}"
