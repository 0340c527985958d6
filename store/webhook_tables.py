"""The tables of webhooks: endpoints, the outbox of events, deliveries with their attempts. Deliveries are
read and written by plain SQL as a rule: thousands of them go through in a minute."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from store.columns import UtcDateTime

COUNTED = 10_000
"""Waiting deliveries and dead letters of an endpoint are counted up to here: nobody needs to know more."""


class WebhookRow(SQLModel, table=True):
    """An endpoint. Any change of it grows the count in `webhook_changes`, by a trigger."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("webhooks_name", "name_key", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    name_key: str
    url: str
    style: str
    events: str
    """Words with a space between."""
    all_assets: bool
    enabled: bool
    opt_in_confirmation: bool
    raw: str
    ordered: bool
    off_why: str = ""
    version: int = 1
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class WebhookAssetRow(SQLModel, table=True):
    """An asset whose events an endpoint is told, where it is not told those of all."""

    __tablename__ = "webhook_assets"
    __table_args__ = (Index("webhook_assets_asset", "asset_id"),)

    webhook_id: int = Field(primary_key=True, foreign_key="webhooks.id", ondelete="CASCADE")
    asset_id: int = Field(primary_key=True, foreign_key="assets.id", ondelete="CASCADE")


class WebhookChangesRow(SQLModel, table=True):
    """One row: how often endpoints were changed, so that whoever holds them in memory knows when to read."""

    __tablename__ = "webhook_changes"

    id: int = Field(primary_key=True)
    count: int


class WebhookHealthRow(SQLModel, table=True):
    """How an endpoint has fared; apart from it, since this is written with every delivery."""

    __tablename__ = "webhook_health"

    webhook_id: int = Field(primary_key=True, foreign_key="webhooks.id", ondelete="CASCADE")
    last_ok_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures: int = 0
    last_words: str = ""
    rests_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OutboxKeyRow(SQLModel, table=True):
    """One row: the public half of the outbox's key pair; the private one is a secret of the vault."""

    __tablename__ = "outbox_keys"

    id: str = Field(primary_key=True)
    key_id: int
    public_key: bytes


class OutboxDataKeyRow(SQLModel, table=True):
    """One wrapped data key, for an hour of mail."""

    __tablename__ = "outbox_data_keys"

    id: int | None = Field(default=None, primary_key=True)
    key_id: int
    wrapped: bytes
    created_at: datetime = Field(sa_type=UtcDateTime)


class OutboxRow(SQLModel, table=True):
    """An event that at least one endpoint is to be told of."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_uid", "uid", unique=True),
        Index("outbox_asset", "asset_id"),
        Index("outbox_message", "message_id", sqlite_where=text("message_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    uid: str
    """What receivers know it by: `webhook-id`, the same in every try."""
    event: str
    asset_id: int | None = Field(default=None, foreign_key="assets.id", ondelete="CASCADE")
    at: datetime = Field(sa_type=UtcDateTime)
    data: str
    """What is known of it besides the mail's source, in JSON; nothing that needs the vault."""
    message_id: int | None = None
    """The mail in the log that it is about; when that is deleted, a trigger drops the source here too, but
    where a delivery still needs it."""
    data_key_id: int | None = None
    sealed: bytes | None = None
    """The mail's source, compressed and then sealed; NULL: it has none, or it was dropped."""


class DeliveryRow(SQLModel, table=True):
    """An event on its way to one endpoint."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("deliveries_due", "webhook_id", "next_at", "id", sqlite_where=text("state = 'waiting'")),
        Index("deliveries_line", "webhook_id", "asset_id", "id", sqlite_where=text("done_at IS NULL")),
        Index("deliveries_open", "webhook_id", "id", sqlite_where=text("done_at IS NULL")),
        Index("deliveries_dead", "webhook_id", "id", sqlite_where=text("state = 'dead'")),
        Index("deliveries_webhook", "webhook_id", "id"),
        Index("deliveries_outbox", "outbox_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    outbox_id: int = Field(foreign_key="outbox.id", ondelete="CASCADE")
    webhook_id: int = Field(foreign_key="webhooks.id", ondelete="CASCADE")
    asset_id: int
    """0: it is about no asset. As in the outbox, for the index."""
    state: str
    tries: int = 0
    """Of this round; a replay begins anew."""
    next_at: str = ""
    """When it may be tried; "": at once, whatever the clock says. Of one under way: when its claim ends."""
    claimed_by: str = ""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was done or given up."""
    status: int | None = None
    """Of the last answer."""
    words: str = ""
    """What came of the last try; untrusted."""


class AttemptRow(SQLModel, table=True):
    """One try of a delivery."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (Index("delivery_attempts_delivery", "delivery_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id", ondelete="CASCADE")
    at: datetime = Field(sa_type=UtcDateTime)
    ms: float
    status: int | None = None
    words: str
    answer: str


class EventMarkRow(SQLModel, table=True):
    """What was told once and is not to be told again, such as a reminder of a deadline."""

    __tablename__ = "event_marks"

    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
