"""The one HTTP client for authorization servers: https, no redirects, bounded, and nothing of it logged.

A proxy of the environment (HTTPS_PROXY, NO_PROXY) is used, since many desks reach the internet through their
company's only; it sees a tunnel, not what is in it. Loopback is never reached through one: there the
connection is plain, and the proxy would read it.
"""

from __future__ import annotations

import asyncio
import http.cookiejar
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from live.https import system_error, tls_context
from live.oauth.faults import NetworkFault as NetworkFault
from live.oauth.http_answer import CLOCK_OFF as CLOCK_OFF
from live.oauth.http_answer import KEPT_HEADERS, LONGEST_HEADER, json_object, moment
from live.oauth.http_answer import Answer as Answer
from live.smtp.fault import system_text

Form = Mapping[str, str | SecretStr]
"""Names and values of a request's body; secrets stay masked until they are written."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Hosts that plain http may go to (RFC 8252 8.3): nobody else is on the way."""
LONGEST_BODY = 262_144
"""Octets of an answer: sixteen times a token answer with two tokens of 8 kB."""
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",  # 256 kB of gzip can unpack to a quarter of a gigabyte
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": "postroom",
}

for _name in ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
    # At INFO they print URLs, at DEBUG all headers of an answer, and a redirect's target may hold a code.
    # A filter, since a level could be set lower by whoever turns on debugging for everything.
    logging.getLogger(_name).addFilter(lambda record: record.levelno >= logging.WARNING)


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Seconds, and connections."""

    connect: float = 10.0
    """Name, TCP and TLS: three lost packets."""
    read: float = 20.0
    """Silence in the middle of an answer; token endpoints answer within two seconds."""
    total: float = 30.0
    """Over all, so that a server which sends an octet now and then holds nobody up."""
    connections: int = 20
    """At a time; requests beyond wait for a place, which counts for none of the times above."""
    idle: float = 30.0
    """How long an idle connection is kept: below what the large providers' front ends do."""


