"""Whether a confirmation is really from Google: its DKIM signature (RFC 6376), checked with the DNS.

Run after the mail was kept, by the agent: it is the one part of reading mail that asks the network.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from dataclasses import dataclass
from typing import Literal

import dkim
import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver

DOMAIN = b"google.com"
"""The only signer that counts: the domain of the sender of confirmations, by DMARC's strict alignment."""

Result = Literal["pass", "fail", "unverified"]

LOOKUP_S = 5.0
"""For one key. A resolver that is well answers in a tenth of a second."""
LIMIT_S = 15.0
"""For all of it: the agent has other things to do."""
CONTENT_BYTES = 1_000_000
"""A confirmation has 3 KB; the library's own parser takes seconds for the largest mails."""
SIGNATURES = 3
"""Of Google in one mail; one is usual. Each costs a question to the DNS."""

_SELECTOR = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_SINGLE = (b"from", b"subject")
"""Headers that must be there once and be signed: a second one could be shown in place of the signed one."""

_SILENT = logging.Logger("dkim")  # apart from all others: the library logs parts of the mail
_SILENT.disabled = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the check."""

    result: Result
    """"unverified": it could not be checked, which says nothing about the mail."""
    reason: str
    """One sentence for a person, with nothing of the mail in it but a selector of plain characters."""


async def verified(content: bytes) -> Result:
    """`judged`, without the reason."""
    return (await judged(content)).result


async def judged(
    content: bytes, *, resolver: dns.asyncresolver.Resolver | None = None, limit_s: float = LIMIT_S
) -> Verdict:
    """Check whether google.com signed a mail, From and Subject included. Raises nothing but cancellation.

    Args:
        content: the mail as it came.
        resolver: whom to ask for the key; None: the name servers of this machine.
        limit_s: seconds after which it is given up.
    """
    if len(content) > CONTENT_BYTES:
        return Verdict("unverified", "The mail is far larger than a confirmation; it was not checked.")
    try:
        async with asyncio.timeout(limit_s):
            return await _judged(content, resolver)
    except TimeoutError:
        return Verdict("unverified", f"The check was given up after {limit_s:g} seconds.")


async def _judged(content: bytes, resolver: dns.asyncresolver.Resolver | None) -> Verdict:
    prepared = await asyncio.to_thread(_prepared, content)
    if isinstance(prepared, Verdict):
        return prepared
    verdict = Verdict("fail", "It bears no signature of google.com.")
    for number, tags in prepared[:SIGNATURES]:
        one = _refused(tags) or await _checked(content, number, tags, resolver)
        if one.result == "pass":
            return one
        if verdict.result != "unverified":
            verdict = one
    return verdict


def _prepared(content: bytes) -> Verdict | list[tuple[int, dict[bytes, bytes]]]:
    """The signatures of google.com: (their place among all signatures, their tags)."""
    try:
        headers = dkim.DKIM(content, logger=_SILENT).headers
    except Exception:  # noqa: BLE001  # the library, on bytes of strangers
        return Verdict("fail", "Its headers cannot be read, so no signature can fit.")
    names = [name.lower() for name, _ in headers]
    if any(names.count(name) != 1 for name in _SINGLE):
        return Verdict("fail", "It does not have exactly one From and one Subject header.")
    found: list[tuple[int, dict[bytes, bytes]]] = []
    for number, value in enumerate(value for name, value in headers if name.lower() == b"dkim-signature"):
        try:
            tags = dkim.parse_tag_value(value)
        except dkim.InvalidTagValueList:
            continue
        if tags.get(b"d", b"").lower() == DOMAIN:
            found.append((number, tags))
    return found


def _refused(tags: dict[bytes, bytes]) -> Verdict | None:
    """Why a signature cannot count, whatever the key says."""
    signed = {name.strip().lower() for name in tags.get(b"h", b"").split(b":")}
    if not signed.issuperset(_SINGLE):
        return Verdict("fail", "The signature of google.com does not cover From and Subject.")
    if b"l" in tags:
        return Verdict("fail", "The signature of google.com covers a part of the text only.")
    if tags.get(b"a") != b"rsa-sha256":
        return Verdict("fail", "The signature is of a kind that google.com does not use.")
    if not _SELECTOR.fullmatch(tags.get(b"s", b"")):
        return Verdict("fail", "The signature does not name a key.")
    expires = tags.get(b"x", b"")
    if expires.isdigit() and len(expires) < 12 and int(expires) < time.time():
        return Verdict("unverified", "The signature of google.com was for a time that is over.")
    return None


async def _checked(
    content: bytes, number: int, tags: dict[bytes, bytes], resolver: dns.asyncresolver.Resolver | None
) -> Verdict:
    record = await _key_record(tags[b"s"].decode("ascii"), resolver)
    if isinstance(record, Verdict):
        return record
    if re.search(rb"(?:^|;)\s*p\s*=\s*(?:;|$)", record):
        return Verdict("fail", "google.com has withdrawn the key of the signature.")
    if await asyncio.to_thread(_fits, content, number, record):
        return Verdict("pass", "The signature of google.com fits.")
    return Verdict("fail", "The signature of google.com does not fit: the mail was changed, or forged.")


def _fits(content: bytes, number: int, record: bytes) -> bool:
    try:
        check = dkim.DKIM(content, logger=_SILENT)
        return bool(check.verify(number, dnsfunc=lambda name, timeout: record))
    except Exception:  # noqa: BLE001  # the library, on bytes of strangers
        return False


async def _key_record(selector: str, resolver: dns.asyncresolver.Resolver | None) -> bytes | Verdict:
    """The TXT record with the public key, or why it cannot be had."""
    name = f"{selector}._domainkey.{DOMAIN.decode()}."
    try:
        asked = resolver or dns.asyncresolver.Resolver()
        answer = await asked.resolve(name, dns.rdatatype.TXT, lifetime=LOOKUP_S)
        return b"".join(next(iter(answer)).strings)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Verdict("unverified", f"google.com publishes no key called {selector} (any more).")
    except dns.exception.Timeout:
        return Verdict("unverified", f"No name server answered within {LOOKUP_S:g} seconds.")
    except dns.resolver.NoResolverConfiguration:
        return Verdict("unverified", "This machine has no name server to ask for the key.")
    except (dns.exception.DNSException, OSError):
        return Verdict("unverified", "The name servers of this machine cannot tell the key.")
