"""The rehearsal's authorization server over real sockets: codes, from the consent page to the token."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from live.rehearsal.authorization.consent import ConsentError, consent
from live.rehearsal.authorization.faults import Fault, Mishap
from live.rehearsal.authorization.registry import GOOGLE_MAIL, SMTP_SEND, TENANT, Client
from tests.live.authorization_kit import (
    ANN,
    BEN,
    CAT,
    CONFIDENTIAL,
    GOOGLE,
    GOOGLE_WEB,
    OWNER,
    PUBLIC,
    REDIRECT,
    Server,
    answer,
    running,
)

BOTH = pytest.mark.parametrize("client", [GOOGLE, PUBLIC], ids=["google", "microsoft"])


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running() as made:
        yield made


@BOTH
async def test_the_page_shows_who_asks_for_what_and_needs_no_script(server: Server, client: Client) -> None:
    shown = await server.http.get(server.url(client, login_hint=OWNER[client.dialect]))
    assert shown.status_code == 200
    assert f'value="{OWNER[client.dialect]}" checked' in shown.text
    assert client.name.replace("<", "&lt;").replace(">", "&gt;") in shown.text
    assert shown.text.count('type="checkbox"') == (1 if client is GOOGLE else 2)
    assert "<script" not in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"


async def test_google_answers_with_code_state_and_issuer(server: Server) -> None:
    location = await consent(server.url(GOOGLE, state="a b&c"), account=ANN)
    assert location.startswith(REDIRECT + "?")
    told = answer(location)
    assert (told["state"], told["iss"]) == ("a b&c", "https://accounts.google.com")
    got = (await server.redeem(GOOGLE, told["code"])).json()
    assert got.keys() == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
    assert (got["expires_in"], got["scope"], got["token_type"]) == (120, GOOGLE_MAIL, "Bearer")
    assert got["access_token"].startswith("ya29.")
    assert server.judge(ANN.upper(), got["access_token"]) == "good"
    assert server.judge(CAT, got["access_token"]) == "bad"


async def test_microsoft_answers_without_issuer_and_never_tells_offline_access(server: Server) -> None:
    told = answer(await consent(server.url(PUBLIC), account=BEN))
    assert told.keys() == {"code", "state", "session_state"}
    got = (await server.redeem(PUBLIC, told["code"])).json()
    assert (got["expires_in"], got["ext_expires_in"], got["scope"]) == (90, 90, SMTP_SEND)
    assert len(got["access_token"]) > 512  # fits on no command line of SMTP
    for mailbox, worth in ((BEN, "good"), ("shared@example.org", "good"), (ANN, "bad")):
        assert server.judge(mailbox, got["access_token"]) == worth


@BOTH
async def test_a_refresh_token_comes_only_where_it_was_asked_for(server: Server, client: Client) -> None:
    without = {"access_type": "online"} if client is GOOGLE else {"scope": SMTP_SEND}
    assert "refresh_token" not in await server.tokens(client, **without)


async def test_google_gives_a_refresh_token_on_the_first_consent_or_when_asked_again(server: Server) -> None:
    assert "refresh_token" in await server.tokens(GOOGLE)
    page = await server.http.get(server.url(GOOGLE, login_hint=ANN))
    assert "checkbox" not in page.text
    assert "refresh_token" not in await server.tokens(GOOGLE)
    assert "refresh_token" in await server.tokens(GOOGLE, prompt="consent")
    server.issuer.revoke(ANN)
    assert "refresh_token" in await server.tokens(GOOGLE)


async def test_the_101st_refresh_token_silently_ends_the_first(server: Server) -> None:
    tokens = [(await server.tokens(GOOGLE, prompt="consent"))["refresh_token"]]
    tokens += [server.issuer.mint(GOOGLE.client_id, ANN).get_secret_value() for _ in range(99)]
    assert (await server.refresh(GOOGLE, tokens[0])).status_code == 200
    await server.tokens(GOOGLE, prompt="consent")
    refused = await server.refresh(GOOGLE, tokens[0])
    assert refused.json()["error_description"] == "Token has been expired or revoked."
    assert (await server.refresh(GOOGLE, tokens[1])).status_code == 200


@BOTH
async def test_deny_goes_back_to_the_redirect(server: Server, client: Client) -> None:
    told = answer(await consent(server.url(client), account=OWNER[client.dialect], deny=True))
    assert (told["error"], told["state"]) == ("access_denied", "the state")
    assert ("AADSTS65004" in told.get("error_description", "")) == (client is PUBLIC)


async def test_an_unticked_box_leaves_its_scope_out(server: Server) -> None:
    url = server.url(GOOGLE, scope=f"email {GOOGLE_MAIL}")
    told = answer(await consent(url, account=ANN, untick=[GOOGLE_MAIL]))
    got = (await server.redeem(GOOGLE, told["code"])).json()
    assert got["scope"] == "email"
    assert server.judge(ANN, got["access_token"]) == "bad"
    told = answer(await consent(server.url(GOOGLE, prompt="consent"), account=ANN, untick=[GOOGLE_MAIL]))
    got = (await server.redeem(GOOGLE, told["code"])).json()
    assert got["scope"] == "openid https://www.googleapis.com/auth/userinfo.email"
    told = answer(await consent(server.url(PUBLIC), account=BEN, untick=[SMTP_SEND]))
    assert told["error"] == "access_denied"


@BOTH
@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://127.0.0.1:1/callback",
        "http://localhost:65000",
        "http://127.0.0.1/callback",
    ],
)
async def test_the_port_of_a_loopback_redirect_is_free(
    server: Server, client: Client, redirect_uri: str
) -> None:
    location = await consent(server.url(client, redirect_uri=redirect_uri), account=OWNER[client.dialect])
    start = redirect_uri if redirect_uri.endswith("/callback") else redirect_uri + "/"
    assert location.startswith(start + "?")
    code = answer(location)["code"]
    assert (await server.redeem(client, code, redirect_uri=redirect_uri)).status_code == 200


@pytest.mark.parametrize(
    ("client", "redirect_uri"),
    [
        (GOOGLE, "https://127.0.0.1/callback"),
        (GOOGLE, "http://127.0.0.1.example.net/callback"),
        (GOOGLE, "http://example.net@127.0.0.1/callback"),
        (GOOGLE, "http://127.0.0.1:99999/callback"),
        (GOOGLE, "http://127.0.0.1/callback#fragment"),
        (GOOGLE, "urn:ietf:wg:oauth:2.0:oob"),
        (GOOGLE, ""),
        (GOOGLE_WEB, "https://desk.example.net/callback/"),
        (GOOGLE_WEB, "http://127.0.0.1:8400/callback"),
        (PUBLIC, "http://127.0.0.1:8400/callback/"),
        (PUBLIC, "http://127.0.0.1:8400/Callback"),
        (PUBLIC, "http://[::1]:8400/callback"),
        (PUBLIC, "https://localhost:8400/"),
    ],
)
async def test_any_other_redirect_is_answered_on_the_page(
    server: Server, client: Client, redirect_uri: str
) -> None:
    with pytest.raises(ConsentError, match="AADSTS50011" if client is PUBLIC else "redirect_uri_mismatch"):
        await consent(server.url(client, redirect_uri=redirect_uri), account=OWNER[client.dialect])


@pytest.mark.parametrize(
    ("changed", "google", "microsoft"),
    [
        ({"response_type": "token"}, "unsupported_response_type", "unsupported_response_type"),
        ({"scope": ""}, "Missing required parameter: scope", "AADSTS900144"),
        ({"scope": "https://mail.google.com"}, "invalid_scope", "AADSTS70011"),
        ({"code_challenge": ""}, "Missing required parameter: code_challenge", "AADSTS9002325"),
        ({"code_challenge_method": "plain"}, "code_challenge_method", "AADSTS9002313"),
        ({"prompt": "select_account consent login"}, "prompt", "AADSTS90023"),
        ({"code_challenge": "short"}, "code_challenge_method", "AADSTS9002313"),
    ],
)
async def test_a_bad_request_is_told_on_googles_page_and_at_microsofts_redirect(
    server: Server, changed: dict[str, str], google: str, microsoft: str
) -> None:
    with pytest.raises(ConsentError, match=google):
        await consent(server.url(GOOGLE, **changed), account=ANN)
    shown = await server.http.get(server.url(PUBLIC, **changed))
    assert shown.status_code == 302
    told = answer(shown.headers["location"])
    assert told["state"] == "the state"
    assert microsoft in f"{told['error']} {told['error_description']}"


async def test_a_confidential_client_may_leave_pkce_out(server: Server) -> None:
    without = {"code_challenge": "", "code_challenge_method": ""}
    code = await server.code(CONFIDENTIAL, **without)
    assert (await server.redeem(CONFIDENTIAL, code, code_verifier="")).status_code == 200


@pytest.mark.parametrize(
    ("changed", "page"),
    [
        ({"client_id": "nobody"}, "AADSTS700016"),
        ({"tenant": "nowhere.example.net"}, "AADSTS90002"),
        ({"tenant": "common"}, "AADSTS50194"),
        ({"tenant": "99999999-2222-4333-8444-555555555555"}, "AADSTS700016"),
    ],
)
async def test_microsofts_tenants_and_clients(server: Server, changed: dict[str, str], page: str) -> None:
    with pytest.raises(ConsentError, match=page):
        await consent(server.url(PUBLIC, **changed), account=BEN)


async def test_a_tenant_may_be_named_by_its_domain_and_the_code_stays_with_it(server: Server) -> None:
    code = await server.code(PUBLIC, tenant="example.org")
    assert (await server.redeem(PUBLIC, code)).status_code == 200
    code = await server.code(CONFIDENTIAL, tenant="organizations")
    refused = await server.post(
        CONFIDENTIAL, "authorization_code", code=code, redirect_uri=REDIRECT, tenant=TENANT
    )
    assert refused.json()["error_codes"] == [700005]


async def test_a_person_of_another_tenant_or_nobody(server: Server) -> None:
    with pytest.raises(ConsentError, match=r"AADSTS50020.*eve@foreign"):
        await consent(server.url(PUBLIC), account="eve@foreign.example.org")
    with pytest.raises(ConsentError, match="AADSTS50034"):
        await consent(server.url(PUBLIC), account="nobody@example.org")
    with pytest.raises(ConsentError, match="Google Account"):
        await consent(server.url(GOOGLE), account=BEN)


async def test_a_project_in_testing_lets_its_test_users_in_and_ends_after_a_week(server: Server) -> None:
    server.issuer.clients[GOOGLE.client_id] = replace(GOOGLE, test_users=(ANN,))
    with pytest.raises(ConsentError, match=r"403.*has not completed the Google verification process"):
        await consent(server.url(GOOGLE), account=CAT)
    refresh_token = (await server.tokens(GOOGLE))["refresh_token"]
    server.clock.now += 7 * 86_400 - 1
    assert (await server.refresh(GOOGLE, refresh_token)).status_code == 200
    server.clock.now += 1
    refused = await server.refresh(GOOGLE, refresh_token)
    assert refused.json() == {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }


async def test_user_consent_that_is_off_breaks_only_with_prompt_consent(server: Server) -> None:
    server.issuer.set_mishap(BEN, Mishap(Fault.USER_CONSENT_OFF))
    told = answer(await consent(server.url(PUBLIC, prompt="consent"), account=BEN))
    assert told["error"] == "consent_required"
    assert told["error_description"].startswith("AADSTS90094: ")
    assert "refresh_token" in await server.tokens(PUBLIC)


async def test_an_administrators_consent_mends_what_a_person_may_not_allow(server: Server) -> None:
    refresh_token = (await server.tokens(PUBLIC))["refresh_token"]
    server.issuer.set_mishap(BEN, Mishap(Fault.ADMIN_CONSENT_NEEDED))
    told = answer(await consent(server.url(PUBLIC, prompt="consent"), account=BEN))
    assert (told["error"], told["error_description"][:11]) == ("consent_required", "AADSTS65001")
    refused = (await server.refresh(PUBLIC, refresh_token)).json()
    assert (refused["error"], refused["error_codes"]) == ("invalid_grant", [65001])
    assert refused["suberror"] == "consent_required"
    form = {"client": PUBLIC.client_id, "tenant": TENANT}
    assert (await server.http.post(f"{server.base}/rehearsal/admin-consent", data=form)).status_code == 200
    assert (await server.refresh(PUBLIC, refresh_token)).status_code == 200
    assert "refresh_token" in await server.tokens(PUBLIC, prompt="consent")


async def test_the_browser_of_somebody_else_signs_in_somebody_else(server: Server) -> None:
    server.issuer.set_mishap(ANN, Mishap(Fault.WRONG_ACCOUNT))
    page = await server.http.get(server.url(GOOGLE, login_hint=ANN))
    assert CAT in page.text
    assert f'value="{ANN}"' not in page.text
    got = await server.tokens(GOOGLE)
    assert (server.judge(ANN, got["access_token"]), server.judge(CAT, got["access_token"])) == ("bad", "good")
    assert re.search(r'href="[^"]*use_another=1"', page.text)
    chosen = await server.tokens(GOOGLE, use_another="1", prompt="select_account consent")
    assert server.judge(ANN, chosen["access_token"]) == "good"


async def test_redirects_with_a_foreign_state_or_issuer(server: Server) -> None:
    server.issuer.set_mishap(ANN, Mishap(Fault.WRONG_STATE, times=1))
    assert answer(await consent(server.url(GOOGLE), account=ANN))["state"] != "the state"
    assert answer(await consent(server.url(GOOGLE), account=ANN))["state"] == "the state"
    server.issuer.set_mishap(ANN, Mishap(Fault.WRONG_ISSUER))
    assert answer(await consent(server.url(GOOGLE), account=ANN))["iss"] == "https://example.net"
    server.issuer.set_mishap(BEN, Mishap(Fault.REDIRECT_SERVER_ERROR))
    assert answer(await consent(server.url(PUBLIC), account=BEN)) == {
        "state": "the state",
        "error": "server_error",
    }


async def test_the_mail_box_may_come_empty(server: Server) -> None:
    server.issuer.set_mishap(ANN, Mishap(Fault.BOX_UNTICKED))
    page = await server.http.get(server.url(GOOGLE, login_hint=ANN, scope=f"email {GOOGLE_MAIL}"))
    assert re.search(rf'value="{GOOGLE_MAIL}">', page.text)
    assert re.search(r'value="email" checked>', page.text)
    got = await server.tokens(GOOGLE, login_hint=ANN)
    assert GOOGLE_MAIL not in got["scope"]
