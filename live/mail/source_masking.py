"""Masks card numbers in the source of a mail, for what is shown of, or leaves, an asset with the PCI check.

Headers, texts, HTML and text attachments are rewritten where a number stands in them, in their own charset
and transfer encoding; every other byte stays as it came.
"""

from __future__ import annotations

import binascii
import codecs
import html
from collections.abc import Iterator

from live.mail.cards import has_cards, masked
from live.mail.charsets import codec, declared_in_html, decoded
from live.mail.field_masking import masked_fields
from live.mail.fields import Block, block, start_of_mail, with_line_feeds
from live.mail.html_masking import masked_html
from live.mail.html_text import html_to_text
from live.mail.parts import DEPTH, Part, tree
from live.mail.transfer import decoded_body

HEADER = "X-Postroom-Masked"
"""Stands on top of a mail that is not the bytes that came."""

Edit = tuple[int, int, bytes]
"""Start and end in the source, and what comes in their place."""


def masked_source(content: bytes) -> bytes:
    """The mail with the middle digits of card numbers as "*", and a header that says so; itself without any.

    Never raises: a mail that defeats every effort is masked byte by byte.
    """
    try:
        return _masked(content, 0)
    except Exception:  # noqa: BLE001  # a fault of ours must let no number out
        told = masked(content.decode("latin-1")).encode("latin-1")
        return told if told == content else f"{HEADER}: card numbers\r\n".encode() + told


def _masked(content: bytes, level: int) -> bytes:
    lined = with_line_feeds(content)
    start = start_of_mail(lined)
    head = block(lined, start)
    edits = sorted(_edits(lined, head, start, level))
    if not edits:
        return content
    eol = _line_end(content, start)
    mark = b"" if level else f"{HEADER}: card numbers{eol}{'' if head.fields else eol}".encode()
    told = [content[:start], mark]
    at = start
    for first, last, new in edits:
        told += (content[at:first], new if lined is content else new.replace(b"\n", b"\r"))
        at = last
    told.append(content[at:])
    return b"".join(told)


def _line_end(content: bytes, start: int) -> str:
    feed = content.find(b"\n", start)
    if feed < 0:
        return "\r" if b"\r" in content else "\r\n"
    return "\r\n" if content[feed - 1 : feed] == b"\r" else "\n"


def _edits(content: bytes, head: Block, start: int, level: int) -> Iterator[Edit]:
    eol = _line_end(content, start)
    for part in tree(content, head, start=start).walk():
        if part.content is not content:
            continue  # in an encoded message, which is masked as a mail of its own
        yield from masked_fields(content, part.start, part.body, eol)
        children = part.children
        if children and children[0].content is not content:
            yield from _encoded_message(part, level, eol)
        elif part.content_type.startswith("multipart/"):
            # What stands before, behind and, where nothing can be told apart, in the parts.
            first, last = (children[0].start, children[-1].end) if children else (part.end, part.end)
            boundary = b"--" + part.parameters.get("boundary", "").encode("utf-8", "replace")
            yield from _unframed(content, part.body, first, boundary)
            yield from _unframed(content, last, part.end, boundary)
        elif part.content_type.startswith("text/") and not children:
            yield from _text(part, eol)


def _encoded_message(part: Part, level: int, eol: str) -> Iterator[Edit]:
    inner = part.decoded()
    told = _masked(inner, level + 1) if level < DEPTH else masked(inner.decode("latin-1")).encode("latin-1")
    if told != inner:
        yield part.body, part.end, _encoded(told, part.encoding, eol)


def _unframed(content: bytes, start: int, end: int, boundary: bytes) -> Iterator[Edit]:
    """Text between parts, in pieces between the boundary's lines, which are left alone."""
    at = start
    while at < end:
        if content.startswith(boundary, at):
            stop = content.find(b"\n", at, end) + 1 or end
            if content[at:stop].rstrip() in (boundary, boundary + b"--"):
                at = stop
                continue
        stop = content.find(b"\n" + boundary, at, end)
        stop = end if stop < 0 else stop + 1
        raw = content[at:stop]
        told = masked(raw.decode("latin-1")).encode("latin-1")
        if told != raw:
            yield at, stop, told
        at = stop


def _text(part: Part, eol: str) -> Iterator[Edit]:
    content = part.decoded()
    is_html = part.content_type == "text/html"
    label = part.parameters.get("charset", "") or (declared_in_html(content) if is_html else "")
    told = _masked_text(content, label, is_html=is_html)
    if told != content:
        yield part.body, part.end, _encoded(told, part.encoding, eol)


def _masked_text(content: bytes, label: str, *, is_html: bool) -> bytes:
    """A text with its numbers masked in its own charset; in UTF-8 and plain where they would show even so."""
    text, charset = _to_and_fro(content, label)
    told = masked_html(text) if is_html else masked(text)
    new = content if told == text else told.encode(charset, "surrogateescape")
    shown = decoded(new, label)
    if is_html:
        shown, _cut = html_to_text(shown, at_most=len(shown))
    if not has_cards(shown):
        return new
    plain = masked(shown)
    return codecs.BOM_UTF8 + (f"<pre>{html.escape(plain)}</pre>" if is_html else plain).encode(
        "utf-8", "replace"
    )


def _to_and_fro(content: bytes, label: str) -> tuple[str, str]:
    """(text, codec) from which the same bytes come back."""
    for name in (codec(label), "utf-8", "latin-1"):
        if not name:
            continue
        try:
            text = content.decode(name, "surrogateescape")
            if text.encode(name, "surrogateescape") == content:
                return text, name
        except (UnicodeError, ValueError):
            continue
    return content.decode("latin-1"), "latin-1"


def _encoded(content: bytes, encoding: str, eol: str) -> bytes:
    """A body in its transfer encoding again; one that was in uuencode stays as it is now."""
    if encoding == "base64":
        end = eol.encode()
        lines = (content[at : at + 57] for at in range(0, len(content), 57))
        return end.join(binascii.b2a_base64(line, newline=False) for line in lines)
    if encoding == "quoted-printable":
        for as_text in (True, False):
            told = binascii.b2a_qp(content, istext=as_text)
            if decoded_body(told, encoding) == content:
                return told
        return binascii.b2a_qp(content, quotetabs=True, istext=False)
    return content
