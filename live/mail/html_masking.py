"""Masks card numbers in the source of HTML, also those that tags or character references cut."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right

from live.mail.cards import masked, masked_places
from live.mail.html_elements import ends_line
from live.mail.html_tokens import tokens, unescaped

_REFERENCE = re.compile(r"&(?:#[xX]?[0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});?")
_DIGIT = re.compile(r"\d|[^\x00-\x7f]")
_WORD = re.compile(r"\w")
EDGE = 64
"""Characters that are kept of each end of a text without digits."""
_DIGITS = re.compile(r"\d(?:\D{0,3}\d){12}")
"""A tag or a comment without so many close together has no card number in it."""


class _Flat:
    """The text of a document as it is read, as far as it has digits, with the place of each in the source."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.pieces: list[str] = []
        self.length = 0
        # Three arrays, where a list of tuples would take ten times as much for a document of short pieces.
        self.begins, self.starts, self.ends = array("q"), array("q"), array("q")
        self.apart = True

    def add(self, text: str, start: int, end: int) -> None:
        """Put in a piece, and its span in the source."""
        self.begins.append(self.length)
        self.starts.append(start)
        self.ends.append(end)
        self.pieces.append(text)
        self.length += len(text)
        self.apart = False

    def end_line(self) -> None:
        if not self.apart:
            self.add("\n", 0, 0)

    def add_text(self, start: int, end: int) -> None:
        """Put in a text with its references resolved; of one without digits only that it stands between."""
        at = start
        if self.source.find("&", start, end) >= 0:
            for reference in _REFERENCE.finditer(self.source, start, end):
                self._add_plain(at, reference.start())
                self.add(unescaped(reference[0]), *reference.span())
                at = reference.end()
        self._add_plain(at, end)

    def _add_plain(self, start: int, end: int) -> None:
        if start >= end:
            return
        text = self.source[start:end]
        if _DIGIT.search(text) or not _WORD.search(text):
            self.add(text, start, end)
        elif not self.apart:
            # Its ends are kept, for an address that goes on across a tag.
            for first, last in ((start, min(end, start + EDGE)), (max(start + EDGE, end - EDGE), end)):
                if first < last:
                    self.add(self.source[first:last], first, last)
            self.apart = True

    def place(self, offset: int) -> tuple[int, int]:
        """The span in the source of one character of the text."""
        number = bisect_right(self.begins, offset) - 1
        start, end = self.starts[number], self.ends[number]
        if end - start == len(self.pieces[number]):
            start += offset - self.begins[number]
            return start, start + 1
        return start, end


def masked_html(source: str) -> str:
    """The source with the middle digits of card numbers as "*"; the rest stays as it is. Never raises."""
    flat = _Flat(source)
    edits: list[tuple[int, int, str]] = []
    at = 0

    def unseen(start: int, end: int) -> None:
        """A tag's attributes, a comment, a script: masked by themselves."""
        if start < end and _DIGITS.search(source, start, end):
            raw = source[start:end]
            told = masked(raw)
            if told != raw:
                edits.append((start, end, told))

    for name, start, end in tokens(source):
        unseen(at, start)
        at = end
        if not name:
            flat.add_text(start, end)
            continue
        unseen(start, end)
        if ends_line(name):
            flat.end_line()
    unseen(at, len(source))
    edits += ((*flat.place(offset), "*") for offset in masked_places("".join(flat.pieces)))
    return _edited(source, edits)


def _edited(source: str, edits: list[tuple[int, int, str]]) -> str:
    if not edits:
        return source
    told: list[str] = []
    at = 0
    for start, end, text in sorted(edits):
        if start < at:
            continue  # a reference that stands for two digits was masked with the first
        told += (source[at:start], text)
        at = end
    told.append(source[at:])
    return "".join(told)
