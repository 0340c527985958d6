"""Mail that is not as it should be, by accident or not: each is kept, and can be read as source at least."""

from __future__ import annotations

from collections.abc import Callable

from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.writing import Route, written

NESTED = 1_000


def empty(route: Route) -> bytes:
    return b""


def no_headers(route: Route) -> bytes:
    return f"\r\njust text {route.number}\r\n".encode()


def no_mail(route: Route) -> bytes:
    return b"\x00\x01\xff" * 1_000 + str(route.number).encode()


def cut_off(route: Route) -> bytes:
    """Ends in the middle of a part."""
    return _multipart(
        route, '; boundary="b"', "--b\r\nContent-Type: text/plain\r\n\r\nHello, this is the beg"
    )


def no_boundary(route: Route) -> bytes:
    return _multipart(route, "", "--b\r\n\r\ntext\r\n--b--\r\n")


def boundary_nowhere(route: Route) -> bytes:
    return _multipart(route, '; boundary="nowhere"', "text without a boundary\r\n")


def nested(route: Route, depth: int = NESTED) -> bytes:
    """Parts in parts in parts."""
    inner = b"Content-Type: text/plain\r\n\r\nthe core\r\n"
    for level in range(depth):
        edge = f"b{level}".encode()
        inner = b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n--%s\r\n%s\r\n--%s--\r\n' % (
            edge,
            edge,
            inner,
            edge,
        )
    head = f"From: {route.customer}\r\nSubject: nested {route.number}\r\nMIME-Version: 1.0\r\n"
    return head.encode() + inner


def mails_in_mails(route: Route, depth: int = 100) -> bytes:
    """Mails in mails in mails."""
    content = letter(route)
    for _ in range(depth):
        content = written([("From", route.customer), ("Content-Type", "message/rfc822")]) + content
    return content


def bad_base64(route: Route) -> bytes:
    return _single(route, "text/plain; charset=utf-8", "base64", "SGVsbG8*gd29ybGQ\r\n===\r\nabc")


def bad_quoted_printable(route: Route) -> bytes:
    return _single(route, "text/plain; charset=utf-8", "quoted-printable", "a=XXb=4=\r\n= \r\nend=")


def charset_lie(route: Route) -> bytes:
    """Says one charset, and is another."""
    head = written([("From", route.customer), ("Content-Type", "text/plain; charset=us-ascii")])
    return head + f"Gr\u00fc\u00dfe aus K\u00f6ln, {route.number}".encode("latin-1")


def unknown_charset(route: Route) -> bytes:
    return _single(route, "text/plain; charset=klingon-1", "8bit", "nuqneH")


def bare_line_feeds(route: Route) -> bytes:
    return letter(route).replace(b"\r\n", b"\n")


def bare_returns(route: Route) -> bytes:
    return letter(route).replace(b"\r\n", b"\r")


ALL: tuple[Callable[[Route], bytes], ...] = (
    empty,
    no_headers,
    no_mail,
    cut_off,
    no_boundary,
    boundary_nowhere,
    nested,
    mails_in_mails,
    bad_base64,
    bad_quoted_printable,
    charset_lie,
    unknown_charset,
    bare_line_feeds,
    bare_returns,
)

UNREADABLE: tuple[Callable[[Route], bytes], ...] = (empty, no_headers, no_mail)
"""Those that are no mail at all."""


def _multipart(route: Route, parameters: str, body: str) -> bytes:
    return _single(route, f"multipart/mixed{parameters}", "7bit", body)


def _single(route: Route, content_type: str, encoding: str, body: str) -> bytes:
    return written(
        [
            ("From", route.customer),
            ("To", route.mailbox),
            ("Subject", f"Broken {route.number}"),
            ("Date", route.date),
            ("MIME-Version", "1.0"),
            ("Content-Type", content_type),
            ("Content-Transfer-Encoding", encoding),
        ],
        body,
    )
