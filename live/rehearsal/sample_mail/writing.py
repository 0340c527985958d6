"""What all sample mail is made of: a route, a header block, a body, and what the mail should be taken for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from typing import Literal

from store.inbound_kinds import MailKind, Mark, Via

Encoding = Literal["7bit", "8bit", "quoted-printable", "base64"]
Fields = Sequence[tuple[str, str | bytes]]
"""Header names and their values: text is written as it is, in UTF-8."""

BASE64_LINE = 76


@dataclass(frozen=True, slots=True)
class Route:
    """Between whom a sample travels."""

    mailbox: str = "support@example.com"
    """The asset's own address."""
    target: str = "support.abcdefghij2345672345@in.example.com"
    """Its forwarding address."""
    customer: str = "customer@example.net"
    number: int = 1
    """Makes the mail a mail of its own."""
    at: datetime = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    @property
    def date(self) -> str:
        return format_datetime(self.at)


@dataclass(frozen=True, slots=True)
class SampleMail:
    """One mail as it is handed to the receiver, and what it should be taken for there."""

    key: str
    """Unique in the collection."""
    mail_from: str
    """Envelope sender; "" is the null sender."""
    content: bytes = field(repr=False)
    kind: MailKind = MailKind.ORDINARY
    via: Via = Via.DIRECT
    forwarded_by: str = ""
    marks: tuple[Mark, ...] = (Mark.DIRECT,)
    detail: str = ""


def written(fields: Fields, body: str | bytes = "") -> bytes:
    """A mail with CRLF, from header fields and a body that is encoded already."""
    lines = [
        name.encode() + b": " + (value if isinstance(value, bytes) else value.encode())
        for name, value in fields
    ]
    return b"\r\n".join([*lines, b"", crlf(body)])


def crlf(text: str | bytes) -> bytes:
    """With CRLF at every line end, text in UTF-8."""
    octets = text if isinstance(text, bytes) else text.encode()
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def under(fields: Fields, content: bytes) -> bytes:
    """A mail with more headers on top, as every server on the way adds its own."""
    return written(fields).removesuffix(b"\r\n") + content


def encoded(text: str, encoding: Encoding, charset: str = "utf-8") -> bytes:
    """A body in a transfer encoding, with CRLF."""
    octets = crlf(text.encode(charset))
    if encoding == "base64":
        letters = base64.b64encode(octets)
        lines = (letters[at : at + BASE64_LINE] for at in range(0, len(letters), BASE64_LINE))
        return b"\r\n".join([*lines, b""])
    if encoding == "quoted-printable":
        return crlf(binascii.b2a_qp(octets.replace(b"\r\n", b"\n")))
    return octets


def word(text: str) -> str:
    """A header value: as it is in ASCII, else in encoded words of UTF-8, folded (RFC 2047)."""
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=75).encode(linesep="\r\n")


def message_id(route: Route, what: str) -> str:
    return f"<{what}.{route.number}@mail.example.net>"


def multipart(
    subtype: str, parts: Sequence[bytes], boundary: str = "=_sample_=", **settings: str
) -> tuple[str, bytes]:
    """(value of Content-Type, body) of parts that have their own headers."""
    more = "".join(f'; {name.replace("_", "-")}="{value}"' for name, value in settings.items())
    edge = b"--" + boundary.encode()
    body = b"".join(edge + b"\r\n" + part + b"\r\n" for part in parts)
    return f'multipart/{subtype}{more}; boundary="{boundary}"', body + edge + b"--\r\n"
