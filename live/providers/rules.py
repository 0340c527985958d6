"""What a provider's rules are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from live.providers.oauth_rules import OAuthRules

Security = Literal["ssl", "starttls", "none"]
"""The words of `store.assets.Security`, without its library."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment at which sending stops unless a person acts."""

    at: datetime
    """Aware, UTC."""
    reason: str
    """One or two sentences for the screen."""

    def days_left(self, now: datetime) -> int:
        """Calendar days (UTC) until then: 0 on the day itself, negative afterwards."""
        return (self.at.date() - now.astimezone(self.at.tzinfo).date()).days


@dataclass(frozen=True, slots=True)
class Submission:
    """Where a provider takes mail from its own users; the host is empty where only a person can know it."""

    host: str
    port: int
    security: Security


@dataclass(frozen=True, slots=True)
class ProviderRules:
    """What is known of a provider."""

    label: str
    smtp: Submission
    """What a new asset is filled with."""
    oauth: OAuthRules
    alternatives: tuple[Submission, ...] = ()
    """The other ways in that the provider offers."""
    connections_per_mailbox: int | None = None
    """How many connections may sign in as one mailbox at the same time; None: no limit is stated."""
    app_password_letters: int | None = None
    """How many letters an app password has where no other password is taken; None: any may do."""
    timetable: Callable[[datetime], Deadline] | None = None
    """From the present moment (aware) to the end of sign-in by password, where one is announced."""

    def password_end(self, now: datetime) -> Deadline | None:
        """When sign-in by password ends, in words that fit `now` (aware); None: nothing is announced."""
        return self.timetable(now) if self.timetable else None

    @property
    def ways(self) -> tuple[Submission, ...]:
        """All ways in, the preset first."""
        return (self.smtp, *self.alternatives)

    @property
    def hosts(self) -> frozenset[str]:
        """The provider's own submission hosts."""
        return frozenset(way.host for way in self.ways if way.host)
