"""Reads a mail, whatever bytes came: its headers, text and attachments, and the messages in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from live.mail.body_text import Nested, body_text
from live.mail.encoded_words import words
from live.mail.fields import FIELDS, Block, block, first, start_of_mail, with_line_feeds
from live.mail.parts import Part, Tree, tree
from live.mail.roles import attachments, names

HEADER_CHARACTERS = 10_000
"""Of one header on the screen: a Subject of that length is no subject, a list of 200 recipients fits."""
ALL_HEADERS_CHARACTERS = 2_000_000
TYPE_CHARACTERS = 100
SHOWN_AS_IT_CAME = 200_000
"""Bytes of a mail that defeats us which are shown as its text."""

HEADERS_CUT = f"it has more than {FIELDS:,} headers or longer ones than are shown, the rest is in the source"
NOT_A_MAIL = "it has no headers"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part to be listed, and saved on request."""

    name: str
    """Safe to be written to a disk: no path, no control characters, unique within the mail."""
    content_type: str
    """As declared, in lower case; untrusted."""
    size: int
    """Bytes when decoded."""
    path: str
    """What `attachment_bytes` finds it by."""
    content_id: str = ""
    """What the HTML text calls it, without brackets."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was read. Every text is untrusted."""

    headers: tuple[tuple[str, str], ...]
    """(name as written, value decoded, one line), in order."""
    text: str = field(repr=False)
    """Lines with "\\n" between; attached messages follow under their heads."""
    html_only: bool
    """The text was made out of HTML, since nothing else was there."""
    quoted: tuple[tuple[int, int], ...]
    """(first line, line after the last) of each part of the text that repeats an earlier mail."""
    attachments: tuple[Attachment, ...]
    nested: tuple[Nested, ...]
    trouble: str
    """What is not in order, or was cut, in one sentence; "" where nothing."""


def read(content: bytes) -> Mail:
    """Read a mail. Never raises: one that defeats every effort comes back as its source, with a word."""
    try:
        return parsed(content)
    except Exception as error:  # noqa: BLE001  # a fault of ours must not hide a customer's mail
        shown = content[:SHOWN_AS_IT_CAME].decode("latin-1").replace("\r\n", "\n")
        trouble = f"This mail could not be read ({type(error).__name__}); this is its source."
        return Mail((), shown, False, (), (), (), trouble)


def attachment_bytes(content: bytes, path: str) -> bytes:
    """The decoded content of an attachment; empty where there is none by that path. Never raises."""
    try:
        _head, found = _found(content)
        for part in found.walk():
            if part.path == path:
                return part.decoded()
    except Exception:  # noqa: BLE001  # see `read`
        return b""
    return b""


def parsed(content: bytes) -> Mail:
    """As `read`, but a fault of ours is raised: for tests."""
    head, found = _found(content)
    parts = list(attachments(found))
    told = dict(zip((part.path for part in parts), names(parts), strict=True))
    ids = {_content_id(part): told.get(part.path, "") for part in parts}
    body = body_text(found, told, ids)
    headers, cut = _headers(head)
    troubles = [*(() if head.fields else (NOT_A_MAIL,)), *((HEADERS_CUT,) if cut else ())]
    troubles += found.troubles + body.troubles
    return Mail(
        headers,
        "\n".join(body.lines),
        body.html and not body.plain,
        tuple(body.quoted),
        tuple(_attachment(part, told[part.path]) for part in parts),
        tuple(body.nested),
        f"This mail is not wholly in order: {'; '.join(troubles)}." if troubles else "",
    )


def _found(content: bytes) -> tuple[Block, Tree]:
    content = with_line_feeds(content)
    start = start_of_mail(content)
    head = block(content, start)
    return head, tree(content, head, start=start)


def _headers(head: Block) -> tuple[tuple[tuple[str, str], ...], bool]:
    told: list[tuple[str, str]] = []
    left, cut = ALL_HEADERS_CHARACTERS, head.cut
    for name, raw in head.fields:
        value = words(raw)
        if len(value) > HEADER_CHARACTERS:
            value, cut = f"{value[:HEADER_CHARACTERS]}…", True
        left -= len(name) + len(value)
        if left < 0:
            return tuple(told), True
        told.append((name, value))
    return tuple(told), cut


def _content_id(part: Part) -> str:
    return first(part.fields, "content-id").strip("<> ")


def _attachment(part: Part, name: str) -> Attachment:
    return Attachment(name, part.content_type[:TYPE_CHARACTERS], part.size, part.path, _content_id(part))
