"""Refreshing: at the rehearsal, and by what goes over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from live.oauth.answers import Fault, TokenRefused
from live.oauth.http import OAuthHttp
from live.oauth.token_requests import credentials, refresh, secret_of
from live.rehearsal.authorization import faults
from live.rehearsal.authorization.faults import Mishap
from live.rehearsal.authorization.registry import GOOGLE_MAIL, SMTP_SEND, Client
from store import oauth_clients
from store.database import Store
from store.kinds import Provider
from store.vault import Vault, VaultError
from tests.live.authorization_kit import ANN, CONFIDENTIAL, GOOGLE, OWNER, PUBLIC, Server, running
from tests.live.oauth.desk import client_fields
from tests.live.oauth.kit import NOON, REFRESH, SECRET, assert_silent, client, good, serving, told

BOTH = pytest.mark.parametrize("registered", [GOOGLE, PUBLIC, CONFIDENTIAL], ids=["google", "public", "web"])


@pytest.fixture
async def rehearsal() -> AsyncIterator[Server]:
    async with running() as server:
        yield server


def now_of(server: Server) -> datetime:
    return datetime.fromtimestamp(server.clock.now, UTC)


# Refreshing


@BOTH
async def test_a_refresh_token_brings_new_tokens(
    rehearsal: Server, http: OAuthHttp, registered: Client
) -> None:
    token = rehearsal.issuer.mint(registered.client_id, OWNER[registered.dialect])
    fields = client_fields(rehearsal, registered)
    fetched = await refresh(http, fields, registered.secret, token, now=NOON)
    assert rehearsal.judge(OWNER[registered.dialect], fetched.tokens.access.get_secret_value()) == "good"
    assert fetched.tokens.scope == (GOOGLE_MAIL if registered is GOOGLE else SMTP_SEND)
    assert (fetched.tokens.refresh is None) == (registered is GOOGLE)
    assert_silent(repr(fetched), [fetched.tokens.access])


async def test_what_is_sent_to_refresh(http: OAuthHttp) -> None:
    async with serving(good(scope=...)) as server:
        fields = client("https://nowhere.invalid/", refresh_url=server.url("/renew"))
        fetched = await refresh(http, fields, SECRET, REFRESH, now=NOON, granted_scope="as granted")
    assert server.heard[0].target == "/renew"
    assert server.forms == [
        {
            "grant_type": "refresh_token",
            "refresh_token": REFRESH.get_secret_value(),
            "client_id": "desk-client",
            "client_secret": SECRET.get_secret_value(),
        }
    ]
    assert fetched.tokens.scope == "as granted"


async def test_microsoft_is_told_the_scope_again(http: OAuthHttp) -> None:
    async with serving(good()) as server:
        fields = client(server.url(), provider=Provider.OFFICE365)
        await refresh(http, fields, None, REFRESH, now=NOON)
    assert server.forms[0]["scope"] == fields.scope
    assert "client_secret" not in server.forms[0]


def test_an_empty_secret_is_none() -> None:
    assert credentials(client(), SecretStr("")) == {"client_id": "desk-client"}


@pytest.mark.parametrize(
    ("registered", "fault", "kind", "diagnosis"),
    [
        (GOOGLE, "revoked", Fault.CONSENT, "gmail-oauth-grant-revoked"),
        (GOOGLE, "week-over", Fault.CONSENT, "gmail-oauth-grant-revoked"),
        (GOOGLE, "throttled", Fault.PASSING, None),
        (GOOGLE, "unavailable", Fault.PASSING, None),
        (GOOGLE, "html", Fault.PASSING, "any-oauth-html-answer"),
        (GOOGLE, "redirecting", Fault.PASSING, "any-oauth-token-url-redirects"),
        (GOOGLE, "flood", Fault.PASSING, "any-oauth-answer-too-long"),
        (GOOGLE, "dead", Fault.PASSING, "any-oauth-cut-off"),
        (GOOGLE, "cut-off", Fault.PASSING, "any-oauth-cut-off"),
        (GOOGLE, "slow", Fault.PASSING, "any-oauth-timeout"),
        (GOOGLE, "token-soh", Fault.PASSING, "any-oauth-bad-token"),
        (GOOGLE, "no-access-token", Fault.PASSING, "any-oauth-no-access-token"),
        (PUBLIC, "refresh-token-lf", Fault.PASSING, "any-oauth-bad-token"),
        (PUBLIC, "idle", Fault.CONSENT, "o365-aadsts-700082"),
        (CONFIDENTIAL, "secret-expired", Fault.CLIENT, "o365-aadsts-7000222"),
        (PUBLIC, "escapes", Fault.PASSING, None),
    ],
)
async def test_what_a_refused_refresh_makes_of_the_grant(
    rehearsal: Server,
    http: OAuthHttp,
    registered: Client,
    fault: str,
    kind: Fault,
    diagnosis: str | None,
) -> None:
    owner = OWNER[registered.dialect]
    token = rehearsal.issuer.mint(registered.client_id, owner)
    rehearsal.issuer.set_mishap(owner, Mishap(faults.Fault(fault)))
    with pytest.raises(TokenRefused) as caught:
        await refresh(http, client_fields(rehearsal, registered), registered.secret, token, now=NOON)
    assert caught.value.kind is kind, caught.value.words
    assert diagnosis is None or caught.value.diagnosis == diagnosis
    secrets = [token, *([registered.secret] if registered.secret else [])]
    assert all(one.get_secret_value() not in told(caught.value) for one in secrets)


@pytest.mark.parametrize(
    ("fault", "validity"),
    [
        ("no-expires-in", None),
        ("negative-expires-in", None),
        ("word-expires-in", None),
        ("huge-expires-in", None),
        ("text-expires-in", 120),
        ("long-token", 120),
        ("no-scope", 120),
    ],
)
async def test_odd_answers_that_are_good_all_the_same(
    rehearsal: Server, http: OAuthHttp, fault: str, validity: int | None
) -> None:
    token = rehearsal.issuer.mint(GOOGLE.client_id, ANN)
    rehearsal.issuer.set_mishap(ANN, Mishap(faults.Fault(fault)))
    fetched = await refresh(http, client_fields(rehearsal, GOOGLE), GOOGLE.secret, token, now=NOON)
    assert fetched.tokens.validity in (validity, 3599)
    assert fetched.tokens.scope == GOOGLE_MAIL


def test_the_secret_is_read_from_the_vault(store: Store, vault: Vault) -> None:
    kept = oauth_clients.create(store, vault, client("https://example.com/t"), secret=SECRET)
    without = oauth_clients.create(store, vault, client("https://example.com/t", name="Public"))
    assert secret_of(store, vault, kept.id) == SECRET
    assert secret_of(store, vault, without.id) is None
    vault.lock()
    with pytest.raises(VaultError):
        secret_of(store, vault, kept.id)
