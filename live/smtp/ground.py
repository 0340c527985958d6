"""What a climb stands on: the target, the open connection, and what the rungs below have found."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage

from live.smtp.concealment import Concealment
from live.smtp.dial import Address, Dialled
from live.smtp.fault import Facts
from live.smtp.limits import Limits
from live.smtp.session import Session
from live.smtp.target import Target
from live.smtp.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Seen:
    """What a rung found when it passed."""

    words: str = ""
    facts: Facts = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What EHLO announced."""

    extensions: dict[str, str]
    """Keyword in small letters, and its parameters."""
    mechanisms: tuple[str, ...]
    """AUTH mechanisms in capitals."""


@dataclass(slots=True)
class Ground:
    """The state of one climb; each rung adds to it."""

    target: Target
    limits: Limits
    send_to: str | None
    transcript: Transcript
    addresses: tuple[Address, ...] = ()
    conceal: Concealment = field(default_factory=Concealment)
    """What takes credentials out of texts; the transcript's own, so that it knows one that comes later."""
    dialled: Dialled | None = None
    live: Session | None = None
    offer: Offer = field(default_factory=lambda: Offer({}, ()))
    distrust: ssl.SSLCertVerificationError | None = None
    """Why the certificate is not trusted. From then on the connection is only one to look at."""
    mail: EmailMessage | None = None
    """What is sent to `send_to`; None: a short test message."""
    before_data: Callable[[], Awaitable[None]] | None = None
    """Awaited when the envelope stands and the mail itself comes next. What it raises ends the climb."""

    @property
    def session(self) -> Session:
        """The connection; there is one from the rung `connect` on."""
        assert self.live is not None
        return self.live

    def stand_on(self, dialled: Dialled) -> Session:
        """Take up a new connection, and close the one before."""
        self.close()
        self.dialled = dialled
        self.live = Session(dialled.sock, self.transcript, self.limits)
        return self.live

    def close(self) -> None:
        """Close the connection at once."""
        if self.live is not None:
            self.live.close()
            self.live = None
