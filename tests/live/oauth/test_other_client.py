"""A grant that another OAuth client made is never used with the one that its asset has now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from live import deadlines
from live.oauth.accept import Accepted, NotAccepted, accept
from live.oauth.access import NoToken, usable_token
from live.oauth.refresh import Result, refresh, refresh_due
from live.oauth.secret_trial import try_secret
from live.oauth.taking_back import steps_for, take_back
from live.rehearsal.authorization.registry import TENANT
from store import assets, grant_events, grants, oauth_clients
from store import deadlines as stored_deadlines
from store.assets import Asset
from store.database import Store
from store.deadlines import Deadline
from store.grants import Grant, GrantState
from store.oauth_clients import Flow, OAuthClient
from store.vault import Vault
from tests.live.authorization_kit import CONFIDENTIAL, GOOGLE, PUBLIC
from tests.live.oauth.desk import keep_client
from tests.live.oauth.house import House, house_of
from tests.live.oauth.stock import claims_left, held, only, told

FOUND = "any-oauth-other-client"


@pytest.fixture
async def house(store: Store, vault: Vault) -> AsyncIterator[House]:
    async with house_of(store, vault) as one:
        yield one


async def granted(house: House) -> tuple[OAuthClient, Asset]:
    """A mailbox with a good grant of its client."""
    client, asset = house.ready(PUBLIC)
    answer = await accept(house.store, house.vault, asset, client, await house.consented(client, asset))
    assert isinstance(answer, Accepted)
    return client, asset


def take(house: House, asset: Asset, client: OAuthClient) -> Asset:
    """Give the asset another client."""
    now = assets.by_id(house.store, house.vault, asset.id)
    assert now
    fields = now.fields().model_copy(update={"oauth_client_id": client.id})
    changed = assets.update(house.store, house.vault, asset.id, fields, version=now.version)
    deadlines.restate(house.store, datetime.now(UTC), [asset.id])
    return changed


def other(house: House, **more: Any) -> OAuthClient:
    return keep_client(house.store, house.vault, house.server, CONFIDENTIAL, **more)


def grant_of(house: House, asset: Asset) -> Grant:
    found = grants.of(house.store, asset.id)
    assert found
    return found


def deadline(house: House, asset: Asset) -> Deadline | None:
    with house.store.read() as session:
        return stored_deadlines.of(session, assets.owner_of_secrets(asset.id))


async def test_it_is_neither_refreshed_nor_signed_in_with(house: House) -> None:
    client, asset = await granted(house)
    before, uses = held(house.store, house.vault, asset.id), house.server.issuer.book.uses()
    asset = take(house, asset, other(house))
    one = only(await told(refresh(house.store, house.vault, [asset.id], http=house.http)))
    assert (one.result, one.diagnosis) == (Result.CONSENT, FOUND)
    assert f"made with the client {client.name}:" in one.words
    with pytest.raises(NoToken) as caught:
        await usable_token(house.store, house.vault, asset, house.http)
    assert (caught.value.diagnosis, caught.value.definite) == (FOUND, True)
    test = await house.tested(asset)
    assert test.failed_step
    assert (test.failed_step.name, test.failed_step.diagnosis) == ("grant", FOUND)
    assert house.server.issuer.book.uses() == uses
    assert held(house.store, house.vault, asset.id) == before
    assert not claims_left(house.store)


async def test_its_deadline_is_now_and_says_what_it_was_made_with(house: House) -> None:
    client, asset = await granted(house)
    good = deadline(house, asset)
    asset = take(house, asset, other(house))
    ended = deadline(house, asset)
    assert ended
    assert ended.at <= datetime.now(UTC)
    assert (f"with the client {client.name}:" in ended.reason, ended.who) == (True, "operator")
    take(house, asset, client)
    assert deadline(house, asset) == good


async def test_with_its_own_client_back_it_is_refreshed_again(house: House) -> None:
    client, asset = await granted(house)
    take(house, asset, other(house))
    grants.make_due(house.store, [asset.id], datetime.now(UTC))
    assert await told(refresh_due(house.store, house.vault, http=house.http)) == []
    take(house, asset, client)
    one = only(await told(refresh_due(house.store, house.vault, http=house.http)))
    assert one.result is Result.RENEWED
    assert grant_of(house, asset).made_by == client.id


async def test_a_refresh_under_way_keeps_its_tokens_for_the_client_that_got_them(house: House) -> None:
    client, asset = await granted(house)
    before = held(house.store, house.vault, asset.id)
    new, asked = other(house), iter((False, True))

    def now() -> datetime:
        """The claim asks for the time, and then the request, before which somebody saves the asset."""
        if next(asked, False):
            take(house, asset, new)
        return datetime.now(UTC)

    one = only(await told(refresh(house.store, house.vault, [asset.id], http=house.http, now=now)))
    assert one.result is Result.RENEWED
    assert held(house.store, house.vault, asset.id) != before
    assert grant_of(house, asset).made_with == f"the client {client.name}"
    take(house, asset, client)
    one = only(await told(refresh(house.store, house.vault, [asset.id], http=house.http)))
    assert one.result is Result.RENEWED


async def test_a_consent_that_comes_too_late_is_not_kept(house: House) -> None:
    client, asset = await granted(house)
    before = held(house.store, house.vault, asset.id)
    got = await house.consented(client, asset)
    take(house, asset, other(house))
    refused = await accept(house.store, house.vault, asset, client, got)
    assert isinstance(refused, NotAccepted)
    assert refused.diagnosis == FOUND
    assert held(house.store, house.vault, asset.id) == before
    assert grant_events.events(house.store, asset.id)[0].outcome == "refused"


async def test_a_new_secret_is_tried_on_grants_of_that_client_only(house: House) -> None:
    client, asset = await granted(house)
    fields = client.fields().model_copy(update={"client_id": CONFIDENTIAL.client_id})
    uses = house.server.issuer.book.uses()
    assert CONFIDENTIAL.secret
    trial = await try_secret(
        house.store, house.vault, house.http, client.id, fields, SecretStr("a new secret")
    )
    assert (trial.asset_name, trial.refused) == ("", None)
    assert house.server.issuer.book.uses() == uses
    assert grant_of(house, asset).state is GrantState.VALID


async def test_it_is_not_revoked_under_the_new_clients_name(house: House) -> None:
    client, asset = house.ready(GOOGLE)
    house.grant(GOOGLE, asset, ended=False)
    assert steps_for(house.store, asset.id, client) == ()
    new = other(house, revocation_url=client.revocation_url)
    asset = take(house, asset, new)
    first, second = steps_for(house.store, asset.id, new)
    assert f"made with the client {client.name}" in first
    assert "take that client again" in second
    uses = house.server.issuer.book.uses()
    assert await take_back(house.store, house.vault, house.http, asset, new) == "not told"
    assert house.server.issuer.book.uses() == uses
    assert grants.of(house.store, asset.id) is None


async def test_a_client_that_needs_nobody_gets_its_own_tokens(house: House) -> None:
    _client, asset = await granted(house)
    scope = "https://outlook.office365.com/.default"
    alone = other(house, flow=Flow.CLIENT_CREDENTIALS, scope=scope, tenant=TENANT)
    asset = take(house, asset, alone)
    assert grant_of(house, asset).state is GrantState.CONSENT_REQUIRED
    before = held(house.store, house.vault, asset.id)
    token = await usable_token(house.store, house.vault, asset, house.http)
    assert token.get_secret_value() != before[0]
    one = grant_of(house, asset)
    assert (one.state, one.made_by, one.made_with) == (GrantState.VALID, alone.id, "")
    assert oauth_clients.by_id(house.store, house.vault, alone.id)
