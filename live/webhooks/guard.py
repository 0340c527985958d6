"""Where webhooks may go: https to public addresses, and nowhere else unless the configuration allows it.

A name is resolved once, every address of it is judged, and the connection goes to an address that was judged:
a name that changes its mind in between (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

URL_CHARACTERS = 2_000
RESOLVE_SECONDS = 5.0


class TargetRefused(ValueError):
    """A webhook may not go there; the text says why, and how to allow it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a delivery goes."""

    url: str
    host: str
    port: int
    addresses: tuple[str, ...]
    """All of them were judged; they are tried in this order."""

    @property
    def address(self) -> str:
        """The first, which is the one that is connected to unless it does not answer."""
        return self.addresses[0]


def checked_url(url: str, *, allow_private: bool) -> str:
    """The URL of a webhook, as it may be kept.

    Raises:
        TargetRefused: it is not https, or carries a name and password or a fragment, or is too long.
    """
    parts = _parts(url)
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise TargetRefused("A webhook's URL begins with https://; events are not sent in the clear.")
    if parts.username is not None or parts.password is not None:
        raise TargetRefused(
            "A webhook's URL holds no name and password; whoever sees the URL would see them."
        )
    if parts.fragment:
        raise TargetRefused("A webhook's URL has no #fragment: servers never see it.")
    return url


def _parts(url: str) -> SplitResult:
    if len(url) > URL_CHARACTERS or any(ord(character) <= 32 or ord(character) == 127 for character in url):
        raise TargetRefused(f"A webhook's URL has at most {URL_CHARACTERS:,} characters and no spaces.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetRefused(f"This is not a URL: {error}.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise TargetRefused("A webhook's URL looks like https://hooks.example.com/postroom.")
    return parts


async def resolved(url: str, *, allow_private: bool) -> Target:
    """Resolve the host of a URL, once, and pick an address that may be connected to.

    Raises:
        TargetRefused: an address of the host is private, loopback, link-local or otherwise not public.
        OSError: the name cannot be resolved (`TimeoutError` where that takes longer than five seconds).
    """
    parts = _parts(checked_url(url, allow_private=allow_private))
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Target(url, host, port, await judged(host, port, allow_private=allow_private))


async def judged(host: str, port: int, *, allow_private: bool) -> tuple[str, ...]:
    """The addresses of a host, resolved once, at least one, all of them allowed. Raises as `resolved`."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(RESOLVE_SECONDS):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise OSError(f"{host} has no address")
    for address in () if allow_private else addresses:
        if not is_public(address):
            raise TargetRefused(
                f"{host} leads to {address}, which is not a public address; webhook_allow_private in the "
                "configuration would allow it."
            )
    return addresses


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, also where it is an IPv4 address in IPv6's clothes."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _nat64(ip)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None
