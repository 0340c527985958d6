"""Tokens of the rehearsal's authorization server at its SMTP servers: who they sign in, and how they fail."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx
import pytest
from pydantic import SecretStr

from live.rehearsal import replies
from live.rehearsal.authorization.consent import consent
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.registry import GOOGLE_MAIL, Client, Dialect
from live.rehearsal.endpoints import Endpoints
from live.rehearsal.oauth_sample import OAuthSample
from live.rehearsal.oauth_samples import CLIENTS, OAUTH_SAMPLES, VISITOR, oauth_clients, people
from live.rehearsal.provider import serving
from tests.live.authorization_kit import Clock, Server
from tests.live.smtp_client import ready, shape

REDIRECT = "http://127.0.0.1:8400"
BY_KEY = {sample.key: sample for sample in OAUTH_SAMPLES}
CLIENT = {sample.key: sample for sample in CLIENTS}


class House:
    """The whole provider, and the same from the inside."""

    def __init__(self, endpoints: Endpoints, server: Server) -> None:
        self.endpoints, self.server = endpoints, server

    async def token(self, sample: OAuthSample, **changed: str) -> str:
        client = CLIENT[sample.client].client
        account = sample.signs_in or sample.address
        return str((await self.server.tokens(client, account=account, **changed))["access_token"])

    async def sign_in(self, sample: OAuthSample, token: str) -> list[str]:
        """The replies to AUTH XOAUTH2, and to an empty line where the first is a challenge."""
        client = await ready(self.endpoints, sample.mailbox())
        async with aclosing(client):
            said = [await client.xoauth2(sample.address, token)]
            if said[0].startswith("334 "):
                said.append(await client.command(""))
            elif said[0].startswith("235 "):
                said.append(await client.command(f"MAIL FROM:<{sample.address}>"))
            return said


@pytest.fixture
async def house() -> AsyncIterator[House]:
    clock = Clock()
    issuer = Issuer(oauth_clients(), people(), clock=clock)
    async with serving(issuer) as endpoints, httpx.AsyncClient(trust_env=False, timeout=20) as http:
        yield House(endpoints, Server(issuer, clock, endpoints.authorization, http, REDIRECT))


def refused_by_google(said: list[str]) -> bool:
    challenge = json.loads(base64.b64decode(said[0].removeprefix("334 ")))
    assert challenge == {"status": "400", "schemes": "Bearer", "scope": GOOGLE_MAIL}
    return re.fullmatch(shape(replies.GMAIL_BAD_CREDENTIALS), said[1]) is not None


def refused_by_exchange(said: list[str]) -> bool:
    return re.fullmatch(shape(replies.EXCHANGE_IDENTITY), said[0]) is not None


@pytest.mark.parametrize(
    "key", ["oauth-well", "oauth-testing", "oauth-revoked", "branch-east", "oauth-shared"]
)
async def test_a_token_signs_its_mailbox_in_and_the_mailbox_may_send(house: House, key: str) -> None:
    sample = BY_KEY[key]
    said = await house.sign_in(sample, await house.token(sample))
    assert [reply[:4] for reply in said] == ["235 ", "250 "]


async def test_googles_refusals(house: House) -> None:
    sample = BY_KEY["oauth-well"]
    good = await house.token(sample)
    assert refused_by_google(await house.sign_in(sample, await house.token(BY_KEY["oauth-busy"])))
    assert refused_by_google(await house.sign_in(sample, await house.token(sample, scope="email")))
    assert refused_by_google(await house.sign_in(sample, "nonsense"))
    assert refused_by_google(await house.sign_in(BY_KEY["oauth-busy"], good))
    house.server.clock.now += 120
    assert refused_by_google(await house.sign_in(sample, good))
    good = await house.token(sample)
    house.server.issuer.revoke(sample.address)
    assert refused_by_google(await house.sign_in(sample, good))


async def test_exchanges_refusals(house: House) -> None:
    sample = BY_KEY["oauth-revoked"]
    good = await house.token(sample)
    graph = "https://graph.microsoft.com/Mail.Send"
    for token in (
        await house.token(BY_KEY["branch-west"]),
        await house.token(sample, scope=graph),
        "nonsense",
    ):
        assert refused_by_exchange(await house.sign_in(sample, token))
    house.server.clock.now += 90
    assert refused_by_exchange(await house.sign_in(sample, good))


async def test_a_good_token_does_not_get_round_the_organisations_switch(house: House) -> None:
    sample = BY_KEY["oauth-smtp-off"]
    said = await house.sign_in(sample, await house.token(sample))
    assert re.fullmatch(shape(replies.EXCHANGE_TENANT_OFF), said[0])
    assert refused_by_exchange(await house.sign_in(sample, "nonsense"))


async def test_nobody_knows_a_password_of_these_mailboxes(house: House) -> None:
    sample = BY_KEY["oauth-well"]
    client = await ready(house.endpoints, sample.mailbox())
    async with aclosing(client):
        token = await house.token(sample)
        for password in ("", sample.mailbox().password.get_secret_value(), token):
            assert (await client.login(sample.address, password)).startswith("535-5.7.8")


async def test_an_application_sends_from_its_own_mailboxes_only(house: House) -> None:
    client = CLIENT["office365-app"]
    got = await house.server.post(client.client, "client_credentials", scope=client.scope)
    token = got.json()["access_token"]
    assert (await house.sign_in(BY_KEY["oauth-app-only"], token))[0].startswith("235 ")
    assert refused_by_exchange(await house.sign_in(BY_KEY["oauth-revoked"], token))


async def test_the_visitor_signs_in_for_the_wrong_account_and_not_as_it(house: House) -> None:
    sample = BY_KEY["oauth-wrong-account"]
    token = await house.token(sample)
    assert refused_by_google(await house.sign_in(sample, token))
    assert house.server.issuer.judge(VISITOR, SecretStr(token)) == "good"


def test_the_samples_are_sound() -> None:
    for fact in ("key", "asset_name", "address"):
        assert len({getattr(sample, fact).lower() for sample in OAUTH_SAMPLES}) == len(OAUTH_SAMPLES)
    assert {sample.client for sample in OAUTH_SAMPLES} <= CLIENT.keys()
    assert sum(sample.on_desk for sample in OAUTH_SAMPLES) == 8
    for sample in OAUTH_SAMPLES:
        client = CLIENT[sample.client]
        assert client.client.dialect is sample.dialect
        assert client.on_desk or not sample.on_desk
        assert re.search(r"@([\w-]+\.)*example\.(com|org|net)$", sample.address)
    for client_sample in CLIENTS:
        held: Client = client_sample.client
        assert held.dialect is not Dialect.GOOGLE or held.client_id.endswith((".com", ".example"))
        for secret in filter(None, (held.secret, held.other_secret)):
            assert secret.get_secret_value() not in repr(client_sample)


async def test_a_consent_is_possible_at_every_client_that_asks_people(house: House) -> None:
    for sample in (sample for sample in OAUTH_SAMPLES if sample.on_desk):
        client = CLIENT[sample.client]
        url = house.server.url(client.client, redirect_uri=client.callback_url, scope=client.scope)
        assert "code=" in await consent(url, account=sample.address)
