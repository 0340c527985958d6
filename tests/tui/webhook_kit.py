"""A desk with webhooks for the tests of the screen: real endpoints on loopback, deliveries that were made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from store import assets, events, webhooks
from store.database import Store
from store.deliveries import DeliveryState
from store.delivery_queue import Claimed, DeliveryQueue, Result
from store.events import Event
from store.key_file import KeyFile
from store.vault import Vault
from store.webhooks import EndpointFields
from tests.live.webhooks import kit
from tests.live.webhooks.kit import Desk
from tests.tui.person import Person

FAILED = {
    "state": "consent required",
    "words": "invalid_grant: the consent was taken back",
    "diagnosis": None,
}


@contextmanager
def opened(path: Path) -> Iterator[Desk]:
    """Another program's hold on the store, with three assets made: Billing, Orders, and Cards with the PCI
    check."""
    store = Store.open(path)
    try:
        vault = Vault(store)
        vault.unlock_from([KeyFile(path.with_name("vault.key"))])
        yield kit.desk(store, vault)
    finally:
        store.close()


def fails(desk: Desk, *, asset: int = 0, words: str = "", count: int = 1) -> None:
    """Grants of an asset fail, which webhooks are told of."""
    with desk.store.write() as session:
        for _ in range(count):
            told: dict[str, Any] = FAILED | ({"words": words} if words else {})
            events.emit(session, Event.GRANT_FAILED, desk.assets[asset].id, told, at=datetime.now(UTC))


async def tried(desk: Desk) -> None:
    """Everything that is due has been tried once."""

    def rests() -> bool:
        held = DeliveryState.HELD
        return all(line.done_at or line.next_at or line.state is held for line in desk.lines())

    async with kit.delivering(desk):
        await kit.until(rests)


def given_up(desk: Desk) -> None:
    """As if all tries of what waits had failed: the next one is the last."""
    with desk.store.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE deliveries SET tries = 9, next_at = '' WHERE done_at IS NULL"
        )


async def at_webhooks(person: Person) -> None:
    """At the Webhooks pane, which has read the store."""
    await person.press("5")
    await person.until(lambda: person.pane.id == "webhooks", "the pane")
    await person.settled()


async def at_deliveries(person: Person) -> None:
    """At the deliveries of the webhook under the cursor."""
    await person.press("enter")
    await person.until(lambda: person.pane.id == "deliveries", "the deliveries")
    await person.settled()


# Rows with fixed values


OFTEN = ("Billing", "Bookings", "Careers", "Press", "Returns EU")
DOWN = "It answered 503; only 2xx counts as delivered."


def fill(store: Store, vault: Vault, now: datetime) -> None:
    """Three webhooks, one of each kind, with deliveries of a morning, on the assets of `rows.fill`."""
    known = assets.names(store)
    wanted = (Event.GRANT_FAILED, Event.GRANT_RENEWED)
    for name in ("Helpdesk", "Ticketing"):
        fields = EndpointFields(name, f"https://{name.lower()}.example.com/postroom", wanted)
        webhooks.create(store, vault, fields, kit.SECRET)
    archive = EndpointFields("Archive", "https://archive.example.com/in", wanted, enabled=False)
    webhooks.create(store, vault, archive, kit.SECRET)
    with store.write() as session:
        for hours, name in enumerate(OFTEN, 1):
            at = now - timedelta(hours=len(OFTEN) + 1 - hours)
            event = Event.GRANT_FAILED if hours % 2 else Event.GRANT_RENEWED
            events.emit(session, event, known[name], {"words": "told"}, at=at)
    queue = DeliveryQueue(store)
    ids = {one.id: one.name for one in webhooks.all_endpoints(store, vault)}
    claimed = queue.exchange((), dict.fromkeys(ids, 100), 0).claimed
    queue.exchange([_came(one, ids[one.webhook_id], now) for one in claimed], {}, 0)
    queue.close()


def _came(one: Claimed, name: str, now: datetime) -> Result:
    at = one.at + timedelta(seconds=2)
    if name == "Helpdesk":
        return Result(one, at, 18.0, 200, "", "ok", DeliveryState.DONE)
    if one.event is Event.GRANT_RENEWED:
        return Result(one, at, 40.0, 503, DOWN, "down", DeliveryState.DEAD)
    return Result(one, at, 40.0, 503, DOWN, "down", DeliveryState.WAITING, now + timedelta(minutes=41))
