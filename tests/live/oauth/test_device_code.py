"""The code for another device, as servers give it."""

from __future__ import annotations

from typing import Any

import pytest

from live.oauth.answers import Fault, TokenRefused
from live.oauth.device import CodeShown, sign_in_elsewhere
from live.oauth.http import OAuthHttp
from live.oauth.token_requests import Fetched
from tests.live.oauth.device_play import DEVICE, Hands, code, played
from tests.live.oauth.kit import NOON, SECRET, client, good, reply, serving


async def test_what_is_sent(http: OAuthHttp) -> None:
    async with serving(code(), good()) as server:
        fields = client(server.url(), device_url=server.url("/device"))
        events = [event async for event in sign_in_elsewhere(http, fields, SECRET, now=NOON, pace=Hands())]
    assert isinstance(events[-1], Fetched)
    assert [one.target for one in server.heard] == ["/device", "/token"]
    assert server.forms == [
        {"client_id": "desk-client", "scope": fields.scope},
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": DEVICE,
            "client_id": "desk-client",
            "client_secret": SECRET.get_secret_value(),
        },
    ]


async def test_google_names_the_address_otherwise(http: OAuthHttp) -> None:
    said = code(verification_uri=..., verification_url="https://www.google.com/device")
    (shown, *_), _, _ = await played(said, good(), http=http)
    assert isinstance(shown, CodeShown)
    assert shown.verification_uri == "https://www.google.com/device"
    assert shown.complete_uri is None


async def test_an_address_with_the_code_in_it(http: OAuthHttp) -> None:
    complete = "https://device.example.com/?user_code=WDJB-MJHT"
    (shown, *_), _, _ = await played(code(verification_uri_complete=complete), good(), http=http)
    assert isinstance(shown, CodeShown)
    assert shown.complete_uri is not None
    assert shown.complete_uri.get_secret_value() == complete


@pytest.mark.parametrize(
    "changed",
    [
        {"device_code": ...},
        {"device_code": ""},
        {"device_code": "a\nb"},
        {"user_code": ...},
        {"user_code": ""},
        {"user_code": "\x1b[2J"},
        {"user_code": "é"},
        {"user_code": "x" * 65},
        {"user_code": 12345678},
        {"verification_uri": ...},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "http://device.example.com/"},
        {"verification_uri": "https://user@device.example.com/"},
        {"verification_uri": "https://device.example.com/\x1b[2J"},
        {"verification_uri": "https://device.example.com/" + "x" * 3_000},
        {"verification_uri": ["https://device.example.com/"]},
    ],
)
async def test_a_code_that_nobody_could_use(http: OAuthHttp, changed: dict[str, Any]) -> None:
    (refused,), _, forms = await played(code(**changed), http=http)
    assert isinstance(refused, TokenRefused)
    assert (refused.kind, refused.diagnosis) == (Fault.PASSING, "any-oauth-bad-device-code")
    assert len(forms) == 1


async def test_a_complete_address_that_leads_astray_is_left_out(http: OAuthHttp) -> None:
    (shown, *_), _, _ = await played(code(verification_uri_complete="javascript:x"), good(), http=http)
    assert isinstance(shown, CodeShown)
    assert shown.complete_uri is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (reply({"error": "invalid_client"}, "401 Unauthorized"), Fault.CLIENT),
        (reply(b"<html>", "503 Busy"), Fault.PASSING),
        (reply(b"[]"), Fault.PASSING),
    ],
)
async def test_no_code_comes(http: OAuthHttp, said: bytes, kind: Fault) -> None:
    (refused,), _, _ = await played(said, http=http)
    assert isinstance(refused, TokenRefused)
    assert refused.kind is kind


async def test_nobody_gives_a_code(http: OAuthHttp) -> None:
    async with serving(good()) as server:
        fields = client(server.url(), device_url=server.url())
    with pytest.raises(TokenRefused) as caught:
        await anext(sign_in_elsewhere(http, fields, None, now=NOON))
    assert caught.value.diagnosis == "any-oauth-refused"
