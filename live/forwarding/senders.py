"""Which assets a probe is sent through: others than the one that it is about, as long as one can send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from live.outgoing.choice import Fitness, Way, ways
from live.outgoing.routes import Plain, ThroughAsset
from store.database import Store
from store.forwarding_states import Forwarding, states
from store.notice_smtp import NoticeSmtp

TRIES = 3
"""Ways that are tried: where three in a row do not send, a person should look at the assets first."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of all ways at one look."""

    usable: Sequence[Way]
    working: frozenset[int]
    """Assets whose own forwarding works."""


def look(store: Store, now: datetime, plain: NoticeSmtp | None) -> Known:
    """Look at all ways. Blocks for the disk: 0.2 s for 10,000 assets.

    Args:
        plain: the plain route, where one is configured.

    Raises:
        StoreError.
    """
    usable = [way for way in ways(store, not_through=(), plain=plain) if not way.why_not]
    stands = states(store, now)
    working = (id_ for id_, state in stands.items() if state.kind is Forwarding.WORKING)
    return Known(usable, frozenset(working))


def senders(known: Known, asset_id: int, turn: int = 0) -> list[Way]:
    """The ways to try in this order; the asset itself only where there is no other. Empty: nothing can send.

    A proven asset goes first, and of those one whose own forwarding works: a bounce goes to the sender, and
    comes here by that.

    Args:
        turn: counts up from probe to probe, so that equally good senders take turns.
    """

    def rank(way: Way) -> tuple[int, bool]:
        if isinstance(way.route, Plain):
            return 1, True
        return (0 if way.fitness is Fitness.PROVEN else 2), way.route.asset_id not in known.working

    others = sorted((way for way in known.usable if not is_through(way, asset_id)), key=rank)
    best = [way for way in others if rank(way) == rank(others[0])]
    at = turn % len(best) if best else 0
    in_turn = [*best[at:], *best[:at], *others[len(best) :]]
    return in_turn[:TRIES] or [way for way in known.usable if is_through(way, asset_id)]


def is_through(way: Way, asset_id: int) -> bool:
    """Whether a way leads through that asset."""
    return isinstance(way.route, ThroughAsset) and way.route.asset_id == asset_id
