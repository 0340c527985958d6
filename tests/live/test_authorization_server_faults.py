"""The rehearsal's authorization server where it goes wrong: each fault of an answer, and bounded requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from live.rehearsal.authorization import http as wire
from live.rehearsal.authorization.faults import Fault, Mishap
from live.rehearsal.authorization.issuer import Pace
from live.rehearsal.authorization.spoiling import FLOOD_OCTETS, REFUSALS, SPOILERS
from tests.live.authorization_kit import ANN, BEN, CONFIDENTIAL, GOOGLE, PUBLIC, Server, running

PATIENCE_S = 20.0


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running() as made:
        yield made


async def struck(server: Server, fault: Fault) -> httpx.Response:
    """The answer to one refresh with that fault at the account."""
    token = server.issuer.mint(GOOGLE.client_id, ANN).get_secret_value()
    server.issuer.set_mishap(ANN, Mishap(fault))
    return await server.refresh(GOOGLE, token)


async def test_busy_with_retry_after_and_then_well(server: Server) -> None:
    token = server.issuer.mint(PUBLIC.client_id, BEN).get_secret_value()
    for fault, status, number in ((Fault.UNAVAILABLE, 503, 90033), (Fault.THROTTLED, 429, 90055)):
        server.issuer.set_mishap(BEN, Mishap(fault, times=2))
        for _ in range(2):
            got = await server.refresh(PUBLIC, token)
            assert (got.status_code, got.headers["retry-after"]) == (status, "30")
            assert got.json()["error_codes"] == [number]
        got = await server.refresh(PUBLIC, token)
        assert got.status_code == 200
        token = got.json()["refresh_token"]


async def test_googles_busy_and_broken(server: Server) -> None:
    for fault, status in ((Fault.UNAVAILABLE, 503), (Fault.SERVER_ERROR, 500)):
        got = await struck(server, fault)
        assert (got.status_code, got.json()["error"]) == (status, "internal_failure")


@pytest.mark.parametrize(
    ("fault", "google", "microsoft"),
    [
        (Fault.REVOKED, "Token has been expired or revoked.", 50173),
        (Fault.WEEK_OVER, "Token has been expired or revoked.", 50173),
        (Fault.IDLE, "Token has been expired or revoked.", 700082),
        (Fault.SECRET_EXPIRED, "The provided client secret is invalid.", 7000222),
        (Fault.ADMIN_CONSENT_NEEDED, "Token has been expired or revoked.", 65001),
        (Fault.DEVICE_BLOCKED, "Forbidden", 530035),
        (Fault.SLOW_DOWN, "Forbidden", None),
    ],
)
async def test_refusals(server: Server, fault: Fault, google: str, microsoft: int | None) -> None:
    assert fault in REFUSALS
    assert (await struck(server, fault)).json()["error_description"] == google
    server.issuer.set_mishap(CONFIDENTIAL.client_id, Mishap(fault))  # at the client: whatever the account
    token = server.issuer.mint(CONFIDENTIAL.client_id, BEN).get_secret_value()
    refused = (await server.refresh(CONFIDENTIAL, token)).json()
    assert refused["error_codes"] == ([microsoft] if microsoft else [])


async def test_dead_and_cut_off(server: Server) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="without sending"):
        await struck(server, Fault.DEAD)
    token = (await server.tokens(PUBLIC))["refresh_token"]
    server.issuer.set_mishap(BEN, Mishap(Fault.CUT_OFF, times=1))
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        await server.refresh(PUBLIC, token)
    # What was lost on its way was given out: the old token is spent.
    assert (await server.refresh(PUBLIC, token)).json()["error_codes"] == [50173]


async def test_something_else_in_place_of_an_answer(server: Server) -> None:
    html = await struck(server, Fault.HTML)
    assert html.headers["content-type"].startswith("text/html")
    redirecting = await struck(server, Fault.REDIRECTING)
    assert redirecting.status_code == 307
    await server.http.post(server.base + redirecting.headers["location"], data={})
    assert server.issuer.followed == 1
    assert len((await struck(server, Fault.FLOOD)).content) > FLOOD_OCTETS
    assert (await struck(server, Fault.NO_OBJECT)).json() == []
    with pytest.raises(UnicodeDecodeError):
        (await struck(server, Fault.NO_TEXT)).content.decode()
    assert "\x1b]52;" in (await struck(server, Fault.ESCAPES)).json()["error"]


async def test_slow(server: Server) -> None:
    token = server.issuer.mint(GOOGLE.client_id, ANN).get_secret_value()
    server.issuer.set_mishap(ANN, Mishap(Fault.SLOW))
    with pytest.raises(httpx.ReadTimeout):
        await server.http.post(
            server.urls(GOOGLE).token,
            data={
                "grant_type": "refresh_token",
                "client_id": GOOGLE.client_id,
                "client_secret": "GOCSPX-desk",
                "refresh_token": token,
            },
            timeout=0.2,
        )
    server.issuer.pace = Pace(slow=0.0)
    assert (await server.refresh(GOOGLE, token)).status_code == 200


@pytest.mark.parametrize(
    ("fault", "name", "value"),
    [
        (Fault.NO_ACCESS_TOKEN, "access_token", None),
        (Fault.NO_SCOPE, "scope", None),
        (Fault.NO_EXPIRES_IN, "expires_in", None),
        (Fault.NEGATIVE_EXPIRES_IN, "expires_in", -3_600),
        (Fault.TEXT_EXPIRES_IN, "expires_in", "3599"),
        (Fault.WORD_EXPIRES_IN, "expires_in", "soon"),
        (Fault.HUGE_EXPIRES_IN, "expires_in", 10**30),
    ],
)
async def test_spoiled_answers(server: Server, fault: Fault, name: str, value: Any) -> None:
    assert (await struck(server, fault)).json().get(name) == value


async def test_spoiled_tokens(server: Server) -> None:
    assert len((await struck(server, Fault.LONG_TOKEN)).json()["access_token"]) == 12_000
    for fault, octet in ((Fault.TOKEN_CR, "\r"), (Fault.TOKEN_LF, "\n"), (Fault.TOKEN_SOH, "\x01")):
        token = (await struck(server, fault)).json()["access_token"]
        assert octet in token[1:-1]
    server.issuer.set_mishap(BEN, Mishap(Fault.REFRESH_TOKEN_LF))
    assert "\n" in (await server.tokens(PUBLIC))["refresh_token"]
    assert {fault.value for fault in SPOILERS} <= {fault.value for fault in Fault}


async def test_no_refresh_token_and_nothing_rotates(server: Server) -> None:
    token = (await server.tokens(PUBLIC))["refresh_token"]
    server.issuer.set_mishap(BEN, Mishap(Fault.NO_REFRESH_TOKEN))
    for _ in range(2):
        got = await server.refresh(PUBLIC, token)
        assert "refresh_token" not in got.json()
        assert got.status_code == 200
    assert "refresh_token" not in await server.tokens(PUBLIC)


async def test_a_limited_grant_says_when_it_ends(server: Server) -> None:
    server.issuer.set_mishap(ANN, Mishap(Fault.LIMITED))
    got = await server.tokens(GOOGLE)
    assert got["refresh_token_expires_in"] == 3_600
    server.clock.now += 3_600
    assert (await server.refresh(GOOGLE, got["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_mishap_may_strike_refreshes_alone(server: Server) -> None:
    form = {"who": ANN, "fault": "server-error", "on": "refresh", "times": "1"}
    lever = f"{server.base}/rehearsal/fault"
    assert (await server.http.post(lever, data=form)).status_code == 200
    token = (await server.tokens(GOOGLE))["refresh_token"]
    assert [(await server.refresh(GOOGLE, token)).status_code for _ in range(2)] == [500, 200]
    await server.http.post(lever, data=form)
    await server.http.post(lever, data={"who": ANN, "fault": ""})
    assert (await server.refresh(GOOGLE, token)).status_code == 200


@pytest.mark.parametrize(
    ("lever", "form"),
    [
        ("fault", {"who": "nobody@example.com", "fault": "dead"}),
        ("fault", {"who": ANN, "fault": "what"}),
        ("fault", {"who": ANN, "fault": "dead", "times": "often"}),
        ("mint", {"client": "nobody", "who": ANN}),
        ("mint", {"client": GOOGLE.client_id, "who": ANN, "count": "1000000"}),
        ("pace", {"slow": "very"}),
        ("client", {"who": "nobody"}),
    ],
)
async def test_levers_refuse_what_they_do_not_know(server: Server, lever: str, form: dict[str, str]) -> None:
    got = await server.http.post(f"{server.base}/rehearsal/{lever}", data=form)
    assert (got.status_code, got.text[:21]) == (400, "This cannot be done: ")


async def test_the_console_page_names_everything_a_person_must_type(server: Server) -> None:
    page = (await server.http.get(server.base)).text
    for word in (GOOGLE.client_id, "GOCSPX-desk", ANN, "a public client", "rehearsal/fault"):
        assert word in page
    assert "Desk &lt;G&gt;" in page


# Bounded requests


async def raw(server: Server, sent: bytes) -> bytes:
    """What comes back for these octets until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.base.rpartition(":")[2]))
    try:
        writer.write(sent)
        return await asyncio.wait_for(reader.read(), PATIENCE_S)
    finally:
        writer.close()
        await writer.wait_closed()


