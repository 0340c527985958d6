"""What the tests of webhooks share: endpoints on loopback that behave as they are told, a desk with mail, a
deliverer that runs."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr
from standardwebhooks import Webhook

from live.inbound.filing import Envelope, filed
from live.webhooks import signing
from live.webhooks.deliver import Deliverer
from live.webhooks.roster import Roster
from store import assets, deliveries, webhooks
from store.addressees import Addressee
from store.assets import Asset
from store.database import Store
from store.deliveries import DeliveryState, Which
from store.inbound import Kept
from store.inbound_writer import InboundWriter
from store.log_key import LogSealer
from store.outbox_mail import MailOutbox
from store.vault import Vault
from store.webhooks import Endpoint, EndpointFields, Event
from tests.store.kit import fields

PATIENCE_S = 30.0
SECRET = SecretStr("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
MAIL_EVENTS = (Event.EMAIL_RECEIVED, Event.EMAIL_CONFIRMATION, Event.EMAIL_BOUNCED)

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Request:
    """What came to an endpoint."""

    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    def verified(self, secret: SecretStr = SECRET) -> dict[str, Any]:
        """The body, after the public verifier has accepted it."""
        return dict(Webhook(secret.get_secret_value()).verify(self.body, self.headers))


Behaviour = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Receiving:
    """An endpoint: keeps what comes, and answers as its behaviour has it."""

    behave: Behaviour
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    connections: int = 0
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?x=1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while not writer.is_closing():
                    request = await _request(reader)
                    self.requests.append(request)
                    await self.behave(request, writer)
                    await writer.drain()
        finally:
            writer.transport.abort()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            self.serving.discard(task)


async def _request(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(headers, body, line.split(" ")[1])


def answering(*answers: bytes) -> Behaviour:
    """These answers in turn, the last one ever after."""
    left = list(answers)

    async def behave(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return behave


def status(code: int, *headers: str) -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"HTTP/1.1 {code} Word\r\nContent-Length: 0\r\n{lines}\r\n".encode("ascii")


@contextlib.asynccontextmanager
async def receiving(behave: Behaviour | None = None, **more: Any) -> AsyncIterator[Receiving]:
    """An endpoint on a free port; TLS by `ssl`."""
    made = Receiving(behave or answering(OK))
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, limit=2**24, **more)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in list(made.serving):
            task.cancel()
        await until(lambda: not made.serving)


@dataclass(frozen=True, slots=True)
class Desk:
    """A store with a vault and three assets, the last with the PCI check."""

    store: Store
    vault: Vault
    assets: tuple[Asset, ...]

    def webhook(self, url: str, name: str = "Hook", secret: SecretStr = SECRET, **more: Any) -> Endpoint:
        given: dict[str, Any] = {"events": MAIL_EVENTS} | more
        return webhooks.create(self.store, self.vault, EndpointFields(name=name, url=url, **given), secret)

    def receive(self, *contents: bytes, asset: int = 0, source: str = "smtp") -> list[Kept]:
        """Keep mails as the receiver does, in one transaction."""
        to = self.assets[asset]
        addressee = Addressee(to.id, to.address, to.pci_check)
        envelope = Envelope(
            "bounces@example.net", to.forwarding_address, "192.0.2.1", datetime.now(UTC), source
        )
        with self.writer() as writer:
            return writer.write([filed(envelope, addressee, content) for content in contents])

    @contextlib.contextmanager
    def writer(self) -> Iterator[InboundWriter]:
        made = InboundWriter(self.store, LogSealer(self.store), MailOutbox(self.store))
        try:
            yield made
        finally:
            made.close()

    def lines(self, **which: Any) -> list[deliveries.DeliveryLine]:
        """Deliveries, the oldest first."""
        return deliveries.page(self.store, Which(**which), limit=100_000)[::-1]

    def states(self) -> list[str]:
        return [line.state.value for line in self.lines()]

    def delivery(self, number: int = 0) -> deliveries.Delivery:
        """One in full, counted from the oldest."""
        found = deliveries.by_id(self.store, self.lines()[number].id)
        assert found is not None
        return found

    def due_now(self) -> None:
        """As if the time of every retry had come."""
        with self.store.write() as session:
            session.connection().exec_driver_sql("UPDATE deliveries SET next_at = '' WHERE claimed_by = ''")

    def endpoint(self) -> Endpoint:
        (found,) = webhooks.all_endpoints(self.store, self.vault)
        return found


def desk(store: Store, vault: Vault) -> Desk:
    names = (("Billing", {}), ("Orders", {}), ("Cards", {"pci_check": True}))
    made = (
        assets.create(store, vault, fields(name, **more), inbound_domain="in.example.com")
        for name, more in names
    )
    return Desk(store, vault, tuple(made))


def mail(number: int = 1, body: str = "Hello.", headers: str = "") -> bytes:
    text = (
        "From: Ann Customer <customer@example.net>\r\nTo: Desk <billing@example.com>\r\n"
        f"Subject: Order {number}\r\nMessage-ID: <{number}@mail.example.net>\r\n{headers}\r\n{body}\r\n"
    )
    return text.encode("utf-8")


@contextlib.asynccontextmanager
async def delivering(desk: Desk, *, allow_private: bool = True, **more: Any) -> AsyncIterator[Deliverer]:
    """A deliverer that works on its own, looking into the store whenever it has nothing to do."""
    roster = Roster(desk.store, desk.vault, allow_private=allow_private, **more)
    made = Deliverer(desk.store, roster)

    async def work() -> None:
        while True:
            await made.wait(min(await made.turn(), 0.02))

    task = asyncio.create_task(work())
    try:
        yield made
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await made.close()


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that a thread or a connection brings about."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.005)


def all_done(desk: Desk) -> bool:
    """Whether nothing waits any more."""
    return deliveries.queue(desk.store).waiting == 0


def counted(desk: Desk, state: DeliveryState) -> int:
    return deliveries.count(desk.store, Which(state=state))


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def keys(secret: SecretStr = SECRET) -> list[Any]:
    return [signing.key_of(secret, signing.Style.STANDARD)]
