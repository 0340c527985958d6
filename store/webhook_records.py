"""Webhooks as the other rooms see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.webhook_kinds import Event, RawSource, Style


@dataclass(frozen=True, slots=True)
class EndpointFields:
    """What a person sets. `live.webhooks.guard.checked_url` and `live.webhooks.signing.key_of` say whether
    URL and secret can be used; the store takes what it is given."""

    name: str
    url: str
    events: tuple[Event, ...]
    style: Style = Style.STANDARD
    asset_ids: tuple[int, ...] | None = None
    """Events of these assets alone; None: of all, also of those that are made later."""
    enabled: bool = True
    """Off: nothing new is queued for it, and nothing that is queued is sent."""
    opt_in_confirmation: bool = False
    """Whether it is told link and code of a confirmation: who has them can take mail over."""
    raw: RawSource = RawSource.NONE
    ordered: bool = True
    """Whether each asset's events arrive one after the other; else a failing one holds up no other."""


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint has fared."""

    waiting: int = 0
    """Deliveries that are queued, held ones too; counted up to `COUNTED`."""
    waiting_since: datetime | None = None
    """When the event of the oldest of them was."""
    dead: int = 0
    """Dead letters, counted up to `COUNTED`."""
    last_ok_at: datetime | None = None
    last_failed_at: datetime | None = None
    failures: int = 0
    """Failed tries since one succeeded."""
    last_words: str = ""
    """What was wrong with the last that failed; untrusted."""
    rests_until: datetime | None = None
    """It asked to be left alone for so long (`Retry-After`)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as the other rooms see it; its fields are those of `EndpointFields`."""

    id: int
    version: int
    created_at: datetime
    updated_at: datetime
    has_secret: bool
    is_rotating: bool
    """Whether the secret before the present one signs too."""
    off_why: str
    """Why it was switched off by itself; "": by a person, or it is on."""
    fields: EndpointFields
    health: Health

    @property
    def name(self) -> str:
        return self.fields.name
