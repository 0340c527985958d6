"""Mail that nobody typed, and mail that only looks as if: each with one sign."""

from __future__ import annotations

from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.writing import Fields, Route, message_id, multipart, written

SIGNS: dict[str, tuple[Fields, str]] = {
    "auto-replied": ([("Auto-Submitted", "auto-replied")], "Auto-Submitted: auto-replied"),
    "auto-generated": (
        [("Auto-Submitted", "auto-generated; type=ticket")],
        "Auto-Submitted: auto-generated",
    ),
    "auto-notified": ([("Auto-Submitted", "Auto-Notified (ticket)")], "Auto-Submitted: auto-notified"),
    "bulk": ([("Precedence", "bulk")], "Precedence: bulk"),
    "list": ([("Precedence", "list")], "Precedence: list"),
    "junk": ([("Precedence", "Junk")], "Precedence: junk"),
    "auto-reply": ([("Precedence", "auto_reply")], "Precedence: auto_reply"),
    "list-id": ([("List-Id", "News <news.example.net>")], "List-Id: News <news.example.net>"),
    "list-unsubscribe": ([("List-Unsubscribe", "<https://news.example.net/off>")], "List-Unsubscribe"),
    "x-autoreply": ([("X-Autoreply", "yes")], "X-Autoreply"),
    "x-autorespond": ([("X-Autorespond", "Holiday")], "X-Autorespond"),
}
"""Name → headers that make a mail automatic, and how that is told."""

NO_SIGNS: dict[str, Fields] = {
    "suppress-all": [("X-Auto-Response-Suppress", "All")],
    "suppress-list": [("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply")],
    "auto-no": [("Auto-Submitted", "no")],
    "auto-no-remark": [("Auto-Submitted", "No (a person)")],
    "rule-loop": [("X-MS-Exchange-Inbox-Rules-Loop", "somebody@example.net")],
    "precedence-first-class": [("Precedence", "first-class")],
}
"""Name → headers that do not."""

SENDERS = ("no-reply", "noreply", "do-not-reply", "donotreply", "orders-noreply", "no_reply+x1", "postmaster")
"""Local parts that tell that nobody reads the answers."""


def with_sign(route: Route, name: str) -> bytes:
    return letter(route, f"Out of office {route.number}", "I am away.\n", more=SIGNS[name][0])


def without_sign(route: Route, name: str) -> bytes:
    return letter(route, more=NO_SIGNS[name])


def by_sender(route: Route, local: str) -> bytes:
    return letter(route, f"Parcel {route.number} is on its way", sender=f"Parcels <{local}@example.net>")


def out_of_office(route: Route) -> bytes:
    """As Exchange answers for somebody who is away."""
    more: Fields = [
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-MS-Exchange-Inbox-Rules-Loop", "robin@example.net"),
        ("In-Reply-To", "<before@mail.example.com>"),
    ]
    return letter(route, f"Automatic reply: Order {route.number}", "I am away until Monday.\n", more=more)


def receipt(route: Route) -> bytes:
    """That a mail was read (RFC 8098)."""
    told = written([("Content-Type", "text/plain")], "Your message was displayed.\n")
    formal = written(
        [("Content-Type", "message/disposition-notification")],
        f"Final-Recipient: rfc822; {route.customer}\nDisposition: manual-action; displayed\n",
    )
    content_type, body = multipart(
        "report", [told, formal], "=_receipt_=", report_type="disposition-notification"
    )
    return written(
        [
            ("From", f"Robin Example <{route.customer}>"),
            ("To", route.mailbox),
            ("Subject", f"Read: Order {route.number}"),
            ("Date", route.date),
            ("Message-ID", message_id(route, "receipt")),
            ("MIME-Version", "1.0"),
            ("Content-Type", content_type),
        ],
        body,
    )
