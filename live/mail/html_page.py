"""A page of text while it is being laid out: its lines, and what is open around the next word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from live.mail.html_tokens import unescaped

INDENTS = 8
"""Levels of lists and of quotes that are still shown as such on 80 columns."""

_BLANKS = re.compile(r"[ \t\n\r\f]+")
_PADDING = re.compile("[ \u00a0]{0,8}(?:[\u034f\u00ad\u200b-\u200f\u2060\ufeff\u2007][ \u00a0]{0,8}){3,}")
"""What newsletters fill the preview of a mail program with."""


@dataclass(slots=True)
class Element:
    name: str
    hidden: bool = False
    href: str = ""
    since: int = 0
    """How many pieces had been written when a link began."""


@dataclass(slots=True)
class Page:
    images: Mapping[str, str]
    hiding: bool
    """Whether what the mail hides is left out."""
    at_most: int
    lines: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    """Of the line that is being written."""
    written: int = 0
    """Pieces so far."""
    characters: int = 0
    breaks: int = 0
    """Line ends to come before the next text: 2 make an empty line."""
    marker: str = ""
    cell: bool = False
    space: bool = False
    stack: list[Element] = field(default_factory=list)
    hidden: int = 0
    quotes: int = 0
    between: int = 0
    """The least depth of quotes since the last text: that of the empty line before the next."""
    pre: int = 0
    lists: list[int] = field(default_factory=list)
    """For each open list the number of its next item; 0 for those without numbers."""

    def end_line(self, breaks: int) -> None:
        if self.pieces:
            self._put_line()
        self.breaks = max(self.breaks, breaks)
        self.cell = self.space = False

    def _put_line(self) -> None:
        line = "".join(self.pieces).replace("\u00a0", " ").rstrip()
        self.pieces = []
        self.lines.append(self._margin() + line)
        self.characters += len(line) + 1

    def _margin(self) -> str:
        return "> " * min(self.quotes, INDENTS) + "  " * min(max(0, len(self.lists) - 1), INDENTS)

    def write(self, text: str) -> None:
        """Put text where the page has got to."""
        if not self.pieces:
            if self.breaks > 1 and self.lines and self.lines[-1].strip("> "):
                self.lines.append(("> " * min(self.between, INDENTS)).rstrip())
            self.breaks = 0
            self.between = self.quotes
            if self.marker:
                self.pieces.append(self.marker)
                self.marker = ""
        elif self.cell:
            self.pieces.append("  ")
        elif self.space:
            self.pieces.append(" ")
        self.cell = self.space = False
        self.pieces.append(text)
        self.written += 1

    def text(self, raw: str) -> None:
        raw = unescaped(raw)
        if self.pre:
            self._preformatted(raw)
            return
        told = _BLANKS.sub(" ", raw)
        if not told.isascii():
            told = _PADDING.sub(" ", told)
        if told.startswith(" "):
            self.space = bool(self.pieces)
            told = told[1:]
        if not told:
            return
        ends = told.endswith(" ")
        told = told[:-1] if ends else told
        if told.strip("\u00a0") or self.pieces:
            self.write(told)
        self.space = ends

    def _preformatted(self, raw: str) -> None:
        for number, line in enumerate(raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
            if number:
                if not self.pieces:
                    self.pieces.append("")
                self._put_line()
            if line:
                self.write(line)

    def after_last(self, text: str) -> None:
        """Put text behind what was written last, even where its line has ended."""
        if self.pieces:
            self.pieces.append(text)
        elif self.lines:
            self.lines[-1] += text
        self.characters += len(text)
