"""Adds webhooks to the rehearsal's store: one that is well, one that fails, one with dead letters, each with
a history as the deliverer writes it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from live.rehearsal.endpoints import Endpoints, Listener
from live.webhooks.signing import new_secret
from store import assets, events, webhooks
from store.database import Store
from store.delivery_queue import Claimed, DeliveryQueue, Result
from store.vault import Vault
from store.webhook_kinds import DeliveryState, Event, Style
from store.webhooks import EndpointFields

REFUSED = "<html><head><title>403</title></head>\n<body>API key of the flow has ended</body></html>"
DOWN = "Fatal error: database is in recovery mode\n"
OCTETS = 1_000_000  # of sources claimed at a time; these events have none
MAIL = (Event.EMAIL_RECEIVED, Event.EMAIL_CONFIRMATION, Event.EMAIL_BOUNCED)
GRANTS = (Event.GRANT_EXPIRING, Event.GRANT_FAILED, Event.GRANT_RENEWED)


@dataclass(frozen=True, slots=True)
class Past:
    """What happened: an event so many hours ago, to be told to all that want it."""

    event: Event
    asset: str
    hours: float
    data: Mapping[str, Any]


HISTORY = (
    *(
        Past(
            Event.ASSET_TEST_FAILED, name, hours, {"kind": "connection", "rung": "sign-in", "diagnosis": None}
        )
        for name, hours in (("Complaints", 30), ("Careers", 29), ("Returns EU", 26), ("Bookings", 7))
    ),
    *(
        Past(Event.GRANT_RENEWED, name, hours, {"by": "refresh", "before": "valid", "expires_at": None})
        for name, hours in (("Billing", 6), ("Orders", 5), ("Support", 4), ("Press", 3))
    ),
    Past(Event.FORWARDING_SILENT, "Spare Parts", 2, {"silent_for_hours": 50}),
    Past(Event.ASSET_TEST_FAILED, "Partners", 1, {"kind": "connection", "rung": "certificate"}),
)


def add_webhooks(store: Store, vault: Vault, endpoints: Endpoints) -> None:
    """Set up three webhooks at the rehearsal's own endpoints, and let what happened be told; 60 ms.

    Raises:
        store.webhooks.WebhookError, store.vault.VaultError, store.database.StoreError: as with the store.
    """
    base = f"http://127.0.0.1:{endpoints.ports[Listener.WEBHOOKS]}"
    every = tuple(event for event in Event if event is not Event.TEST_PING)
    fails = (*MAIL, Event.ASSET_TEST_FAILED)
    known = assets.names(store)
    billing = tuple(sorted(known[name] for name in ("Billing", "Orders", "Bookings") if name in known))
    made = (
        EndpointFields("Helpdesk", f"{base}/helpdesk", every, opt_in_confirmation=True),
        EndpointFields("Ticketing", f"{base}/ticketing", fails),
        EndpointFields(
            "Contact flow",
            f"{base}/flow",
            (Event.EMAIL_RECEIVED, Event.ASSET_TEST_FAILED, *GRANTS),
            Style.PLATFORM_SHA256,
            billing,
        ),
    )
    ids = {fields.name: webhooks.create(store, vault, fields, new_secret()).id for fields in made}
    now = datetime.now(UTC)
    with store.write() as session:
        for past in HISTORY:
            at = now - timedelta(hours=past.hours)
            events.emit(session, past.event, known[past.asset], past.data, at=at)
    _deliver(store, ids, now)


def _deliver(store: Store, ids: Mapping[str, int], now: datetime) -> None:
    """Write down what came of the deliveries, as if an agent had been at work all the time."""
    rooms = dict.fromkeys(ids.values(), len(HISTORY))
    names = {webhook_id: name for name, webhook_id in ids.items()}
    queue = DeliveryQueue(store)
    try:
        results: Sequence[Result] = ()
        while True:  # what is held behind a delivery comes up when that is done
            claimed = queue.exchange(results, rooms, OCTETS).claimed
            if not claimed:
                return
            results = [one for each in claimed for one in _came(names[each.webhook_id], each, now)]
    finally:
        queue.close()


def _came(name: str, claimed: Claimed, now: datetime) -> Iterator[Result]:
    at = claimed.at + timedelta(seconds=1)
    well, dead, waiting = DeliveryState.DONE, DeliveryState.DEAD, DeliveryState.WAITING
    if name == "Helpdesk":
        yield Result(claimed, at, 18.4, 200, "", '{"accepted":true}', well)
    elif name == "Ticketing":
        words = "It answered 500; only 2xx counts as delivered."
        yield Result(claimed, at, 41.0, 500, words, DOWN, waiting, now + timedelta(minutes=12))
    elif claimed.event is Event.ASSET_TEST_FAILED:
        words = "It answered 403; only 2xx counts as delivered. This was the last of 10 tries."
        yield Result(claimed, at, 96.2, 403, words, REFUSED, dead)
    else:
        yield Result(claimed, at, 33.9, 200, "", "", well)
