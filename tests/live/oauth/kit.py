"""What the OAuth tests share: planted secrets, a look for leaks, a server on a real socket that says
anything."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from pydantic import SecretStr

from live.oauth.http import HttpLimits
from store.kinds import Provider
from store.oauth_clients import OAuthClientFields

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CODE = SecretStr("4/0AplantedCode-7c1d9e55aa")
REFRESH = SecretStr("1//0gplantedRefresh-90ab77c4de")
ACCESS = SecretStr("ya29.plantedAccess-51fe23bb08")
SECRET = SecretStr("GOCSPX-plantedSecret-6611ab42")
PLANTED = (CODE, REFRESH, ACCESS, SECRET)
SHORT = HttpLimits(connect=1, read=0.4, total=0.8, connections=4)
"""For servers that keep silent."""
SCOPE = "https://mail.example.com/send"


def client(token_url: str = "", **more: Any) -> OAuthClientFields:
    """A client of a server of nobody in particular."""
    given = {
        "name": "Desk",
        "provider": Provider.CUSTOM,
        "client_id": "desk-client",
        "authorization_url": token_url.replace("/token", "/authorize"),
        "token_url": token_url,
        "scope": SCOPE,
    }
    return OAuthClientFields(**(given | more))


# Leaks


def told(error: BaseException) -> str:
    """All that a traceback with locals could print of an error, and of those before it."""
    parts: list[str] = []
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        parts += [repr(one), str(one), repr(vars(one)), *getattr(one, "__notes__", ())]
        parts += list(_frames(one))
        todo += [one.__cause__, one.__context__]
    return "\n".join(parts)


def _frames(error: BaseException) -> Iterator[str]:
    trace = error.__traceback__
    while trace is not None:
        if "/tests/" not in trace.tb_frame.f_code.co_filename:
            for name, value in trace.tb_frame.f_locals.items():
                yield f"{trace.tb_frame.f_code.co_qualname}: {name} = {value!r}"
        trace = trace.tb_next


def assert_silent(text: str, secrets: Iterable[SecretStr] = PLANTED) -> None:
    """None of the planted secrets is in a text, nor a telling part of one."""
    for secret in secrets:
        plain = secret.get_secret_value()
        for part in (plain, plain[4:20], plain[-12:]):
            assert part not in text, f"{plain} shows"


# A server


@dataclass
class Heard:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    form: dict[str, str]


Say = Callable[[asyncio.StreamWriter], Awaitable[None]]
Reply = bytes | Say | None
"""Octets, a function that writes, or None: nothing, while the connection stays open."""


@dataclass
class Server:
    """Answers each request with the next of its replies, and with the last one from then on."""

    replies: list[Reply]
    port: int = 0
    scheme: str = "http"
    host: str = "127.0.0.1"
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """A client closed its connection, or the server did."""

    def url(self, path: str = "/token") -> str:
        return f"{self.scheme}://{self.host}:{self.port}{path}"

    @property
    def forms(self) -> list[dict[str, str]]:
        return [one.form for one in self.heard]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            while request := await _heard(reader):
                self.heard.append(request)
                reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
                if not await _said(reply, reader, writer):
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open_now -= 1
            self.left.set()
            writer.close()


async def _heard(reader: asyncio.StreamReader) -> Heard | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Heard(method, target, headers, dict(parse_qsl(body.decode(), keep_blank_values=True)))


async def _said(reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Returns whether the connection goes on."""
    if reply is None:
        await reader.read()
        return False
    if isinstance(reply, bytes):
        writer.write(reply)
        await writer.drain()
        return b"connection: close" not in reply.lower()
    await reply(writer)
    return False


@contextlib.asynccontextmanager
async def serving(*replies: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server while the block runs; over TLS its name is localhost."""
    server = Server(list(replies))
    if tls is not None:
        server.scheme, server.host = "https", "localhost"
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(server.talk(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listener = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def reply(body: object = b"", status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """A whole answer; a body that is no bytes goes as JSON."""
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(octets) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + octets


def good(**more: Any) -> bytes:
    """A token answer."""
    return reply(tokens(**more))


def tokens(**more: Any) -> dict[str, Any]:
    """The members of a token answer."""
    given = {
        "access_token": ACCESS.get_secret_value(),
        "refresh_token": REFRESH.get_secret_value(),
        "token_type": "Bearer",
        "expires_in": 3599,
        "scope": SCOPE,
    }
    return {name: value for name, value in (given | more).items() if value is not ...}
