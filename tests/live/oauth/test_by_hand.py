"""Tokens that a person pastes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from live.oauth.answers import TokenRefused
from live.oauth.by_hand import PasteRefused, refresh_token_in, tried
from live.oauth.http import OAuthHttp
from live.rehearsal.authorization.registry import Client
from tests.live.authorization_kit import ANN, CONFIDENTIAL, GOOGLE, OWNER, PUBLIC, Server, running
from tests.live.oauth.desk import client_fields
from tests.live.oauth.kit import NOON, REFRESH, assert_silent, tokens, told

BOTH = pytest.mark.parametrize("registered", [GOOGLE, PUBLIC, CONFIDENTIAL], ids=["google", "public", "web"])


@pytest.fixture
async def rehearsal() -> AsyncIterator[Server]:
    async with running() as server:
        yield server


def now_of(server: Server) -> datetime:
    return datetime.fromtimestamp(server.clock.now, UTC)


@pytest.mark.parametrize(
    "pasted",
    [
        REFRESH.get_secret_value(),
        f"  {REFRESH.get_secret_value()}\n",
        f'"{REFRESH.get_secret_value()}"',
        REFRESH.get_secret_value()[:12] + "\n  " + REFRESH.get_secret_value()[12:],
        json.dumps(tokens()),
        json.dumps(tokens(), indent=2),
        json.dumps({"refresh_token": REFRESH.get_secret_value()}),
    ],
)
def test_a_refresh_token_in_what_was_pasted(pasted: str) -> None:
    assert refresh_token_in(SecretStr(pasted)) == REFRESH


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("plantedTöken", "letters that no token has"),
        ("planted\x01Token", "letters that no token has"),
        ("http://127.0.0.1/?code=plantedCode", "an address"),
        (json.dumps(tokens(refresh_token=...)), "an access token only"),
        (json.dumps(tokens(refresh_token="a b")), "no refresh token"),
        (json.dumps(tokens())[:-1], "no whole one"),
        ("{}", "no refresh token"),
        ("p" * 70_000, "longer than"),
        ("p" * 20_000, "letters that no token has"),
    ],
)
def test_what_is_no_refresh_token(pasted: str, said: str) -> None:
    with pytest.raises(PasteRefused, match=said) as caught:
        refresh_token_in(SecretStr(pasted))
    assert_silent(told(caught.value))
    assert "planted" not in told(caught.value)


@BOTH
async def test_a_pasted_token_is_tried_at_once(
    rehearsal: Server, http: OAuthHttp, registered: Client
) -> None:
    token = rehearsal.issuer.mint(registered.client_id, OWNER[registered.dialect])
    fetched = await tried(http, client_fields(rehearsal, registered), registered.secret, token, now=NOON)
    assert fetched.tokens.refresh is not None
    assert (fetched.tokens.refresh == token) == (registered is GOOGLE)


async def test_a_token_of_another_client(rehearsal: Server, http: OAuthHttp) -> None:
    token = rehearsal.issuer.mint("2-web.apps.googleusercontent.com", ANN)
    with pytest.raises(TokenRefused) as caught:
        await tried(http, client_fields(rehearsal, GOOGLE), GOOGLE.secret, token, now=NOON)
    assert caught.value.diagnosis == "gmail-oauth-unauthorized-client"
