"""SMTP servers for the tests of the ladder, on real sockets: a good one, and ones that follow a script."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from live.smtp.ladder import Ladder, Limits
from live.smtp.target import Target
from store.checks import CheckStep, Outcome

ADDRESS = "support@example.com"
PASSWORD = "correct-horse-battery"
TOKEN = "ya29.planted-token-0123456789-abcdefghijklmnop"
HOST = "localhost"
OFFER = b"250-mx.example.com\r\n250-SIZE 36700160\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n"
STARTTLS_OFFER = b"250-mx.example.com\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"
GO = b"220 2.0.0 go ahead\r\n"
SIGNED_IN = b"235 2.7.0 ok\r\n"
SHORT = Limits(
    resolve=2, connect_each=1, connect=2, tls=0.3, banner=0.3, command=0.3, sign_in=0.3, data=0.3, quit=0.2
)
"""For servers that keep silent."""


@functools.cache
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Example Authority")


def ca_pem() -> str:
    return authority().cert_pem.bytes().decode()


def server_context(*names: str, **dates: datetime) -> ssl.SSLContext:
    """A server's context with a certificate of our authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(*(names or (HOST, "127.0.0.1", "::1")), **dates).configure_cert(context)
    return context


def expired_context() -> ssl.SSLContext:
    now = datetime.now(UTC)
    return server_context(not_before=now - timedelta(days=90), not_after=now - timedelta(days=12, hours=1))


def self_signed_context() -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    ends = now + timedelta(days=30)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with trustme.Blob(pem).tempfile() as path:
        context.load_cert_chain(path)
    return context


# A good server


@dataclass
class Mailroom:
    """One account, and what was delivered."""

    delivered: list[Envelope] = field(default_factory=list)

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, login: LoginPassword
    ) -> AuthResult:
        right = (login.login, login.password) == (ADDRESS.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802  # found by this name
        blob = base64.b64decode(args[1]) if len(args) == 2 else await server.challenge_auth("")
        right = f"user={ADDRESS}\x01auth=Bearer {TOKEN}\x01\x01".encode()
        return AuthResult(success=blob == right, handled=False)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.delivered.append(envelope)
        return "250 2.0.0 queued as 4F1B2"


@contextlib.asynccontextmanager
async def good_server(security: str, room: Mailroom | None = None, **more: Any) -> AsyncIterator[int]:
    """aiosmtpd with sign-in, under one kind of security; yields its port."""
    room = room or Mailroom()
    loop = asyncio.get_running_loop()
    open_ones: list[SMTP] = []

    def serve() -> SMTP:
        server = SMTP(
            room,
            loop=loop,
            hostname="mx.example.com",
            authenticator=room.authenticate,
            auth_require_tls=security == "starttls",
            tls_context=server_context() if security == "starttls" else None,
            data_size_limit=36_700_160,
            **more,
        )
        open_ones.append(server)
        return server

    tls = server_context() if security == "ssl" else None
    listener = await loop.create_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        for server in open_ones:
            if server.transport is not None:
                server.transport.abort()
        serving = [server._handler_coroutine for server in open_ones if server._handler_coroutine]
        await asyncio.gather(*serving, return_exceptions=True)


# A server by script

CLOSE = b"\0close"
"""Instead of a reply, or at its end: the server closes the connection."""


class Scripted:
    """Answers each verb with the bytes of its script, or 250; remembers what it heard.

    A reply that is None is never given. The verb of an empty line is empty; of a line that is no command (a
    part of a sign-in) it is "…", and "." after a message.
    """

    def __init__(
        self, replies: Mapping[str, bytes | None], *, starttls: ssl.SSLContext | None = None
    ) -> None:
        self.replies = dict(replies)
        self.heard: list[bytes] = []
        self.silent = asyncio.Event()
        """A reply was due that is never given."""
        self.left = asyncio.Event()
        """The client closed the connection."""
        self._starttls = starttls

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await self._say(writer, "banner"):
            while line := await reader.readline():
                self.heard.append(line.rstrip(b"\r\n"))
                words = self.heard[-1].split()
                verb = words[0].decode("latin-1").upper() if words else ""
                if not await self._say(writer, verb if len(words) != 1 or verb in KNOWN else "…"):
                    break
                if verb == "STARTTLS" and self._starttls:
                    await writer.start_tls(self._starttls)
                if verb == "DATA" and (self.replies.get(verb) or b"").startswith(b"354"):
                    await reader.readuntil(b"\r\n.\r\n")
                    await self._say(writer, ".")
        self.left.set()

    async def _say(self, writer: asyncio.StreamWriter, verb: str) -> bool:
        reply = self.replies.get(verb, b"220 mx.example.com ESMTP\r\n" if verb == "banner" else b"250 ok\r\n")
        if reply is None:
            self.silent.set()
            return True
        writer.write(reply.removesuffix(CLOSE))
        await writer.drain()
        return not reply.endswith(CLOSE)


KNOWN = frozenset({"EHLO", "STARTTLS", "AUTH", "RSET", "DATA", "QUIT", "*"})

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(serve: Serve, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve every connection on a free port of the loopback, and end them all at the end."""
    tasks: set[asyncio.Task[None]] = set()

    async def tended(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            try:
                await serve(reader, writer)
            finally:
                writer.transport.abort()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(tended(reader, writer))
        tasks.add(task)

    server = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=tls, limit=2**17)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# Climbing


def target_at(port: int, security: str = "starttls", **changes: Any) -> Target:
    fields: dict[str, Any] = {
        "provider": "custom",
        "address": ADDRESS,
        "host": HOST,
        "port": port,
        "security": security,
        "sign_in_name": ADDRESS,
        "credential": SecretStr(PASSWORD),
        "credential_kind": "password",
        "ca_pem": ca_pem(),
        "cleartext_agreed": security == "none",
    }
    return Target(**{**fields, **changes})


@dataclass(frozen=True)
class Climbed:
    """A climb that has ended."""

    steps: tuple[CheckStep, ...]
    transcript: str

    def __getitem__(self, name: str) -> CheckStep:
        return next(step for step in self.steps if step.name == name)

    @property
    def failed(self) -> CheckStep | None:
        return next((step for step in self.steps if step.outcome is Outcome.FAILED), None)

    @property
    def end(self) -> tuple[str, str | None] | None:
        """Where it failed, and the diagnosis."""
        return (self.failed.name, self.failed.diagnosis) if self.failed else None


async def climbed(target: Target, *, limits: Limits | None = None, send_to: str | None = None) -> Climbed:
    ladder = Ladder(target, limits=limits, send_to=send_to)
    steps = tuple([event async for event in ladder.climb() if isinstance(event, CheckStep)])
    assert tuple(step.name for step in steps) == ladder.rungs
    return Climbed(steps, ladder.transcript)
