"""Confirmations: a provider's requests to verify a forwarding address, shown without opening the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from store import audit
from store.columns import utc_text
from store.inbound_bodies import audit_name

if TYPE_CHECKING:
    from store.database import Store

DKIM_RESULTS = ("pass", "fail", "unverified")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One request; link, code and requester are untrusted."""

    message_id: int
    asset_id: int
    asset_name: str
    asset_address: str
    arrived_at: datetime
    link: str
    cancel_link: str
    """Withdraws the request; never to be offered as the one that confirms."""
    code: str
    requester: str
    matches: bool
    dkim: str
    """"pass", "fail" or "unverified"."""
    done_at: datetime | None
    done_by: str
    """Who marked it as done; empty where mail came that the mailbox forwarded."""


FOUND = """
    SELECT c.message_id, c.asset_id, a.name, a.address, c.arrived_at, c.link, c.cancel_link, c.code,
           c.requester, c.matches, c.dkim, c.done_at, c.done_by
      FROM confirmations c JOIN assets a ON a.id = c.asset_id
"""


def confirmations(
    store: Store, *, open_only: bool = True, asset_id: int | None = None, limit: int | None = None
) -> list[Confirmation]:
    """Requests, newest first: those that wait for a person, or all, at most `limit`."""
    conditions = ["c.done_at IS NULL"] if open_only else []
    if asset_id is not None:
        conditions.append("c.asset_id = :asset_id")
    return _found(store, " AND ".join(conditions) or "TRUE", {"asset_id": asset_id}, limit)


def confirmation(store: Store, message_id: int) -> Confirmation | None:
    """The request that came as this message."""
    found = _found(store, "c.message_id = :message_id", {"message_id": message_id})
    return found[0] if found else None


def confirmation_done(store: Store, message_id: int) -> bool:
    """Mark a request as done, with an audit entry; False where it was already, or is gone."""
    found = confirmation(store, message_id)
    if found is None or found.done_at is not None:
        return False
    statement = "UPDATE confirmations SET done_at = ?, done_by = ? WHERE message_id = ? AND done_at IS NULL"
    values = (utc_text(datetime.now(UTC)), store.actor.user, message_id)
    with store.write() as session:
        if not session.connection().exec_driver_sql(statement, values).rowcount:
            return False
        audit.record(
            session,
            store.actor,
            "confirmation done",
            asset_id=found.asset_id,
            asset_name=found.asset_name,
            detail=f"{audit_name(message_id)} asked for by {found.requester or 'nobody named'}",
        )
    return True


def confirmation_dkim(store: Store, message_id: int, result: str) -> None:
    """Keep what became of checking its signature: "pass", "fail" or "unverified"."""
    if result not in DKIM_RESULTS:
        raise ValueError(f"{result} is none of {', '.join(DKIM_RESULTS)}")
    statement = "UPDATE confirmations SET dkim = ?, dkim_at = ? WHERE message_id = ?"
    with store.write() as session:
        values = (result, utc_text(datetime.now(UTC)), message_id)
        session.connection().exec_driver_sql(statement, values)


def unchecked(store: Store, limit: int = 20) -> list[int]:
    """Message ids of requests, newest first, whose signature nobody has tried to check yet."""
    statement = "SELECT message_id FROM confirmations WHERE dkim_at IS NULL ORDER BY message_id DESC LIMIT ?"
    with store.read() as session:
        return [row[0] for row in session.connection().exec_driver_sql(statement, (limit,))]


def _found(
    store: Store, condition: str, values: dict[str, Any], limit: int | None = None
) -> list[Confirmation]:
    statement = f"{FOUND} WHERE {condition} ORDER BY c.message_id DESC LIMIT :most"
    with store.read() as session:
        bound = {**values, "most": -1 if limit is None else limit}
        rows = session.connection().exec_driver_sql(statement, bound).all()
    return [Confirmation(*_values(row)) for row in rows]


def _values(row: Sequence[Any]) -> tuple[Any, ...]:
    done_at = datetime.fromisoformat(row[11]) if row[11] else None
    return (*row[:4], datetime.fromisoformat(row[4]), *row[5:9], bool(row[9]), row[10], done_at, row[12])
