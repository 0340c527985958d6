"""Assets as a list shows them: one line each, with the latest check.

Needs no SQLAlchemy, whose import takes longer than all else that a console does up to its first list.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from store.migrations import HEAD

if TYPE_CHECKING:
    from store.database import Store


@dataclass(frozen=True, slots=True)
class AssetLine:
    """What a list shows of an asset, with its latest check."""

    id: int
    name: str
    address: str
    provider: str
    sign_in: str
    host: str
    port: int
    security: str
    owner: str
    forwarding_address: str
    has_password: bool
    checked_at: datetime | None
    outcome: str | None
    failed_step: str | None
    diagnosis: str | None


LINES = """
    SELECT a.id, a.name, a.address, a.provider, a.sign_in, a.host, a.port, a.security, a.owner,
           a.forwarding_address,
           EXISTS (SELECT 1 FROM secrets s WHERE s.owner = 'asset:' || a.id AND s.name = 'password'),
           c.started_at, c.outcome, c.failed_step, c.diagnosis
      FROM assets a
      LEFT JOIN checks c ON c.id =
           (SELECT max(id) FROM checks WHERE asset_id = a.id AND outcome != 'cancelled')
     WHERE :asset_id IS NULL OR a.id = :asset_id
     ORDER BY a.name_key
"""


def lines(store: Store, asset_id: int | None = None) -> list[AssetLine]:
    """All assets as lines, by name, or just the one. Plain SQL, since 5,000 mapped rows cost ten times as
    much as 5,000 tuples."""
    with store.read() as session:
        found = session.connection().exec_driver_sql(LINES, {"asset_id": asset_id})
        return [AssetLine(*_values(row)) for row in found]


def glance(path: Path) -> list[AssetLine]:
    """All assets as lines, by name, for a first look before the store is open. None where the file cannot be
    read or has another schema: `Store.open` will say so, or mend it."""
    address = f"file:{quote(os.fsencode(path))}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=0)) as connection:
            if connection.execute("SELECT version_num FROM alembic_version").fetchone() != (HEAD,):
                return []
            return [AssetLine(*_values(row)) for row in connection.execute(LINES, {"asset_id": None})]
    except sqlite3.Error:
        return []


def _values(row: Sequence[Any]) -> tuple[Any, ...]:
    return (*row[:10], bool(row[10]), datetime.fromisoformat(row[11]) if row[11] else None, *row[12:])
