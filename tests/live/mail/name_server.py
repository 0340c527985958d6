"""A name server on loopback that knows a few TXT records: real questions and answers, over UDP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = Mapping[str, bytes | None]
"""Name with its last dot → text; None: the name exists, and has no TXT record."""

STRING = 255
"""Octets of one string of a TXT record (RFC 1035, 3.3.14)."""


class NameServer(asyncio.DatagramProtocol):
    """Answers from `records`; `silent` ones are never answered, others refused with `rcode`."""

    def __init__(
        self, records: Records, *, silent: bool = False, rcode: dns.rcode.Rcode | None = None
    ) -> None:
        self.records = records
        self.silent = silent
        self.rcode = rcode
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text()
        self.asked.append(name)
        if self.silent:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if self.rcode is not None:
            answer.set_rcode(self.rcode)
        elif name not in self.records:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif (text := self.records[name]) is not None:
            strings = " ".join(f'"{text[at : at + STRING].decode()}"' for at in range(0, len(text), STRING))
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", strings or '""'))
        self._transport.sendto(answer.to_wire(), addr)


@contextlib.asynccontextmanager
async def name_server(
    records: Records, *, silent: bool = False, rcode: dns.rcode.Rcode | None = None
) -> AsyncIterator[tuple[dns.asyncresolver.Resolver, NameServer]]:
    """(a resolver that asks it and nobody else, the server)."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: NameServer(records, silent=silent, rcode=rcode), local_addr=("127.0.0.1", 0)
    )
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = transport.get_extra_info("sockname")[1]
    try:
        yield resolver, server
    finally:
        transport.close()
