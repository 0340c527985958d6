"""What is told of a mail, in both styles: read once, bounded, and masked for assets with the PCI check."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from live.mail.addresses import addresses
from live.mail.charsets import declared_in_html, decoded
from live.mail.fields import block, start_of_mail, with_line_feeds
from live.mail.glance import Glance, glance
from live.mail.masking import masked, masked_source
from live.mail.parts import Part, tree
from live.mail.reading import Mail, read
from live.mail.roles import is_text

TEXT_CHARACTERS = 100_000
"""Of the text, and of the HTML: Standard Webhooks wants payloads under 20 kB, and a receiver that needs all
of a long mail fetches its source."""
HEADERS_CHARACTERS = 32_000
"""Of all headers together; a mail with a long way behind it has 15,000."""
MOST_ADDRESSES, MOST_ATTACHMENTS = 200, 100
MOST_UNPACKED = 110_000_000
"""Octets: the receiver takes 100 MB at most."""

Person = tuple[str, str]
"""Display name and bare address."""
LONG_NUMBER = re.compile(r"\d{5,}")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, as far as webhooks are told of it. Every text is untrusted."""

    subject: str
    sent_at: datetime | None
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    sender: Person
    reply_to: tuple[Person, ...]
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    text: str = field(repr=False)
    text_cut: bool
    html: str = field(repr=False)
    html_cut: bool
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    """(name, value decoded), in order; as many as `HEADERS_CHARACTERS` take."""
    attachments: tuple[Mapping[str, Any], ...]
    """name, content_type, size, content_id."""
    trouble: str
    source: bytes = field(repr=False)
    """As it came; masked where the text is."""
    digest: str
    """SHA-256 of `source`, in hexadecimal."""


def unpacked(content: bytes) -> bytes:
    """A compressed source, bounded.

    Raises:
        ValueError: it is none, or longer than any that was received.
    """
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(content, MOST_UNPACKED)
    except zlib.error as error:
        raise ValueError(f"not a compressed mail ({error})") from None
    if not unpacker.eof:
        raise ValueError("not a whole mail")
    return plain


def letter(source: bytes, *, pci: bool) -> Letter:
    """Read a mail; takes half a millisecond for 4 KB. Never raises.

    Args:
        pci: card numbers are masked, in the source too.
    """
    hidden: Callable[[str], str] = masked if pci else str
    look, mail = glance(source), read(source)
    html = hidden(_html(source))
    text = hidden(mail.text)
    source = masked_source(source) if pci else source
    return Letter(
        subject=hidden(look.subject),
        sent_at=look.sent_at,
        message_id=look.message_id,
        in_reply_to=look.first("in-reply-to").strip("<> "),
        references=tuple(one.strip("<>") for one in look.first("references").split()[:MOST_ADDRESSES]),
        sender=(hidden(look.sender_name), look.sender),
        reply_to=_people(look, "reply-to", hidden),
        to=_people(look, "to", hidden),
        cc=_people(look, "cc", hidden),
        text=text[:TEXT_CHARACTERS],
        text_cut=len(text) > TEXT_CHARACTERS,
        html=html[:TEXT_CHARACTERS],
        html_cut=len(html) > TEXT_CHARACTERS,
        headers=_headers(mail, hidden),
        attachments=_attachments(mail, hidden),
        trouble=mail.trouble,
        source=source,
        digest=hashlib.sha256(source).hexdigest(),
    )


def without_code(subject: str, code: str) -> str:
    """The subject of a confirmation without what could be its code: some providers put it there."""
    if code:
        subject = subject.replace(code, "…")
    return LONG_NUMBER.sub("…", subject)


def _people(look: Glance, name: str, hidden: Callable[[str], str]) -> tuple[Person, ...]:
    found = [person for value in look.every(name) for person in addresses(value, MOST_ADDRESSES)]
    return tuple((hidden(shown), address) for shown, address in found[:MOST_ADDRESSES])


def _headers(mail: Mail, hidden: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    told: list[tuple[str, str]] = []
    left = HEADERS_CHARACTERS
    for name, value in mail.headers:
        left -= len(name) + len(value)
        if left < 0:
            break
        told.append((name, hidden(value)))
    return tuple(told)


def _attachments(mail: Mail, hidden: Callable[[str], str]) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {
            "name": hidden(one.name),
            "content_type": one.content_type,
            "size": one.size,
            "content_id": one.content_id,
        }
        for one in mail.attachments[:MOST_ATTACHMENTS]
    )


def _html(source: bytes) -> str:
    """The first HTML part that is no attachment; "" where there is none. Never raises."""
    if b"html" not in source.lower():
        return ""
    try:
        content = with_line_feeds(source)
        start = start_of_mail(content)
        found = tree(content, block(content, start), start=start, messages=False)
        part = next((one for one in found.walk() if _is_html(one, alone=one is found.root)), None)
        if part is None:
            return ""
        plain = part.decoded(4 * TEXT_CHARACTERS + 1)
        return decoded(plain, part.parameters.get("charset", "") or declared_in_html(plain))
    except Exception:  # noqa: BLE001  # a fault of ours must not keep a delivery back
        return ""


def _is_html(part: Part, *, alone: bool) -> bool:
    return part.content_type == "text/html" and is_text(part, alone=alone)