async def test_requests_are_bounded(server: Server) -> None:
    head = b"POST /google/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    body = b"a" * (wire.BODY_LIMIT + 1)
    large = await raw(server, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert large.startswith(b"HTTP/1.1 413 ")
    assert (await raw(server, b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n")).startswith(b"HTTP/1.1 431 ")
    assert (await raw(server, b"line noise\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
    assert (await raw(server, b"GET / HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
    fields = b"&".join(b"f%d=1" % number for number in range(wire.FIELD_LIMIT + 1))
    many = await raw(server, head + b"Content-Length: %d\r\n\r\n" % len(fields) + fields)
    assert many.startswith(b"HTTP/1.1 400 ")


async def test_one_connection_serves_many_requests_and_ends_when_asked(server: Server) -> None:
    one = b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"HEAD /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answers = await raw(server, one + one + last)
    assert answers.count(b"HTTP/1.1 404 ") == 2
    assert answers.count(b"HTTP/1.1 405 ") == 1
    assert answers.endswith(b"\r\n\r\n")


async def test_a_body_that_waits_to_be_asked_for(server: Server) -> None:
    sent = b"POST /google/token HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
    sent += b"Connection: close\r\nContent-Length: 0\r\n"
    assert b'"error"' in await raw(server, sent + b"\r\n")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.base.rpartition(":")[2]))
    writer.write(sent.replace(b"Length: 0", b"Length: 3") + b"\r\n")
    assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S)).startswith(b"HTTP/1.1 100 ")
    writer.write(b"a=b")
    assert b"invalid" in await asyncio.wait_for(reader.read(), PATIENCE_S)
    writer.close()
    await writer.wait_closed()


async def test_other_bodies_hold_no_form(server: Server) -> None:
    got = await server.http.post(server.urls(GOOGLE).token, content=json.dumps({"grant_type": "x"}))
    assert got.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "path", ["/", "/x", "/google/x", "/microsoft/x", "/microsoft/a/b/oauth2/v2.0/token", "/rehearsal/x"]
)
async def test_there_is_nothing_elsewhere(server: Server, path: str) -> None:
    assert (await server.http.post(server.base + path)).status_code == 404


async def test_nothing_secret_is_in_a_repr(server: Server) -> None:
    request = wire.Request(
        "POST", "/", "/?code=secret", "x", wire.Fields((("a", "secret"),)), authorization="secret"
    )
    assert "secret" not in repr(request) + repr(wire.Answer(200, b"secret", (("Location", "secret"),)))
    assert "GOCSPX" not in repr(server.issuer.clients)
