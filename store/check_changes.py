"""What differs between a check and the last good one of its kind before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.checks import CheckRun, Outcome, last_good

if TYPE_CHECKING:
    from store.database import Store


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two runs."""

    step: str
    label: str
    before: str
    now: str


VOLATILE_FACTS = frozenset(
    {"days left", "answered", "message id", "IPv4", "IPv6", "age", "ends"}
    | {"through", "answer", "probe", "hop", "in all", "late"}
)
"""Facts that differ from run to run without meaning anything."""


def changes(good: CheckRun, now: CheckRun) -> tuple[Change, ...]:
    """What differs from the last good run: outcomes first, then facts of the steps that both runs took."""
    earlier = {step.name: step for step in good.steps}
    outcomes: list[Change] = []
    facts: list[Change] = []
    for step in now.steps:
        old = earlier.get(step.name)
        if old is None or step.outcome is Outcome.SKIPPED:
            continue
        if old.outcome is not step.outcome:
            outcomes.append(Change(step.name, "result", old.outcome.value, step.outcome.value))
        then = dict(old.facts)
        facts += [
            Change(step.name, label, then[label], value)
            for label, value in step.facts
            if label in then and then[label] != value and label not in VOLATILE_FACTS
        ]
    return (*outcomes, *facts)


def changes_since_good(store: Store, run: CheckRun) -> tuple[Change, ...]:
    """What differs from the last good check before a failed one; nothing for one that did not fail."""
    if run.failed_step is None:
        return ()
    good = last_good(store, run.asset_id, before=run.id, kind=run.kind)
    return changes(good, run) if good else ()
