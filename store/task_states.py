"""How the agent's tasks stand, as they are kept beside its lease and shown: in words, with since when."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from store.columns import utc_text
from store.outside_words import kept_words

WORDS_CHARACTERS = 500
"""A sentence or two; what failed in full is in the agent's log."""


class TaskStand(StrEnum):
    """What can be said of a task at a glance."""

    WELL = "well"
    FAILING = "failing"
    """It does not do its work; it is tried again by itself."""
    WAITING = "waiting"
    """It is begun, or has nothing to work on before a person has set something up."""
    OFF = "off"
    """The configuration wants it so."""


@dataclass(frozen=True, slots=True)
class TaskState:
    """One task of the agent."""

    name: str
    stand: TaskStand
    since: datetime
    words: str = ""
    """May hold a server's words: untrusted."""
    failures: int = 0
    """Tries that failed since it was last well."""
    addresses: tuple[str, ...] = ()
    """Where it listens, such as "smtp 127.0.0.1:2525"."""


def as_text(states: Iterable[TaskState]) -> str:
    """As JSON, for the lease."""
    return json.dumps(
        [
            {
                "name": state.name,
                "stand": state.stand.value,
                "since": utc_text(state.since),
                "words": kept_words(state.words, WORDS_CHARACTERS),
                "failures": state.failures,
                "addresses": list(state.addresses),
            }
            for state in states
        ],
        ensure_ascii=True,
    )


def from_text(text: str) -> tuple[TaskState, ...]:
    """Read what `as_text` wrote; what another version wrote, or nobody, is left out."""
    try:
        found = json.loads(text)
    except ValueError:
        return ()
    return tuple(filter(None, map(_state, found if isinstance(found, list) else ())))


def _state(found: Any) -> TaskState | None:
    try:
        return TaskState(
            str(found["name"]),
            TaskStand(found["stand"]),
            datetime.fromisoformat(found["since"]).astimezone(UTC),
            str(found["words"]),
            int(found["failures"]),
            tuple(map(str, found["addresses"])),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
