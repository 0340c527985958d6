"""One POST that hands a registration on: https, no redirects, bounded, and never sent a second time."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import uuid
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from live.https import system_error, tls_context
from live.smtp.concealment import Concealment
from live.smtp.fault import system_text
from store.assets import Asset

SECONDS = 30.0
"""For all of it; the platform's own limit for a call is not documented, gateways mostly wait so long."""
CONNECT_SECONDS = 10.0
"""Of these for name and TCP, and again for TLS: a total that runs out has therefore sent the request."""
ANSWER_OCTETS = 65_536
SHOWN_CHARACTERS = 300
"""Of an answer's body that are told."""
GATEWAY_TIMEOUT = 504
"""The gateway's word for a lost answer: what is behind it may have taken the request."""

for _name in ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
    # At DEBUG they print all headers of a request, and with them the token.
    logging.getLogger(_name).addFilter(lambda record: record.levelno >= logging.WARNING)


class Came(StrEnum):
    """What came of the call."""

    REGISTERED = "registered"
    """2xx."""
    REFUSED = "refused"
    """Another status, or nothing was ever sent."""
    UNKNOWN = "unknown"
    """It was sent, and no answer came."""


@dataclass(frozen=True, slots=True)
class Called:
    """How it ended; `words` is one sentence or two, and may hold the server's: untrusted."""

    came: Came
    words: str


@dataclass(frozen=True, slots=True)
class Handover:
    """What is sent, as it is shown before."""

    url: str
    host: str
    headers: tuple[tuple[str, str], ...]
    """Without the token, which is in none of this."""
    body: str
    tracking_id: str


def handover(asset: Asset, service: str, url: str, organization: str = "") -> Handover:
    """The request for one asset.

    Args:
        url: as the setting `engage_url` has it.
        organization: the value of `x-organization-id`, https://developer.webex.com/webex-connect; "": none.
    """
    tracking_id = f"postroom_{uuid.uuid4()}"
    headers = [("Content-Type", "application/json"), ("Accept", "application/json")]
    headers.append(("trackingid", tracking_id))
    if organization:
        headers.append(("x-organization-id", organization))
    body = {
        "channel": "email",
        "name": asset.name,
        "emailId": asset.address,
        "forwardingAddress": asset.forwarding_address,
        "service": service,
        "pciCheck": asset.pci_check,
    }
    text = json.dumps(body, indent=2, ensure_ascii=False)
    return Handover(url, urlsplit(url).hostname or url, tuple(headers), text, tracking_id)


async def call(what: Handover, token: SecretStr, *, ca_pem: str = "", seconds: float = SECONDS) -> Called:
    """Send it, once. No fault of the network is raised; cancelling leaves open whether it was taken.

    Args:
        ca_pem: a certificate authority that is trusted besides the system's, in PEM.
        seconds: for all of it.
    """
    if urlsplit(what.url).scheme != "https":
        return Called(Came.REFUSED, "Nothing was sent: a token goes over https:// only.")
    concealed = Concealment(token.get_secret_value())
    trust = await asyncio.to_thread(tls_context, ca_pem)
    try:
        async with asyncio.timeout(seconds), _client(trust, seconds) as client:
            called = await _posted(client, what, token)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
        called = Called(Came.REFUSED, f"Nothing was sent: no connection to {what.host} ({_why(error)}).")
    except (httpx.InvalidURL, ImportError, ValueError) as error:  # also a proxy that cannot be used
        words = (
            f"Nothing was sent ({type(error).__name__}): check engage_url, and the proxy of the environment."
        )
        called = Called(Came.REFUSED, words)
    except (httpx.TimeoutException, TimeoutError):
        called = Called(Came.UNKNOWN, f"{what.host} did not answer within {seconds:g} seconds.")
    except (httpx.HTTPError, httpx.StreamError, OSError):
        words = f"{what.host} took the request and closed the connection without an answer."
        called = Called(Came.UNKNOWN, words)
    return Called(called.came, concealed(called.words))


async def _posted(client: httpx.AsyncClient, what: Handover, token: SecretStr) -> Called:
    headers = {**dict(what.headers), "Authorization": f"Bearer {token.get_secret_value()}"}
    request = client.build_request("POST", what.url, content=what.body.encode("utf-8"), headers=headers)
    response = await client.send(request, stream=True)
    try:
        status = response.status_code
        if 200 <= status < 300:  # it is registered, whatever the body says, or whether it comes at all
            return Called(Came.REGISTERED, f"{what.host} answered {status}.")
        told = await _start(response)
    finally:
        await response.aclose()
    said = f" It says: {told}" if told else ""
    if 300 <= status < 400:
        return Called(Came.REFUSED, f"{what.host} answered {status}, a redirect: none is followed.{said}")
    if status == GATEWAY_TIMEOUT:
        words = f"{what.host} answered {status}: what is behind it was too slow, and may have taken it."
        return Called(Came.UNKNOWN, words + said)
    return Called(Came.REFUSED, f"{what.host} answered {status}, {_meaning(status)}.{said}")


def _meaning(status: int) -> str:
    known = {
        400: "it does not accept the request",
        401: "the token is not accepted: give a new one",
        403: "the token may not do this",
        404: "there is nothing at this address: check engage_url",
        409: "it is registered there already, or something else stands against it",
        422: "it does not accept what is in the request",
        429: "too many requests: wait some minutes",
    }
    if status in known:
        return known[status]
    return "it has a fault of its own: look in Engage before trying again" if status >= 500 else "it refused"


async def _start(response: httpx.Response) -> str:
    """The first words of an answer. One that breaks off changes nothing: its status has come."""
    body = b""
    try:
        async for chunk in response.aiter_raw():
            body += chunk[: ANSWER_OCTETS - len(body)]
            if len(body) >= ANSWER_OCTETS:
                break
    except (httpx.HTTPError, httpx.StreamError, OSError):
        pass
    return " ".join(body.decode("utf-8", "replace").split())[:SHOWN_CHARACTERS]


def _client(trust: ssl.SSLContext, seconds: float) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        verify=trust,
        follow_redirects=False,
        timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds / 3)),
        headers={"User-Agent": "postroom", "Accept-Encoding": "identity"},
    )


def _why(error: BaseException) -> str:
    """The operating system's or TLS's own words at the bottom of a library's error."""
    if isinstance(error, httpx.ProxyError):
        return "the proxy that the environment names does not lead there"
    if isinstance(error, httpx.ConnectTimeout):
        return "it did not answer in time"
    system = system_error(error)
    return system_text(system) if system else "it was refused"
