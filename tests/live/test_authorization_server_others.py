"""The rehearsal's authorization server: device codes, tokens without a person, and authlib as a judge."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from authlib.integrations.base_client.errors import OAuthError
from joserfc import jwt
from joserfc.jwk import RSAKey

from live.rehearsal.authorization.consent import ConsentError, consent, enter_code
from live.rehearsal.authorization.faults import Fault, Mishap
from live.rehearsal.authorization.issuer import Pace
from live.rehearsal.authorization.registry import GOOGLE_MAIL, OFFLINE, SMTP_SEND, Client
from live.rehearsal.authorization.token import DEVICE_CODE, JWT_BEARER
from tests.live.authorization_kit import (
    ANN,
    BEN,
    CAT,
    CONFIDENTIAL,
    GOOGLE,
    PUBLIC,
    REDIRECT,
    SERVICE,
    SERVICE_ACCOUNT,
    VERIFIER,
    Server,
    running,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # on import authlib advertises the successor of httpx
    from authlib.integrations.httpx_client import AsyncAssertionClient, AsyncOAuth2Client

MAIL = f"{SMTP_SEND} {OFFLINE}"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running() as made:
        yield made


# Device codes


async def begun(server: Server, client: Client = PUBLIC, scope: str = MAIL) -> dict[str, Any]:
    form = {"client_id": client.client_id, "scope": scope}
    return dict((await server.http.post(server.urls(client).device, data=form)).json())


async def polled(server: Server, begun: dict[str, Any], client: Client = PUBLIC) -> httpx.Response:
    return await server.post(client, DEVICE_CODE, device_code=begun["device_code"])


async def test_a_device_code_from_begin_to_token(server: Server) -> None:
    device = await begun(server)
    assert device.keys() == {
        *("device_code", "user_code", "verification_uri", "expires_in", "interval", "message")
    }
    assert (device["expires_in"], device["interval"]) == (900, 5)
    pending = await polled(server, device)
    assert (pending.status_code, pending.json()["error"]) == (400, "authorization_pending")
    assert pending.json()["error_codes"] == [70016]
    assert device["verification_uri"] in device["message"]
    typed = device["user_code"].replace("-", "").lower()
    assert "signed in" in await enter_code(device["verification_uri"], typed, account=BEN)
    got = (await polled(server, device)).json()
    assert server.judge(BEN, got["access_token"]) == "good"
    assert (await server.refresh(PUBLIC, got["refresh_token"])).status_code == 200
    assert (await polled(server, device)).json()["error"] == "expired_token"
    with pytest.raises(ConsentError, match="code didn’t work"):
        await enter_code(device["verification_uri"], typed, account=BEN)


async def test_polling_too_fast_slows_down_for_good(server: Server) -> None:
    device = await begun(server)

    async def error_after(seconds: float) -> str:
        server.clock.now += seconds
        return str((await polled(server, device)).json()["error"])

    assert await error_after(0) == "authorization_pending"
    assert await error_after(4) == "slow_down"
    assert await error_after(9) == "slow_down"
    assert await error_after(15) == "authorization_pending"
    assert await error_after(15) == "authorization_pending"


async def test_a_device_that_is_declined_late_foreign_or_unknown(server: Server) -> None:
    device = await begun(server)
    await enter_code(device["verification_uri"], device["user_code"], account=BEN, deny=True)
    assert (await polled(server, device)).json()["error"] == "authorization_declined"
    device = await begun(server)
    assert (await polled(server, device, CONFIDENTIAL)).json()["error"] == "bad_verification_code"
    server.clock.now += 900
    ended = (await polled(server, device)).json()
    assert (ended["error"], ended["error_codes"]) == ("expired_token", [70019])
    with pytest.raises(ConsentError):
        await enter_code(device["verification_uri"], device["user_code"], account=BEN)
    assert (await polled(server, {"device_code": "x"})).json()["error_codes"] == [70018]
    blank = await server.http.get(device["verification_uri"])
    assert 'name="user_code"' in blank.text


async def test_security_defaults_and_public_flows_that_are_off(server: Server) -> None:
    server.issuer.set_mishap(BEN, Mishap(Fault.DEVICE_BLOCKED))
    device = await begun(server)
    await enter_code(device["verification_uri"], device["user_code"], account=BEN)
    assert (await polled(server, device)).json()["error_codes"] == [530035]
    server.issuer.clients[PUBLIC.client_id] = replace(PUBLIC, public_flows=False)
    assert (await begun(server))["error_codes"] == [7000218]
    assert (await begun(server, scope="nonsense"))["error"] == "invalid_client"


async def test_google_lets_no_device_ask_for_mail(server: Server) -> None:
    refused = await begun(server, GOOGLE, GOOGLE_MAIL)
    assert refused["error_description"] == "Invalid device flow scope: https://mail.google.com/"
    device = await begun(server, GOOGLE, "email")
    assert {"verification_url", "user_code"} <= device.keys()
    pending = await polled(server, device, GOOGLE)
    assert (pending.status_code, pending.json()["error"]) == (428, "authorization_pending")
    assert (await polled(server, device, GOOGLE)).json()["error"] == "slow_down"
    await enter_code(device["verification_url"], device["user_code"], account=ANN, deny=True)
    denied = await polled(server, device, GOOGLE)
    assert (denied.status_code, denied.json()["error"]) == (403, "access_denied")


# Without a person


async def test_an_application_by_itself(server: Server) -> None:
    scope = "https://outlook.office365.com/.default"
    got = await server.post(CONFIDENTIAL, "client_credentials", scope=scope)
    assert got.json().keys() == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    token = got.json()["access_token"]
    assert (server.judge(BEN, token), server.judge("shared@example.org", token)) == ("good", "bad")
    graph = await server.post(
        CONFIDENTIAL, "client_credentials", scope="https://graph.microsoft.com/.default"
    )
    assert server.judge(BEN, graph.json()["access_token"]) == "bad"
    for changed, number in (
        ({"scope": SMTP_SEND}, 70011),
        ({"scope": ""}, 900144),
        ({"scope": scope, "tenant": "common"}, 9001023),
    ):
        refused = await server.post(CONFIDENTIAL, "client_credentials", **changed)
        assert refused.json()["error_codes"] == [number]
    assert (await server.post(PUBLIC, "client_credentials", scope=scope)).json()["error_codes"] == [7000218]
    refused = await server.post(GOOGLE, "client_credentials", scope=GOOGLE_MAIL)
    assert refused.json()["error"] == "unsupported_grant_type"


async def key_file(server: Server) -> dict[str, str]:
    return dict((await server.http.get(f"{server.base}/rehearsal/key.json", params={"who": SERVICE})).json())


async def test_authlibs_service_account(server: Server) -> None:
    server.clock.now = time.time()  # authlib dates its assertions by the real clock
    key = await key_file(server)
    assert key["token_uri"] == server.urls(SERVICE_ACCOUNT).token
    async with AsyncAssertionClient(
        token_endpoint=key["token_uri"],
        issuer=key["client_email"],
        subject=ANN,
        audience=key["token_uri"],
        grant_type=JWT_BEARER,
        claims={"scope": GOOGLE_MAIL},
        header={"alg": "RS256", "kid": key["private_key_id"]},
        key=RSAKey.import_key(key["private_key"]),
        trust_env=False,
    ) as client:
        token = await client.refresh_token()
    assert server.judge(ANN, token["access_token"]) == "good"
    assert "refresh_token" not in token


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"iss": "nobody@example.com"}, "Invalid email or User ID"),
        ({"sub": "nobody@example.com"}, "Invalid email or User ID"),
        ({"sub": CAT}, "Client is unauthorized to retrieve access tokens using this method"),
        ({"aud": "https://oauth2.googleapis.com/token"}, "Failed audience check"),
        ({"scope": ""}, "invalid"),
        ({"scope": "https://mail.google.com"}, "invalid"),
        ({"exp": 7_200}, "short-lived token (60 minutes)"),
        ({"iat": 600, "exp": 1_200}, "short-lived token (60 minutes)"),
        ({"iat": -3_900, "exp": -400}, "short-lived token (60 minutes)"),
        ({"iat": "soon"}, "short-lived token (60 minutes)"),
    ],
)
async def test_bad_assertions(server: Server, changed: dict[str, Any], words: str) -> None:
    key = RSAKey.import_key((await key_file(server))["private_key"])
    claims = {"iss": SERVICE, "sub": ANN, "aud": server.urls(GOOGLE).token, "scope": GOOGLE_MAIL}
    now = int(server.clock.now)
    claims |= {"iat": now, "exp": now + 3_600}
    claims |= {name: now + value if isinstance(value, int) else value for name, value in changed.items()}
    refused = await asserted(server, jwt.encode({"alg": "RS256"}, claims, key))
    assert words in f"{refused['error']} {refused['error_description']}"


async def test_assertions_that_prove_nothing(server: Server) -> None:
    foreign = RSAKey.generate_key(2048)
    claims = {"iss": SERVICE, "sub": ANN}
    signed = jwt.encode({"alg": "RS256"}, claims, foreign)
    assert (await asserted(server, signed))["error_description"] == "Invalid JWT Signature."
    unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ."
    for nonsense in ("", "x", "a.b.c", unsigned):
        assert (await asserted(server, nonsense))["error_description"] == "Invalid JWT"


async def asserted(server: Server, assertion: str) -> dict[str, str]:
    form = {"grant_type": JWT_BEARER, "assertion": assertion}
    return dict((await server.http.post(server.urls(GOOGLE).token, data=form)).json())


async def test_faults_strike_assertions_too(server: Server) -> None:
    key = RSAKey.import_key((await key_file(server))["private_key"])
    now = int(server.clock.now)
    claims = {"iss": SERVICE, "sub": ANN, "aud": server.urls(GOOGLE).token, "scope": GOOGLE_MAIL}
    signed = jwt.encode({"alg": "RS256"}, claims | {"iat": now, "exp": now + 60}, key)
    server.issuer.set_mishap(ANN, Mishap(Fault.UNAVAILABLE, times=1))
    assert (await asserted(server, signed))["error"] == "internal_failure"
    assert (await asserted(server, signed))["token_type"] == "Bearer"
    server.issuer.set_mishap(ANN, Mishap(Fault.REVOKED))
    assert (await asserted(server, signed))["error"] == "invalid_grant"


# An independent judge


@pytest.mark.parametrize("client", [GOOGLE, PUBLIC, CONFIDENTIAL], ids=lambda client: client.name)
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_authlib_finds_its_way(server: Server, client: Client, method: str) -> None:
    urls = server.urls(client)
    google = client is GOOGLE
    async with AsyncOAuth2Client(
        client_id=client.client_id,
        client_secret=client.secret.get_secret_value() if client.secret else None,
        token_endpoint_auth_method=method if client.secret else "none",
        scope=GOOGLE_MAIL if google else MAIL,
        redirect_uri=REDIRECT,
        code_challenge_method="S256",
        revocation_endpoint_auth_method=method,
        trust_env=False,
    ) as judge:
        extra = {"access_type": "offline"} if google else {}
        url, state = judge.create_authorization_url(urls.authorization, code_verifier=VERIFIER, **extra)
        location = await consent(url, account=ANN if google else BEN)
        token = await judge.fetch_token(
            urls.token, authorization_response=location, state=state, code_verifier=VERIFIER
        )
        assert token["expires_at"] > time.time()
        newer = await judge.refresh_token(urls.token)
        assert newer["access_token"] != token["access_token"]
        assert (newer["refresh_token"] == token["refresh_token"]) == google
        with pytest.raises(OAuthError, match="invalid_grant"):
            await judge.fetch_token(urls.token, authorization_response=location, code_verifier=VERIFIER)
        if google:
            revoked = await judge.revoke_token(urls.revocation, token=newer["refresh_token"])
            assert revoked.json() == {}


async def test_the_pace_is_what_tells_the_truth(server: Server) -> None:
    server.issuer.pace = Pace(google_access=1.0, device_interval=1.0)
    assert (await server.tokens(GOOGLE))["expires_in"] == 1
    assert json.dumps((await begun(server))["interval"]) == "1"
