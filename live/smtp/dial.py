"""From a host's name to an open socket: all its addresses, tried in order, each failure kept."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from live.smtp.fault import Facts, RungError, system_text, within
from live.smtp.limits import Limits
from live.smtp.names import WireNameError, host_on_wire, is_number

MOST_ADDRESSES = 16
"""Large providers publish under ten; a name with a thousand would only spend the time limit."""

NO_ROUTE = re.compile(r"unreachable|assign requested address|Address family not supported")
"""Faults of this machine's own network."""

Found = Sequence[tuple[int, int, int, str, Any]]
"""What getaddrinfo returns."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the host, with the port."""

    family: int
    sockaddr: Any
    """As the socket module takes it: (host, port) or (host, port, flow, scope)."""

    @property
    def number(self) -> str:
        """The address without the port."""
        return str(self.sockaddr[0])

    def __str__(self) -> str:
        return (
            f"[{self.number}]:{self.sockaddr[1]}"
            if ":" in self.number
            else f"{self.number}:{self.sockaddr[1]}"
        )


@dataclass(frozen=True, slots=True)
class Dialled:
    """An open connection, and what it took."""

    sock: socket.socket
    address: Address
    failures: tuple[tuple[Address, str], ...]
    """The addresses tried before, with the system's text."""


async def resolve(host: str, port: int, limit: float) -> tuple[Address, ...]:
    """All addresses of the host, IPv4 and IPv6, in the order in which the system would try them.

    Raises:
        RungError: there are none, or the name is none, or the answer did not come within `limit` seconds.
    """
    try:
        name = host_on_wire(host)
    except WireNameError as refused:
        raise RungError(str(refused), refused.condition) from None
    try:
        if is_number(name):
            found: Found = socket.getaddrinfo(
                name, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_NUMERICHOST
            )
        else:
            async with within(limit, f"resolving the name {host}"):
                found = await _looked_up(name, port)
    except OSError as error:
        text = system_text(error)
        raise RungError(f"The name {host} has no address ({text}).", text) from None
    addresses = dict.fromkeys(
        Address(family, sockaddr)
        for family, _, _, _, sockaddr in found
        if family in (socket.AF_INET, socket.AF_INET6)
    )
    if not addresses:
        raise RungError(
            f"The name {host} has no address.", "gaierror: [Errno -5] No address associated with hostname"
        )
    return tuple(addresses)[:MOST_ADDRESSES]


async def _looked_up(name: str, port: int) -> Found:
    """getaddrinfo in a thread of its own.

    Not in the loop's executor: a dead name server holds a thread for up to half a minute, which would stop
    whatever else uses those few threads, and the end of the program would wait for it.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Found] = loop.create_future()

    def settle(found: Found | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: Found | OSError
        try:
            found = socket.getaddrinfo(name.encode(), port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        except OSError as error:
            found = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    return await answer


async def connect(addresses: tuple[Address, ...], limits: Limits) -> Dialled:
    """Try the addresses in order until one answers.

    Raises:
        RungError: none did; its facts name each with its reason, its cause is the most telling of them.
    """
    failures: list[tuple[Address, str]] = []
    loop = asyncio.get_running_loop()
    until = loop.time() + limits.connect
    for address in addresses:
        left = until - loop.time()
        if left <= 0:
            break
        try:
            return Dialled(
                await _connected(address, min(limits.connect_each, left)), address, tuple(failures)
            )
        except RungError as fault:
            failures.append((address, fault.cause))
        except OSError as error:
            failures.append((address, system_text(error)))
    address, cause = _most_telling(failures)
    tried = f"None of its {len(failures)} addresses answers. " if len(failures) > 1 else ""
    raise RungError(f"{tried}No connection to {address}: {cause}.", cause, facts=failure_facts(failures))


def failure_facts(failures: list[tuple[Address, str]] | tuple[tuple[Address, str], ...]) -> Facts:
    """One fact for each address that did not answer."""
    return tuple(("no answer", f"{address}: {text}") for address, text in failures)


async def _connected(address: Address, limit: float) -> socket.socket:
    sock = socket.socket(address.family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setblocking(False)
        async with within(limit, "connecting"):
            await asyncio.get_running_loop().sock_connect(sock, address.sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


def _most_telling(failures: list[tuple[Address, str]]) -> tuple[Address, str]:
    """A refusal tells of the server, silence of the way there, and a missing route of this machine only."""
    return min(failures, key=lambda failure: 2 if NO_ROUTE.search(failure[1]) else "timed out" in failure[1])
