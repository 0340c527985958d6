"""New tokens are checked before they are trusted: scope, refresh token, a sign-in to SMTP as the asset."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from live.oauth.accept import Accepted, NotAccepted, accept
from live.oauth.app_only import client_credentials
from live.rehearsal.authorization.faults import Fault, Mishap
from live.rehearsal.authorization.registry import TENANT
from store import assets, audit, deadlines, grant_events, grants
from store.database import Store
from store.grants import GrantState, Tokens
from store.kinds import Provider
from store.oauth_clients import Flow
from store.vault import Vault
from tests.live.authorization_kit import ANN, BEN, CAT, CONFIDENTIAL, GOOGLE, PUBLIC
from tests.live.oauth.house import SMTP_OFF, House, house_of
from tests.live.oauth.kit import assert_silent
from tests.live.oauth.stock import held
from tests.store.kit import fields


@pytest.fixture
async def house(store: Store, vault: Vault) -> AsyncIterator[House]:
    async with house_of(store, vault) as one:
        yield one


@pytest.mark.parametrize("registered", [GOOGLE, PUBLIC], ids=["google", "microsoft"])
async def test_good_tokens_become_the_grant(house: House, registered: object) -> None:
    client, asset = house.ready(registered)
    got = await house.consented(client, asset)
    accepted = await accept(house.store, house.vault, asset, client, got, http=house.http)
    assert isinstance(accepted, Accepted), accepted
    assert accepted.steps[-1].name == "sign-in"
    assert accepted.steps[-1].words.startswith("235")
    grant = grants.of(house.store, asset.id)
    assert grant == accepted.grant
    assert grant is not None
    assert (grant.state, grant.has_refresh, grant.rotation) == (GrantState.VALID, True, 1)
    assert grant.consent_at == grant.obtained_at
    assert grant.next_refresh_at is not None
    assert held(house.store, house.vault, asset.id)[0] == got.tokens.access.get_secret_value()
    (event,) = grant_events.events(house.store, asset.id)
    assert (event.kind, event.outcome) == ("consent", "kept")
    entry = audit.page(house.store)[0]
    assert (entry.action, entry.asset_name) == ("grant accepted", asset.name)
    with house.store.read() as session:
        assert deadlines.of(session, assets.owner_of_secrets(asset.id)) is not None


async def test_another_persons_browser_does_not_become_the_mailbox(house: House) -> None:
    client, asset = house.ready(GOOGLE)
    old = house.grant(GOOGLE, asset, ended=False)
    before = held(house.store, house.vault, asset.id)
    got = await house.consented(client, asset, CAT)
    refused = await accept(house.store, house.vault, asset, client, got, http=house.http)
    assert isinstance(refused, NotAccepted)
    assert refused.diagnosis == "any-oauth-wrong-account"
    assert refused.words.startswith(f"The new token does not sign in as {ANN}: 535")
    assert held(house.store, house.vault, asset.id) == before == (before[0], old.get_secret_value())
    grant = grants.of(house.store, asset.id)
    assert grant is not None
    assert (grant.state, grant.rotation) == (GrantState.VALID, 1)
    event = grant_events.events(house.store, asset.id)[0]
    assert (event.kind, event.outcome, event.diagnosis) == ("consent", "refused", refused.diagnosis)


async def test_a_box_that_was_left_unticked_is_found(house: House) -> None:
    client, asset = house.ready(GOOGLE)
    got = await house.consented(client, asset)
    less = replace(got, tokens=replace(got.tokens, scope="openid email"))
    refused = await accept(house.store, house.vault, asset, client, less)
    assert isinstance(refused, NotAccepted)
    assert refused.diagnosis == "gmail-oauth-scope-not-granted"
    assert refused.words == "Not granted: https://mail.google.com/. Granted: openid email."
    assert refused.steps == ()
    assert grants.of(house.store, asset.id) is None


@pytest.mark.parametrize(
    ("registered", "diagnosis"),
    [(GOOGLE, "gmail-oauth-no-refresh-token"), (PUBLIC, "o365-oauth-no-refresh-token")],
)
async def test_without_a_refresh_token_nothing_is_trusted(
    house: House, registered: object, diagnosis: str
) -> None:
    client, asset = house.ready(registered)
    house.server.issuer.set_mishap(client.client_id, Mishap(Fault.NO_REFRESH_TOKEN, on="code"))
    got = await house.consented(client, asset)
    refused = await accept(house.store, house.vault, asset, client, got)
    assert isinstance(refused, NotAccepted)
    assert refused.diagnosis == diagnosis
    assert grants.of(house.store, asset.id) is None


async def test_another_server_may_send_none_and_the_deadline_says_so(house: House) -> None:
    client, asset = house.ready(PUBLIC)
    got = await house.consented(client, asset)
    custom = client.model_copy(update={"provider": Provider.CUSTOM, "scope": "smtp"})
    tokens = replace(got.tokens, refresh=None, scope="smtp", validity=3600)
    accepted = await accept(house.store, house.vault, asset, custom, tokens)
    assert isinstance(accepted, Accepted)
    grant, deadline = accepted.grant, accepted.deadline
    assert deadline is not None
    assert grant.expires_at is not None
    assert grant.next_refresh_at == grant.expires_at
    assert abs(deadline.at - grant.expires_at) < timedelta(milliseconds=1)
    assert "no refresh token" in deadline.reason


async def test_a_switch_that_oauth_does_not_get_round_is_not_taken_for_another_account(house: House) -> None:
    """535 5.7.139: the token tells who signs in, and SMTP is off for them."""
    client, asset = house.ready(PUBLIC, SMTP_OFF)
    got = await house.consented(client, asset)
    refused = await accept(house.store, house.vault, asset, client, got)
    assert isinstance(refused, NotAccepted)
    assert refused.diagnosis == "o365-smtp-auth-disabled-tenant"


async def test_a_server_that_is_not_there_is_no_proof(house: House) -> None:
    client, asset = house.ready(PUBLIC)
    got = await house.consented(client, asset)
    away = asset.model_copy(update={"port": house.endpoints.ports["dead"]})
    refused = await accept(house.store, house.vault, away, client, got)
    assert isinstance(refused, NotAccepted)
    assert refused.steps[-1].name == "connect"
    assert "could not be tried" in refused.words
    assert isinstance(await accept(house.store, house.vault, asset, client, got), Accepted)


async def test_an_app_only_token_is_no_persons_consent(house: House) -> None:
    scope = "https://outlook.office365.com/.default"
    client, asset = house.ready(CONFIDENTIAL, flow=Flow.CLIENT_CREDENTIALS, scope=scope, tenant=TENANT)
    now = datetime.now(UTC)
    got = await client_credentials(house.http, client, CONFIDENTIAL.secret, now=now)
    accepted = await accept(house.store, house.vault, asset, client, got, http=house.http)
    assert isinstance(accepted, Accepted), accepted
    assert (accepted.grant.consent_at, accepted.grant.has_refresh) == (None, False)
    assert accepted.grant.next_refresh_at is not None
    assert accepted.deadline is None
    other = house.asset(client, CONFIDENTIAL, "dan@example.org")
    refused = await accept(house.store, house.vault, other, client, got)
    assert isinstance(refused, NotAccepted)
    assert refused.diagnosis == "o365-smtp-5-7-3"


async def test_nothing_of_a_token_is_told(house: House) -> None:
    client, asset = house.ready(GOOGLE)
    got = await house.consented(client, asset, CAT)
    refused = await accept(house.store, house.vault, asset, client, got)
    told = repr(refused) + repr(grant_events.events(house.store, asset.id)) + repr(audit.page(house.store))
    tokens: Tokens = got.tokens
    assert tokens.refresh is not None
    assert_silent(told, [tokens.access, tokens.refresh])


async def test_an_asset_that_was_deleted_meanwhile_gets_nothing(house: House) -> None:
    client, asset = house.ready(PUBLIC)
    got = await house.consented(client, asset)
    assets.delete(house.store, house.vault, [asset.id])
    with pytest.raises(assets.AssetGone):
        await accept(house.store, house.vault, asset, client, got)
    other = assets.create(house.store, house.vault, fields("Another"), password=SecretStr("a password"))
    assert held(house.store, house.vault, other.id) == ("", "")
    assert asset.address == BEN
