"""What the tests of the receiver share: a running one, a client that sees every octet, and what was kept."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Self

from live.inbound.limits import Limits
from live.inbound.receiver import Receiver
from store import assets, inbound
from store.assets import Asset
from store.database import Store
from store.settings import Settings
from store.vault import Vault
from tests.store.kit import fields

PATIENCE_S = 30.0
DOMAIN = "in.example.com"
SENDER = "customer@example.net"


@dataclass(frozen=True, slots=True)
class Desk:
    """A store with a vault and two assets."""

    store: Store
    vault: Vault
    billing: Asset
    orders: Asset

    @property
    def address(self) -> str:
        """The forwarding address of Billing."""
        return self.billing.forwarding_address

    def contents(self) -> list[bytes]:
        """Every message that was kept, oldest first."""
        ids = sorted(line.id for line in inbound.page(self.store, limit=10_000))
        return [content for _, content in inbound.contents(self.store, self.vault, ids)]

    def messages(self) -> list[inbound.InboundMessage]:
        """What is told of every message that was kept, oldest first."""
        ids = sorted(line.id for line in inbound.page(self.store, limit=10_000))
        return [found for id_ in ids if (found := inbound.message(self.store, id_)) is not None]


def desk(store: Store, vault: Vault) -> Desk:
    """Two assets in a store: Billing, and Orders with the PCI check."""
    made = (
        assets.create(store, vault, fields(name, **more), inbound_domain=DOMAIN)
        for name, more in (("Billing", {}), ("Orders", {"pci_check": True}))
    )
    return Desk(store, vault, *made)


@contextlib.asynccontextmanager
async def receiving(
    store: Store, limits: Limits | None = None, *, stop_s: float = 5.0, **settings: Any
) -> AsyncIterator[Receiver]:
    """A receiver on a free port; at the end nothing of it is left."""
    given = {"store": store.path, "receiver_port": 0, "inbound_domain": DOMAIN} | settings
    receiver = Receiver(store, Settings(**given), limits)
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop(stop_s)


def port(receiver: Receiver, protocol: str = "smtp") -> int:
    """Where it listens for one of its protocols."""
    told = next(address for address in receiver.addresses if address.startswith(f"{protocol} 127."))
    return int(told.rpartition(":")[2])


class Talker:
    """A client that sends what it is told to, and sees every octet of a reply."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def to(cls, where: Receiver | int, protocol: str = "smtp") -> Self:
        number = where if isinstance(where, int) else port(where, protocol)
        return cls(*await asyncio.open_connection("127.0.0.1", number, limit=2**20))

    @classmethod
    async def greeted(cls, receiver: Receiver) -> Self:
        """After EHLO."""
        talker = await cls.to(receiver)
        assert (await talker.reply()).startswith("220 ")
        assert (await talker.say("EHLO mail.example.org")).startswith("250-")
        return talker

    def send(self, octets: bytes) -> None:
        self.writer.write(octets)

    async def reply(self) -> str:
        """The next reply, its lines parted by LF."""
        lines: list[str] = []
        while not lines or lines[-1][3:4] == "-":
            line = await asyncio.wait_for(self.reader.readuntil(b"\r\n"), PATIENCE_S)
            lines.append(line.decode("ascii").removesuffix("\r\n"))
        return "\n".join(lines)

    async def say(self, line: str | bytes) -> str:
        """Send a command; returns its reply."""
        self.send((line if isinstance(line, bytes) else line.encode()) + b"\r\n")
        return await self.reply()

    async def envelope(self, *recipients: str, sender: str = SENDER) -> None:
        """MAIL, RCPT and DATA, all accepted."""
        assert (await self.say(f"MAIL FROM:<{sender}>")).startswith("250 ")
        for recipient in recipients:
            assert (await self.say(f"RCPT TO:<{recipient}>")).startswith("250 ")
        assert (await self.say("DATA")).startswith("354 ")

    async def mail(self, content: bytes, *recipients: str, sender: str = SENDER) -> str:
        """Send a mail, with its dots doubled; returns the reply."""
        await self.envelope(*recipients, sender=sender)
        self.send(stuffed(content) + b".\r\n")
        return await self.reply()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        await self.writer.start_tls(context, server_hostname="localhost")

    async def rest(self) -> bytes:
        """All that is left until the receiver hangs up."""
        with contextlib.suppress(ConnectionError):
            return await asyncio.wait_for(self.reader.read(), PATIENCE_S)
        return b""

    def reset(self) -> None:
        """Have the end of the connection be a reset, which tells that nobody reads any more."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    async def close(self) -> None:
        self.writer.transport.abort()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def stuffed(content: bytes) -> bytes:
    """With the dots doubled that begin a line (RFC 5321, 4.5.2)."""
    dotted = content.replace(b"\r\n.", b"\r\n..")
    return b"." + dotted if dotted.startswith(b".") else dotted


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that a thread or a connection brings about."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.002)


def mail(number: int = 1, body: bytes = b"Hello.\r\n") -> bytes:
    """A mail with an identity of its own."""
    return (
        b"From: Customer <customer@example.net>\r\nTo: support@example.com\r\n"
        b"Subject: Order %d\r\nMessage-ID: <%d@mail.example.net>\r\n\r\n%s" % (number, number, body)
    )
