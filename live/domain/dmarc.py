"""What receivers are to do with mail that only claims to be of a domain: its DMARC record (RFC 7489)."""

from __future__ import annotations

import re

from live.domain.finding import Fault, Finding
from live.domain.lookup import Found, Lookup

RECORD = re.compile(r"v=DMARC1\s*(?:;|\Z)")
MOST_PARENTS = 8
"""Names that are asked at most; a public list tells where an organisation begins, and is not needed for it:
the nearest record above counts."""
POLICIES = ("none", "quarantine", "reject")
SHOWN = ("p", "sp", "adkim", "aspf", "pct", "rua")


async def looked_at(domain: str, lookup: Lookup) -> Finding:
    """The record of the domain, or of the nearest one above it.

    Raises:
        Fault: there is none, or none that counts. Unanswered.
    """
    for at in _upwards(domain):
        records = _records(await lookup.texts(f"_dmarc.{at}"))
        if len(records) > 1:
            facts = tuple(("record", record) for record in records[:3])
            raise Fault(f"_dmarc.{at} has {len(records)} DMARC records.", "domain-dmarc-broken", facts)
        if records:
            return _judged(domain, at, records[0])
    raise Fault(f"_dmarc.{domain} has no TXT record that begins with v=DMARC1.", "domain-dmarc-missing")


def _judged(domain: str, at: str, record: str) -> Finding:
    tags = _tags(record)
    facts = [("record", record)]
    if at != domain:
        facts.append(("found at", at))
    policy = tags.get("p", "").lower()
    if policy not in POLICIES:
        said = f"the policy {policy}" if policy else "no policy"
        raise Fault(f"The DMARC record of {at} has {said}.", "domain-dmarc-broken", tuple(facts))
    counts = tags.get("sp", policy).lower() if at != domain else policy
    facts.append(("policy", counts))
    facts.append(("reports to", tags.get("rua") or "nobody"))
    words = (
        ""
        if counts != "none"
        else "With the policy none, forged mail is reported, and delivered all the same."
    )
    return Finding(tuple(facts), words)


def _upwards(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[first:]) for first in range(max(1, len(labels) - 1))][:MOST_PARENTS]


def _records(found: Found) -> list[str]:
    return [text for text in found.texts if RECORD.match(text)]


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}
