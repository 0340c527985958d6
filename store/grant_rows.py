"""What a grant consists of: its table, its state, its tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import SecretStr
from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from store.columns import UtcDateTime


class GrantState(StrEnum):
    """Where a grant is in its life."""

    NONE = "none"
    VALID = "valid"
    RETRYING = "retrying"
    """A passing fault: the grant is kept, and tried again at `next_refresh_at`."""
    CONSENT_REQUIRED = "consent_required"
    """A definite answer: only a person's consent helps."""
    CLIENT_FAULT = "client_fault"
    """The registration is wrong or its secret has ended: no new consent is needed, but an edit."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant without its tokens."""

    asset_id: int
    state: GrantState
    scope: str
    """As granted; space-separated."""
    validity: int | None
    """Seconds that the access token lives, as the provider said; None: it did not say."""
    obtained_at: datetime | None
    expires_at: datetime | None
    """When the access token ends; None: unknown."""
    consent_at: datetime | None
    """When a person last consented."""
    refresh_expires_at: datetime | None
    """When the refresh token ends, where the provider says so."""
    has_refresh: bool
    access_length: int
    refresh_length: int
    next_refresh_at: datetime | None
    failures: int
    """Failed tries in a row."""
    last_words: str
    """What the provider last said of a failure; untrusted."""
    last_diagnosis: str | None
    rotation: int
    """Grows by one whenever tokens are kept."""
    refresh_at: datetime | None = None
    """When the refresh token came; None: there is none, or nobody knows."""
    made_by: int | None = None
    """The id of the OAuth client that it was made with; None: unknown."""
    made_as: str = ""
    """Tenant and client ID that this client had then."""
    made_with: str = ""
    """What it was made with, in words that follow "made with", where that is not the asset's client any more;
    it is not used then, and counts as `CONSENT_REQUIRED`."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token answer brought."""

    access: SecretStr
    refresh: SecretStr | None
    """None: the provider sent none, and the old one stays."""
    scope: str
    validity: int | None
    refresh_expires_at: datetime | None = None


class GrantRow(SQLModel, table=True):
    """The table: one row for each asset that ever had a grant."""

    __tablename__ = "grants"
    __table_args__ = (Index("grants_due", "next_refresh_at"),)

    asset_id: int = Field(primary_key=True, foreign_key="assets.id", ondelete="CASCADE")
    state: str
    scope: str = ""
    validity: int | None = None
    obtained_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    consent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refresh_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    has_refresh: bool = False
    access_length: int = 0
    refresh_length: int = 0
    next_refresh_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures: int = 0
    last_words: str = ""
    last_diagnosis: str | None = None
    rotation: int = 0
    refresh_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    made_by: int | None = None
    """No foreign key: the client may be deleted once no asset uses it."""
    made_as: str = ""
    claimed_by: str = ""
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
