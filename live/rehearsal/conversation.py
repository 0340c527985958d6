"""What the rehearsal's submission server answers to the envelope, and what all its connections share."""

# ruff: noqa: N802  # aiosmtpd finds its hooks by these names

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Protocol

from aiosmtpd.smtp import SMTP, Envelope, Session

from live.rehearsal.accounts import Accounts
from live.rehearsal.dialects import Dialect
from live.rehearsal.postman import Postman
from live.rehearsal.replies import Printer
from live.rehearsal.sample import Refusal, Sample, Step


@dataclass(frozen=True, slots=True)
class Manner:
    """What is special about a listener: its dialect, its TLS and its moods."""

    dialect: Dialect
    starttls: SSLContext | None = None
    implicit_tls: SSLContext | None = None
    clear_text_sign_in: bool = False
    banner_delay_s: float = 0.0
    ehlo_refusal: str = ""


class Visitor(Protocol):
    """A connection that is open: with the task that serves it, None before there is one."""

    @property
    def task(self) -> "asyncio.Task[None] | None": ...

    def abort(self) -> None: ...


@dataclass(slots=True)
class House:
    """What all connections of one provider share: accounts, printer of replies, open connections."""

    accounts: Accounts
    postman: Postman
    printer: Printer = field(default_factory=Printer)
    open: set[Visitor] = field(default_factory=set)


class Conversation:
    """aiosmtpd's hooks for one session: each answers in the dialect of the account that signed in."""

    def __init__(self, house: House, dialect: Dialect, may_sign_in: Callable[[], bool]) -> None:
        self.house = house
        self.dialect = dialect
        self.may_sign_in = may_sign_in
        self.signed_in_as: Sample | None = None

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """The provider's own list in place of aiosmtpd's."""
        session.host_name = hostname
        told = [self.dialect.hello, *self.dialect.capabilities]
        if any(line.endswith("STARTTLS") for line in responses):
            told.append("STARTTLS")
        if self.may_sign_in():
            told.append("AUTH " + " ".join(self.dialect.mechanisms))
        return [f"250-{line}" for line in told[:-1]] + [f"250 {told[-1]}"]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Sender: only after signing in, and not where the account is refused at this point."""
        if not self.may_sign_in():
            return self._say(self.dialect.starttls_first)
        if self.signed_in_as is None:
            return self._say(self.dialect.sign_in_first)
        if (refusal := self._refusal("mail", address)) is not None:
            return self._say(refusal.reply)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._say(self.dialect.sender_ok)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Recipient: anybody; what is for none of the sample mailboxes is never delivered."""
        if (refusal := self._refusal("rcpt", envelope.mail_from or "")) is not None:
            return self._say(refusal.reply)
        envelope.rcpt_tos.append(address)
        return self._say(self.dialect.recipient_ok)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """A message: said yes to, and forgotten but by the mailboxes that it is for."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        for recipient in envelope.rcpt_tos:
            self.house.postman.take(envelope.mail_from or "", recipient, content, self.dialect.host)
        return self._say(self.dialect.accepted)

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The provider's word for a reset; aiosmtpd has emptied the envelope."""
        return self._say(self.dialect.flushed)

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The provider's goodbye."""
        return self._say(self.dialect.goodbye)

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours passes and its text is nobody's business; aiosmtpd would answer 500 and tell it."""
        return "451 4.3.0 Temporary failure, try again"

    def _refusal(self, step: Step, sender: str) -> Refusal | None:
        sample = self.signed_in_as
        refusal = sample.refusal if sample else None
        if sample is None or refusal is None or refusal.step != step:
            return None
        if refusal.only_as_others and sender.lower() == sample.login.lower():
            return None
        return refusal

    def _say(self, template: str) -> str:
        sample = self.signed_in_as
        login, address = (sample.login, sample.address) if sample else ("", "")
        return self.house.printer.fill(template, login=login, address=address)
