"""The tables of platform sources: where events of the platform may come from, and how many came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from store.columns import UtcDateTime


class PlatformSourceRow(SQLModel, table=True):
    """A webhook of the platform that leads here; its secret lies in the vault."""

    __tablename__ = "platform_sources"
    __table_args__ = (
        Index("platform_sources_name", "name_key", unique=True),
        Index("platform_sources_key", "key", unique=True),
        Index("platform_sources_asset", "asset_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    name_key: str
    key: str
    """The last part of its address. No secret, but nobody guesses it: strangers are turned away unread."""
    by_address: bool
    """Whether each event goes to the asset that it is addressed to; else all go to `asset_id`."""
    asset_id: int | None = Field(default=None, foreign_key="assets.id", ondelete="SET NULL")
    created_at: datetime = Field(sa_type=UtcDateTime)


class PlatformFiguresRow(SQLModel, table=True):
    """What came from a source; apart from it, since this is written every few seconds."""

    __tablename__ = "platform_figures"

    source_id: int = Field(primary_key=True, foreign_key="platform_sources.id", ondelete="CASCADE")
    kept: int = 0
    repeats: int = 0
    passed: int = 0
    """Events that are no mail."""
    refused: int = 0
    """Signed events that could not be taken; the platform does not send them again."""
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the last signed event came."""
    refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refused_words: str = ""
    """Why the last one was refused; may hold what the event said: untrusted."""
