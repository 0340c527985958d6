"""One mail of postroom's own, and the message that is made of it: nothing in it can become another header."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

from pydantic import SecretStr

from live.mail.own_headers import ASSET
from live.smtp.names import mailbox_on_wire

MOST_SUBJECT = 200
"""Characters of a subject; lists of mail show some 60."""
MOST_NAME = 100
"""Characters of a display name: an asset's name may be of any length."""
MOST_TEXT = 100_000
"""Characters of a text; a notice with a line for each of 500 mailboxes has half of them."""
NOT_IN_A_LINE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\\s]+"
)
"""What ends a line, steers a terminal, turns a name round, is not seen, or cannot be encoded."""
NOT_IN_A_TEXT = re.compile("(?![\n\t])[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""The same of a text of many lines, where white space has its meaning."""
ALL_BUT_BOUNCES = "DR, RN, NRN, OOF, AutoReply"
"""What "All" holds, without NDR: Exchange would keep its reports of failure to itself."""
EXTRA = re.compile(r"X-Postroom-[A-Za-z]{1,40}\Z")
"""What a letter's own headers may be called."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as its writer has it. Names and subject may hold anything: they are made harmless."""

    to: str
    subject: str
    text: str = field(repr=False)
    purpose: str
    """What it is for, in a few words for the audit log, such as "consent link"."""
    about: int | None = None
    """The asset that it is about, for the audit log."""
    about_name: str = ""
    reply_to: str = ""
    """Where answers go; "": to the sender."""
    headers: tuple[tuple[str, str], ...] = ()
    """More headers, named X-Postroom-…."""
    bounce_wanted: bool = False
    """Whether the sender is to hear of it where the mail cannot be delivered."""
    secrets: tuple[SecretStr, ...] = ()
    """What the text holds and no server's words may repeat, such as a link's state."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom a mail is from."""

    address: str
    name: str
    mark: str
    """The value of X-Postroom-Asset, see `live.outgoing.mark`."""


def composed(letter: Letter, sender: Sender, now: datetime | None = None) -> EmailMessage:
    """The message, 7-bit and with lines that every server takes (RFC 5322, RFC 2045).

    Its headers keep responders from answering: Auto-Submitted (RFC 3834 5), Precedence (read by old ones),
    X-Auto-Response-Suppress (Exchange, [MS-OXCMAIL] 2.2.3.2.14).

    Args:
        now: aware; by default the present moment.

    Raises:
        live.smtp.names.WireNameError: an address is none. ValueError: a header has a name that is not ours,
            or the text is too long.
    """
    if len(letter.text) > MOST_TEXT:
        raise ValueError(f"a mail's text has at most {MOST_TEXT:,} characters")
    address = mailbox_on_wire(sender.address)
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))  # not every server takes 8BITMIME
    mail["From"] = Address(one_line(sender.name, MOST_NAME), addr_spec=address)
    mail["To"] = Address(addr_spec=mailbox_on_wire(letter.to))
    if letter.reply_to:
        mail["Reply-To"] = Address(addr_spec=mailbox_on_wire(letter.reply_to))
    mail["Subject"] = one_line(letter.subject, MOST_SUBJECT)
    mail["Date"] = (now or datetime.now(UTC)).astimezone(UTC)
    mail["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = ALL_BUT_BOUNCES if letter.bounce_wanted else "All"
    mail["Precedence"] = "bulk"
    mail[ASSET] = sender.mark
    for name, value in letter.headers:
        if not EXTRA.match(name) or name.lower() == ASSET.lower():
            raise ValueError(f"{name!r} is no header that a letter may set")
        mail[name] = one_line(value, MOST_SUBJECT)
    mail.set_content(NOT_IN_A_TEXT.sub("", "\n".join(letter.text.splitlines())) + "\n")
    return mail


def one_line(text: str, most: int) -> str:
    """Text from wherever as one line of a header, at most so many characters."""
    line = NOT_IN_A_LINE.sub(" ", text).strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"
