"""Where a domain's mail goes: its MX records (RFC 5321 5.1, RFC 7505)."""

from __future__ import annotations

from live.domain.finding import Fault, Finding
from live.domain.lookup import Lookup

SHOWN = 6
"""Mail servers that are looked at and told; the largest domains have five."""
KNOWN = {
    "Google": ("google.com", "googlemail.com"),
    "Microsoft": ("mail.protection.outlook.com", "mx.microsoft", "outlook.com"),
}
"""How the mail servers of the large providers end."""


async def looked_at(domain: str, lookup: Lookup) -> Finding:
    """The domain's mail servers.

    Raises:
        Fault: mail cannot get there. Unanswered.
    """
    found = await lookup.exchanges(domain)
    if not found.exists:
        raise Fault(f"The DNS has no {domain}.", "domain-missing")
    if not found.exchanges:
        if (await lookup.addresses(domain)).texts:
            return Finding((("mail server", f"{domain} itself: it has no MX record"),))
        raise Fault(f"{domain} has neither an MX record nor an address.", "domain-mx-missing")
    if all(not one.host for one in found.exchanges):
        raise Fault(f'{domain} has the MX record "0 .".', "domain-mx-null")
    facts, alive = [], False
    for one in found.exchanges[:SHOWN]:
        there = bool((await lookup.addresses(one.host)).texts) if one.host else False
        alive |= there
        facts.append(
            ("mail server", f"{one.preference} {one.host or '.'}{'' if there else ', which has no address'}")
        )
    rest = len(found.exchanges) - SHOWN
    if rest > 0:
        facts.append(("mail server", f"and {rest} more"))
    facts.append(("leads to", _whose(found.exchanges[0].host)))
    if not alive:
        words = f"None of the mail servers of {domain} has an address."
        raise Fault(words, "domain-mx-dead", tuple(facts))
    return Finding(tuple(facts))


def _whose(host: str) -> str:
    low = host.lower()
    for name, ends in KNOWN.items():
        if any(low == end or low.endswith(f".{end}") for end in ends):
            return name
    return "a server of its own, or of another provider"
