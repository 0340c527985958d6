"""Mails for the tests of reading: built by hand, since no library writes what is wrong with them."""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Sequence

from live.rehearsal.sample_mail import Route, everything

HEAD = b"From: Ann <ann@example.com>\r\nTo: support@example.org\r\nSubject: A question\r\n"
SAMPLES: tuple[bytes, ...] = tuple(sample.content for sample in everything(Route()))


def mail(body: bytes, *fields: str, head: bytes = HEAD) -> bytes:
    """A mail with a body and fields of its own."""
    more = "".join(f"{field}\r\n" for field in fields).encode()
    return head + more + b"\r\n" + body


def part(body: bytes, *fields: str) -> bytes:
    """A part for `multipart`."""
    return "".join(f"{field}\r\n" for field in fields).encode() + b"\r\n" + body


def multipart(
    kind: str, parts: Sequence[bytes], boundary: str = "=_b", *, end: bool = True
) -> tuple[bytes, str]:
    """(body, Content-Type field) of parts between boundaries."""
    mark = f"--{boundary}".encode()
    body = b"".join(mark + b"\r\n" + one + b"\r\n" for one in parts) + (mark + b"--\r\n" if end else b"")
    return body, f'Content-Type: multipart/{kind}; boundary="{boundary}"'


def of_parts(kind: str, *parts: bytes) -> bytes:
    """A mail of parts."""
    body, field = multipart(kind, parts)
    return mail(body, field)


def plain(text: str, charset: str = "utf-8") -> bytes:
    return part(text.encode(charset), f"Content-Type: text/plain; charset={charset}")


def html(text: str) -> bytes:
    return part(text.encode(), "Content-Type: text/html; charset=utf-8")


def attached(content: bytes, name: str = "report.pdf", kind: str = "application/pdf") -> bytes:
    """An attachment in base64."""
    return part(
        encodebytes(content).replace(b"\n", b"\r\n").rstrip(),
        f"Content-Type: {kind}",
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"',
    )


def nested(levels: int) -> bytes:
    """Multiparts in multiparts, all open, with a text at the bottom."""
    out: list[bytes] = []
    for level in range(levels):
        out.append(f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n'.encode())
    return HEAD + b"".join(out) + b"Content-Type: text/plain\r\n\r\nat the bottom\r\n"
