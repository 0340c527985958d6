"""An endpoint's rows, written and read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import text
from sqlmodel import Session, col, select

from store.vault import Vault
from store.webhook_kinds import Event, RawSource, Style
from store.webhook_records import Endpoint, EndpointFields, Health
from store.webhook_tables import COUNTED, WebhookAssetRow, WebhookHealthRow, WebhookRow

SECRET, SECRET_BEFORE = "secret", "secret-before"
"""Names of the secrets in the vault: the one in use, and, while they rotate, the one before it."""


def owner_of_secrets(webhook_id: int) -> str:
    """Under what name the vault keeps an endpoint's secrets."""
    return f"webhook:{webhook_id}"


_PLAIN = [field.name for field in fields(EndpointFields) if field.name not in ("events", "asset_ids")]
WAITING = text(
    """
    SELECT (SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE webhook_id = :id AND done_at IS NULL
                                   LIMIT :most)),
           (SELECT o.at FROM outbox o WHERE o.id = (SELECT outbox_id FROM deliveries
             WHERE webhook_id = :id AND done_at IS NULL ORDER BY id LIMIT 1)),
           (SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE webhook_id = :id AND state = 'dead'
                                   LIMIT :most))
    """
)


def columns_of(given: EndpointFields) -> dict[str, Any]:
    plain = {name: getattr(given, name) for name in _PLAIN}
    return {
        **plain,
        "style": given.style.value,
        "raw": given.raw.value,
        "events": " ".join(event.value for event in given.events),
        "all_assets": given.asset_ids is None,
    }


def let_go(session: Session, webhook_id: int, *, ordered: bool) -> None:
    """What waits for another try need not wait longer, since somebody has mended something; without an order
    nothing is held."""
    connection = session.connection()
    session.flush()
    asked = {"id": webhook_id}
    connection.execute(text("UPDATE webhook_health SET rests_until = NULL WHERE webhook_id = :id"), asked)
    again = (
        "UPDATE deliveries SET next_at = '' WHERE webhook_id = :id AND done_at IS NULL AND claimed_by = ''"
    )
    connection.execute(text(again), asked)
    if not ordered:
        free = "UPDATE deliveries SET state = 'waiting' WHERE webhook_id = :id AND done_at IS NULL"
        connection.execute(text(free), asked)


def put_assets(session: Session, webhook_id: int, asset_ids: Iterable[int] | None) -> None:
    session.exec(delete_rows(WebhookAssetRow).where(col(WebhookAssetRow.webhook_id) == webhook_id))
    for asset_id in dict.fromkeys(asset_ids or ()):
        session.add(WebhookAssetRow(webhook_id=webhook_id, asset_id=asset_id))


def assets_of(session: Session, webhook_id: int) -> tuple[int, ...]:
    query = select(WebhookAssetRow.asset_id).where(WebhookAssetRow.webhook_id == webhook_id)
    return tuple(session.exec(query.order_by(col(WebhookAssetRow.asset_id))))


def endpoint(session: Session, vault: Vault, row: WebhookRow) -> Endpoint:
    assert row.id is not None
    owner = owner_of_secrets(row.id)
    given: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    given |= {"style": Style(row.style), "raw": RawSource(row.raw)}
    given["events"] = tuple(Event(word) for word in row.events.split())
    given["asset_ids"] = None if row.all_assets else assets_of(session, row.id)
    return Endpoint(
        id=row.id,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        has_secret=vault.has(session, owner, SECRET),
        is_rotating=vault.has(session, owner, SECRET_BEFORE),
        off_why=row.off_why,
        fields=EndpointFields(**given),
        health=_health(session, row.id),
    )


def _health(session: Session, webhook_id: int) -> Health:
    waiting, since, dead = session.connection().execute(WAITING, {"id": webhook_id, "most": COUNTED}).one()
    row = session.get(WebhookHealthRow, webhook_id) or WebhookHealthRow(webhook_id=webhook_id)
    return Health(
        waiting,
        datetime.fromisoformat(since) if since else None,
        dead,
        row.last_ok_at,
        row.last_failed_at,
        row.failures,
        row.last_words,
        row.rests_until,
    )


def kept(session: Session, vault: Vault, row: WebhookRow) -> Endpoint:
    session.flush()
    session.refresh(row)  # times are kept to the millisecond
    return endpoint(session, vault, row)
