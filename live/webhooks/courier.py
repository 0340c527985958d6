"""Carries one delivery to its endpoint: a POST to an address that was judged, bounded in time and octets.

httpcore, which is what httpx stands on, without httpx: a request costs half as much, and the connection's
address is chosen here, so that TLS still proves the name. No redirect is followed, no proxy of the
environment used (it would resolve the name again, and where that leads nobody judges), no cookie kept.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpcore
import httpx

from live.https import system_error, tls_context
from live.smtp.fault import system_text
from live.webhooks.guard import TargetRefused, checked_url, judged
from live.webhooks.retry import retry_after

SECONDS = 15.0
"""For a whole try, from the name to the end of the answer (Standard Webhooks: 15 to 30)."""
CONNECT_SECONDS = 10.0
"""Of these for TCP and TLS."""
ANSWER_OCTETS = 65_536
"""As much of an answer is read; nobody needs it, but a connection can be used again only after its end."""
KEPT_OCTETS = 500
IDLE_SECONDS = 30.0
"""How long an idle connection is kept: below what most servers do."""
HEADERS = {
    "content-type": "application/json",
    "accept": "*/*",
    "accept-encoding": "identity",  # what is kept of an answer is to be read by a person
    "user-agent": "postroom",
}

for _name in ("httpcore", "httpcore.connection", "httpcore.http11"):
    # At DEBUG they print the headers of requests and answers.
    logging.getLogger(_name).addFilter(lambda record: record.levelno >= logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    retry_after: timedelta | None
    start: str
    """The first octets of the body, as text; untrusted."""
    ms: float

    @property
    def well(self) -> bool:
        """2xx, and nothing else."""
        return 200 <= self.status < 300


class Undelivered(Exception):
    """No answer came; the text says why, in one sentence."""

    def __init__(self, words: str, ms: float) -> None:
        super().__init__(words)
        self.ms = ms


class Courier:
    """Connections to one endpoint, in one event loop. Where no TLS context is given, one is made (30 ms)."""

    def __init__(
        self, url: str, *, allow_private: bool, at_once: int, trust: ssl.SSLContext | None = None
    ) -> None:
        """Raises: TargetRefused: nothing may be sent there."""
        try:
            parsed = httpx.URL(checked_url(url, allow_private=allow_private))
        except httpx.InvalidURL as error:
            raise TargetRefused(f"This is not a URL: {error}.") from None
        self.host = parsed.host
        self._authority = parsed.netloc
        self._url = httpcore.URL(
            scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path
        )
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust or tls_context(),
            max_connections=at_once,
            max_keepalive_connections=at_once,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=_Judged(allow_private=allow_private),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body, and read the answer as far as it matters.

        Raises:
            Undelivered: no answer came in time, or none at all, or the address may not be connected to.
        """
        began = time.perf_counter()
        under_way = _UnderWay()
        try:
            async with asyncio.timeout(SECONDS):
                reused = any(connection.is_idle() for connection in self._pool.connections)
                try:
                    return await self._posted(body, headers, began, under_way)
                except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                    # It was closed while idle, which is nobody's fault. The event's id is the same.
                    if not reused or under_way.answering:
                        raise
                return await self._posted(body, headers, began, under_way)
        except TargetRefused as refused:
            words = str(refused)
        except (TimeoutError, httpcore.TimeoutException) as error:
            words = self._timed_out(error, under_way)
        except (
            httpcore.ProtocolError,
            httpcore.NetworkError,
            OSError,
            httpcore.UnsupportedProtocol,
        ) as error:
            words = self._failed(error, under_way)
        raise Undelivered(words, _ms(began))

    async def _posted(
        self, body: bytes, headers: Mapping[str, str], began: float, under_way: _UnderWay
    ) -> Answer:
        all_headers = {"host": self._authority.decode("ascii"), **HEADERS, **headers}
        all_headers["content-length"] = str(len(body))
        request = httpcore.Request(
            "POST",
            self._url,
            headers=list(all_headers.items()),
            content=body,
            extensions={"timeout": {"connect": CONNECT_SECONDS}},
        )
        response = await self._pool.handle_async_request(request)
        try:
            under_way.answering = True
            start = await _start(response)
        finally:
            await response.aclose()
        after = next((value for name, value in response.headers if name.lower() == b"retry-after"), b"")
        return Answer(
            response.status,
            retry_after(after.decode("latin-1"), datetime.now(UTC)),
            start.decode("utf-8", "replace"),
            _ms(began),
        )

    def _timed_out(self, error: Exception, under_way: _UnderWay) -> str:
        if isinstance(error, httpcore.ConnectTimeout):
            return f"No connection to {self.host} within {CONNECT_SECONDS:g} s."
        doing = "did not end its answer" if under_way.answering else "did not answer"
        return f"{self.host} {doing} within {SECONDS:g} s."

    def _failed(self, error: Exception, under_way: _UnderWay) -> str:
        if isinstance(error, (httpcore.ConnectError, OSError)):
            system = system_error(error)
            return f"No connection to {self.host} ({system_text(system) if system else 'it was refused'})."
        if under_way.answering:
            return f"The answer of {self.host} was cut off."
        if isinstance(error, httpcore.RemoteProtocolError) and "disconnected" not in str(error):
            return f"What answers at {self.host} does not speak HTTP."
        return f"{self.host} closed the connection without an answer."


@dataclass(slots=True)
class _UnderWay:
    answering: bool = False


class _Judged(httpcore.AsyncNetworkBackend):
    """Connects to judged addresses only. The name stays what TLS proves: it is told apart from this."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # as httpcore has it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await judged(host, port, allow_private=self._allow_private)
        for address in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)


async def _start(response: httpcore.Response) -> bytes:
    """The first octets of the body, after up to `ANSWER_OCTETS` of it were read."""
    start, read = b"", 0
    async for chunk in response.aiter_stream():
        read += len(chunk)
        if len(start) < KEPT_OCTETS:
            start += chunk[: KEPT_OCTETS - len(start)]
        if read > ANSWER_OCTETS:
            break
    return start


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000
