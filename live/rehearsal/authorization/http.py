"""HTTP/1.1 for the authorization server: bounded requests in, and answers out that may break off on purpose.

h11 comes with httpx and does the protocol. A framework would bring a server with signal handlers of its own
into the loop of the SMTP servers, and no way to stop in the middle of an answer.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import h11

HEAD_LIMIT = 32_768  # octets of request line and headers; an authorization URL has some 1,000
BODY_LIMIT = 65_536  # octets; a form with a refresh token of 12 kB and an assertion has 20,000
FIELD_LIMIT = 100  # in a query or a form; the consent page has about ten
READ_OCTETS = 65_536
REQUEST_S = 60.0  # from one answer to the end of the next request: longer than a pool keeps a connection
ANSWER_S = 60.0  # for a client to take an answer, flood included
FORM = "application/x-www-form-urlencoded"

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """What a query or a form says; kept out of every repr, since it may hold secrets."""

    pairs: Pairs = field(default=(), repr=False)

    def get(self, name: str) -> str:
        """The first value of that name, "" where there is none."""
        return next((value for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of that name."""
        return tuple(value for key, value in self.pairs if key == name)

    @property
    def repeated(self) -> bool:
        """Whether a name comes twice, which no OAuth parameter may (RFC 6749 3.1 and 3.2)."""
        names = [key for key, _ in self.pairs]
        return len(names) != len(set(names))


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request."""

    method: str
    path: str
    target: str = field(repr=False)
    """Path and query, as sent."""
    host: str
    """As the client named it, with the port."""
    query: Fields = field(default=Fields(), repr=False)
    form: Fields = field(default=Fields(), repr=False)
    """Of a body of that type; empty for others."""
    authorization: str = field(default="", repr=False)
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and how it goes wrong."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: Pairs = field(default=(), repr=False)
    delay_s: float = 0.0
    """Seconds before it."""
    cut_after: int | None = None
    """After so many octets of the body the connection ends."""
    hang_up: bool = False
    """The connection ends without an answer."""


Handler = Callable[[Request], Awaitable[Answer]]


def json_answer(value: Any, status: int = 200, headers: Pairs = ()) -> Answer:
    """An answer that nobody may keep (RFC 6749 5.1)."""
    told = (("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store"))
    return Answer(status, json.dumps(value).encode(), (*told, ("Pragma", "no-cache"), *headers))


def page(html: str, status: int = 200) -> Answer:
    """A page without scripts; its address holds a `state`, which no other page shall learn."""
    told = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
    )
    return Answer(status, html.encode(), told)


def redirect(to: str) -> Answer:
    """Send the browser elsewhere."""
    return Answer(302, b"", (("Location", to), ("Referrer-Policy", "no-referrer")))


def plain(text: str, status: int) -> Answer:
    """A short word."""
    return Answer(status, f"{text}\n".encode(), (("Content-Type", "text/plain; charset=utf-8"),))


class TooLarge(Exception):
    """The request's body is beyond `BODY_LIMIT`."""


class HttpConversation:
    """One connection: requests are answered one after the other."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        handle: Handler,
        clock: Callable[[], float],
    ) -> None:
        """`clock` gives the time of the Date header, in seconds since the epoch."""
        self._reader = reader
        self._writer = writer
        self._handle = handle
        self._clock = clock
        self._wire = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)

    async def run(self) -> None:
        """Answer until the client goes, breaks the protocol, or an answer is to end the connection."""
        going_on = True
        while going_on:
            try:
                async with asyncio.timeout(REQUEST_S):
                    request = await self._request()
            except h11.RemoteProtocolError as error:
                await self._refuse(plain("Bad request", error.error_status_hint))
                return
            except TooLarge:
                await self._refuse(plain("Request too large", 413))
                return
            going_on = request is not None and await self._answered(request)

    async def _request(self) -> Request | None:
        """Read a whole request; None when the client has gone."""
        head: h11.Request | None = None
        body = b""
        while True:
            event = self._wire.next_event()
            if event is h11.NEED_DATA:
                if self._wire.they_are_waiting_for_100_continue:
                    await self._send(h11.InformationalResponse(status_code=100, headers=[]))
                self._wire.receive_data(await self._reader.read(READ_OCTETS))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > BODY_LIMIT:
                    raise TooLarge
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return _read(head, body)
            else:
                return None

    async def _answered(self, request: Request) -> bool:
        """Answer a request; returns whether another may come on this connection."""
        answer = await self._handle(request)
        if answer.delay_s:
            await asyncio.sleep(answer.delay_s)
        if answer.hang_up:
            return False
        async with asyncio.timeout(ANSWER_S):
            await self._tell(answer, bodiless=request.method == "HEAD")
        if answer.cut_after is not None or self._wire.our_state is not h11.DONE:
            return False
        self._wire.start_next_cycle()
        return True

    async def _refuse(self, answer: Answer) -> None:
        if self._wire.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            async with asyncio.timeout(ANSWER_S):
                await self._tell(answer, closing=True)

    async def _tell(self, answer: Answer, *, bodiless: bool = False, closing: bool = False) -> None:
        headers = [
            ("Date", formatdate(self._clock(), usegmt=True)),
            ("Content-Length", str(len(answer.body))),
            *answer.headers,
            *([("Connection", "close")] if closing else []),
        ]
        await self._send(h11.Response(status_code=answer.status, headers=headers))
        if answer.body and not bodiless:
            await self._send(h11.Data(data=answer.body[: answer.cut_after]))
        if answer.cut_after is None:
            await self._send(h11.EndOfMessage())

    async def _send(
        self, event: h11.InformationalResponse | h11.Response | h11.Data | h11.EndOfMessage
    ) -> None:
        self._writer.write(self._wire.send(event) or b"")
        await self._writer.drain()


def _read(head: h11.Request, body: bytes) -> Request:
    """Parse what h11 took apart.

    Raises:
        h11.RemoteProtocolError: the address or the form is no text, or has too many fields.
    """
    try:
        target = head.target.decode("ascii")
        parts = urlsplit(target)
        query = _fields(parts.query)
        form = _fields(body.decode()) if _header(head, b"content-type").startswith(FORM) else Fields()
    except ValueError as error:
        raise h11.RemoteProtocolError("The request cannot be read.") from error
    return Request(
        method=head.method.decode("ascii"),
        path=parts.path,
        target=target,
        host=_header(head, b"host"),
        query=query,
        form=form,
        authorization=_header(head, b"authorization"),
        origin=_header(head, b"origin"),
    )


def _fields(text: str) -> Fields:
    return Fields(tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELD_LIMIT)))


def _header(head: h11.Request, name: bytes) -> str:
    headers: Iterable[tuple[bytes, bytes]] = head.headers
    return next((value.decode("latin-1") for key, value in headers if key == name), "")
