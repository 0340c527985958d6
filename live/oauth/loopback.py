"""A listener on 127.0.0.1 for the one request in which a browser brings the answer (RFC 8252 7.3)."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import socket
from collections.abc import AsyncIterator
from urllib.parse import SplitResult, parse_qs, urlsplit

import h11
from pydantic import SecretStr

ADDRESS = "127.0.0.1"
"""IPv4 only: Microsoft takes no [::1], and a browser that is sent to localhost tries both."""
HOSTS = frozenset({"127.0.0.1", "localhost"})
LONGEST_HEAD = 32_768
"""Octets of a request: the address has up to 4,000, and localhost's cookies of other programs come along."""
MOST_CONNECTIONS = 32
"""Browsers open a handful ahead of need; more come from something else and are closed at once."""
MOST_FIELDS = 100
HOLD_S = 30.0
"""Seconds that a connection may take to say what it wants."""

ARRIVED = (200, "The answer has arrived. The console tells how it went; this window can be closed.")
OLDER = (400, "This answer belongs to an earlier attempt. Use the newest address that the console shows.")
NOT_HERE = (404, "There is nothing here.")
PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>postroom</title><p>{}</p></html>\n'
HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'"),
    ("Referrer-Policy", "no-referrer"),  # the page's address holds the code
    ("Cache-Control", "no-store"),
    ("Connection", "close"),
)


class PortTaken(Exception):
    """The port cannot be listened on; the text says why, and what to do."""


class Listener:
    """Waits for one answer on one path; every other request gets "not found" (browsers ask for icons)."""

    def __init__(self, redirect_uri: str) -> None:
        self.redirect_uri = redirect_uri
        """What the provider is told, with the port that is listened on."""
        self._path = urlsplit(redirect_uri).path or "/"
        self._state: SecretStr | None = None
        self._answer: asyncio.Future[SecretStr] = asyncio.get_running_loop().create_future()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port, of this machine."""
        return urlsplit(self.redirect_uri).port or 80

    async def answer(self, state: SecretStr) -> SecretStr:
        """Wait for the address with that state. An answer to an earlier attempt is told so, and waited past.

        The caller limits the time.
        """
        self._state = state
        return await self._answer

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection."""
        if len(self._tasks) >= MOST_CONNECTIONS:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._held(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        """Close all connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._answer.cancel()

    async def _held(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = None
        try:
            async with asyncio.timeout(HOLD_S):
                wire = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)
                request = await _request(wire, reader)
                if request is not None:
                    reply = self._reply(request)
                    if reply is ARRIVED:
                        self._state = None  # a second one finds nothing here, even while this is answered
                        address = self._absolute(request)
                    await _tell(wire, writer, request, reply)
                writer.close()
                await writer.wait_closed()
        except (OSError, TimeoutError, h11.RemoteProtocolError):
            writer.transport.abort()  # gone, or no browser
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        finally:
            if address is not None and not self._answer.done():
                self._answer.set_result(address)

    def _reply(self, request: h11.Request) -> tuple[int, str]:
        path, _, query = request.target.decode("latin-1").partition("?")
        if self._state is None or request.method != b"GET" or path != self._path:
            return NOT_HERE
        try:
            said = parse_qs(query, max_num_fields=MOST_FIELDS)
        except ValueError:
            return NOT_HERE
        if "state" not in said or not ("code" in said or "error" in said):
            return NOT_HERE
        same = hmac.compare_digest(said["state"][0].encode(), self._state.get_secret_value().encode())
        return ARRIVED if same else OLDER

    def _absolute(self, request: h11.Request) -> SecretStr:
        place = urlsplit(self.redirect_uri)
        return SecretStr(f"{place.scheme}://{place.netloc}{request.target.decode('latin-1')}")


@contextlib.asynccontextmanager
async def listening(callback_url: str, *, any_port: bool) -> AsyncIterator[Listener]:
    """Listen while the block runs.

    Args:
        callback_url: one that `is_loopback`; empty: the root of 127.0.0.1.
        any_port: whether the provider takes any port (RFC 8252 7.3), as Google and Microsoft do from desktop
            clients; then the one of the callback URL is only the first choice.

    Raises:
        PortTaken: the port cannot be listened on.
    """
    place = urlsplit(callback_url or f"http://{ADDRESS}/")
    sock = _bound(place.port or (0 if any_port else 80), any_port=any_port)
    listener = Listener(_with_port(place, sock.getsockname()[1]))
    server = await asyncio.start_server(listener.accept, sock=sock, limit=LONGEST_HEAD)
    try:
        yield listener
    finally:
        server.close()
        await listener.end()
        await server.wait_closed()


def is_loopback(callback_url: str) -> bool:
    """Whether a redirect to this URL reaches a listener on the machine that the browser runs on."""
    try:
        place = urlsplit(callback_url)
        return place.scheme == "http" and place.hostname in HOSTS and place.port != 0 and not place.query
    except ValueError:
        return False


def ssh_line(port: int, host: str, user: str = "", *, ssh_port: int = 22) -> str:
    """The line that makes a port of this machine reachable on the person's own, to be typed there.

    The numbers are the same on both sides, since the browser is sent to the port that is listened on here.
    """
    import shlex  # 3 ms, which the first frame need not pay

    target = f"{user}@{host}" if user else host
    other_port = ["-p", str(ssh_port)] if ssh_port != 22 else []
    return shlex.join(["ssh", *other_port, "-N", "-L", f"{port}:{ADDRESS}:{port}", target])


def _bound(port: int, *, any_port: bool) -> socket.socket:
    """A socket on the port, or on any that is free where that one is not and any will do."""
    fault = None
    for choice in dict.fromkeys((port, 0) if any_port else (port,)):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # an attempt a minute ago holds nothing up
        try:
            sock.bind((ADDRESS, choice))
        except OSError as error:
            sock.close()
            fault = os.strerror(error.errno or 0)
        else:
            return sock
    raise PortTaken(
        f"Port {port} of {ADDRESS} cannot be listened on ({fault}): free it, or paste the address back."
    )


def _with_port(place: SplitResult, port: int) -> str:
    shown = f":{port}" if port != 80 else ""
    return f"{place.scheme}://{place.hostname}{shown}{place.path}"


async def _request(wire: h11.Connection, reader: asyncio.StreamReader) -> h11.Request | None:
    """The head of a request; None when the browser has gone, as from connections that it opened ahead."""
    while (event := wire.next_event()) is h11.NEED_DATA:
        wire.receive_data(await reader.read(LONGEST_HEAD))
    return event if isinstance(event, h11.Request) else None


async def _tell(
    wire: h11.Connection, writer: asyncio.StreamWriter, request: h11.Request, reply: tuple[int, str]
) -> None:
    status, words = reply
    body = PAGE.format(words).encode()
    headers = [*HEADERS, ("Content-Length", str(len(body)))]
    writer.write(wire.send(h11.Response(status_code=status, headers=headers)) or b"")
    if request.method != b"HEAD":
        writer.write(wire.send(h11.Data(data=body)) or b"")
    await writer.drain()
