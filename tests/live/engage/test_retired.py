"""A retired asset is refused wherever mailboxes are used: tests, tokens, mail of postroom's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from live import connection_tests
from live.oauth.http import OAuthHttp
from live.oauth.refresh import refresh, refresh_due
from live.oauth.refreshed import Refreshed, Result
from live.outgoing.choice import ways
from live.outgoing.letter import Letter
from live.outgoing.routes import RouteUnusable, ThroughAsset
from live.outgoing.sending import send
from live.webhooks.due_events import tell
from store import checks, registrations, webhooks
from store.database import Store
from store.vault import Vault
from store.webhooks import EndpointFields, Event
from tests.store.kit import CHEAP, NOON, PASSPHRASE, keep_check, raw
from tests.store.oauth_kit import consent, made_asset, made_client

Desk = tuple[Store, Vault, int]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """One asset with a grant, registered and retired."""
    store = Store.open(tmp_path / "postroom.db")
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    asset_id = made_asset(store, vault, "Sales", oauth_client_id=made_client(store, vault).id)
    consent(store, vault, asset_id)
    keep_check(store, asset_id)
    at = NOON.isoformat(timespec="milliseconds")
    statement = (
        "INSERT INTO inbound_states (asset_id, messages, bytes, first_at, last_at, usual_gap) "
        "VALUES (?, 1, 1, ?, ?, 60)"
    )
    raw(store.path, statement, asset_id, at, at)
    registrations.record(store, asset_id, "Desk")
    registrations.retire(store, asset_id)
    yield store, vault, asset_id
    store.close()


async def test_it_is_not_tested(desk: Desk) -> None:
    store, vault, asset_id = desk
    bounds = connection_tests.Bounds()
    events = [event async for event in connection_tests.run(store, vault, [asset_id], bounds=bounds)]
    assert events == [connection_tests.TestEnded(asset_id, None)]
    assert len(checks.page(store, asset_id=asset_id)) == 1


async def test_its_token_is_not_renewed(desk: Desk) -> None:
    store, vault, asset_id = desk
    async with OAuthHttp() as http:
        told = [event async for event in refresh(store, vault, [asset_id], http=http)]
        due = [event async for event in refresh_due(store, vault, http=http)]
    assert due == []
    (one,) = told
    assert isinstance(one, Refreshed)
    assert (one.result, one.ms) == (Result.SKIPPED, 0.0)
    assert "retired" in one.words
    registrations.take_back(store, asset_id)
    with store.read() as session:
        assert registrations.retired(session) == set()


async def test_no_mail_goes_through_it(desk: Desk) -> None:
    store, vault, asset_id = desk
    letter = Letter("a@example.com", "x", "x", purpose="test")
    with pytest.raises(RouteUnusable, match="Sales is retired"):
        await send(store, vault, ThroughAsset(asset_id), letter)
    (way,) = ways(store, not_through=(), plain=None)
    assert "retired" in way.why_not


def test_nobody_is_told_of_its_silence(desk: Desk) -> None:
    store, vault, asset_id = desk
    wanted = (Event.FORWARDING_SILENT, Event.GRANT_EXPIRING)
    hook = EndpointFields(name="Hook", url="https://hooks.example.com/", events=wanted)
    webhooks.create(store, vault, hook, SecretStr("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"))
    marks = "SELECT count(*) FROM event_marks"
    tell(store, datetime.now(UTC))
    assert raw(store.path, marks) == [(0,)]
    registrations.take_back(store, asset_id)
    tell(store, datetime.now(UTC))
    assert raw(store.path, marks) == [(2,)]
