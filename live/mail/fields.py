"""The header block of a mail or of a part of one: where it ends, and its fields (RFC 5322, 2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from live.mail.charsets import decoded

FIELDS = 10_000
"""What is read of one block. Mail with a long way behind it has some 150; nobody pages through more."""
BLOCK_BYTES = 2_000_000
"""As much of a block is looked at: 10,000 fields of the usual length, and Postfix takes 102,400 bytes."""
VALUE_BYTES = 100_000
"""Of one field; what follows is cut. Postfix cuts there too (header_size_limit)."""

FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_BLANK = re.compile(rb"\r*\n")
_BODY = re.compile(rb"\n\r*\n")


FROM_LINE = re.compile(rb">?From (?![ \t]*:)")
"""What an mbox puts before a mail. With a colon it is the sender, as old programs wrote it (RFC 5322 4.5)."""


@dataclass(frozen=True, slots=True)
class Block:
    """A header block as it was found."""

    fields: tuple[tuple[str, str], ...]
    """(name as written, value unfolded and stripped), in order. RFC 2047 is not decoded."""
    body: int
    """Offset of what follows the blank line."""
    cut: bool
    """There are more fields, or longer ones, than these."""


def block(content: bytes, start: int = 0, end: int | None = None, *, fields: int = FIELDS) -> Block:
    """Read the header block that starts at an offset.

    It ends at a blank line, or before a line that can be no header, which is body then; that is what Python's
    own parser and most mail programs do. Never raises.

    Args:
        content: with CRLF or LF; for those with bare CR see `with_line_feeds`.
        end: offset where the part ends; None for the end of the content.
        fields: how many to read at most.
    """
    end = len(content) if end is None else end
    limit = min(end, start + BLOCK_BYTES)
    found: list[tuple[str, str]] = []
    cut = more = cut_off = False
    position = start
    match = FIELD.match
    while not cut_off and (field := match(content, position, limit)) is not None:
        position = field.end()
        if len(found) == fields:
            more = True
            break
        name, raw = field.group(1, 2)
        if len(raw) > VALUE_BYTES:
            raw, cut = raw[:VALUE_BYTES], True
        if b"\n" in raw:
            raw = b" ".join([line.strip() for line in raw.split(b"\n")])
        try:
            value = raw.decode()
        except UnicodeDecodeError:
            value = decoded(raw, guess=False)
        found.append((name.decode("ascii"), value.strip().replace("\r", " ")))
        cut_off = position == limit < end
    return Block(
        tuple(found), _end_of_block(content, position, end, cut=more or cut_off), cut or more or cut_off
    )


def _end_of_block(content: bytes, position: int, end: int, *, cut: bool) -> int:
    if cut:
        blank = _BODY.search(content, max(0, position - 1), end)
        return blank.end() if blank else end
    blank = _BLANK.match(content, position, end)
    return blank.end() if blank else position


def start_of_mail(content: bytes) -> int:
    """Offset of the first header: after the "From " line that an mbox, or a careless pipe, puts before."""
    return content.find(b"\n") + 1 if FROM_LINE.match(content) else 0


def with_line_feeds(content: bytes) -> bytes:
    """The content, or, where its lines end in a bare CR, a copy with LF there: offsets stay the same."""
    if b"\r" in content[:BLOCK_BYTES] and b"\n" not in content[:BLOCK_BYTES]:
        return content.replace(b"\r", b"\n")
    return content


def first(fields: tuple[tuple[str, str], ...], name: str) -> str:
    """The value of the first field of that name (in lower case), or ""."""
    for one, value in fields:
        if one.lower() == name:
            return value
    return ""
