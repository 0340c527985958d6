"""The receiver: listens for mail to the forwarding addresses, by SMTP and, behind a mail server, by LMTP.

`250` is said after the commit that holds the message. What goes wrong here is told as 4xx, and tried again by
the sender: a 5xx would make the provider send the customer's mail back.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from live.histogram import Histogram
from live.inbound.certificate import Certificate
from live.inbound.house import Counters, House
from live.inbound.intake import Confirmed, Filed, Intake, Writer
from live.inbound.limits import MEGABYTE, Limits
from live.inbound.protocol import Conversation
from live.inbound.receiver_errors import ReceiverError as ReceiverError
from live.inbound.room import QUIET_S, Room
from live.outgoing.mark import token_of
from live.rehearsal.closing import close_listeners
from store.addressees import Addressees
from store.database import Store, StoreError
from store.inbound_writer import InboundWriter
from store.log_key import LogSealer
from store.outbox_mail import MailOutbox
from store.settings import Settings

BACKLOG = 128
"""Connections that wait to be accepted; all that a restart keeps waiting for a second."""

SOCKET_MODE = 0o660
"""Of the LMTP socket: for its owner and its group, which a mail server can be made a member of."""

LOOK_S = 1.0
"""Between two looks for connections whose time is up."""


class Receiver:
    """Listens while it is started. Made, started and stopped in one event loop."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        limits: Limits | None = None,
        *,
        kept: Callable[[], object] = bool,
        confirmed: Confirmed | None = None,
    ) -> None:
        """
        Args:
            confirmed: called in the loop, with message id and content, after a confirmation was kept.
            kept: called, in the thread that writes, after a commit that brought webhooks something.
        """
        self._kept = kept
        self._confirmed = confirmed
        self._store = store
        self._settings = settings
        self._limits = limits or Limits(size=settings.inbound_size_mb * MEGABYTE)
        self.house: House | None = None
        """What its connections share, once it was started."""
        self._running = False
        self._servers: list[asyncio.Server] = []
        self._sweeper: asyncio.Task[None] | None = None
        self._addresses: list[str] = []
        self._socket_made: os.stat_result | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it listens: "smtp 127.0.0.1:2525", "lmtp /run/postroom/lmtp.sock"."""
        return tuple(self._addresses)

    @property
    def counters(self) -> Counters:
        """What was seen at the door since the start."""
        return self.house.counters if self.house else Counters()

    @property
    def filed(self) -> Filed:
        """What was kept since the start, and the last fault."""
        return self.house.intake.filed if self.house else Filed()

    @property
    def to_commit(self) -> Histogram:
        """Seconds from the end of each mail to the commit that holds it, since the start."""
        return self.house.intake.to_commit if self.house else Histogram()

    @property
    def connections(self) -> int:
        """Open ones."""
        return len(self.house.open) if self.house else 0

    @property
    def octets_in_memory(self) -> int:
        """Of mails that are on their way in."""
        return self.house.room.taken if self.house else 0

    async def hindrance(self) -> str:
        """Why mail is put off now by a fault of ours, for a person; "" while it is taken.

        After a fault of the store it is tried out whether that is gone, without a mail.
        """
        house = self.house
        if house is None:
            return ""
        if words := house.shortage():
            return words
        filed = house.intake.filed
        if filed.last_fault and filed.of_the_store:
            try:
                house.addressees.find("")
            except StoreError as error:
                filed.failed(str(error), of_the_store=True)
            else:
                await house.intake.try_out()
        elif time.monotonic() - filed.last_fault_at > QUIET_S:
            filed.last_fault = ""
        fault = filed.last_fault
        return f"Mail is put off, and the senders try again by themselves. {fault}" if fault else ""

    async def start(self) -> None:
        """Open the log, and listen.

        Raises:
            ReceiverError: an address is in use, the certificate unusable. StoreError, VaultError: messages
            cannot be kept, for instance since there is no vault to seal them for.
        """
        room = Room(self._store.path, self._limits)
        token = await asyncio.to_thread(token_of, self._store)
        intake = Intake(self._open_writer, room, self._limits, self._confirmed, token)
        tls = await asyncio.to_thread(_certificate, self._settings)
        addressees = Addressees(self._store)
        host = self._settings.inbound_domain or "localhost"
        self.house = House(host, self._limits, room, addressees, intake, tls)
        self._running = True
        try:
            await intake.start()
            await self._listen(self.house)
        except BaseException:
            await self.stop(0)
            raise
        self._sweeper = asyncio.get_running_loop().create_task(_sweep(self.house))

    async def stop(self, seconds: float = 10.0) -> None:
        """Take no more connections, let messages that are coming in arrive for so long, and close the log.

        Every message that has arrived completely is kept and answered.
        """
        house = self.house
        if house is None or not self._running:
            return
        self._running = False
        house.closing = True
        await close_listeners(self._servers)
        for conversation in list(house.open):
            conversation.shut_down()
        if self._sweeper is not None:
            self._sweeper.cancel()
        await _emptied(house, seconds)
        for conversation in list(house.open):
            conversation.shut_down(at_once=True)
        await house.intake.close()
        await _emptied(house, self._limits.parting if seconds else 0)
        for conversation in list(house.open):
            conversation.drop()
        await _emptied(house, 1.0)
        house.addressees.close()
        self._servers.clear()
        self._forget_sockets()

    def _open_writer(self) -> Writer:
        return InboundWriter(self._store, LogSealer(self._store), MailOutbox(self._store, self._kept))

    async def _listen(self, house: House) -> None:
        settings, loop = self._settings, asyncio.get_running_loop()
        smtp = functools.partial(Conversation, house, lmtp=False)
        lmtp = functools.partial(Conversation, house, lmtp=True)
        with _told(f"{settings.receiver_host} port {settings.receiver_port}", "receiver_port"):
            server = await loop.create_server(
                smtp, settings.receiver_host, settings.receiver_port, backlog=BACKLOG
            )
            self._took("smtp", server)
        if settings.lmtp_port is not None:
            with _told(f"{settings.receiver_host} port {settings.lmtp_port}", "lmtp_port"):
                server = await loop.create_server(
                    lmtp, settings.receiver_host, settings.lmtp_port, backlog=BACKLOG
                )
                self._took("lmtp", server)
        if (path := settings.lmtp_socket) is not None:
            with _told(str(path), "lmtp_socket"):
                _require_a_free_place(path)
                server = await loop.create_unix_server(lmtp, path, backlog=BACKLOG)
                path.chmod(SOCKET_MODE)
                self._socket_made = path.lstat()
                self._servers.append(server)
                self._addresses.append(f"lmtp {path}")

    def _took(self, protocol: str, server: asyncio.Server) -> None:
        self._servers.append(server)
        for listening in server.sockets:
            host, port = listening.getsockname()[:2]
            self._addresses.append(f"{protocol} {f'[{host}]' if ':' in host else host}:{port}")

    def _forget_sockets(self) -> None:
        """Remove the LMTP socket, if it still is the one that was made here."""
        path, made = self._settings.lmtp_socket, self._socket_made
        self._addresses.clear()
        self._socket_made = None
        if path is not None and made is not None:
            with contextlib.suppress(OSError):
                if os.path.samestat(path.lstat(), made):
                    path.unlink()


def _certificate(settings: Settings) -> Certificate | None:
    if settings.receiver_certificate is None:
        return None
    return Certificate(settings.receiver_certificate, settings.receiver_key)


async def _emptied(house: House, seconds: float) -> None:
    """Wait until no connection is open, for so long at most."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await house.emptied()


async def _sweep(house: House) -> None:
    """End the connections whose time is up."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(LOOK_S)
        now = loop.time()
        if house.tls is not None:
            house.tls.look(now)
        for conversation in list(house.open):
            conversation.overdue(now)


def _require_a_free_place(path: Path) -> None:
    """Refuse a path where something else is, or where somebody listens; asyncio itself removes any socket."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise FileExistsError(errno.EEXIST, "there is a file of that name")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(LOOK_S)
        if not probe.connect_ex(str(path)):
            raise FileExistsError(errno.EADDRINUSE, "another program listens there")


@contextlib.contextmanager
def _told(where: str, setting: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise ReceiverError(
            f"The receiver cannot listen at {where}: {why}; mend that, or choose another {setting}."
        ) from None
