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
    first_mail_at: datetime | None = None
    """When the first forwarded mail came; `store.forwarding_states.state_of` tells what follows."""
    last_mail_at: datetime | None = None
    usual_gap: float = 0.0
    """Seconds between two mails, at most, as a rule."""
    awaiting_confirmation: bool = False
    """Whether the provider's request to confirm waits, and no mail came after it."""
    pci_check: bool = False
    engage: str = ""
    """How its registration to Webex Engage stands, a word of `store.registrations.RegistrationState`; "":
    there is none."""
    service: str = ""
    """What it is mapped to there."""


LINES = """
    SELECT a.id, a.name, a.address, a.provider, a.sign_in, a.host, a.port, a.security, a.owner,
           a.forwarding_address,
           EXISTS (SELECT 1 FROM secrets s WHERE s.owner = 'asset:' || a.id AND s.name = 'password'),
           c.started_at, c.outcome, c.failed_step, c.diagnosis,
           i.first_at, i.last_at, coalesce(i.usual_gap, 0.0),
           EXISTS (SELECT 1 FROM confirmations w
                    WHERE w.asset_id = a.id AND w.done_at IS NULL
                      AND (i.last_at IS NULL OR w.arrived_at > i.last_at)),
           a.pci_check, coalesce(r.state, ''), coalesce(r.service, '')
      FROM assets a
      LEFT JOIN checks c ON c.id =
           (SELECT max(id) FROM checks
             WHERE asset_id = a.id AND kind = 'connection' AND outcome != 'cancelled')
      LEFT JOIN inbound_states i ON i.asset_id = a.id
      LEFT JOIN registrations r ON r.asset_id = a.id
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
    return (
        *row[:10],
        bool(row[10]),
        _time(row[11]),
        *row[12:15],
        _time(row[15]),
        _time(row[16]),
        row[17],
        bool(row[18]),
        bool(row[19]),
        *row[20:22],
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
