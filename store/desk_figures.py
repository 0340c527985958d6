"""The few figures of a desk that are watched from outside: read by indexes and kept counts, some milliseconds
for 10,000 grants and a million messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from store import deliveries
from store.deliveries import Queue

if TYPE_CHECKING:
    from store.database import Store

GRANTS = "SELECT state, count(*) FROM grants GROUP BY state"
DEADLINE = """
    SELECT d.at FROM deadlines d
     WHERE NOT EXISTS (SELECT 1 FROM registrations r
                        WHERE r.state = 'retired' AND d.subject = 'asset:' || r.asset_id)
     ORDER BY d.at LIMIT 1
"""
LOG = "SELECT coalesce(sum(messages), 0), coalesce(sum(bytes), 0) FROM inbound_totals"
ASKED = "SELECT count(*) FROM confirmations WHERE done_at IS NULL"


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """How a desk stands."""

    grants: Mapping[str, int]
    """How many there are in each state, a word of `store.grants.GrantState`."""
    deadline_at: datetime | None
    """The next one, also when it is past; those of retired assets do not count."""
    messages: int
    octets: int
    """What the log holds, as it came."""
    confirmations: int
    """Those that wait for a person."""
    queue: Queue


def read(store: Store) -> DeskFigures:
    """Read them.

    Raises:
        StoreError.
    """
    with store.read() as session:
        ask = session.connection().exec_driver_sql
        grants = dict(map(tuple, ask(GRANTS)))
        deadline = ask(DEADLINE).scalar()
        messages, octets = ask(LOG).one()
        confirmations = ask(ASKED).scalar() or 0
    at = datetime.fromisoformat(deadline) if deadline else None
    return DeskFigures(grants, at, messages, octets, confirmations, deliveries.queue(store))
