"""The rehearsal's authorization server: clients and their secrets, and codes at the token endpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest
from pydantic import SecretStr

from live.rehearsal.authorization.issuer import Pace
from live.rehearsal.authorization.registry import Client
from tests.live.authorization_kit import (
    CONFIDENTIAL,
    GOOGLE,
    GOOGLE_WEB,
    PUBLIC,
    Server,
    basic,
    running,
)

BOTH = pytest.mark.parametrize("client", [GOOGLE, PUBLIC], ids=["google", "microsoft"])


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running() as made:
        yield made


async def test_secrets_by_post_and_by_basic_but_not_both(server: Server) -> None:
    for client in (GOOGLE, CONFIDENTIAL):
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        url = server.urls(client).token
        by_basic = await server.http.post(url, data=form, headers=basic(client))
        assert by_basic.json()["error"] == "invalid_grant"  # the client is believed, the token is not
        assert client.secret is not None
        form["client_secret"] = client.secret.get_secret_value()
        both = await server.http.post(url, data=form, headers=basic(client))
        assert both.json()["error"] == "invalid_request"
        broken = await server.http.post(url, data=form, headers={"Authorization": "Basic ###"})
        assert broken.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("client", "changed", "status", "error", "words"),
    [
        (GOOGLE, {"client_id": "x"}, 401, "invalid_client", "The OAuth client was not found."),
        (GOOGLE, {"client_secret": "x"}, 401, "invalid_client", "The provided client secret is invalid."),
        (GOOGLE, {"client_secret": ""}, 400, "invalid_request", "client_secret is missing."),
        (PUBLIC, {"client_secret": "x"}, 401, "invalid_client", "AADSTS700025: "),
        (CONFIDENTIAL, {"client_secret": "x"}, 401, "invalid_client", "AADSTS7000215: "),
        (CONFIDENTIAL, {"client_secret": ""}, 401, "invalid_client", "AADSTS7000218: "),
        (CONFIDENTIAL, {"client_id": "x"}, 400, "unauthorized_client", "AADSTS700016: "),
    ],
)
async def test_wrong_secrets(
    server: Server, client: Client, changed: dict[str, str], status: int, error: str, words: str
) -> None:
    refused = await server.refresh(client, "x", **changed)
    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert refused.json()["error_description"].startswith(words)


async def test_clients_that_ended(server: Server) -> None:
    for standing, google, microsoft in (
        ("deleted", "deleted_client", 700016),
        ("disabled", "disabled_client", 7000112),
    ):
        for client in (GOOGLE, CONFIDENTIAL):
            server.issuer.clients[client.client_id] = replace(client, standing=standing)
        assert (await server.refresh(GOOGLE, "x")).json()["error"] == google
        assert (await server.refresh(CONFIDENTIAL, "x")).json()["error_codes"] == [microsoft]


async def test_a_secret_that_expired_and_the_new_one_beside_it(server: Server) -> None:
    refresh_token = (await server.tokens(CONFIDENTIAL))["refresh_token"]
    ended = replace(CONFIDENTIAL, secret_expired=True, other_secret=SecretStr("new"))
    server.issuer.clients[CONFIDENTIAL.client_id] = ended
    refused = await server.refresh(CONFIDENTIAL, refresh_token)
    assert (refused.status_code, refused.json()["error_codes"]) == (401, [7000222])
    assert (await server.refresh(CONFIDENTIAL, refresh_token, client_secret="new")).status_code == 200


async def test_microsofts_refusals_carry_references(server: Server) -> None:
    refused = (await server.redeem(PUBLIC, "x")).json()
    assert refused.keys() == {
        *("error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri")
    }
    assert refused["trace_id"] in refused["error_description"]
    assert refused["correlation_id"] in refused["error_description"]
    assert refused["error_uri"].endswith(f"?code={refused['error_codes'][0]}")


@pytest.mark.parametrize(
    ("changed", "google", "microsoft"),
    [
        ({"code": "x"}, ("invalid_grant", "Malformed auth code."), 9002313),
        ({"redirect_uri": "http://127.0.0.1:8401/callback"}, ("redirect_uri_mismatch", "Bad Request"), 50011),
        ({"redirect_uri": ""}, ("redirect_uri_mismatch", "Bad Request"), 50011),
        ({"code_verifier": ""}, ("invalid_grant", "Missing code verifier."), 501481),
        ({"code_verifier": "x" * 43}, ("invalid_grant", "Invalid code verifier."), 501481),
    ],
)
async def test_a_code_is_bound_to_its_request(
    server: Server, changed: dict[str, str], google: tuple[str, str], microsoft: int
) -> None:
    refused = (await server.redeem(GOOGLE, **({"code": await server.code(GOOGLE)} | changed))).json()
    assert (refused["error"], refused["error_description"]) == google
    refused = (await server.redeem(PUBLIC, **({"code": await server.code(PUBLIC)} | changed))).json()
    assert refused["error_codes"] == [microsoft]


@BOTH
async def test_a_code_serves_once_and_not_for_long_and_not_others(server: Server, client: Client) -> None:
    code = await server.code(client)
    other = GOOGLE_WEB if client is GOOGLE else CONFIDENTIAL
    assert (await server.redeem(other, code)).json()["error"] == "invalid_grant"
    assert (await server.redeem(client, code)).status_code == 200
    again = (await server.redeem(client, code)).json()
    assert again["error"] == "invalid_grant"
    assert again.get("error_codes", [54005]) == [54005]
    late = await server.code(client)
    server.clock.now += 600
    ended = (await server.redeem(client, late)).json()
    assert ended["error"] == "invalid_grant"
    assert ended.get("error_codes", [70008]) == [70008]


@BOTH
async def test_other_grants_and_repeated_parameters_are_refused(server: Server, client: Client) -> None:
    refused = await server.post(client, "password", username="x", password="y")
    assert refused.json()["error"] == "unsupported_grant_type"
    twice = await server.http.post(
        server.urls(client).token,
        content=b"grant_type=a&grant_type=b",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert twice.json()["error"] == "invalid_request"
    shown = await server.http.get(server.url(client) + "&state=again")
    assert shown.status_code == 400


async def test_the_answers_are_dated_and_not_to_be_kept(server: Server) -> None:
    for skew in (0.0, -3_600.0):
        server.issuer.pace = Pace(skew=skew)
        got = await server.refresh(GOOGLE, "x")
        assert got.headers["cache-control"] == "no-store"
        assert parsedate_to_datetime(got.headers["date"]).timestamp() == server.clock.now + skew
