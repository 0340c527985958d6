"""How far an asset's set-up is: each step of its guide with how it stands, and the one to go on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from live import diagnosis
from live.providers import guides
from live.providers.guides.facts import Facts, read
from live.providers.guides.model import Guide, Step
from live.providers.guides.proofs import seen
from live.providers.guides.sight import Seen, Sight
from live.providers.guides.values import Filled, filled, put_in
from store import guide_steps
from store.guide_steps import Tick

if TYPE_CHECKING:
    from live.diagnosis import Diagnosis
    from store.database import Store
    from store.vault import Vault


class Stand(StrEnum):
    """How a step stands."""

    CHECKED = "checked"
    """Done: the store shows it."""
    BY_HAND = "by hand"
    """Done: a person ticked it."""
    FAILING = "failing"
    """Not done (any more): the store shows that, whoever ticked it."""
    NOW = "now"
    """Open, and the one to go on with."""
    LATER = "later"


DONE = frozenset({Stand.CHECKED, Stand.BY_HAND})


@dataclass(frozen=True, slots=True)
class Judged:
    """A step as it stands for one asset."""

    step: Step
    stand: Stand
    words: str
    """What was seen, in a clause; may hold a server's words: untrusted."""
    text: tuple[str, ...]
    """The step's paragraphs with the asset's values in their places; untrusted."""
    values: tuple[Filled, ...]
    diagnosis: Diagnosis | None = None
    """Of a failing step: what that means."""
    proven_at: datetime | None = None
    """Of a failing step: when it was last known to be well."""
    tick: Tick | None = None
    """A person's, though it may not be what counts."""
    provable: bool = True
    """Whether a tick is of no use now, since the store can tell by itself."""

    @property
    def done(self) -> bool:
        return self.stand in DONE


@dataclass(frozen=True, slots=True)
class Progress:
    """A guide and where an asset is in it."""

    guide: Guide
    chosen: bool
    """Whether a person chose this guide; else it follows from the asset's sign-in."""
    asset_name: str
    steps: tuple[Judged, ...]
    at: int
    """Index of the step to go on with: the first that fails, else the first that is open."""

    @property
    def complete(self) -> bool:
        """Whether all that is needed is done."""
        return all(judged.done for judged in self.steps if not judged.step.optional)

    @property
    def done(self) -> int:
        return sum(judged.done for judged in self.steps)

    def index(self, step_id: str) -> int | None:
        """Where the step of that id is."""
        return next((at for at, judged in enumerate(self.steps) if judged.step.id == step_id), None)


def of_asset(
    store: Store,
    vault: Vault,
    asset_id: int,
    now: datetime,
    *,
    callback_url: str = "",
    inbound_domain: str = "",
) -> Progress | None:
    """How far the asset is; None: there is none of that id. Needs no open vault.

    Args:
        now: aware.
        callback_url, inbound_domain: as in the settings.
    """
    facts = read(store, vault, asset_id, now, callback_url=callback_url, inbound_domain=inbound_domain)
    if facts is None:
        return None
    chosen = guide_steps.chosen(store, asset_id)
    guide = guides.fitting(facts.asset, facts.client, chosen)
    return judged(guide, facts, guide_steps.ticks(store, asset_id), chosen=guide.id == chosen)


def judged(guide: Guide, facts: Facts, ticks: Mapping[str, Tick], *, chosen: bool = False) -> Progress:
    """Every step of the guide by what the facts and the ticks say."""
    sights = [seen(step, guide, facts) for step in guide.steps]
    stands = [_stand(sight, ticks.get(step.id)) for step, sight in zip(guide.steps, sights, strict=True)]
    at = _at(guide, stands)
    steps = tuple(
        _judged(step, sight, Stand.NOW if index == at and stand is Stand.LATER else stand, facts, ticks)
        for index, (step, sight, stand) in enumerate(zip(guide.steps, sights, stands, strict=True))
    )
    return Progress(guide, chosen, facts.asset.name, steps, at)


def _stand(sight: Seen, tick: Tick | None) -> Stand:
    """A proof wins over a tick, whichever way it points."""
    if sight.sight is Sight.PROVEN:
        return Stand.CHECKED
    if sight.sight is Sight.DISPROVED or (sight.sight is Sight.OPEN and tick is not None):
        return Stand.FAILING
    return Stand.LATER if tick is None else Stand.BY_HAND


def _at(guide: Guide, stands: list[Stand]) -> int:
    places = range(len(stands))
    for optional in (False, True):
        for wanted in (Stand.FAILING, Stand.LATER):
            for place in places:
                if stands[place] is wanted and guide.steps[place].optional is optional:
                    return place
    return len(stands) - 1


def _judged(step: Step, sight: Seen, stand: Stand, facts: Facts, ticks: Mapping[str, Tick]) -> Judged:
    failing = stand is Stand.FAILING and sight.diagnosis is not None
    return Judged(
        step=step,
        stand=stand,
        words=sight.words,
        text=tuple(put_in(facts, paragraph) for paragraph in step.text),
        values=tuple(filled(facts, value.key, value.label) for value in step.values),
        diagnosis=diagnosis.by_id(sight.diagnosis or "") if failing else None,
        proven_at=sight.proven_at if stand is Stand.FAILING else None,
        tick=ticks.get(step.id),
        provable=sight.sight is not Sight.UNSEEN,
    )
