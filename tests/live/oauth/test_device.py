"""Sign-in on another device: at the rehearsal, and by a clock that stands still but for the waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from live.oauth.answers import Fault, TokenRefused
from live.oauth.device import CodeShown, Pace, Waiting, sign_in_elsewhere
from live.oauth.http import OAuthHttp
from live.oauth.token_requests import Fetched
from live.rehearsal.authorization.consent import enter_code
from live.rehearsal.authorization.registry import SMTP_SEND
from tests.live.authorization_kit import BEN, GOOGLE, PUBLIC, Server, running
from tests.live.oauth.desk import client_fields
from tests.live.oauth.device_play import PENDING, SLOW_DOWN, Hands, code, played
from tests.live.oauth.kit import NOON, client, good, reply, serving

# At the rehearsal


@pytest.fixture
async def rehearsal() -> AsyncIterator[Server]:
    async with running() as server:
        yield server


async def test_the_whole_way_at_the_rehearsal(rehearsal: Server) -> None:
    fields = client_fields(rehearsal, PUBLIC)
    hands, events = Hands(), []
    async with OAuthHttp() as http:
        async for event in sign_in_elsewhere(http, fields, None, now=NOON, pace=hands):
            events.append(event)
            rehearsal.clock.now += 5
            if isinstance(event, CodeShown):
                assert event.ends_at == NOON + timedelta(seconds=900)
                shown = event
            elif isinstance(event, Waiting):
                await enter_code(shown.verification_uri, shown.user_code.get_secret_value(), account=BEN)
    assert [type(event) for event in events] == [CodeShown, Waiting, Fetched]
    assert isinstance(events[-1], Fetched)
    assert events[-1].tokens.scope == SMTP_SEND
    assert events[-1].tokens.refresh is not None
    assert rehearsal.judge(BEN, events[-1].tokens.access.get_secret_value()) == "good"


async def test_a_person_who_declines_at_the_rehearsal(rehearsal: Server) -> None:
    fields = client_fields(rehearsal, PUBLIC)
    async with OAuthHttp() as http:
        events = sign_in_elsewhere(http, fields, None, now=NOON, pace=Hands())
        shown = await anext(events)
        assert isinstance(shown, CodeShown)
        await enter_code(shown.verification_uri, shown.user_code.get_secret_value(), account=BEN, deny=True)
        with pytest.raises(TokenRefused) as caught:
            await anext(events)
    assert (caught.value.kind, caught.value.diagnosis) == (Fault.CONSENT, "any-oauth-declined")


async def test_google_refuses_the_mail_scope(rehearsal: Server) -> None:
    fields = client_fields(rehearsal, GOOGLE)
    async with OAuthHttp() as http:
        with pytest.raises(TokenRefused) as caught:
            await anext(sign_in_elsewhere(http, fields, GOOGLE.secret, now=NOON))
    assert (caught.value.kind, caught.value.diagnosis) == (Fault.CLIENT, "gmail-oauth-device-scope")


# The waiting


@pytest.mark.parametrize(
    ("interval", "first"),
    [
        (..., 5),
        (None, 5),
        ("soon", 5),
        (-3, 5),
        (0, 5),
        (1, 1),
        (0.2, 5),
        ("10", 10),
        (7.9, 7),
        (10_000, 300),
    ],
)
async def test_the_interval_is_the_servers_within_reason(
    http: OAuthHttp, interval: object, first: float
) -> None:
    _, hands, _ = await played(code(interval=interval), good(), http=http)
    assert hands.waits == [first]


async def test_while_it_is_pending_the_pace_stays(http: OAuthHttp) -> None:
    happened, hands, _ = await played(code(), PENDING, PENDING, PENDING, good(), http=http)
    assert hands.waits == [5, 5, 5, 5]
    assert happened[1:4] == [Waiting(5), Waiting(5), Waiting(5)]


async def test_slow_down_adds_five_seconds_for_good(http: OAuthHttp) -> None:
    _, hands, _ = await played(code(interval=2), SLOW_DOWN, PENDING, SLOW_DOWN, PENDING, good(), http=http)
    assert hands.waits == [2, 7, 7, 12, 12]


async def test_a_fault_of_the_network_doubles_the_interval_for_good(http: OAuthHttp) -> None:
    async def close(_: asyncio.StreamWriter) -> None:
        pass

    happened, hands, _ = await played(code(), close, close, PENDING, good(), http=http)
    assert hands.waits == [5, 10, 20, 20]
    assert isinstance(happened[1], Waiting)
    assert "without an answer" in happened[1].words


async def test_silence_doubles_the_interval(http: OAuthHttp) -> None:
    _, hands, _ = await played(code(), None, good(), http=http)
    assert hands.waits == [5, 10]


async def test_a_busy_server_is_given_the_time_that_it_asks_for(http: OAuthHttp) -> None:
    busy = reply(b"<html>", "503 Busy", "Retry-After: 60")
    _, hands, _ = await played(code(), busy, PENDING, good(), http=http)
    assert hands.waits == [5, 60, 60]


async def test_the_interval_does_not_grow_for_ever(http: OAuthHttp) -> None:
    busy = reply(b"", "503 Busy", "Retry-After: 86400")
    _, hands, _ = await played(code(expires_in=3_000), busy, good(), http=http)
    assert hands.waits == [5, 300]


async def test_the_server_is_never_asked_after_the_end(http: OAuthHttp) -> None:
    happened, hands, forms = await played(code(expires_in=12), PENDING, http=http)
    assert hands.waits == [5, 5, 2]
    assert len(forms) == 3
    refused = happened[-1]
    assert isinstance(refused, TokenRefused)
    assert (refused.kind, refused.diagnosis) == (Fault.CONSENT, "any-oauth-device-code-ended")


@pytest.mark.parametrize("life", [..., None, "soon", -1, 0, 10**12])
async def test_an_end_that_is_not_said_is_a_quarter_of_an_hour(http: OAuthHttp, life: object) -> None:
    (shown, *_), hands, _ = await played(code(expires_in=life, interval=300), PENDING, http=http)
    assert isinstance(shown, CodeShown)
    assert shown.ends_at == NOON + timedelta(minutes=15)
    assert sum(hands.waits) == 900


@pytest.mark.parametrize(
    ("error", "diagnosis"),
    [
        ("access_denied", "any-oauth-access-denied"),
        ("authorization_declined", "any-oauth-declined"),
        ("expired_token", "any-oauth-expired-token"),
        ("bad_verification_code", "any-oauth-bad-verification-code"),
    ],
)
async def test_words_that_end_it(http: OAuthHttp, error: str, diagnosis: str) -> None:
    happened, _, forms = await played(code(), PENDING, reply({"error": error}, "400 No"), http=http)
    refused = happened[-1]
    assert isinstance(refused, TokenRefused)
    assert (refused.kind, refused.diagnosis) == (Fault.CONSENT, diagnosis)
    assert len(forms) == 3


async def test_a_token_that_nobody_could_send_ends_it(http: OAuthHttp) -> None:
    happened, _, forms = await played(code(), good(access_token="a\nb"), http=http)
    refused = happened[-1]
    assert isinstance(refused, TokenRefused)
    assert refused.diagnosis == "any-oauth-bad-token"
    assert len(forms) == 2


async def test_whoever_stops_listening_stops_the_asking(http: OAuthHttp) -> None:
    async with serving(code(), PENDING) as server:
        fields = client(server.url(), device_url=server.url("/device"))
        events = sign_in_elsewhere(http, fields, None, now=NOON, pace=Hands())
        await anext(events)
        await anext(events)
        await events.aclose()
        assert len(server.heard) == 2


async def test_the_real_pace_waits() -> None:
    pace = Pace()
    before = pace.now()
    await pace.wait(0.01)
    assert pace.now() >= before + 0.005
