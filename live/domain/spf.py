"""Who may send in a domain's name: its SPF record with all that it includes (RFC 7208)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from live.domain.finding import Fault, Finding
from live.domain.lookup import Lookup

MOST_LOOKUPS = 10
"""RFC 7208 4.6.4: a record that takes more is no record at all."""
MOST_TERMS = 200
"""Of one record that are read; 512 octets hold fewer than 100."""
FLATTENED = 15
"""From so many written-out addresses on, a record is taken for one that a service makes out of includes."""
RECORD = re.compile(r"v=spf1(?: |\Z)", re.IGNORECASE)
TERM = re.compile(r"(?P<sign>[-+~?]?)(?P<name>[A-Za-z][A-Za-z0-9_.-]*)(?P<rest>[:/=].*)?\Z")
COUNTED = frozenset({"include", "a", "mx", "ptr", "exists"})
PLAIN = frozenset({"all", "ip4", "ip6"})
PROVIDERS = {
    "gmail": ("Google", ("google.com",), "include:_spf.google.com"),
    "office365": (
        "Microsoft",
        ("outlook.com", "outlook.cn", "office365.us"),
        "include:spf.protection.outlook.com",
    ),
}
"""By provider: its name, how the names of its records end, and what its own guide says to include."""
ENDS = {"-": "refused (-all)", "~": "marked (~all)", "?": "left open (?all)", "+": "allowed (+all)"}


@dataclass(slots=True)
class _Walk:
    """What was met on the way through a record and its includes."""

    lookups: int = 0
    names: list[str] = field(default_factory=list)
    """Domains whose record was read, the domain's own first."""
    addresses: int = 0


async def looked_at(domain: str, provider: str, lookup: Lookup) -> Finding:
    """The domain's SPF record.

    Args:
        provider: of the asset, which sends through it: "gmail", "office365" or "custom".

    Raises:
        Fault: there is none, none that counts, or none that lets the provider send. Unanswered.
    """
    records = await _records(domain, lookup)
    if not records:
        raise Fault(f"{domain} has no TXT record that begins with v=spf1.", "domain-spf-missing")
    if len(records) > 1:
        facts = tuple(("record", record) for record in records[:3])
        raise Fault(f"{domain} has {len(records)} SPF records.", "domain-spf-several", facts)
    walk = _Walk()
    await _walked(domain, records[0], walk, lookup, (domain,))
    facts = (
        ("record", records[0]),
        ("DNS lookups", f"{walk.lookups} of {MOST_LOOKUPS}"),
        ("includes", ", ".join(walk.names[1:]) or "none"),
        ("all others", _end(records[0])),
    )
    if walk.lookups > MOST_LOOKUPS:
        words = f"The SPF record of {domain} takes {walk.lookups} DNS lookups or more."
        raise Fault(words, "domain-spf-lookups", facts)
    if _end(records[0]) == ENDS["+"]:
        raise Fault(f"The SPF record of {domain} ends in +all.", "domain-spf-everyone", facts)
    return _for_provider(domain, provider, walk, facts)


def _for_provider(domain: str, provider: str, walk: _Walk, facts: tuple[tuple[str, str], ...]) -> Finding:
    known = PROVIDERS.get(provider)
    if known is None:
        return Finding(facts, "Whether the asset's own server is among those allowed is not looked at.")
    name, ends, include = known
    if any(one == end or one.endswith(f".{end}") for one in walk.names for end in ends):
        return Finding((*facts, ("provider", f"{name} is among those allowed")))
    if walk.addresses >= FLATTENED:
        told = f"{name} is not named; addresses are written out instead"
        return Finding((*facts, ("provider", told)))
    words = f"The SPF record of {domain} does not name {name}, which sends for it ({include})."
    raise Fault(words, "domain-spf-provider", facts)


async def _records(domain: str, lookup: Lookup) -> list[str]:
    return [text for text in (await lookup.texts(domain)).texts if RECORD.match(text)]


async def _walked(domain: str, record: str, walk: _Walk, lookup: Lookup, path: tuple[str, ...]) -> None:
    walk.names.append(domain)
    terms = [_term(term, domain) for term in record.split(" ")[1:][:MOST_TERMS] if term]
    targets = []
    for name, argument in terms:
        walk.lookups += name in COUNTED
        walk.addresses += name in ("ip4", "ip6")
        if name == "include":
            targets.append(argument)
    redirects = [argument for name, argument in terms if name == "redirect="]
    if redirects and not any(name == "all" for name, _ in terms):  # RFC 7208 6.1
        walk.lookups += 1
        targets.append(redirects[0])
    for target in targets:
        if walk.lookups > MOST_LOOKUPS:
            return
        await _follow(domain, target, walk, lookup, path)


async def _follow(domain: str, target: str, walk: _Walk, lookup: Lookup, path: tuple[str, ...]) -> None:
    if "%" in target:  # a macro: it means another name for every mail
        return
    if target in path:
        raise Fault(f"The SPF record of {domain} includes {target}, and so itself.", "domain-spf-broken")
    found = await _records(target, lookup)
    if len(found) != 1:
        has = "has no SPF record" if not found else f"has {len(found)} SPF records"
        words = f"The SPF record of {domain} includes {target}, which {has}."
        raise Fault(words, "domain-spf-broken")
    await _walked(target, found[0], walk, lookup, (*path, target))


def _term(term: str, domain: str) -> tuple[str, str]:
    """A term's name in small letters ("redirect=" for a modifier) and its argument."""
    found = TERM.match(term)
    name, rest = (found["name"].lower(), found["rest"] or "") if found else ("", "")
    if rest.startswith("=") and found and not found["sign"]:
        return f"{name}=", rest[1:].lower().rstrip(".")
    needs = name in ("include", "exists", "ip4", "ip6")
    known = name in COUNTED or name in PLAIN
    has = rest.startswith(":") and len(rest) > 1
    if not known or rest.startswith("=") or (needs and not has):
        raise Fault(f"The SPF record of {domain} has a term that means nothing: {term}", "domain-spf-broken")
    return name, rest[1:].lower().rstrip(".") if rest.startswith(":") else ""


def _end(record: str) -> str:
    """What becomes of mail from anywhere else."""
    for term in record.lower().split(" "):
        if term.lstrip("-+~?") == "all" and len(term) <= 4:
            return ENDS[term[0] if term[0] in ENDS else "+"]
    if "redirect=" in record.lower():
        return "as the record says that it redirects to"
    return "left open (there is no all)"