class OAuthHttp:
    """One bounded client, as an async context manager; for one event loop, and many requests at a time."""

    def __init__(
        self,
        limits: HttpLimits | None = None,
        *,
        ca_pem: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            ca_pem: a certificate authority that is trusted besides the system's, in PEM.
            clock: the time of this machine (aware), that the server's is compared with.
        """
        self.limits = limits or HttpLimits()
        self._ca_pem = ca_pem
        self._clock = clock
        self._places = asyncio.Semaphore(self.limits.connections)
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        """Make the client.

        Raises:
            NetworkFault: the environment names a proxy that cannot be used.
        """
        trust = await asyncio.to_thread(tls_context, self._ca_pem)
        self._client = _client(self.limits, trust)
        if self._client is None:
            raise NetworkFault(
                "The proxy that the environment names (HTTPS_PROXY, ALL_PROXY) cannot be used: "
                "it must be the http:// address of an HTTP proxy.",
                "condition:oauth_bad_proxy",
                sent=False,
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def post(self, url: str, form: Form) -> Answer:
        """Send a form and read the answer, whatever its status.

        Raises:
            NetworkFault: the URL is one that nothing may be sent to, or no whole answer came. Neither it nor
                its traceback holds what was sent.
        """
        refused = url_fault(url)
        if refused is not None:
            raise refused
        async with self._places:
            began = time.perf_counter()
            outcome = await self._tried(url, form)
        if isinstance(outcome, NetworkFault):
            outcome.ms = (time.perf_counter() - began) * 1000
            raise outcome  # here, where no frame below is left: those hold the form in plain
        return outcome

    async def _tried(self, url: str, form: Form) -> Answer | NetworkFault:
        host = httpx.URL(url).host
        under_way = _UnderWay()
        try:
            async with asyncio.timeout(self.limits.total):
                return await self._exchanged(url, form, under_way)
        except httpx.TimeoutException as error:
            return _timed_out(host, under_way, sent=not isinstance(error, httpx.ConnectTimeout))
        except TimeoutError:
            return _timed_out(host, under_way, sent=True)
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
            return _network_fault(error, host, under_way)

    async def _exchanged(self, url: str, form: Form, under_way: _UnderWay) -> Answer | NetworkFault:
        assert self._client is not None, "the client is used inside its `async with`"
        began = time.perf_counter()
        asked_at = self._clock()
        request = self._client.build_request("POST", url, content=_written(form), headers=HEADERS)
        response = await self._client.send(request, stream=True)
        try:
            served_at = moment(response.headers.get("date", ""))
            skew = (asked_at - served_at).total_seconds() if served_at else None
            under_way.answering = True
            body = await _bounded(response)
        finally:
            await response.aclose()
        if body is None:
            sentence = f"The answer of {request.url.host} is longer than 256 kB: no token answer is."
            return NetworkFault(sentence, "condition:oauth_answer_too_long")
        return Answer(
            status=response.status_code,
            data=json_object(body),
            text=body.decode("utf-8", "replace"),
            headers={
                name: response.headers[name][:LONGEST_HEADER]
                for name in KEPT_HEADERS
                if name in response.headers
            },
            ms=(time.perf_counter() - began) * 1000,
            skew_seconds=skew,
            secrets=tuple(value for value in form.values() if isinstance(value, SecretStr)),
        )


@dataclass(slots=True)
class _UnderWay:
    """How far a request has come."""

    answering: bool = False


def url_fault(url: str) -> NetworkFault | None:
    """Why nothing may be sent to a URL; None: it may."""
    parsed = _parsed(url)
    if parsed is None or parsed.userinfo or parsed.fragment:
        words = "The URL must be https:// with a host, without spaces, a user or a fragment."
        return NetworkFault(words, "condition:oauth_bad_url", sent=False, edit=True)
    if parsed.scheme == "http" and parsed.host not in LOOPBACK:
        words = f"Nothing is sent to {parsed.host} over plain http, which all on the way can read: use https."
        return NetworkFault(words, "condition:oauth_plain_http", sent=False, edit=True)
    return None


def _parsed(url: str) -> httpx.URL | None:
    """The URL, where it is one of http or https with a host, and free of what only a slip puts there."""
    if not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return None
    known = parsed.scheme in ("https", "http") and parsed.host and 0 < (parsed.port or 443) < 65_536
    return parsed if known else None


def _written(form: Form) -> bytes:
    plain = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in form.items()
    }
    return urlencode(plain, errors="replace").encode("ascii")  # an error would quote the secret


async def _bounded(response: httpx.Response) -> bytes | None:
    """The body as sent, or None where it is longer than `LONGEST_BODY`."""
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LONGEST_BODY:
            return None
    return body


def _client(limits: HttpLimits, trust: ssl.SSLContext) -> httpx.AsyncClient | None:
    """None where the environment's proxy cannot be used; what httpx says of that may hold its password."""
    no_cookies = http.cookiejar.DefaultCookiePolicy(allowed_domains=())  # they would tie assets together
    try:
        return httpx.AsyncClient(
            verify=trust,
            follow_redirects=False,
            timeout=httpx.Timeout(limits.read, connect=limits.connect, pool=None),
            limits=httpx.Limits(
                max_connections=limits.connections,
                max_keepalive_connections=limits.connections,
                keepalive_expiry=limits.idle,
            ),
            mounts={f"all://{f'[{host}]' if ':' in host else host}": None for host in LOOPBACK},
            cookies=http.cookiejar.CookieJar(no_cookies),
        )
    except (ImportError, ValueError, httpx.InvalidURL):
        return None


def _timed_out(host: str, under_way: _UnderWay, *, sent: bool) -> NetworkFault:
    doing = "in its answer" if under_way.answering else "before it answered" if sent else "connecting"
    return NetworkFault(f"Timed out: {host} kept us waiting {doing}.", "condition:oauth_timed_out", sent=sent)


def _network_fault(error: Exception, host: str, under_way: _UnderWay) -> NetworkFault:
    """A fault in the system's own words. The library's are left out: they quote what the server sent."""
    system = system_error(error)
    if isinstance(error, httpx.ProxyError):
        words = f"The proxy that the environment names does not lead to {host}."
        return NetworkFault(words, "condition:oauth_proxy_refused", sent=False)
    if isinstance(error, httpx.ConnectError):
        text = system_text(system) if system else "ConnectError: no connection"
        return NetworkFault(f"No connection to {host} ({text}).", text, sent=False)
    if under_way.answering:
        return NetworkFault(f"The answer of {host} was cut off.", "condition:oauth_cut_off")
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in str(error):
        return NetworkFault(f"What answers at {host} does not speak HTTP.", "condition:oauth_not_http")
    sentence = f"{host} took the request and closed the connection without an answer."
    return NetworkFault(sentence, "condition:oauth_no_answer")
