"""One mail on its way from a connection to the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from store.addressees import Addressee


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a message besides its content."""

    mail_from: str
    """Envelope sender; empty for the null sender of bounces."""
    rcpt_to: str
    """The forwarding address, as the client wrote it."""
    peer: str
    """Address of the client; empty behind a socket of the file system."""
    received_at: datetime
    source: str
    """How it came: "smtp", "lmtp", "import", "platform"."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that is complete: one message for each addressee, of which all are kept, or none."""

    addressed: tuple[tuple[Envelope, Addressee], ...]
    """Each asset once."""
    content: bytes = field(repr=False)


class Outcome(Enum):
    """What became of an arrival."""

    KEPT = "kept"
    """It is on disk."""
    NO_ROOM = "no room"
    """The disk is full. Nothing of it is kept, and it may be sent again."""
    FAULT = "fault"
    """It could not be kept. Nothing of it is, and it may be sent again."""
