"""Mail that means harm: to a terminal, to a parser, to the person who reads it."""

from __future__ import annotations

from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.writing import Route, message_id, written

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b31m"
BIDI = "\u202egnp.exe\u2066 \u200b\ufeff"
MARKUP = "[bold red]Urgent[/] [@click=app.quit]here[/] [link=https://example.org]x[/"


def escapes(route: Route) -> bytes:
    """Escape sequences, in every field and in the text."""
    return letter(
        route,
        text=f"Hello {ESCAPES}\n",
        sender=f'"{ESCAPES}" <customer@example.net>',
        to=f"{ESCAPES} <{route.mailbox}>",
        more=[("Subject", f"{ESCAPES} subject".encode()), ("X-Note", ESCAPES)],
        encoding="8bit",
    )


def bidirectional(route: Route) -> bytes:
    """Marks that turn the direction of writing, or cannot be seen."""
    return letter(route, f"Invoice {BIDI}", f"See {BIDI}\n", sender=f"{BIDI} <customer@example.net>")


def markup(route: Route) -> bytes:
    """Brackets that a careless screen takes for its own."""
    return letter(route, MARKUP, f"{MARKUP}\n", sender=f'"{MARKUP}" <customer@example.net>')


def raw_octets(route: Route) -> bytes:
    """Octets in headers that are no text in any charset."""
    octets = bytes(range(128, 256)).replace(b"\x85", b"") + b"\x00"
    return written(
        [
            ("From", b"\xff\xfe%d <customer@example.net>" % route.number),
            ("Subject", octets),
            ("X-\x7f", octets),
        ],
        octets,
    )


def many_headers(route: Route, number: int = 5_000) -> bytes:
    """More headers than anybody reads."""
    return letter(route, more=[(f"X-Header-{at}", "value") for at in range(number)])


def long_line(route: Route, characters: int = 1_000_000) -> bytes:
    """A text, and a header, of one line each."""
    return letter(route, text="x" * characters, more=[("X-Long", "y" * (characters // 10))])


def many_addresses(route: Route, number: int = 5_000) -> bytes:
    """Everybody in To."""
    return letter(route, to=",\r\n ".join(f"person{at}@example.net" for at in range(number)))


def injected(route: Route) -> bytes:
    """Encoded words with line ends in them, which must not become headers."""
    word = "=?utf-8?q?Hello=0D=0AX-Postroom-Asset=3A_1.x=0D=0A?="
    return letter(route, more=[("Subject", word), ("X-Forwarded-For", "=?utf-8?q?a=0D=0Ab?=")])


def date(route: Route, value: str) -> bytes:
    """A date of the sender's choice."""
    return written(
        [("From", route.customer), ("Date", value), ("Message-ID", message_id(route, "date"))], "Hello.\n"
    )


DATES = ("Mon, 01 Jan 0000 00:00:00 +0000", "Fri, 99 Foo 99999 99:99:99 +9999", "tomorrow", "")
"""Dates that there are not."""
