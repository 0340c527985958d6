"""One connection of the rehearsal's submission server: aiosmtpd's protocol, speaking a provider's dialect."""

# ruff: noqa: N802  # aiosmtpd finds commands by these names

import asyncio
import binascii
from base64 import b64decode, b64encode
from collections import defaultdict

from aiosmtpd.smtp import SMTP
from pydantic import SecretStr

from live.rehearsal.conversation import Conversation, House, Manner
from live.rehearsal.dialects import DIALECTS

MESSAGE_LIMIT = 1_048_576  # octets; test messages have a few hundred, and aiosmtpd holds a message in memory
LINE_LIMIT = 12_288  # octets; RFC 4954 section 4: an AUTH line can carry a token, 512 would cut it
IDLE_S = 60.0  # shorter than RFC 5321's five minutes: nobody thinks that long on a rehearsal
CALLS = {"AUTH": 6, "*": 100}  # per connection; ends clients that go round in circles
CONNECTIONS = 200  # per provider; ten times what the console opens side by side
MALFORMED = "501 5.5.2 Cannot decode that response"


class Submission(SMTP):
    """A session on one listener; always given a host name, which aiosmtpd would ask the DNS for."""

    line_length_limit = LINE_LIMIT + 2
    command_size_limit = LINE_LIMIT
    # aiosmtpd keeps this at the class and clears it for every session; our own leaves other servers alone.
    command_size_limits: dict[str, int] = defaultdict(lambda: LINE_LIMIT)  # noqa: RUF012

    def __init__(self, house: House, manner: Manner, loop: asyncio.AbstractEventLoop) -> None:
        self.house = house
        self.manner = manner
        self.conversation = Conversation(
            house, manner.dialect, lambda: self.secure or manner.clear_text_sign_in
        )
        super().__init__(
            self.conversation,
            hostname=manner.dialect.host,
            ident=house.printer.fill(manner.dialect.banner),
            data_size_limit=MESSAGE_LIMIT,
            enable_SMTPUTF8=True,
            tls_context=manner.starttls,
            auth_require_tls=not manner.clear_text_sign_in and manner.implicit_tls is None,
            timeout=IDLE_S,
            command_call_limit=CALLS,
            loop=loop,
        )

    @property
    def secure(self) -> bool:
        """Whether TLS is up, implicit or after STARTTLS."""
        return self.transport is not None and self.transport.get_extra_info("ssl_object") is not None

    @property
    def task(self) -> "asyncio.Task[None] | None":
        """The task that talks to the client, None before a client has come."""
        return self._handler_coroutine

    def abort(self) -> None:
        """Drop the connection at once."""
        for transport in (self.transport, self._original_transport):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.house.open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.house.open.discard(self)
        if self.session is not None:  # None: gone between the handshake of implicit TLS and the banner
            super().connection_lost(error)

    async def _handle_client(self) -> None:
        """Greet, late where the listener is slow, and talk; one connection too many is sent away."""
        if len(self.house.open) > CONNECTIONS:
            await self.push("421 4.3.2 Too many connections to the rehearsal, try again later")
            self.hang_up()
            return
        await asyncio.sleep(self.manner.banner_delay_s)
        await super()._handle_client()

    def hang_up(self) -> None:
        """Close after what was said has gone out."""
        if self.transport is not None:
            self.transport.close()

    async def say(self, template: str) -> None:
        """Send one reply of the dialect."""
        await self.push(self.house.printer.fill(template))

    async def smtp_EHLO(self, hostname: str) -> None:
        """EHLO, or the 421 of a provider that has had enough of this address."""
        if self.manner.ehlo_refusal:
            await self.say(self.manner.ehlo_refusal)
            self.hang_up()
            return
        await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        """STARTTLS, once."""
        if self.secure:
            await self.push("503 5.5.1 TLS is up already")
            return
        await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str | None) -> None:
        """AUTH with PLAIN, LOGIN or XOAUTH2 (RFC 4954); aiosmtpd's own knows no multi-line refusals."""
        dialect = self.manner.dialect
        if await self.check_helo_needed("EHLO"):
            return
        assert self.session is not None
        mechanism, _, initial = (arg or "").partition(" ")
        if self.session.authenticated:
            await self.push("503 5.5.1 Already signed in")
        elif not (self.secure or self.manner.clear_text_sign_in):
            await self.say(dialect.starttls_first)
        elif mechanism.upper() not in dialect.mechanisms:
            await self.push("504 5.7.4 Unrecognized authentication type")
        else:
            credentials = await self._credentials(mechanism.upper(), initial.strip())
            if credentials is not None:
                await self._sign_in(mechanism.upper(), *credentials)

    async def _sign_in(self, mechanism: str, login: str, secret: SecretStr) -> None:
        """Answer what the account answers to this secret."""
        assert self.session is not None
        accounts = self.house.accounts
        judge = accounts.sign_in_by_token if mechanism == "XOAUTH2" else accounts.sign_in
        verdict = judge(login, secret)
        dialect = DIALECTS[verdict.sample.provider] if verdict.sample else self.manner.dialect
        if verdict.accepted:
            self.conversation.signed_in_as = verdict.sample
            self.session.authenticated = True
            await self.say(dialect.signed_in)
        elif mechanism == "XOAUTH2":
            if dialect.xoauth2_challenge:
                await self.push(b"334 " + b64encode(dialect.xoauth2_challenge.encode()))
                await (
                    self._reader.readline()
                )  # by the rules an empty line; whatever comes, the refusal follows
            await self.say(verdict.reply or dialect.bad_token)
        else:
            await self.say(verdict.reply or dialect.bad_credentials)

    async def _credentials(self, mechanism: str, initial: str) -> tuple[str, SecretStr] | None:
        """Return login and secret, or None after an answer to something that is neither."""
        challenge = "Username:" if mechanism == "LOGIN" else ""
        first = _decoded(initial) if initial else await self._asked(challenge)
        if first is None:
            if initial:
                await self.push(MALFORMED)
            return None
        if mechanism == "LOGIN":
            second = await self._asked("Password:")
            return None if second is None else (first, SecretStr(second))
        parted = _plain_parts(first) if mechanism == "PLAIN" else _xoauth2_parts(first)
        if parted is None:
            await self.push(MALFORMED)
        return parted

    async def _asked(self, challenge: str) -> str | None:
        """Send a 334 and return the decoded answer, None when aiosmtpd has already refused it."""
        answer = await self.challenge_auth(challenge)
        return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else None


def _decoded(text: str) -> str | None:
    try:
        return "" if text == "=" else b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


def _plain_parts(text: str) -> tuple[str, SecretStr] | None:
    """Split authorisation identity, login and password (RFC 4616)."""
    parts = text.split("\0")
    return (parts[1], SecretStr(parts[2])) if len(parts) == 3 else None


def _xoauth2_parts(text: str) -> tuple[str, SecretStr] | None:
    """Split `user=…^Aauth=Bearer …^A^A`."""
    user, _, rest = text.partition("\x01")
    auth, _, end = rest.partition("\x01")
    if user.startswith("user=") and auth.startswith("auth=Bearer ") and end == "\x01":
        return user.removeprefix("user="), SecretStr(auth.removeprefix("auth=Bearer "))
    return None
