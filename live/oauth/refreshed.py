"""What a refresh tells: how each grant fared, and what else whoever watches has to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from live.oauth.token_writing import Unwritten, Written


class Result(StrEnum):
    """How a grant fared."""

    RENEWED = "renewed"
    TAKEN = "renewed elsewhere"
    """Another process, or a new consent, was there first; its tokens are the grant's."""
    RETRYING = "retrying"
    """A fault that may pass: the grant is as it was, and is tried again."""
    CONSENT = "consent required"
    CLIENT = "client fault"
    LOCKED = "vault locked"
    """Nothing was asked."""
    SKIPPED = "skipped"
    """There is nothing to refresh; the words say why."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A grant's end of the matter; by then it is in the store."""

    asset_id: int
    asset_name: str
    """Empty where the asset no longer exists."""
    result: Result
    words: str
    """What the provider said, or a sentence; untrusted, at most some 2,000 characters."""
    diagnosis: str | None = None
    ms: float = 0.0
    """Milliseconds that the provider took; 0: it was not asked."""
    next_refresh_at: datetime | None = None
    """When it is refreshed, or tried again, by itself."""
    skew_seconds: float | None = None
    """By how much this machine's clock is ahead of the provider's; None: unknown."""

    @property
    def well(self) -> bool:
        """Whether the access token in the store is a new one."""
        return self.result in (Result.RENEWED, Result.TAKEN)


@dataclass(frozen=True, slots=True)
class ClockOff:
    """This machine's clock differs from the provider's by minutes. Said once."""

    skew_seconds: float
    words: str


Event = Refreshed | Unwritten | Written | ClockOff
