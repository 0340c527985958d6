"""Inbound messages as they are handed over to the log and as it gives them back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from store.dkim_selectors import Selector
from store.inbound_kinds import MailKind, Mark, Via
from store.probes import ProbeNews


@dataclass(frozen=True, slots=True)
class NewConfirmation:
    """What a provider's request to confirm a forwarding address holds; every text is untrusted."""

    link: str
    cancel_link: str
    code: str
    requester: str
    """The mailbox that asks to forward, as the mail says."""
    matches: bool
    """Whether that is the asset's mailbox."""
    dkim: str = "unverified"
    """"pass", "fail" or "unverified"."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be kept. Every text is untrusted, and cut to a length when it is kept."""

    asset_id: int
    received_at: datetime
    """Aware. Of an import: what is to stand in the list."""
    source: str
    """"smtp", "lmtp", "import" or "platform"."""
    mail_from: str
    rcpt_to: str
    peer: str
    content: bytes = field(repr=False)
    """As it came, with CRLF as received."""
    digest: bytes
    """SHA-256 of `content`; a repeat is the same asset and the same digest."""
    subject: str
    sender: str
    """The bare address; kept folded."""
    sender_name: str
    recipients: str
    """To and Cc addresses, joined by ", "."""
    message_id: str
    sent_at: datetime | None
    attachments: tuple[str, ...]
    """Names, in order."""
    kind: MailKind
    via: Via
    forwarded_by: str
    marks: tuple[Mark, ...]
    detail: str = ""
    """One line: of a bounce "5.1.1 someone@example.com", of automatic mail its sign."""
    confirmation: NewConfirmation | None = None
    signed_with: tuple[Selector, ...] = ()
    """The keys of the asset's own domain that the mail names in its signatures."""
    probe: ProbeNews | None = None
    """What it says of one of our own probes: that it is one, or why one was returned."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a message that was handed over."""

    id: int
    """Of the message, or of the one that it repeats."""
    repeat: bool


@dataclass(frozen=True, slots=True)
class InboundLine:
    """What a list shows of a message; texts are untrusted."""

    id: int
    asset_id: int
    asset_name: str
    received_at: datetime
    sender: str
    sender_name: str
    subject: str
    kind: str
    """A word of `MailKind`, as are `via` of `Via` and `marks` of `Mark`."""
    size: int
    """Octets of the content as it came."""
    attachments: int
    marks: tuple[str, ...]
    repeats: int
    """How often it was delivered again."""
    via: str
    pci: bool
    """Whether card numbers are to be masked in what is shown of it (the asset's PCI check, as it is now)."""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """Everything that is kept of a message besides its content; texts are untrusted."""

    id: int
    asset_id: int
    asset_name: str
    received_at: datetime
    sender: str
    sender_name: str
    subject: str
    kind: str
    size: int
    attachments: int
    marks: tuple[str, ...]
    repeats: int
    via: str
    pci: bool
    uid: bytes
    source: str
    mail_from: str
    rcpt_to: str
    peer: str
    recipients: str
    message_id: str
    sent_at: datetime | None
    attachment_names: tuple[str, ...]
    forwarded_by: str
    detail: str
    digest: bytes
