"""Makes a mail (RFC 5322) out of what the platform tells of one, so that it can be read, searched and
delivered like any other. It is marked: the sender never wrote these octets.

The same event makes the same octets, whoever brings it and however often: so a repeat is known as one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from live.outgoing.letter import one_line
from live.platform.events import Attachment, PlatformMail
from live.smtp.names import WireNameError, mailbox_on_wire

MARK = "X-Postroom-Rebuilt"
"""On every mail that is made here."""
MARK_WORDS = "from the fields of a platform event"
TRANSACTION, APP, TENANT = (f"X-Postroom-Platform-{name}" for name in ("Transaction", "App", "Tenant"))
MOST_LINE = 1_000
"""Characters of one header."""
URL_LINE = 900
"""Characters of a line; RFC 5322, 2.1.1, ends at 998. Signed addresses of stores in the cloud exceed it."""
NOBODY = "sender.invalid"
"""Where an address is none; RFC 2606 keeps the domain for this."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,200}\Z")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,400}@[!-;=?-~]{1,400}>\Z")
_URL = re.compile(r"https?://[!#-~]{1,1900}\Z")
_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}\Z")
_LONE = re.compile("[\ud800-\udfff\x00]")
"""Halves of surrogate pairs, which UTF-8 cannot hold, and NUL."""


def rebuilt(mail: PlatformMail) -> bytes:
    """The octets of a mail, with CRLF; all of 7 bits. Never raises."""
    made = EmailMessage(policy=SMTP)
    made[MARK] = MARK_WORDS
    for name, value in ((TRANSACTION, mail.transaction), (APP, mail.app), (TENANT, mail.tenant)):
        if value:
            made[name] = one_line(value, MOST_LINE)
    made["From"] = _address(mail.sender_name, mail.sender)
    for name, people in (("To", mail.to), ("Cc", mail.cc)):
        if people:
            made[name] = [_address(*person) for person in people]
    made["Subject"] = one_line(mail.subject, MOST_LINE)
    if mail.at is not None:
        made["Date"] = mail.at
    made["Message-ID"] = _message_id(mail)
    if _MESSAGE_ID.match(mail.reply_to_id):
        made["In-Reply-To"] = mail.reply_to_id
    _put_bodies(made, mail)
    _name_boundaries(made, mail)
    return made.as_bytes()


def _address(name: str, address: str) -> Address:
    """An address as a header can hold it; what is no address becomes the name of nobody's."""
    name = one_line(name, MOST_LINE)
    try:
        return Address(name, addr_spec=mailbox_on_wire(address))
    except (WireNameError, ValueError, UnicodeError):
        shown = one_line(f"{name} {address}", MOST_LINE)
        return Address(shown, username="unknown", domain=NOBODY)


def _message_id(mail: PlatformMail) -> str:
    """The sender's own where it is told; else one that is made of the transaction, or of the whole."""
    if _MESSAGE_ID.match(mail.message_id):
        return mail.message_id
    name = mail.transaction if _ID.match(mail.transaction) else _digest(mail)
    return f"<{name}@platform.postroom.invalid>"


def _put_bodies(made: EmailMessage, mail: PlatformMail) -> None:
    text, html = (_LONE.sub("\N{REPLACEMENT CHARACTER}", body) for body in (mail.text, mail.html))
    if text or not html:
        made.set_content(text, cte="base64")
        if html:
            made.add_alternative(html, subtype="html", cte="base64")
    else:
        made.set_content(html, subtype="html", cte="base64")
    if mail.attachments:
        made.make_mixed()
        for number, attachment in enumerate(mail.attachments, 1):
            made.attach(_elsewhere(attachment, number))


def _elsewhere(attachment: Attachment, number: int) -> EmailMessage:
    """A part that stands for a file kept elsewhere (RFC 2046, 5.2.3, and RFC 2017), which is not fetched."""
    name = one_line(attachment.name, 200) or f"attachment-{number}"
    kind = attachment.content_type if _TYPE.match(attachment.content_type) else "application/octet-stream"
    known = _URL.match(attachment.url)
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = "message/external-body"
    part.set_param("access-type", "URL")
    if known:
        part.set_param("URL", attachment.url)
    part.add_header("Content-Disposition", "attachment", filename=name)
    url = attachment.url if known else "an address that is none"
    lines = [url[at : at + URL_LINE] for at in range(0, len(url), URL_LINE)]
    told = "\r\n".join(["The platform keeps this file at", *lines, ""])
    part.set_payload(f"Content-Type: {kind}\r\n\r\n{told}")
    return part


def _name_boundaries(made: EmailMessage, mail: PlatformMail) -> None:
    """Boundaries by what the mail holds: chance would make each delivery another mail. Bodies are in base64,
    where none of these can stand."""
    digest = _digest(mail)
    parts: Iterable[EmailMessage] = (part for part in made.walk() if part.is_multipart())
    for number, part in enumerate(parts):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_{digest[:40]}_{number}")


def _digest(mail: PlatformMail) -> str:
    at = mail.at.isoformat() if mail.at else ""
    told = (mail.transaction, mail.sender, mail.subject, at, mail.text, mail.html)
    return hashlib.sha256("\0".join(told).encode("utf-8", "surrogatepass")).hexdigest()
