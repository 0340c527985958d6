"""Answers of other servers, refusals, and faults at the last step of a sign-in in a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from live.oauth.answers import Fault
from live.oauth.http import OAuthHttp
from live.rehearsal.authorization import faults
from live.rehearsal.authorization.consent import ConsentError
from live.rehearsal.authorization.faults import Mishap
from store.database import Store
from store.vault import Vault
from tests.live.authorization_kit import ANN, BEN, CONFIDENTIAL, GOOGLE, PUBLIC, running
from tests.live.oauth.kit import good, serving
from tests.live.oauth.signing_in import Desk


@pytest.fixture
async def desk(store: Store, vault: Vault) -> AsyncIterator[Desk]:
    async with running() as server, OAuthHttp() as http:
        yield Desk(store, vault, server, http)


# Issuers


async def test_an_answer_of_another_server_is_refused_and_its_code_goes_nowhere(desk: Desk) -> None:
    async with serving(good()) as tokens:
        client, asset = desk.ready(GOOGLE, token_url=tokens.url())
        desk.server.issuer.set_mishap(ANN, Mishap(faults.Fault.WRONG_ISSUER))
        address = await desk.ended(desk.begun(client, asset))
        refused = await desk.refused(address)
        assert (refused.kind, refused.diagnosis) == (Fault.CLIENT, "any-oauth-iss-mismatch")
        assert "https://example.net" in refused.words
        assert (await desk.refused(address)).diagnosis == "any-oauth-state-used"
    assert tokens.heard == []


@pytest.mark.parametrize(
    "iss", ["https://accounts.google.com/", "https://accounts.google.com.example.net", "accounts.google.com"]
)
async def test_an_issuer_is_compared_to_the_letter(desk: Desk, iss: str) -> None:
    client, asset = desk.ready(GOOGLE)
    begun = desk.begun(client, asset)
    address = f"?{urlencode({'code': 'c', 'state': begun.state.get_secret_value(), 'iss': iss})}"
    assert (await desk.refused(address)).diagnosis == "any-oauth-iss-mismatch"


async def test_the_issuer_of_an_error_is_looked_at_first(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    begun = desk.begun(client, asset)
    said = {"error": "access_denied", "state": begun.state.get_secret_value(), "iss": "https://example.net"}
    assert (await desk.refused(f"?{urlencode(said)}")).diagnosis == "any-oauth-iss-mismatch"


# Refusals


async def test_a_person_who_declines(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    address = await desk.ended(desk.begun(client, asset), deny=True)
    refused = await desk.refused(address)
    assert (refused.kind, refused.diagnosis) == (Fault.CONSENT, "gmail-oauth-user-cancelled")
    assert refused.words.startswith("access_denied")
    assert (await desk.refused(address)).diagnosis == "any-oauth-state-used"


async def test_consent_that_only_an_administrator_may_give(desk: Desk) -> None:
    client, asset = desk.ready(PUBLIC)
    desk.server.issuer.set_mishap(BEN, Mishap(faults.Fault.USER_CONSENT_OFF))
    refused = await desk.refused(await desk.ended(desk.begun(client, asset, consent=True)))
    assert refused.diagnosis == "o365-aadsts-90094"
    assert "AADSTS90094" in refused.words


async def test_a_provider_that_fails_on_the_way_back(desk: Desk) -> None:
    client, asset = desk.ready(PUBLIC)
    desk.server.issuer.set_mishap(BEN, Mishap(faults.Fault.REDIRECT_SERVER_ERROR))
    refused = await desk.refused(await desk.ended(desk.begun(client, asset)))
    assert refused.kind is Fault.PASSING


async def test_a_refusal_that_never_comes_back(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    desk.server.issuer.set_mishap(ANN, Mishap(faults.Fault.NOT_TEST_USER))
    with pytest.raises(ConsentError):
        await desk.ended(desk.begun(client, asset))


async def test_a_secret_that_has_expired(desk: Desk) -> None:
    client, asset = desk.ready(CONFIDENTIAL)
    desk.server.issuer.clients[CONFIDENTIAL.client_id] = replace(CONFIDENTIAL, secret_expired=True)
    refused = await desk.refused(await desk.ended(desk.begun(client, asset)))
    assert (refused.kind, refused.diagnosis) == (Fault.CLIENT, "o365-aadsts-7000222")
    assert refused.references.startswith("trace ")


async def test_a_client_that_was_deleted_meanwhile(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    address = await desk.ended(desk.begun(client, asset))
    refused = await desk.refused(address, resolve=lambda client_id: None)
    assert (refused.kind, refused.diagnosis) == (Fault.CLIENT, "any-oauth-client-missing")


async def test_a_client_that_is_tried_before_it_is_kept(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE, token_url="https://nowhere.invalid/token")
    address = await desk.ended(desk.begun(client, asset))
    right = client.model_copy(update={"token_url": desk.server.urls(GOOGLE).token})
    assert (await desk.complete(address, resolve={client.id: right}.get)).client is right


async def test_a_code_goes_to_no_plain_http(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE, token_url="http://example.com/token")
    refused = await desk.refused(await desk.ended(desk.begun(client, asset)))
    assert (refused.kind, refused.diagnosis) == (Fault.CLIENT, "any-oauth-plain-http")


@pytest.mark.parametrize(
    "fault",
    [
        "html",
        "dead",
        "cut-off",
        "redirecting",
        "flood",
        "server-error",
        "unavailable",
        "no-object",
        "no-text",
    ],
)
async def test_faults_of_the_token_endpoint_pass(desk: Desk, fault: str) -> None:
    client, asset = desk.ready(GOOGLE)
    desk.server.issuer.set_mishap(ANN, Mishap(faults.Fault(fault), on="code"))
    refused = await desk.refused(await desk.ended(desk.begun(client, asset)))
    assert refused.kind is Fault.PASSING
    assert refused.diagnosis != "unknown-oauth"
    if fault == "unavailable":
        assert refused.retry_after == 30
