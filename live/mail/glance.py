"""What a list shows of a mail, read off its bytes in a fraction of a millisecond, whatever they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from live.mail.addresses import ADDRESSES, addresses
from live.mail.dates import moment
from live.mail.encoded_words import words
from live.mail.fields import Block, block, start_of_mail, with_line_feeds
from live.mail.parts import tree
from live.mail.roles import attachments, names

FIELDS = 1_000
"""Headers that are looked at: ten times what a mail with a long way behind it has."""
DEPTH = 10
"""Levels of parts that are looked at: each can cost a search through the whole mail."""
ATTACHMENTS = 100
"""Names that are kept: a list shows their number, and a search finds one by name."""

_WANTED = frozenset(
    ("subject", "from", "sender", "to", "cc", "message-id", "date", "content-type", "content-disposition")
)
_MAIL_HAS = _WANTED | {"received", "return-path", "mime-version", "reply-to", "delivered-to", "resent-from"}
"""Headers of which every mail has one; a block without any of them is not a mail's."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What the log keeps in columns, and what sorting looks at. Every text is untrusted."""

    subject: str
    """Decoded, one line."""
    sender: str
    """The bare address of From (else Sender); "" where there is none."""
    sender_name: str
    """Its display name, decoded; "" where there is none."""
    recipients: str
    """To and Cc addresses, joined by ", "."""
    message_id: str
    """Without its angle brackets."""
    sent_at: datetime | None
    """Aware, in UTC; None where Date is absent or not a date."""
    attachments: tuple[str, ...]
    """Safe names, in order, unique in this mail."""
    headers: tuple[tuple[str, str], ...]
    """(name as written, value unfolded and stripped but not decoded from RFC 2047), in order."""
    unreadable: bool
    """Not a mail that could be parsed: no header that a mail has."""
    body: int = 0
    """Where the body starts: an offset into the content."""

    def first(self, name: str) -> str:
        """The value of the first header of that name (in lower case), or ""."""
        return next((value for one, value in self.headers if one.lower() == name), "")

    def every(self, name: str) -> list[str]:
        """The values of all headers of that name (in lower case), the topmost first."""
        return [value for one, value in self.headers if one.lower() == name]


def glance(content: bytes) -> Glance:
    """Look over a mail, in about 90 microseconds for 4 KB. Never raises."""
    content = with_line_feeds(content)
    start = start_of_mail(content)
    head = block(content, start, fields=FIELDS)
    found: dict[str, str] = {}
    copies: list[str] = []
    known = False
    for name, value in head.fields:
        name = name.lower()
        if name in ("to", "cc"):
            copies.append(value)
        elif name in _WANTED:
            found.setdefault(name, value)
        known = known or name in _MAIL_HAS
    senders = addresses(found.get("from", ""), 1) or addresses(found.get("sender", ""), 1)
    sender_name, sender = senders[0] if senders else ("", "")
    return Glance(
        subject=words(found.get("subject", "")),
        sender=sender,
        sender_name=sender_name,
        recipients=_recipients(copies),
        message_id=found.get("message-id", "").strip("<> "),
        sent_at=moment(found.get("date", "")),
        attachments=_attachments(content, head, start, found),
        headers=head.fields,
        unreadable=not known,
        body=head.body,
    )


def _recipients(copies: list[str]) -> str:
    told: list[str] = []
    for value in copies:
        if len(told) >= ADDRESSES:
            break
        told += (address for _name, address in addresses(value, ADDRESSES - len(told)))
    return ", ".join(told)


def _attachments(content: bytes, head: Block, start: int, found: dict[str, str]) -> tuple[str, ...]:
    content_type = found.get("content-type", "text/plain").lower()
    if content_type.startswith("text/plain") and "content-disposition" not in found:
        return ()
    parts = list(attachments(tree(content, head, start=start, messages=False, depth=DEPTH)))
    return tuple(names(parts[:ATTACHMENTS])) if parts else ()
