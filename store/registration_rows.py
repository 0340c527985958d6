"""The table of registrations to Webex Engage, what one is, and the queries on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from store.checks import CONNECTION
from store.columns import UtcDateTime
from store.processes import is_gone

if TYPE_CHECKING:
    from store.database import Store

UNDER_WAY_S = 60.0
"""For so long a call may be under way: it is given up after 30 s, and the answer has to be written."""
BY_HAND = "by hand"
"""How an asset was registered that nobody called Engage for: a person did it there, and said so here."""


class RegistrationError(Exception):
    """The registration cannot be made or changed so; the text is one sentence with the remedy."""


class AssetRegistered(RegistrationError):
    """The asset is registered, and is therefore not deleted."""


class AssetRetired(RegistrationError):
    """The asset is retired: kept, and not used."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is retired: it is kept, and not used. Take it back into use first.")


class RegistrationState(StrEnum):
    """How a registration stands."""

    UNKNOWN = "unknown"
    """It was asked for, and whether Engage took it is not known."""
    REGISTERED = "registered"
    RETIRED = "retired"
    """Registered, and not used any more: no tests, no tokens, no mail through it."""
    TOMBSTONE = "tombstone"
    """The asset was deleted; what it was mapped to in Engage is an orphan."""


class RegistrationRow(SQLModel, table=True):
    """The table. Of a tombstone, `asset_id` is NULL, and the names are those at the end."""

    __tablename__ = "registrations"
    __table_args__ = (Index("registrations_asset", "asset_id", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    asset_id: int | None = Field(default=None, foreign_key="assets.id", ondelete="RESTRICT")
    service: str
    state: str
    how: str
    tracking_id: str = ""
    asked_at: datetime = Field(sa_type=UtcDateTime)
    asked_by: str
    registered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    buried_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    words: str = ""
    asset_name: str
    address: str
    forwarding_address: str = ""
    pid: int = 0
    process: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration as it is shown."""

    id: int
    asset_id: int | None
    """None: the asset was deleted."""
    asset_name: str
    address: str
    forwarding_address: str
    service: str
    state: RegistrationState
    how: str
    """`BY_HAND`, or the host that it was handed on to."""
    tracking_id: str
    """What the call bore as its `trackingid`; "": there was none."""
    asked_at: datetime
    asked_by: str
    registered_at: datetime | None
    retired_at: datetime | None
    buried_at: datetime | None
    words: str
    """Of an unknown one: why it is unknown. May hold a server's words: untrusted."""
    pid: int
    process: str

    def is_under_way(self, now: datetime) -> bool:
        """Whether the call may still be answered: nobody can say now how it ended."""
        if self.state is not RegistrationState.UNKNOWN or not self.pid:
            return False
        passed = abs((now - self.asked_at).total_seconds())  # a clock set back must not hold it for hours
        return passed < UNDER_WAY_S and not is_gone(self.pid, self.process)


def of(store: Store, asset_id: int) -> Registration | None:
    """The asset's registration, in whatever state; None: it was never registered."""
    with store.read() as session:
        row = row_of(session, asset_id)
        return shown(row) if row else None


def by_id(store: Store, registration_id: int) -> Registration | None:
    """The registration of that id, tombstones included."""
    with store.read() as session:
        row = session.get(RegistrationRow, registration_id)
        return shown(row) if row else None


def every(store: Store) -> list[Registration]:
    """All of them, tombstones included, by the asset's name; there is at most one for each asset."""
    with store.read() as session:
        query = select(RegistrationRow).order_by(col(RegistrationRow.asset_name), col(RegistrationRow.id))
        return [shown(row) for row in session.exec(query)]


def services(store: Store) -> list[str]:
    """The services that assets are mapped to, in order."""
    with store.read() as session:
        query = select(RegistrationRow.service).distinct().order_by(RegistrationRow.service)
        return list(session.exec(query))


def retired(session: Session, asset_ids: Collection[int] | None = None) -> set[int]:
    """Which assets are retired, of all or of these."""
    query = select(RegistrationRow.asset_id).where(RegistrationRow.state == RegistrationState.RETIRED)
    if asset_ids is not None:
        query = query.where(col(RegistrationRow.asset_id).in_(asset_ids))
    return {asset_id for asset_id in session.exec(query) if asset_id is not None}


def refuse_retired(session: Session, asset_id: int, name: str) -> None:
    """Raises: AssetRetired."""
    if retired(session, [asset_id]):
        raise AssetRetired(name)


def missing(store: Store, asset_id: int) -> tuple[str, ...]:
    """What keeps the asset from being registered, each in a clause; nothing: it may be."""
    with store.read() as session:
        return missing_in(session, asset_id)


def missing_in(session: Session, asset_id: int) -> tuple[str, ...]:
    connection = session.connection()
    tested = connection.execute(
        text(
            "SELECT outcome FROM checks WHERE asset_id = :id AND kind = :kind AND outcome != 'cancelled' "
            "ORDER BY id DESC LIMIT 1"
        ),
        {"id": asset_id, "kind": CONNECTION},
    ).scalar()
    mail = connection.execute(
        text("SELECT last_at FROM inbound_states WHERE asset_id = :id"), {"id": asset_id}
    ).scalar()
    found = []
    if tested != "passed":
        found.append(f"its connection test has {'failed' if tested else 'never been run'}")
    if mail is None:
        found.append("no forwarded message has come yet")
    return tuple(found)


def row_of(session: Session, asset_id: int) -> RegistrationRow | None:
    return session.exec(select(RegistrationRow).where(RegistrationRow.asset_id == asset_id)).first()


def shown(row: RegistrationRow) -> Registration:
    assert row.id is not None
    values = {name: getattr(row, name) for name in Registration.__slots__}
    return Registration(**{**values, "state": RegistrationState(row.state)})
