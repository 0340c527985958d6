"""Reads the platform's inbound e-mail event
(https://developers.webexconnect.io/reference/data-streams-email), traps and all.

Its lists are JSON inside strings, its bodies are escaped twice in the sample, and the platform says itself
that payloads change over time: so each field is taken in every form it may have, and what is missing is
empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from live.mail.addresses import addresses

MOST_OCTETS = 16_000_000
"""Of one event. Attachments come as links, so this is text and HTML of a mail of at most 25 MB; mail that
people write has 100 kB."""
MOST_PEOPLE = 200
MOST_ATTACHMENTS = 100
LINE_CHARACTERS = 2_000
"""Of a field of one line; the longest subjects that mail programs make have 1,000."""
NAMES: Mapping[str, tuple[str, ...]] = {
    "sender": ("from", "emailId"),
    "sender_name": ("senderName",),
    "to": ("to", "toAddresses"),
    "cc": ("cc", "ccRecipients"),
    "subject": ("subject",),
    "text": ("textMessage", "message"),
    "html": ("htmlMessage",),
    "attachments": ("attachments",),
    "at": ("ts", "timestamp"),
    "transaction": ("transid", "tid", "transId"),
    "reply_to_id": ("inReplyTo",),
    "app": ("appId",),
    "tenant": ("tenantId",),
}
"""The event's names for each field, and those that flows have for it."""
EVENT, IDENTIFIER, CHANNEL = "inbound message", "mo", "email"


class EventUnreadable(Exception):
    """This is no event that could be taken; the text is one sentence for who set the webhook up."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that the platform keeps; it is not fetched."""

    name: str
    content_type: str
    url: str


@dataclass(frozen=True, slots=True)
class PlatformMail:
    """A mail as the platform tells it. Every text is untrusted."""

    sender: str
    sender_name: str
    to: tuple[tuple[str, str], ...]
    """Display names and bare addresses."""
    cc: tuple[tuple[str, str], ...]
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    attachments: tuple[Attachment, ...]
    at: datetime | None
    """When it came to the platform; aware."""
    transaction: str
    app: str
    tenant: str
    message_id: str = ""
    """Only senders that know it tell it, as another postroom does."""
    reply_to_id: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Whom it is addressed to."""
        return tuple(address for _, address in (*self.to, *self.cc))


def read(body: bytes) -> PlatformMail | None:
    """The mail in the body of a request; None: an event that is no mail, such as a test or a receipt.

    Raises:
        EventUnreadable: it is not a JSON object.
    """
    try:
        found = json.loads(_text_of(body), strict=False)
    except RecursionError:
        raise EventUnreadable("The event is nested too deep.") from None
    except ValueError:
        raise EventUnreadable("The event is not JSON.") from None
    if not isinstance(found, dict):
        raise EventUnreadable("The event is JSON, but no object.")
    return mail_of(found)


def mail_of(event: Mapping[str, Any]) -> PlatformMail | None:
    """The mail in an event's fields; None: it is no mail."""
    if not is_mail(event):
        return None
    text, html = _bodies(_string(event, "text"), _string(event, "html"))
    extra = event.get("postroom")
    more: Mapping[str, Any] = extra if isinstance(extra, dict) else {}
    sender_name, sender = _person(_line(event, "sender"))
    return PlatformMail(
        sender=sender,
        sender_name=_line(event, "sender_name") or sender_name,
        to=_people(_value(event, "to")),
        cc=_people(_value(event, "cc")),
        subject=_line(event, "subject"),
        text=text,
        html=html,
        attachments=_attachments(_value(event, "attachments")),
        at=_time(_value(event, "at")),
        transaction=_line(event, "transaction"),
        app=_line(event, "app"),
        tenant=_line(event, "tenant"),
        message_id=_plain(more.get("message_id"))[:LINE_CHARACTERS],
        reply_to_id=_plain(more.get("in_reply_to"))[:LINE_CHARACTERS] or _line(event, "reply_to_id"),
    )


