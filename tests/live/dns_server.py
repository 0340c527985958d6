"""A name server for tests, on real sockets of the loopback: answers from a zone, or not at all."""

from __future__ import annotations

import contextlib
import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[tuple[str, str], Sequence[str]]
"""Records as zone files have them, by name and type: {("example.com", "MX"): ["10 mx.example.com."]}."""


@dataclass(slots=True)
class NameServer:
    """What is served, and what was asked."""

    zone: dict[tuple[str, str], Sequence[str]]
    address: str = ""
    silent: set[str] = field(default_factory=set)
    """Names that are never answered."""
    broken: set[str] = field(default_factory=set)
    """Names that are answered by SERVFAIL."""
    asked: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, wire: bytes, *, most: int) -> bytes | None:
        """The answer to a question; None: none is given."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = (
            question.name.to_text(omit_final_dot=True).lower(),
            dns.rdatatype.to_text(question.rdtype),
        )
        self.asked.append((name, kind))
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif (name, kind) in self.zone:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *self.zone[name, kind]))
        elif not any(name == known or known.endswith(f".{name}") for known, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        whole = answer.to_wire(max_size=65_535)
        if len(whole) > most:
            answer.answer.clear()
            answer.flags |= dns.flags.TC
            return answer.to_wire()
        return whole


class _Udp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, sock = self.request
        answer = self.server.known.answer(wire, most=1_232)  # type: ignore[attr-defined]
        if answer is not None:
            sock.sendto(answer, self.client_address)


class _Tcp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        (length,) = struct.unpack("!H", self.rfile.read(2))
        answer = self.server.known.answer(self.rfile.read(length), most=65_535)  # type: ignore[attr-defined]
        if answer is not None:
            self.wfile.write(struct.pack("!H", len(answer)) + answer)


@contextlib.contextmanager
def serving(zone: Zone) -> Iterator[NameServer]:
    """A name server over UDP and TCP, on one port, for the block."""
    known = NameServer(dict(zone))
    with _both() as (udp, tcp):
        for server in (udp, tcp):
            server.known = known
        threads = [
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            for server in (udp, tcp)
        ]
        for thread in threads:
            thread.start()
        known.address = f"127.0.0.1:{udp.server_address[1]}"
        try:
            yield known
        finally:
            for server in (udp, tcp):
                server.shutdown()
            for thread in threads:
                thread.join()


@contextlib.contextmanager
def _both() -> Iterator[tuple[Any, Any]]:
    """Sockets of both kinds on the same free port; another program may have one of them."""
    for _ in range(50):
        udp = socketserver.UDPServer(("127.0.0.1", 0), _Udp)
        try:
            tcp = socketserver.TCPServer(udp.server_address, _Tcp)
        except OSError:
            udp.server_close()
            continue
        with udp, tcp:
            yield udp, tcp
        return
    raise AssertionError("no port is free for both")


def txt(text: str) -> str:
    """A TXT record of any length: strings of at most 255 octets."""
    return " ".join(f'"{text[at : at + 250]}"' for at in range(0, len(text), 250))


KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0"
    "/IzW7yWR7QkrmBL7jTKEn5u+qKhbwKfBstIs+bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW/VDL5AaW"
    "Tg0nLVkjRo9z+40RQzuVaE8AkAFmxZzow3x+VJYKdjykkJ0iT9wCS0DRTXu269V264Vf/3jvredZiKRkgwlL9xNAwxXFg0x/XFw005UWV"
    "RIkdgcKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbcmwIDAQAB"
)
"""A public key of 2,048 bits (from the examples of JSON Web Tokens)."""


def well(domain: str = "example.com") -> dict[tuple[str, str], Sequence[str]]:
    """A zone in which all is well for a mailbox at Gmail."""
    return {
        (domain, "MX"): ["1 aspmx.l.google.com.", "5 alt1.aspmx.l.google.com."],
        ("aspmx.l.google.com", "A"): ["192.0.2.26"],
        ("alt1.aspmx.l.google.com", "A"): ["192.0.2.27"],
        (domain, "TXT"): ['"google-site-verification=abc"', '"v=spf1 include:_spf.google.com" " ~all"'],
        ("_spf.google.com", "TXT"): ['"v=spf1 include:_netblocks.google.com ~all"'],
        ("_netblocks.google.com", "TXT"): ['"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all"'],
        (f"_dmarc.{domain}", "TXT"): [f'"v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain}"'],
        (f"google._domainkey.{domain}", "TXT"): [txt(f"v=DKIM1; k=rsa; p={KEY}")],
    }
