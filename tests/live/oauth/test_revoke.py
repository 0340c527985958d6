"""Taking a grant back, at the rehearsal and elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from live.oauth.answers import Fault, TokenRefused
from live.oauth.http import OAuthHttp
from live.oauth.revoke import revoke, steps_instead
from live.oauth.token_requests import refresh
from store.kinds import Provider
from tests.live.authorization_kit import ANN, GOOGLE, Server, running
from tests.live.oauth.desk import client_fields
from tests.live.oauth.kit import (
    ACCESS,
    NOON,
    REFRESH,
    SECRET,
    assert_silent,
    client,
    good,
    reply,
    serving,
    told,
)


@pytest.fixture
async def rehearsal() -> AsyncIterator[Server]:
    async with running() as server:
        yield server


def now_of(server: Server) -> datetime:
    return datetime.fromtimestamp(server.clock.now, UTC)


async def test_a_grant_is_taken_back_at_google(rehearsal: Server, http: OAuthHttp) -> None:
    token = rehearsal.issuer.mint(GOOGLE.client_id, ANN)
    fields = client_fields(rehearsal, GOOGLE)
    assert not (await revoke(http, fields, GOOGLE.secret, token)).already
    assert (await revoke(http, fields, GOOGLE.secret, token)).already
    with pytest.raises(TokenRefused) as caught:
        await refresh(http, fields, GOOGLE.secret, token, now=NOON)
    assert caught.value.kind is Fault.CONSENT


async def test_what_is_sent_to_revoke(http: OAuthHttp) -> None:
    async with serving(reply(b"")) as server:
        fields = client(revocation_url=server.url())
        assert not (await revoke(http, fields, SECRET, ACCESS, hint="access_token")).already
        await revoke(http, fields.model_copy(update={"provider": Provider.GMAIL}), SECRET, REFRESH)
    assert server.forms == [
        {
            "token": ACCESS.get_secret_value(),
            "token_type_hint": "access_token",
            "client_id": "desk-client",
            "client_secret": SECRET.get_secret_value(),
        },
        {"token": REFRESH.get_secret_value(), "token_type_hint": "refresh_token"},
    ]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (reply(b"<html>"), Fault.PASSING),
        (reply(b"", "503 Busy", "Retry-After: 7"), Fault.PASSING),
        (reply(b"", "302 Found", "Location: https://example.com/"), Fault.PASSING),
        (reply({"error": "invalid_client"}, "401 No"), Fault.CLIENT),
        (reply({"error": "unsupported_token_type"}, "400 No"), Fault.PASSING),
    ],
)
async def test_a_grant_that_is_not_taken_back(http: OAuthHttp, said: bytes, kind: Fault) -> None:
    async with serving(said) as server:
        with pytest.raises(TokenRefused) as caught:
            await revoke(http, client(revocation_url=server.url()), SECRET, REFRESH)
    assert caught.value.kind is kind
    assert_silent(told(caught.value))


async def test_nobody_takes_it_back(http: OAuthHttp) -> None:
    async with serving(good()) as server:
        fields = client(revocation_url=server.url())
    with pytest.raises(TokenRefused) as caught:
        await revoke(http, fields, SECRET, REFRESH)
    assert caught.value.kind is Fault.PASSING
    assert_silent(told(caught.value))


def test_where_it_cannot_be_taken_back_here_the_steps_are_said() -> None:
    assert steps_instead(client(revocation_url="https://example.com/revoke")) == ()
    assert "myapps.microsoft.com" in steps_instead(client(provider=Provider.OFFICE365))[0]
    assert len(steps_instead(client())) == 2


async def test_a_mishap_of_the_client_is_seen_by_all_its_grants(rehearsal: Server, http: OAuthHttp) -> None:
    rehearsal.issuer.clients[GOOGLE.client_id] = replace(GOOGLE, standing="deleted")
    token = rehearsal.issuer.mint(GOOGLE.client_id, ANN)
    with pytest.raises(TokenRefused) as caught:
        await refresh(http, client_fields(rehearsal, GOOGLE), GOOGLE.secret, token, now=NOON)
    assert (caught.value.kind, caught.value.diagnosis) == (Fault.CLIENT, "gmail-oauth-client-deleted")
