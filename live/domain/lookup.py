"""Questions to the DNS, each asked once in a check, bounded, and their faults in words."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from store.settings import name_server

LOOKUP_S = 5.0
"""For one question, over all name servers; one that is well answers in a tenth of a second."""
MOST_RECORDS = 500
"""Of one answer, which has 64 kB at most; large companies have some 60 TXT records, one of them SPF's."""
LONGEST_TEXT = 4_000
"""Characters of one record: SPF must fit 512 octets of an answer, keys of 4,096 bits have 800."""


class Unanswered(Exception):
    """The DNS did not answer; the text says so in one sentence."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A mail server of a domain."""

    preference: int
    host: str
    """Without its final dot; "" for the null MX (RFC 7505)."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a name has of one type."""

    exists: bool
    """Whether the name has anything at all."""
    texts: tuple[str, ...] = ()
    """TXT records, their strings joined; or addresses."""
    exchanges: tuple[Exchange, ...] = ()


class Lookup:
    """One check's questions, in one event loop."""

    def __init__(self, server: str = "", *, seconds: float = LOOKUP_S) -> None:
        """
        Args:
            server: as the setting `dns_server` has it; "": this machine's own name servers.
            seconds: for one question.
        """
        self._server = server
        self._seconds = seconds
        self._resolver: dns.asyncresolver.Resolver | None = None
        self._known: dict[tuple[str, str], Found] = {}

    async def texts(self, name: str) -> Found:
        """The TXT records. Raises: Unanswered."""
        return await self._asked(name, "TXT")

    async def exchanges(self, name: str) -> Found:
        """The MX records, the preferred first. Raises: Unanswered."""
        return await self._asked(name, "MX")

    async def addresses(self, name: str) -> Found:
        """A and AAAA records. Raises: Unanswered."""
        four, six = await self._asked(name, "A"), await self._asked(name, "AAAA")
        return Found(four.exists or six.exists, four.texts + six.texts)

    async def _asked(self, name: str, kind: str) -> Found:
        key = (name.lower().rstrip("."), kind)
        if key not in self._known:
            self._known[key] = await self._ask(*key)
        return self._known[key]

    async def _ask(self, name: str, kind: str) -> Found:
        try:
            asked = dns.name.from_text(f"{name}.")
            if self._resolver is None:
                self._resolver = await asyncio.to_thread(_resolver, self._server)
            answer = await self._resolver.resolve(
                asked, kind, lifetime=self._seconds, raise_on_no_answer=False, search=False
            )
        except dns.resolver.NXDOMAIN:
            return Found(exists=False)
        except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel, UnicodeError):
            return Found(exists=False)  # no such name can be
        except dns.exception.Timeout:
            raise Unanswered(
                f"No name server answered within {self._seconds:g} s about {name} ({kind})."
            ) from None
        except dns.resolver.NoResolverConfiguration:
            raise Unanswered("This machine has no name server to ask; set dns_server.") from None
        except dns.resolver.NoNameservers:
            raise Unanswered(f"The name servers cannot tell about {name} ({kind}).") from None
        except (dns.exception.DNSException, OSError) as error:
            raise Unanswered(f"Asking about {name} ({kind}) failed: {type(error).__name__}.") from None
        return _found(answer, kind)


def _resolver(server: str) -> dns.asyncresolver.Resolver:
    if not server:
        return dns.asyncresolver.Resolver()
    made = dns.asyncresolver.Resolver(configure=False)
    address, made.port = name_server(server)
    made.nameservers = [address]
    return made


def _found(answer: dns.resolver.Answer, kind: str) -> Found:
    records = list(answer.rrset or ())[:MOST_RECORDS]
    if kind == "MX":
        exchanges = [Exchange(one.preference, one.exchange.to_text(omit_final_dot=True)) for one in records]
        exchanges = [Exchange(one.preference, "" if one.host in ("", ".") else one.host) for one in exchanges]
        return Found(True, exchanges=tuple(sorted(exchanges, key=lambda one: (one.preference, one.host))))
    if kind == "TXT":
        texts = (b"".join(one.strings).decode("utf-8", "replace")[:LONGEST_TEXT] for one in records)
        return Found(True, tuple(texts))
    return Found(True, tuple(one.address for one in records))
