"""The tables of notices: what people are told of, the assets it touches, each time it was told, and each
mail or hook that this took."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from store.columns import UtcDateTime


class NoticeRow(SQLModel, table=True):
    """One cause. While it lasts there is one row for its key; it is kept for a while after its end."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("notices_open", "key", unique=True, sqlite_where=text("ended_at IS NULL")),
        Index("notices_ended", "ended_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str
    kind: str
    state: str
    told_state: str = ""
    level: str
    cause: str
    reason: str
    who: str
    diagnosis: str | None = None
    client_id: int | None = None
    client_name: str = ""
    asset_name: str = ""
    asset_count: int = 0
    deadline_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    missing_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_how: str = ""
    acked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acked_by: str = ""
    version: int = 1


class NoticeMemberRow(SQLModel, table=True):
    """An asset that a cause touches."""

    __tablename__ = "notice_members"
    __table_args__ = (Index("notice_members_asset", "asset_id"),)

    notice_id: int = Field(primary_key=True, foreign_key="notices.id", ondelete="CASCADE")
    asset_id: int = Field(primary_key=True, foreign_key="assets.id", ondelete="CASCADE")
    step: int
    told_step: int | None = None
    deadline_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class NoticeRoundRow(SQLModel, table=True):
    """One telling of a notice, to whomever."""

    __tablename__ = "notice_rounds"
    __table_args__ = (Index("notice_rounds_notice", "notice_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notices.id", ondelete="CASCADE")
    at: datetime = Field(sa_type=UtcDateTime)
    occasion: str
    webhooks: int = 0
    """Endpoints that it was queued for."""
    words: str = ""
    """Why somebody is left out, where somebody is."""


class NoticeSendingRow(SQLModel, table=True):
    """One mail, or one run of the hook, that a telling takes."""

    __tablename__ = "notice_sendings"
    __table_args__ = (
        Index("notice_sendings_due", "next_at", sqlite_where=text("done_at IS NULL")),
        Index("notice_sendings_notice", "notice_id", "id"),
        Index("notice_sendings_recipient", "recipient", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notices.id", ondelete="CASCADE")
    round_id: int = Field(foreign_key="notice_rounds.id", ondelete="CASCADE")
    way: str
    role: str
    recipient: str
    state: str
    tries: int = 0
    handed: int = 0
    """How often it was handed over and nothing was recorded of it."""
    next_at: datetime = Field(sa_type=UtcDateTime)
    claimed_by: str = ""
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    pid: int = 0
    process: str = ""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    through: str = ""
    words: str = ""
    message_id: str = ""
    log_id: int = 0
    """The newest message of the log when it was sent: a bounce comes later."""
