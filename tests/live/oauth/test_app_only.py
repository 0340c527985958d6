"""Tokens that come without a person."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import SecretStr

from live.oauth.answers import Fault, TokenRefused
from live.oauth.app_only import APP_SCOPE
from live.oauth.http import OAuthHttp
from live.oauth.renewal import renew
from live.oauth.service_account import (
    KeyFileRefused,
    ServiceKey,
    assertion,
    key_file_fault,
    read_key_file,
)
from live.rehearsal.authorization.app_only import key_file
from live.rehearsal.authorization.registry import GOOGLE_MAIL
from store.kinds import Provider
from store.oauth_clients import Flow
from tests.live.authorization_kit import (
    ANN,
    BEN,
    CAT,
    CONFIDENTIAL,
    GOOGLE,
    PUBLIC,
    SERVICE,
    SERVICE_ACCOUNT,
    Server,
    running,
)
from tests.live.oauth.desk import client_fields
from tests.live.oauth.kit import NOON, SECRET, client, told


@pytest.fixture
async def rehearsal() -> AsyncIterator[Server]:
    async with running() as server:
        yield server


def now_of(server: Server) -> datetime:
    return datetime.fromtimestamp(server.clock.now, UTC)


async def test_an_app_of_its_own(rehearsal: Server, http: OAuthHttp) -> None:
    fields = client_fields(rehearsal, CONFIDENTIAL, flow=Flow.CLIENT_CREDENTIALS, scope="")
    secret = CONFIDENTIAL.secret
    fetched = await renew(http, fields, secret, mailbox=BEN, refresh_token=None, now=NOON)
    assert fetched.tokens.refresh is None
    assert fetched.tokens.scope == APP_SCOPE
    assert rehearsal.judge(BEN, fetched.tokens.access.get_secret_value()) == "good"
    assert rehearsal.judge(ANN, fetched.tokens.access.get_secret_value()) == "bad"


async def test_an_app_without_a_secret_asks_nobody(rehearsal: Server, http: OAuthHttp) -> None:
    fields = client_fields(rehearsal, PUBLIC, flow=Flow.CLIENT_CREDENTIALS)
    with pytest.raises(TokenRefused) as caught:
        await renew(http, fields, None, mailbox=BEN, refresh_token=None, now=NOON)
    assert (caught.value.kind, caught.value.diagnosis) == (Fault.CLIENT, "any-oauth-client-secret-missing")


def key(server: Server) -> SecretStr:
    return SecretStr(json.dumps(key_file(server.issuer, SERVICE_ACCOUNT, server.base)))


async def test_a_service_account_acts_for_a_mailbox(rehearsal: Server, http: OAuthHttp) -> None:
    fields = client_fields(rehearsal, SERVICE_ACCOUNT, flow=Flow.SERVICE_ACCOUNT)
    now = now_of(rehearsal)
    fetched = await renew(http, fields, key(rehearsal), mailbox=ANN, refresh_token=None, now=now)
    assert fetched.tokens.refresh is None
    assert rehearsal.judge(ANN, fetched.tokens.access.get_secret_value()) == "good"


async def test_a_mailbox_that_has_not_delegated(rehearsal: Server) -> None:
    fields = client_fields(rehearsal, SERVICE_ACCOUNT, flow=Flow.SERVICE_ACCOUNT)
    now = now_of(rehearsal)
    async with OAuthHttp(clock=lambda: now) as http:
        with pytest.raises(TokenRefused) as caught:
            await renew(http, fields, key(rehearsal), mailbox=CAT, refresh_token=None, now=now)
    assert caught.value.kind is not Fault.PASSING
    assert "PRIVATE KEY" not in told(caught.value)


async def test_an_assertion_by_a_clock_that_is_off_is_the_clocks_fault(rehearsal: Server) -> None:
    now = now_of(rehearsal) + timedelta(minutes=20)
    fields = client_fields(rehearsal, SERVICE_ACCOUNT, flow=Flow.SERVICE_ACCOUNT)
    async with OAuthHttp(clock=lambda: now) as http:
        with pytest.raises(TokenRefused) as caught:
            await renew(http, fields, key(rehearsal), mailbox=ANN, refresh_token=None, now=now)
    assert (caught.value.kind, caught.value.diagnosis) == (Fault.PASSING, "gmail-oauth-jwt-time")
    assert caught.value.words.startswith("This machine's clock is 20 minutes ahead")
    assert caught.value.skew_seconds == pytest.approx(1_200, abs=2)


def test_the_assertion_says_what_google_asks_for(rehearsal: Server) -> None:
    read = read_key_file(key(rehearsal))
    signed = assertion(read, ANN, GOOGLE_MAIL, NOON)
    found = jwt.decode(signed.get_secret_value(), rehearsal.issuer.service_key, algorithms=["RS256"])
    assert found.header["kid"] == rehearsal.issuer.service_key.kid
    claims = dict(found.claims)
    assert len(claims.pop("jti")) == 36
    assert claims == {
        "iss": SERVICE,
        "sub": ANN,
        "scope": GOOGLE_MAIL,
        "aud": f"{rehearsal.base}/google/token",
        "iat": int(NOON.timestamp()),
        "exp": int(NOON.timestamp()) + 3_600,
    }
    assert "PRIVATE KEY" not in repr(read)


def test_a_good_key_file_has_no_fault(rehearsal: Server) -> None:
    assert key_file_fault(key(rehearsal)) is None


EC = ECKey.generate_key("P-256").as_pem(private=True).decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"type": "authorized_user"}, "type must be service_account"),
        ({"type": None}, "type must be service_account"),
        ({"client_email": None}, "no client_email"),
        ({"private_key": ""}, "no private_key"),
        ({"token_uri": 7}, "no token_uri"),
        (
            {"private_key": "-----BEGIN PRIVATE KEY-----\nplantedKey\n-----END PRIVATE KEY-----\n"},
            "cannot be used",
        ),
        ({"private_key": "plantedKey"}, "cannot be used"),
        ({"private_key": EC}, "cannot be used"),
    ],
)
def test_key_files_that_are_none(rehearsal: Server, changed: dict[str, Any], said: str) -> None:
    content = json.loads(key(rehearsal).get_secret_value()) | changed
    fault = key_file_fault(SecretStr(json.dumps(content)))
    assert fault is not None
    assert said in fault
    assert "planted" not in fault


@pytest.mark.parametrize("content", ["", "{", "[]", "plantedKey", "x" * 40_000, "GOCSPX-planted"])
def test_what_is_no_key_file_at_all(content: str) -> None:
    with pytest.raises(KeyFileRefused) as caught:
        read_key_file(SecretStr(content))
    assert "planted" not in told(caught.value)


def test_a_key_that_cannot_sign_is_quoted_nowhere() -> None:
    broken = ServiceKey(
        "a@example.com", SecretStr("-----BEGIN PRIVATE KEY-----\nplantedKey"), "https://example.com"
    )
    with pytest.raises(KeyFileRefused) as caught:
        assertion(broken, ANN, "", NOON)
    assert "plantedKey" not in told(caught.value)


async def test_a_service_account_without_its_key_asks_nobody(http: OAuthHttp) -> None:
    fields = client("https://nowhere.invalid/", flow=Flow.SERVICE_ACCOUNT)
    with pytest.raises(TokenRefused) as caught:
        await renew(http, fields, None, mailbox=ANN, refresh_token=None, now=NOON)
    assert (caught.value.kind, caught.value.diagnosis) == (Fault.CLIENT, "any-oauth-service-account-key")


async def test_a_grant_without_a_refresh_token_asks_nobody(http: OAuthHttp) -> None:
    fields = client("https://nowhere.invalid/", provider=Provider.GMAIL)
    with pytest.raises(TokenRefused) as caught:
        await renew(http, fields, SECRET, mailbox=ANN, refresh_token=None, now=NOON)
    assert (caught.value.kind, caught.value.diagnosis) == (Fault.CONSENT, "gmail-oauth-no-refresh-token")


async def test_a_grant_with_one_is_refreshed(rehearsal: Server, http: OAuthHttp) -> None:
    token = rehearsal.issuer.mint(GOOGLE.client_id, ANN)
    fields = client_fields(rehearsal, GOOGLE)
    fetched = await renew(http, fields, GOOGLE.secret, mailbox=ANN, refresh_token=token, now=NOON)
    assert rehearsal.judge(ANN, fetched.tokens.access.get_secret_value()) == "good"
