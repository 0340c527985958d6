"""What can be seen of a guide's step, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Sight(StrEnum):
    """What was seen."""

    PROVEN = "proven"
    DISPROVED = "disproved"
    """It was done and is not any more, or what it should bring about has failed."""
    OPEN = "open"
    """It is certain that it is not done yet."""
    UNSEEN = "unseen"
    """The store cannot tell; a person's tick counts."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one step."""

    sight: Sight
    words: str = ""
    diagnosis: str | None = None
    proven_at: datetime | None = None
    """Of what is disproved: when it was last known to be well."""


UNSEEN = Seen(Sight.UNSEEN)
NOT_YET = frozenset(
    {
        "any-auth-password-missing",
        "any-oauth-client-missing",
        "any-oauth-client-secret-missing",
        "any-oauth-grant-missing",
        "any-oauth-other-client",
        "forwarding-awaiting-confirmation",
        "forwarding-no-address",
        "forwarding-rule-missing",
        "gmail-fwd-not-selected",
        "o365-fwd-rule-missing",
    }
)
"""Diagnoses of a check that came too early: an earlier step is not done yet, and nothing has failed."""


def not_done(words: str) -> Seen:
    """It is certain that the step is not done yet; `words` say why."""
    return Seen(Sight.OPEN, words)


def proven(words: str) -> Seen:
    """The step is done; `words` say what shows it."""
    return Seen(Sight.PROVEN, words)


def disproved(words: str, diagnosis: str | None = None, proven_at: datetime | None = None) -> Seen:
    """The step is not done (any more)."""
    return Seen(Sight.DISPROVED, words, diagnosis, proven_at)
