"""The rehearsal's authorization server: refreshing, rotation and re-use, revocation, and counted uses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from live.rehearsal.authorization.issuer import Pace
from live.rehearsal.authorization.registry import GOOGLE_MAIL, OFFLINE, SMTP_SEND
from tests.live.authorization_kit import ANN, BEN, CONFIDENTIAL, GOOGLE, GOOGLE_WEB, PUBLIC, Server, running

IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
GRAPH = "https://graph.microsoft.com/Mail.Send"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running() as made:
        yield made


async def test_google_does_not_rotate(server: Server) -> None:
    first = await server.tokens(GOOGLE)
    for _ in range(3):
        got = (await server.refresh(GOOGLE, first["refresh_token"])).json()
        assert "refresh_token" not in got
        assert got["access_token"] != first["access_token"]
    assert server.issuer.book.uses_of(SecretStr(first["refresh_token"])) == 3


async def test_an_access_token_ends(server: Server) -> None:
    for client, mailbox, life in ((GOOGLE, ANN, 120), (PUBLIC, BEN, 90)):
        token = (await server.tokens(client))["access_token"]
        server.clock.now += life - 1
        assert server.judge(mailbox, token) == "good"
        server.clock.now += 1
        assert server.judge(mailbox, token) == "bad"
    assert server.judge(ANN, "what nobody gave out") == "unknown"


async def test_microsoft_rotates_and_a_second_use_ends_the_family(server: Server) -> None:
    first = await server.tokens(PUBLIC)
    second = (await server.refresh(PUBLIC, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    third = (await server.refresh(PUBLIC, second["refresh_token"])).json()
    refused = (await server.refresh(PUBLIC, first["refresh_token"])).json()
    assert (refused["error"], refused["error_codes"]) == ("invalid_grant", [50173])
    for newer in (second, third):
        assert (await server.refresh(PUBLIC, newer["refresh_token"])).json()["error_codes"] == [50173]
        assert server.judge(BEN, newer["access_token"]) == "bad"
    assert "refresh_token" in await server.tokens(PUBLIC)


async def test_within_the_grace_a_rotated_token_serves_again(server: Server) -> None:
    server.issuer.pace = Pace(reuse_grace=30)
    first = await server.tokens(PUBLIC)
    second = (await server.refresh(PUBLIC, first["refresh_token"])).json()
    server.clock.now += 29
    again = (await server.refresh(PUBLIC, first["refresh_token"])).json()
    assert again["refresh_token"] not in (first["refresh_token"], second["refresh_token"])
    assert (await server.refresh(PUBLIC, second["refresh_token"])).status_code == 200
    server.clock.now += 1
    assert (await server.refresh(PUBLIC, first["refresh_token"])).json()["error_codes"] == [50173]


async def test_two_at_once_and_one_of_them_loses(server: Server) -> None:
    first = await server.tokens(PUBLIC)
    answers = await asyncio.gather(*(server.refresh(PUBLIC, first["refresh_token"]) for _ in range(2)))
    assert sorted(got.status_code for got in answers) == [200, 400]


async def test_a_refresh_token_is_its_clients_own(server: Server) -> None:
    google = (await server.tokens(GOOGLE))["refresh_token"]
    refused = await server.refresh(GOOGLE_WEB, google)
    assert (refused.status_code, refused.json()["error"]) == (401, "unauthorized_client")
    microsoft = (await server.tokens(PUBLIC))["refresh_token"]
    assert (await server.refresh(CONFIDENTIAL, microsoft)).json()["error"] == "invalid_grant"
    assert (await server.refresh(GOOGLE, "x")).json()["error_description"] == "Bad Request"
    assert (await server.refresh(PUBLIC, "x")).json()["error_codes"] == [9002313]
    assert (await server.refresh(PUBLIC, microsoft)).status_code == 200


async def test_a_token_that_lay_idle(server: Server) -> None:
    for client, words in ((GOOGLE, "Token has been expired or revoked."), (PUBLIC, "AADSTS700082")):
        token = (await server.tokens(client))["refresh_token"]
        server.clock.now += server.issuer.pace.idle
        assert words in (await server.refresh(client, token)).json()["error_description"]


async def test_a_single_page_applications_token_ends_after_a_day_and_needs_a_browser(server: Server) -> None:
    spa = replace(PUBLIC, kind="spa")
    server.issuer.clients[PUBLIC.client_id] = spa
    code = await server.code(spa)
    assert (await server.redeem(spa, code)).json()["error_codes"] == [9002327]
    server.http.headers["Origin"] = "http://127.0.0.1:8400"
    token = (await server.redeem(spa, code)).json()["refresh_token"]
    server.clock.now += 43_200
    token = (await server.refresh(spa, token)).json()["refresh_token"]
    server.clock.now += 43_200
    assert (await server.refresh(spa, token)).json()["error_codes"] == [700084]


async def test_microsofts_token_is_for_one_resource_and_what_was_granted(server: Server) -> None:
    scope = f"{SMTP_SEND} {IMAP} {GRAPH} {OFFLINE}"
    refused = await server.redeem(PUBLIC, await server.code(PUBLIC, scope=scope))
    assert refused.json()["error_codes"] == [70011]
    got = (await server.redeem(PUBLIC, await server.code(PUBLIC, scope=scope), scope=SMTP_SEND)).json()
    assert got["scope"] == SMTP_SEND
    graph = (await server.refresh(PUBLIC, got["refresh_token"], scope=GRAPH)).json()
    assert graph["scope"] == GRAPH
    assert server.judge(BEN, graph["access_token"]) == "bad"
    narrow = await server.tokens(PUBLIC)
    refused = await server.refresh(PUBLIC, narrow["refresh_token"], scope=IMAP)
    assert refused.json()["error_codes"] == [70000]
    refused = await server.refresh(
        PUBLIC, narrow["refresh_token"], scope="https://outlook.office.com/SMTP.Sent"
    )
    assert refused.json()["error_codes"] == [70011]
    assert server.issuer.book.uses_of(SecretStr(narrow["refresh_token"])) == 0


async def test_revocation_takes_the_whole_grant_along(server: Server) -> None:
    for kind in ("access_token", "refresh_token"):
        got = await server.tokens(GOOGLE)
        url = server.urls(GOOGLE).revocation
        done = await server.http.post(url, data={"token": got[kind]})
        assert (done.status_code, done.json()) == (200, {})
        assert server.judge(ANN, got["access_token"]) == "bad"
        refused = (await server.refresh(GOOGLE, got["refresh_token"])).json()
        assert refused["error_description"] == "Token has been expired or revoked."
        again = await server.http.post(url, data={"token": got[kind]})
        assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


async def test_a_changed_password_ends_every_grant_of_the_account(server: Server) -> None:
    got = [await server.tokens(client) for client in (PUBLIC, CONFIDENTIAL)]
    assert server.issuer.revoke(BEN.upper(), PUBLIC.client_id) == 1
    assert server.issuer.revoke(BEN) == 1
    for client, tokens in zip((PUBLIC, CONFIDENTIAL), got, strict=True):
        refused = (await server.refresh(client, tokens["refresh_token"])).json()
        assert (refused["error"], refused["error_codes"]) == ("invalid_grant", [50173])


async def test_thousands_are_minted_and_their_uses_counted(server: Server) -> None:
    form = {"client": PUBLIC.client_id, "who": BEN, "count": "2000"}
    minted = (await server.http.post(f"{server.base}/rehearsal/mint", data=form)).json()["refresh_tokens"]
    assert len(set(minted)) == 2_000
    for token in minted[:3]:
        got = (await server.refresh(PUBLIC, token)).json()
        assert got["scope"] == SMTP_SEND
    await server.refresh(PUBLIC, minted[0])
    uses = (await server.http.get(f"{server.base}/rehearsal/uses")).json()
    assert uses == {"tokens": 2_003, "unused": 2_000, "once": 2, "more": 1, "dead": 2}
    google = server.issuer.mint(GOOGLE.client_id, ANN)
    assert (await server.refresh(GOOGLE, google.get_secret_value())).json()["scope"] == GOOGLE_MAIL


async def test_the_token_endpoint_takes_the_time_it_is_told_to(server: Server) -> None:
    pace = await server.http.post(f"{server.base}/rehearsal/pace", data={"token_delay": "0.05"})
    assert pace.json()["token_delay"] == 0.05
    tokens = [server.issuer.mint(PUBLIC.client_id, BEN).get_secret_value() for _ in range(40)]
    loop = asyncio.get_running_loop()
    began = loop.time()
    answers = await asyncio.gather(*(server.refresh(PUBLIC, token) for token in tokens))
    assert {got.status_code for got in answers} == {200}
    assert 0.05 <= loop.time() - began < 40 * 0.05  # side by side
