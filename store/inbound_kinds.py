"""The words that sort inbound messages: what kind of mail one is, how it was forwarded, what is odd about
it."""

from __future__ import annotations

from enum import StrEnum


class MailKind(StrEnum):
    """What a message is; exactly one for each."""

    ORDINARY = "ordinary"
    CONFIRMATION = "confirmation"
    """The provider asks whether the forwarding address may be forwarded to."""
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    """RFC 3834 and its kin: nobody typed it."""
    PROBE = "probe"
    """Sent by postroom itself, to see whether it comes back."""
    LOOP = "loop"
    """Sent by postroom itself, and not meant to come back."""


class Via(StrEnum):
    """By which road a message came to the forwarding address."""

    GMAIL = "gmail"
    EXCHANGE = "exchange"
    INBOX_RULE = "inbox rule"
    OTHER = "other"
    DIRECT = "direct"
    """Not forwarded: written straight to the secret address."""
    NONE = ""
    """Not known: imported."""


class Mark(StrEnum):
    """What a person should know before reading; any number for each message."""

    DIRECT = "direct"
    MISMATCH = "mismatch"
    """Forwarded by another mailbox than the asset's."""
    UNREADABLE = "unreadable"
    """Not a mail that could be parsed; kept as it came."""
    CARDS = "cards"
    """It holds card numbers, in its subject, its text or a text attachment; looked for while its asset's PCI
    check is on, when it comes."""
