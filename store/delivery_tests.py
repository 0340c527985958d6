"""Keeps tests of webhooks among the deliveries: they are sent past the queue, and tried once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import audit
from store.columns import utc_text
from store.outside_words import kept_words
from store.webhook_kinds import DeliveryState
from store.webhook_tables import AttemptRow, DeliveryRow, OutboxRow, WebhookRow

if TYPE_CHECKING:
    from store.database import Store
    from store.delivery_queue import Result

KEPT_WORDS, KEPT_ANSWER = 300, 500


def record(store: Store, result: Result) -> int:
    """Keep a test as a delivery that is done or dead; returns its id, 0 where the endpoint was deleted.

    Raises:
        StoreError.
    """
    claimed = result.claimed
    with store.write() as session:
        webhook = session.get(WebhookRow, claimed.webhook_id)
        if webhook is None:
            return 0
        event = OutboxRow(uid=claimed.uid, event=claimed.event.value, at=claimed.at, data="{}")
        session.add(event)
        session.flush()
        assert event.id is not None
        well = result.state is DeliveryState.DONE
        words = kept_words(result.words, KEPT_WORDS)
        row = DeliveryRow(
            outbox_id=event.id,
            webhook_id=claimed.webhook_id,
            asset_id=claimed.asset_id,
            state=(DeliveryState.DONE if well else DeliveryState.DEAD).value,
            tries=1,
            done_at=result.at,
            status=result.status,
            words=words,
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        session.add(
            AttemptRow(
                delivery_id=row.id,
                at=result.at,
                ms=round(result.ms, 1),
                status=result.status,
                words=words,
                answer=kept_words(result.answer, KEPT_ANSWER),
            )
        )
        told_of = f"{webhook.name} at {utc_text(result.at)}: {'well' if well else words}"
        audit.record(session, store.actor, "webhook tested", detail=told_of)
        return row.id
