"""What people have ticked of an asset's set-up guide, and which guide they chose, so that a colleague goes on
where they stopped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlmodel import Field, Session, SQLModel, select

from store import audit
from store.asset_errors import AssetGone
from store.asset_rows import AssetRow
from store.columns import UtcDateTime

if TYPE_CHECKING:
    from store.database import Store

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_NAME = 60
"""Characters of a step's or guide's id; those that there are have 22 at most."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One step that a person has marked as done."""

    step: str
    at: datetime
    by: str


class GuideTickRow(SQLModel, table=True):
    """The table: one row for each asset and step that is ticked."""

    __tablename__ = "guide_ticks"

    asset_id: int = Field(primary_key=True, foreign_key="assets.id", ondelete="CASCADE")
    step: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str


class GuideChoiceRow(SQLModel, table=True):
    """The table: the guide of an asset where a person chose another than the one that fits its sign-in."""

    __tablename__ = "guide_choices"

    asset_id: int = Field(primary_key=True, foreign_key="assets.id", ondelete="CASCADE")
    guide: str


def ticks(store: Store, asset_id: int) -> dict[str, Tick]:
    """The asset's ticks, by step."""
    query = select(GuideTickRow).where(GuideTickRow.asset_id == asset_id)
    with store.read() as session:
        return {row.step: Tick(row.step, row.at, row.by) for row in session.exec(query)}


def tick(store: Store, asset_id: int, step: str, title: str) -> bool:
    """Mark a step as done, with an audit entry; False: it was already, and stays its first ticker's.

    Args:
        title: the step's, for the audit log.

    Raises:
        AssetGone: the asset was deleted meanwhile. ValueError: that is no id of a step.
    """
    _refuse(step)
    with store.write() as session:
        name = _name(session, asset_id)
        if session.get(GuideTickRow, (asset_id, step)) is not None:
            return False
        session.add(GuideTickRow(asset_id=asset_id, step=step, at=datetime.now(UTC), by=store.actor.user))
        audit.record(
            session, store.actor, "set-up step ticked", asset_id=asset_id, asset_name=name, detail=title
        )
    return True


def untick(store: Store, asset_id: int, step: str, title: str) -> bool:
    """Take a tick back, with an audit entry that names whose it was; False: there was none.

    Raises: AssetGone.
    """
    with store.write() as session:
        name = _name(session, asset_id)
        row = session.get(GuideTickRow, (asset_id, step))
        if row is None:
            return False
        told = f"{title}, ticked by {row.by}"
        session.delete(row)
        audit.record(
            session, store.actor, "set-up tick taken back", asset_id=asset_id, asset_name=name, detail=told
        )
    return True


def chosen(store: Store, asset_id: int) -> str:
    """The id of the guide that a person chose for the asset; "": nobody did."""
    with store.read() as session:
        row = session.get(GuideChoiceRow, asset_id)
        return row.guide if row else ""


def choose(store: Store, asset_id: int, guide: str) -> bool:
    """Keep which guide the asset is set up by, with an audit entry; False: it was that one already.

    Args:
        guide: its id; "": the one that fits the asset's sign-in.

    Raises:
        AssetGone: the asset was deleted meanwhile. ValueError: that is no id of a guide.
    """
    if guide:
        _refuse(guide)
    with store.write() as session:
        name = _name(session, asset_id)
        row = session.get(GuideChoiceRow, asset_id)
        if guide == (row.guide if row else ""):
            return False
        if row is not None:
            session.delete(row)
            session.flush()
        if guide:
            session.add(GuideChoiceRow(asset_id=asset_id, guide=guide))
        told = guide or "the one that fits its sign-in"
        audit.record(
            session, store.actor, "set-up guide chosen", asset_id=asset_id, asset_name=name, detail=told
        )
    return True


def _refuse(name: str) -> None:
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise ValueError(f"{name[:LONGEST_NAME]!r} is no id of a step or guide")


def _name(session: Session, asset_id: int) -> str:
    row = session.get(AssetRow, asset_id)
    if row is None:
        raise AssetGone("The asset was deleted by somebody else.")
    return row.name
