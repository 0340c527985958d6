"""Sign-in in a browser, from the address to the tokens, at the rehearsal's authorization server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from pydantic import SecretStr

from live.oauth.answers import Fault, TokenRefused
from live.oauth.authorize import AddressUnreadable
from live.oauth.http import OAuthHttp
from live.rehearsal.authorization import faults
from live.rehearsal.authorization.faults import Mishap
from live.rehearsal.authorization.registry import GOOGLE_MAIL, SMTP_SEND, Client
from store.database import Store
from store.vault import Vault, VaultError
from tests.live.authorization_kit import ANN, BEN, GOOGLE, OWNER, PUBLIC, challenge_of, running
from tests.live.oauth.desk import keep_asset, keep_client
from tests.live.oauth.kit import assert_silent, good, serving
from tests.live.oauth.signing_in import BOTH, NOW, URIS, Desk, plain
from tests.store.kit import PASSPHRASE


@pytest.fixture
async def desk(store: Store, vault: Vault) -> AsyncIterator[Desk]:
    async with running() as server, OAuthHttp() as http:
        yield Desk(store, vault, server, http)


# The address


@BOTH
async def test_the_address_asks_for_all_that_is_needed_and_nothing_twice(
    desk: Desk, registered: Client
) -> None:
    client, asset = desk.ready(registered)
    begun = desk.begun(client, asset)
    assert plain(begun).startswith(client.authorization_url + "?")
    pairs = parse_qsl(urlsplit(plain(begun)).query)
    asked = dict(pairs)
    assert len(pairs) == len(asked)
    assert asked["response_type"] == "code"
    assert asked["client_id"] == client.client_id
    assert asked["redirect_uri"] == begun.redirect_uri == URIS[client.client_id]
    assert asked["scope"] == client.scope
    assert asked["login_hint"] == asset.address
    assert asked["prompt"] == "select_account"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) == 43
    assert asked.get("access_type") == ("offline" if registered is GOOGLE else None)
    assert "client_secret" not in asked
    assert begun.ends_at == NOW + timedelta(minutes=10)
    assert_silent(repr(begun), [begun.state, SecretStr(asked["state"])])


async def test_consent_again_is_asked_for_where_it_is_wanted(desk: Desk) -> None:
    client, asset = desk.ready(PUBLIC)
    assert "prompt=consent" in plain(desk.begun(client, asset, consent=True))
    google, other = desk.ready(GOOGLE)
    assert "prompt=select_account+consent" in plain(desk.begun(google, other, consent=True))


async def test_the_account_that_signs_in_is_hinted_at_and_not_the_shared_mailbox(desk: Desk) -> None:
    client = keep_client(desk.store, desk.vault, desk.server, PUBLIC)
    asset = keep_asset(
        desk.store, desk.vault, client, "shared@example.org", login_id=BEN, username="shared@example.org"
    )
    assert parse_qs(urlsplit(plain(desk.begun(client, asset))).query)["login_hint"] == [BEN]


async def test_no_two_authorizations_share_a_state_or_a_verifier(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    queries = [parse_qs(urlsplit(plain(desk.begun(client, asset))).query) for _ in range(20)]
    assert len({query["state"][0] for query in queries}) == 20
    assert len({query["code_challenge"][0] for query in queries}) == 20


async def test_what_the_url_had_of_our_names_gives_way(desk: Desk) -> None:
    url = desk.server.urls(GOOGLE).authorization + "?state=old&access_type=online&hd=example.com"
    client, asset = desk.ready(GOOGLE, authorization_url=url)
    query = parse_qs(urlsplit(plain(desk.begun(client, asset))).query)
    assert query["hd"] == ["example.com"]
    assert query["access_type"] == ["offline"]
    assert len(query["state"]) == 1


@pytest.mark.parametrize(
    "url", ["http://example.com/authorize", "javascript:alert(1)", "", "https://a:b@example.com/"]
)
async def test_nobody_is_sent_to_a_url_that_is_none(desk: Desk, url: str) -> None:
    client, asset = desk.ready(GOOGLE, authorization_url=url)
    with pytest.raises(TokenRefused, match=r"^Authorization URL: .+\.$") as caught:
        desk.begun(client, asset)
    assert caught.value.kind is Fault.CLIENT


async def test_with_a_locked_vault_nobody_is_sent(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    desk.vault.lock()
    with pytest.raises(VaultError):
        desk.begun(client, asset)


# The way back


@BOTH
async def test_a_consent_becomes_tokens(desk: Desk, registered: Client) -> None:
    client, asset = desk.ready(registered)
    exchanged = await desk.complete(await desk.ended(desk.begun(client, asset)))
    assert exchanged.asset_id == asset.id
    assert exchanged.client.id == client.id
    assert exchanged.tokens.scope == (GOOGLE_MAIL if registered is GOOGLE else SMTP_SEND)
    assert exchanged.tokens.refresh is not None
    assert exchanged.tokens.validity == (120 if registered is GOOGLE else 90)
    assert exchanged.ms > 0
    assert desk.server.judge(OWNER[registered.dialect], exchanged.tokens.access.get_secret_value()) == "good"
    assert_silent(repr(exchanged), [exchanged.tokens.access, exchanged.tokens.refresh])


async def test_the_query_alone_and_broken_over_lines_will_do(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    query = urlsplit(await desk.ended(desk.begun(client, asset))).query
    assert (await desk.complete(f" {query[:30]}\n  {query[30:]}\n")).asset_id == asset.id


async def test_the_token_request_repeats_the_redirect_uri_and_shows_the_verifier(desk: Desk) -> None:
    async with serving(good()) as server:
        client, asset = desk.ready(GOOGLE, authorization_url=server.url("/auth"), token_url=server.url())
        begun = desk.begun(client, asset)
        challenge = parse_qs(urlsplit(plain(begun)).query)["code_challenge"][0]
        answer = {"code": "planted+Code/1&2", "state": begun.state.get_secret_value()}
        await desk.complete(f"{begun.redirect_uri}?{urlencode(answer)}")
    form = server.forms[0]
    verifier = form.pop("code_verifier")
    assert challenge_of(verifier) == challenge
    assert len(verifier) == 86
    assert form == {
        "grant_type": "authorization_code",
        "code": "planted+Code/1&2",
        "redirect_uri": URIS[GOOGLE.client_id],
        "client_id": GOOGLE.client_id,
        "client_secret": "GOCSPX-desk",
    }


async def test_a_public_client_sends_no_secret(desk: Desk) -> None:
    async with serving(good()) as server:
        client, asset = desk.ready(PUBLIC, authorization_url=server.url("/auth"), token_url=server.url())
        begun = desk.begun(client, asset)
        await desk.complete(f"?code=c&state={begun.state.get_secret_value()}")
    assert "client_secret" not in server.forms[0]


# States


async def test_an_address_serves_once(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    address = await desk.ended(desk.begun(client, asset))
    await desk.complete(address)
    refused = await desk.refused(address)
    assert (refused.kind, refused.diagnosis) == (Fault.CONSENT, "any-oauth-state-used")


async def test_a_second_redirect_for_one_state_is_refused(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    begun = desk.begun(client, asset)
    first, second = await desk.ended(begun), await desk.ended(begun)
    assert first != second
    await desk.complete(first)
    assert (await desk.refused(second)).diagnosis == "any-oauth-state-used"


async def test_a_state_of_nobody(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    address = await desk.ended(desk.begun(client, asset))
    assert (await desk.refused(f"?code=c&state={'x' * 43}")).diagnosis == "any-oauth-state-mismatch"
    assert (await desk.complete(address)).asset_id == asset.id


async def test_a_state_that_has_ended(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    address = await desk.ended(desk.begun(client, asset))
    refused = await desk.refused(address, now=NOW + timedelta(minutes=10))
    assert refused.diagnosis == "any-oauth-state-ended"


async def test_a_link_for_an_owner_lives_for_longer(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    address = await desk.ended(desk.begun(client, asset, minutes=24 * 60))
    assert (await desk.complete(address, now=NOW + timedelta(hours=23))).asset_id == asset.id


async def test_each_address_goes_to_its_own_asset(desk: Desk) -> None:
    google, ann = desk.ready(GOOGLE)
    microsoft, ben = desk.ready(PUBLIC)
    one, other = desk.begun(google, ann), desk.begun(microsoft, ben)
    addresses = [await desk.ended(other), await desk.ended(one)]
    assert [(await desk.complete(address)).asset_id for address in addresses] == [ben.id, ann.id]


async def test_a_wrong_state_at_the_provider(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    desk.server.issuer.set_mishap(ANN, Mishap(faults.Fault.WRONG_STATE))
    refused = await desk.refused(await desk.ended(desk.begun(client, asset)))
    assert refused.diagnosis == "any-oauth-state-mismatch"


async def test_an_address_that_is_none_uses_nothing_up(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    begun = desk.begun(client, asset)
    for address in ("", "code", plain(begun)):
        with pytest.raises(AddressUnreadable):
            await desk.complete(address)
    assert (await desk.complete(await desk.ended(begun))).asset_id == asset.id


async def test_with_a_locked_vault_the_address_waits(desk: Desk) -> None:
    client, asset = desk.ready(GOOGLE)
    address = await desk.ended(desk.begun(client, asset))
    desk.vault.lock()
    with pytest.raises(VaultError):
        await desk.complete(address)
    desk.vault.unlock(PASSPHRASE)
    assert (await desk.complete(address)).asset_id == asset.id
