"""How webhooks and deliveries look outside: tables and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.deliveries import Delivery, DeliveryLine
from store.webhooks import Endpoint
from tui import webhook_words
from tui.commandline.printing import moment
from tui.times import exact

TITLES = ("NAME", "STATE", "EVENTS", "ASSETS", "WAITING", "DEAD", "LAST DELIVERED", "URL")
DELIVERY_TITLES = ("ID", "EVENT AT", "WEBHOOK", "EVENT", "ASSET", "STATE", "TRIES", "STATUS", "WORDS")


def cells(endpoint: Endpoint) -> tuple[str, ...]:
    """A row of the list."""
    fields, health = endpoint.fields, endpoint.health
    return (
        fields.name,
        webhook_words.state_words(endpoint),
        str(len(fields.events)),
        "all" if fields.asset_ids is None else str(len(fields.asset_ids)),
        f"{health.waiting:,}",
        f"{health.dead:,}",
        exact(health.last_ok_at) if health.last_ok_at else "never",
        fields.url,
    )


def of_webhook(endpoint: Endpoint, names: Mapping[int, str]) -> dict[str, Any]:
    """As JSON.

    Args:
        names: of assets, by id.
    """
    fields, health = endpoint.fields, endpoint.health
    return {
        "id": endpoint.id,
        "name": fields.name,
        "url": fields.url,
        "style": fields.style.value,
        "events": [event.value for event in fields.events],
        "assets": webhook_words.asset_names(endpoint, names),
        "enabled": fields.enabled,
        "off_why": endpoint.off_why,
        "confirmations": fields.opt_in_confirmation,
        "raw": fields.raw.value,
        "ordered": fields.ordered,
        "has_secret": endpoint.has_secret,
        "rotating": endpoint.is_rotating,
        "waiting": health.waiting,
        "waiting_since": moment(health.waiting_since),
        "dead": health.dead,
        "failures": health.failures,
        "last_ok_at": moment(health.last_ok_at),
        "last_failed_at": moment(health.last_failed_at),
        "last_words": health.last_words,
        "rests_until": moment(health.rests_until),
        "version": endpoint.version,
        "created_at": moment(endpoint.created_at),
        "updated_at": moment(endpoint.updated_at),
    }


def delivery_cells(line: DeliveryLine) -> tuple[str, ...]:
    """A row of the list of deliveries."""
    words = line.words
    if line.next_at is not None:
        words = f"{words} Next try: {exact(line.next_at)}".strip()
    return (
        str(line.id),
        exact(line.at),
        line.webhook_name,
        line.event,
        line.asset_name,
        webhook_words.delivery_state(line),
        str(line.tries),
        str(line.status or ""),
        words,
    )


def of_delivery(line: DeliveryLine) -> dict[str, Any]:
    """As JSON."""
    return {
        "id": line.id,
        "webhook": line.webhook_name,
        "event": line.event,
        "at": moment(line.at),
        "asset": line.asset_name or None,
        "state": line.state.value,
        "tries": line.tries,
        "next_at": moment(line.next_at),
        "under_way": line.under_way,
        "done_at": moment(line.done_at),
        "status": line.status,
        "words": line.words,
    }


def in_full(found: Delivery) -> dict[str, Any]:
    """As JSON, with every try."""
    return {
        **of_delivery(found.line),
        "uid": found.uid,
        "replayable": found.replayable,
        "data": webhook_words.shown_data(found),
        "attempts": [
            {
                "at": moment(one.at),
                "ms": one.ms,
                "status": one.status,
                "words": one.words,
                "answer": one.answer,
            }
            for one in found.attempts
        ],
    }
