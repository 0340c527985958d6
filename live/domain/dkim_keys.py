"""The keys that a domain's mail is signed with, as far as their names were seen in mail (RFC 6376)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from live.domain.finding import Fault, Finding
from live.domain.lookup import Lookup
from store.dkim_selectors import Selector

LEAST_BITS = 1_024
"""RFC 8301 3.2: shorter RSA keys count as no signature."""
NONE_SEEN = (
    "No mail signed for {domain} has been received yet, and names of keys cannot be asked for: they are not "
    "guessed."
)


async def looked_at(domain: str, seen: Sequence[Selector], lookup: Lookup) -> Finding:
    """The keys of these names. One that is missing may be a forger's, so it counts only where no other is
    there.

    Raises:
        Fault: none of them can be used. Unanswered.
    """
    if not seen:
        return Finding(words=NONE_SEEN.format(domain=domain), looked=False)
    facts, usable, why = [], False, "domain-dkim-missing"
    for one in seen:
        records = (await lookup.texts(f"{one.selector}._domainkey.{one.domain}")).texts
        told, fault = _judged(records)
        facts.append((f"{one.selector}", f"{told} ({one.domain})"))
        usable |= not fault
        why = fault if fault and fault != "domain-dkim-missing" else why
    if not usable:
        words = "None of the keys that mail was seen to be signed with can be used."
        raise Fault(words, why, tuple(facts))
    return Finding(tuple(facts))


def _judged(records: Sequence[str]) -> tuple[str, str]:
    """What a key is, and the diagnosis where it cannot be used."""
    keys = [_tags(record) for record in records if "p=" in record.replace(" ", "")]
    if not keys:
        return "no key", "domain-dkim-missing"
    tags = keys[0]
    public = "".join(tags.get("p", "").split())
    if not public:
        return "withdrawn", "domain-dkim-withdrawn"
    testing = ", in test (t=y)" if "y" in tags.get("t", "").split(":") else ""
    if tags.get("k", "rsa").lower() == "ed25519":
        return f"Ed25519{testing}", ""
    bits = _rsa_bits(public)
    if bits is None:
        return "a key that cannot be read", "domain-dkim-broken"
    return f"RSA, {bits} bits{testing}", "" if bits >= LEAST_BITS else "domain-dkim-broken"


def _rsa_bits(public: str) -> int | None:
    try:
        key = load_der_public_key(base64.b64decode(public, validate=True))
    except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key.key_size if isinstance(key, RSAPublicKey) else None


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}
