"""The tables of the log of inbound messages. They are read and written by plain SQL: a mapped row costs ten
times as much, and a million of them are here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from store.columns import UtcDateTime

SPAN_BITS = 10
"""A span is the messages whose ids are the same but for these bits: a thousand spans tell of a million."""


class InboundMessageRow(SQLModel, table=True):
    """A message's headers. Texts are cleaned and cut by `store.inbound_texts`."""

    __tablename__ = "inbound_messages"
    __table_args__ = (
        Index("inbound_messages_uid", "uid", unique=True),
        Index("inbound_messages_asset", "asset_id", "id"),
        Index("inbound_messages_repeat", "repeat_key"),
    )

    id: int | None = Field(default=None, primary_key=True)
    uid: bytes
    """What its content is bound to: 6 octets of milliseconds since 1970 when it was kept, 10 at random. It
    grows with time, so its index grows at one end, and it says what is past its time."""
    asset_id: int = Field(foreign_key="assets.id", ondelete="CASCADE")
    received_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    size: int
    """Octets as it came."""
    repeats: int = 0
    repeat_key: int
    """The first 4 octets of `digest`: an index of the whole would be three times as large."""
    digest: bytes
    attachment_count: int
    source: str
    mail_from: str
    rcpt_to: str
    peer: str
    message_id: str
    subject: str
    sender: str
    sender_name: str
    recipients: str
    attachments: str
    """Names, one a line."""
    kind: str
    via: str
    forwarded_by: str
    marks: str
    """Words with a space between."""
    detail: str
    ideographs: str
    """For the search index: texts in scripts without spaces, with a space after every character."""
    facets: str
    """For the search index: asset, kind, attachments and marks as words."""


class InboundBodyRow(SQLModel, table=True):
    """A message's content, compressed and then sealed."""

    __tablename__ = "inbound_bodies"

    id: int = Field(primary_key=True, foreign_key="inbound_messages.id", ondelete="CASCADE")
    data_key_id: int
    sealed: bytes


class InboundTotalsRow(SQLModel, table=True):
    """One row: how much there is of all assets."""

    __tablename__ = "inbound_totals"

    id: int = Field(primary_key=True)
    messages: int
    bytes: int


class InboundStateRow(SQLModel, table=True):
    """How much there is of an asset, and when its forwarded mail came (see `store.forwarding_states`)."""

    __tablename__ = "inbound_states"

    asset_id: int = Field(primary_key=True, foreign_key="assets.id", ondelete="CASCADE")
    messages: int
    bytes: int
    first_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    usual_gap: float


class InboundSpanRow(SQLModel, table=True):
    """Between which times the messages of one span were received: a search by time looks here first."""

    __tablename__ = "inbound_spans"

    span: int = Field(primary_key=True)
    earliest: datetime = Field(sa_type=UtcDateTime)
    latest: datetime = Field(sa_type=UtcDateTime)


class ConfirmationRow(SQLModel, table=True):
    """A request to confirm a forwarding address; as plain text, since support may see it without the log."""

    __tablename__ = "confirmations"
    __table_args__ = (
        Index("confirmations_open", "asset_id", sqlite_where=text("done_at IS NULL")),
        Index("confirmations_asset", "asset_id", "message_id"),
    )

    message_id: int = Field(primary_key=True, foreign_key="inbound_messages.id", ondelete="CASCADE")
    asset_id: int = Field(foreign_key="assets.id", ondelete="CASCADE")
    arrived_at: datetime = Field(sa_type=UtcDateTime)
    link: str
    cancel_link: str
    code: str
    requester: str
    matches: bool
    dkim: str
    dkim_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its signature was last looked at."""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_by: str = ""
    """Who marked it; empty where the forwarded mail itself was the proof."""