def is_mail(event: Mapping[str, Any]) -> bool:
    """Whether an event tells of a mail that came in; one that does not say what it is, by its fields."""
    said = _plain(event.get("event")).strip().lower()
    identifier = _plain(event.get("event_identifier")).strip().lower()
    channel = _plain(event.get("channel") or event.get("channel_identifier")).strip().lower()
    if channel and channel != CHANNEL:
        return False
    if said or identifier:
        return said == EVENT or (identifier == IDENTIFIER and said in ("", EVENT))
    has_sender = any(name in event for name in NAMES["sender"])
    return has_sender and any(name in event for name in (*NAMES["text"], *NAMES["html"], *NAMES["subject"]))


def _text_of(body: bytes) -> str:
    """JSON is UTF-8 (RFC 8259, 8.1), whatever a header says; a slip in it does not lose the mail."""
    return body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _value(event: Mapping[str, Any], what: str) -> Any:
    return next((event[name] for name in NAMES[what] if event.get(name) not in (None, "")), None)


def _string(event: Mapping[str, Any], what: str) -> str:
    return _plain(_value(event, what))


def _line(event: Mapping[str, Any], what: str) -> str:
    return _string(event, what).strip()[:LINE_CHARACTERS]


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _list(value: Any) -> list[Any]:
    """A list, also as JSON inside a string, once or twice; a lone value is a list of one."""
    for _ in range(2):
        if not isinstance(value, str) or value.strip()[:1] not in ("[", "{", '"'):
            break
        try:
            value = json.loads(value, strict=False)  # some writers leave line ends as they are
        except (ValueError, RecursionError):
            break
    if isinstance(value, list):
        return value
    return [value] if value not in (None, "") else []


def _people(value: Any) -> tuple[tuple[str, str], ...]:
    """Names and addresses of "Name <address>" forms, each alone or several with commas between."""
    found: list[tuple[str, str]] = []
    for one in _list(value)[:MOST_PEOPLE]:
        text = _plain(one)
        if isinstance(one, dict):
            text = _plain(next((one[name] for name in ("address", "email", "emailId") if one.get(name)), ""))
        found += addresses(text, MOST_PEOPLE)
    return tuple(dict.fromkeys(found))[:MOST_PEOPLE]


def _person(text: str) -> tuple[str, str]:
    """A sender that is told as a bare address, or with a name; what is neither stays as it is."""
    found = addresses(text, 1)
    return found[0] if found else ("", text)


def _attachments(value: Any) -> tuple[Attachment, ...]:
    found = []
    for one in _list(value)[:MOST_ATTACHMENTS]:
        if isinstance(one, dict):
            names = ("name", "contentType", "url")
            found.append(Attachment(*(_plain(one.get(name)).strip()[:LINE_CHARACTERS] for name in names)))
        elif isinstance(one, str):  # its address alone
            found.append(Attachment("", "", one.strip()[:LINE_CHARACTERS]))
    return tuple(found)


_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')


def _bodies(*texts: str) -> tuple[str, ...]:
    """The bodies with a second escaping undone, if there is one: then no quotation mark, no line end and no
    backslash stands in any of them but as an escape, and some escape does. Both are looked at together, since
    one line of text with "C:\\new" alone does not tell."""
    again = [_unescaped(text) for text in texts]
    if any(text is None for text in again) or not any(_ESCAPE.search(text) for text in texts):
        return texts
    return tuple(text for text in again if text is not None)


def _unescaped(text: str) -> str | None:
    """The text after one more round of JSON; None: it is not escaped."""
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return None


def _time(value: Any) -> datetime | None:
    """A time in ISO 8601 with its offset, or seconds or milliseconds since 1970; None: there is none."""
    text = _plain(value).strip()
    try:
        if re.fullmatch(r"[0-9]{10}(?:[0-9]{3})?(?:\.[0-9]+)?", text):
            number = float(text)
            return datetime.fromtimestamp(number / 1_000 if number > 1e11 else number, UTC)
        at = datetime.fromisoformat(text)
        return at if at.tzinfo is not None and at.astimezone(UTC) else None
    except (ValueError, OverflowError, OSError):
        return None
