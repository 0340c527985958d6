"""Sample mail with attachments: many kinds, and names that lie in wait."""

from __future__ import annotations

import base64

from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.writing import Route, crlf, message_id, multipart, word, written

CARD = "4111 1111 1111 1111"
"""A number of a card that no bank has issued, as card companies give them out for tests."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CALENDAR = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\n"
    "BEGIN:VEVENT\nUID:1@example.net\nEND:VEVENT\nEND:VCALENDAR\n"
)

NAMES: tuple[str, ...] = (
    'filename="invoice.pdf"',
    "filename*=UTF-8''Rechnung%20M%C3%BCller.pdf",
    "filename*0*=utf-8''very%20long%20; filename*1*=name%20%E2%82%AC; filename*2=.pdf",
    'filename="../../etc/passwd"',
    'filename="C:\\\\Users\\\\robin\\\\secret.doc"',
    'filename="invoice\u202efdp.exe"',
    'filename=".bashrc"',
    'filename="CON.txt"',
    'filename="a/b/c.txt"',
    'filename=""',
    f'filename="{"n" * 300}.pdf"',
)
"""Parameters of Content-Disposition."""


def with_names(route: Route, names: tuple[str, ...] = NAMES) -> bytes:
    """One attachment for each."""
    parts = [_attachment(PDF, "application/pdf", name) for name in names]
    return _mixed(route, f"{len(parts)} documents", parts)


def with_photo(route: Route, octets: int = 40_000) -> bytes:
    """A photograph of so many octets."""
    pixels = bytes(range(256)) * (octets // 256 + 1)
    return _mixed(route, "Photo", [_attachment(pixels[:octets], "image/jpeg", 'filename="photo.jpg"')])


def with_card_number(route: Route) -> bytes:
    """A card number in subject, text and an attached text."""
    table = _attachment(f"name,card\nRobin,{CARD}\n".encode(), "text/csv", 'filename="cards.csv"')
    return _mixed(route, f"My card is {CARD}", [table], text=f"Please charge {CARD}, 12/29.\n")


def with_mail(route: Route) -> bytes:
    """A mail within the mail."""
    inner = written(
        [("Content-Type", "message/rfc822"), ("Content-Disposition", "attachment")],
        letter(route, "The mail before", sender="somebody@example.org"),
    )
    return _mixed(route, "See attached mail", [inner])


def with_bounce_inside(route: Route, bounce: bytes) -> bytes:
    """A person sends a bounce on, as attachment: no bounce itself."""
    inner = written([("Content-Type", "message/rfc822")], bounce)
    return _mixed(route, "What does this mean?", [inner])


def with_invitation(route: Route) -> bytes:
    """An invitation to a meeting."""
    event = written([("Content-Type", "text/calendar; method=REQUEST; charset=utf-8")], CALENDAR)
    return _mixed(route, "Meeting", [event])


def _mixed(route: Route, subject: str, parts: list[bytes], text: str = "See attachment.\n") -> bytes:
    plain = written([("Content-Type", "text/plain; charset=utf-8")], text)
    content_type, body = multipart("mixed", [plain, *parts], "=_attached_=")
    return written(
        [
            ("From", f"Robin Example <{route.customer}>"),
            ("To", route.mailbox),
            ("Subject", word(f"{subject} ({route.number})")),
            ("Date", route.date),
            ("Message-ID", message_id(route, "attached")),
            ("MIME-Version", "1.0"),
            ("Content-Type", content_type),
        ],
        body,
    )


def _attachment(content: bytes, content_type: str, name: str) -> bytes:
    return written(
        [
            ("Content-Type", content_type),
            ("Content-Disposition", f"attachment; {name}"),
            ("Content-Transfer-Encoding", "base64"),
        ],
        crlf(base64.encodebytes(content)),
    )
