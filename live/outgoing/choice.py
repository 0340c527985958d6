"""Which ways a mail of postroom's own can go: never through an asset that it is about, the proven first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum

from live.outgoing.routes import PLAIN, Plain, Route, ThroughAsset
from store.asset_lines import AssetLine, lines
from store.database import Store
from store.folding import folded
from store.kinds import SignIn
from store.notice_smtp import NoticeSmtp
from store.registrations import RegistrationState
from store.token_lines import token_lines

PLAIN_WORD = "notices"
"""What a person types to name the plain route, where no asset is called so."""
WORKING = ("valid", "retrying")
"""States of a grant whose token may serve: one that is being retried has failed in passing."""


class Fitness(IntEnum):
    """How much is to be said for a way; the smaller, the better."""

    CONFIGURED = 0
    """The plain route: somebody meant it for this."""
    PROVEN = 1
    """Its last connection test passed."""
    UNTRIED = 2
    """It has what it needs, and was never tested."""
    BROKEN = 3
    """It is known not to send now."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way that a mail could go."""

    route: Route
    name: str
    """What a person types to name it."""
    address: str
    """Whom the mail is from."""
    fitness: Fitness
    why_not: str = ""
    """Why it is not to be used, in one sentence; "": it may be."""


def ways(
    store: Store, *, not_through: Collection[int], plain: NoticeSmtp | None, near: str = ""
) -> list[Way]:
    """All ways, the best first; those that are not to be used say why. Blocks for the disk: 0.1 s for 10,000
    assets.

    Args:
        not_through: the assets that the mail is about.
        plain: the plain route, where one is configured.
        near: an address; assets of its domain come first, since their mail is the least surprising there.

    Raises:
        StoreError.
    """
    states = {line.asset_id: line.state for line in token_lines(store)}
    domain = _domain(near)
    all_lines = lines(store)
    found = [_way(line, states.get(line.id, "none"), not_through) for line in all_lines]
    tested = {line.id: line.checked_at.timestamp() for line in all_lines if line.checked_at}

    def rank(way: Way) -> tuple[bool, int, bool, float]:
        at = tested.get(way.route.asset_id, 0.0) if isinstance(way.route, ThroughAsset) else 0.0
        return bool(way.why_not), way.fitness, _domain(way.address) != domain, -at

    if plain is not None:
        found.append(Way(Plain(plain), PLAIN_WORD, plain.sender, Fitness.CONFIGURED))
    return sorted(found, key=rank)


def named(found: Sequence[Way], text: str) -> Way | None:
    """The way of that name or address (case does not matter); an asset's name goes before the word for the
    plain route."""
    key = folded(text.strip())
    for way in found:
        if isinstance(way.route, ThroughAsset) and key in (folded(way.name), folded(way.address)):
            return way
    if key in (PLAIN_WORD, PLAIN):
        return next((way for way in found if isinstance(way.route, Plain)), None)
    return None


def _way(line: AssetLine, state: str, not_through: Collection[int]) -> Way:
    why_not = _why_not(line, state, not_through)
    proven = Fitness.PROVEN if line.outcome == "passed" else Fitness.UNTRIED
    fitness = Fitness.BROKEN if why_not else proven
    return Way(ThroughAsset(line.id), line.name, line.address, fitness, why_not)


def _why_not(line: AssetLine, state: str, not_through: Collection[int]) -> str:
    if line.id in not_through:
        return f"The mail is about {line.name} itself, which may not be able to send it."
    if line.engage == RegistrationState.RETIRED:
        return f"{line.name} is retired: no mail goes through it."
    if line.sign_in == SignIn.OAUTH and state not in WORKING:
        return f"{line.name} has no token that works."
    if line.sign_in != SignIn.OAUTH and not line.has_password:
        return f"{line.name} has no password."
    if line.outcome == "failed":
        return f"The last connection test of {line.name} failed."
    return ""


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
