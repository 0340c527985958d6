"""An endpoint in the place of Webex Engage: real HTTP over TLS on loopback, that behaves as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.live.smtp_servers import server_context

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"


def answer(status: int, body: str = "", *headers: str) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status} Told", f"Content-Length: {len(body.encode())}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


@dataclass(slots=True)
class Engage:
    """What it answers, and what came."""

    reply: bytes | None = CREATED
    """None: it takes the request, and says nothing; b"": it closes without a word."""
    url: str = ""
    requests: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)
    """Set when a request has come."""
    go: threading.Event = field(default_factory=threading.Event)
    """What a silent one waits for before it closes."""

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers["content-length"]))
            self.requests.append((headers | {"": head[0]}, json.loads(body)))
            self.came.set()
            if self.reply is None:
                while not self.go.is_set():
                    await asyncio.sleep(0.01)
            elif self.reply:
                writer.write(self.reply)
                await writer.drain()
        writer.transport.abort()


@contextlib.contextmanager
def engaged(reply: bytes | None = CREATED) -> Iterator[Engage]:
    """The endpoint, in a thread of its own, for the block."""
    engage = Engage(reply)
    ready, ends = threading.Event(), threading.Event()

    async def serve() -> None:
        server = await asyncio.start_server(
            engage._served, "127.0.0.1", 0, ssl=server_context("localhost", "127.0.0.1")
        )
        engage.url = f"https://localhost:{server.sockets[0].getsockname()[1]}/v2/digital/app?channel=email"
        ready.set()
        while not ends.is_set():
            await asyncio.sleep(0.01)
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(20)
    try:
        yield engage
    finally:
        engage.go.set()
        ends.set()
        thread.join()
