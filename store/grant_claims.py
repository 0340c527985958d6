"""Claims: one refresh at a time for each grant, across processes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import col, or_

from store.database import Store
from store.grant_rows import GrantRow


class ClaimLost(Exception):
    """Claims ended and another process took them; what was about to be written is not."""

    def __init__(self, asset_ids: Sequence[int]) -> None:
        which = f"asset{'s' if len(asset_ids) > 1 else ''} {', '.join(map(str, asset_ids))}"
        super().__init__(f"The claim on the grant of {which} was lost.")
        self.asset_ids = tuple(asset_ids)
        """Whose; what came for the others can be kept by another call."""


def claim(store: Store, asset_ids: Sequence[int], owner: str, now: datetime, until: datetime) -> list[int]:
    """Claim these grants for `owner`, in one transaction; returns those that were free.

    Args:
        owner: names one attempt of one process, such as host, process id and a random part.
        until: when the claim ends by itself, so that a killed process blocks nothing for long.
    """
    free = or_(
        col(GrantRow.claimed_by) == "",
        col(GrantRow.claimed_until).is_(None),
        col(GrantRow.claimed_until) <= now,
    )
    query = select(col(GrantRow.asset_id)).where(col(GrantRow.asset_id).in_(asset_ids), free)
    with store.write() as session:
        # The write lock is held: nobody comes between. RETURNING would need SQLite 3.35, RHEL 9 has 3.34.
        found = set(session.connection().execute(query).scalars())
        taken = [asset_id for asset_id in dict.fromkeys(asset_ids) if asset_id in found]
        statement = update(GrantRow).where(col(GrantRow.asset_id).in_(taken))
        session.connection().execute(statement.values(claimed_by=owner, claimed_until=until))
    return taken


def release(store: Store, asset_ids: Sequence[int], owner: str) -> None:
    """Give up claims without a result."""
    with store.write() as session:
        session.connection().execute(
            update(GrantRow)
            .where(col(GrantRow.asset_id).in_(asset_ids), col(GrantRow.claimed_by) == owner)
            .values(claimed_by="", claimed_until=None)
        )
