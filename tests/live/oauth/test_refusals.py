"""What refusals make of a grant, and what is said of them."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from live.oauth.answers import Fault, network_refusal
from live.oauth.faults import NetworkFault
from live.oauth.http_answer import Answer
from tests.live.oauth.answering import answer, refusal_of
from tests.live.oauth.kit import PLANTED, REFRESH, SECRET, assert_silent, tokens


@pytest.mark.parametrize(
    ("provider", "data", "kind", "diagnosis"),
    [
        (
            "gmail",
            {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
            Fault.CONSENT,
            "gmail-oauth-grant-revoked",
        ),
        (
            "gmail",
            {"error": "invalid_grant", "error_description": "reauth", "error_subtype": "invalid_rapt"},
            Fault.CONSENT,
            "gmail-oauth-grant-reauth",
        ),
        (
            "gmail",
            {"error": "invalid_client", "error_description": "The provided client secret is invalid."},
            Fault.CLIENT,
            "gmail-oauth-secret-invalid",
        ),
        (
            "office365",
            {"error": "invalid_client", "error_description": "…", "error_codes": [7000222]},
            Fault.CLIENT,
            "o365-aadsts-7000222",
        ),
        (
            "office365",
            {"error": "invalid_grant", "error_description": "AADSTS700082: The refresh token has expired"},
            Fault.CONSENT,
            "o365-aadsts-700082",
        ),
        ("custom", {"error": "invalid_grant"}, Fault.CONSENT, "any-oauth-invalid-grant"),
        ("custom", {"error": "invalid_scope"}, Fault.CLIENT, "any-oauth-invalid-scope"),
        ("custom", {"error": "expired_token"}, Fault.CONSENT, "any-oauth-expired-token"),
        ("custom", {"error": "temporarily_unavailable"}, Fault.PASSING, "any-oauth-temporarily-unavailable"),
        ("custom", {"error": "slow_down"}, Fault.PASSING, "any-oauth-slow-down"),
        ("custom", {"error": "never_heard_of"}, Fault.PASSING, "unknown-oauth"),
    ],
)
def test_what_a_refusal_makes_of_a_grant(
    provider: str, data: dict[str, Any], kind: Fault, diagnosis: str
) -> None:
    refused = refusal_of(answer(data, 400), provider)
    assert (refused.kind, refused.diagnosis) == (kind, diagnosis)
    assert refused.words.startswith(f"HTTP 400 {data['error']}")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
def test_a_busy_server_says_nothing_definite(status: int) -> None:
    refused = refusal_of(answer({"error": "invalid_grant"}, status, retry_after="30"))
    assert refused.kind is Fault.PASSING
    assert refused.retry_after == 30


def test_an_error_in_a_good_status_is_one() -> None:
    assert refusal_of(answer(tokens(error="invalid_grant"))).kind is Fault.CONSENT


@pytest.mark.parametrize(
    ("given_answer", "words", "diagnosis"),
    [
        (
            answer(text="<html><title>Sign in\n to the network</title>", status=200),
            "HTTP 200 OK: a web page (Sign in to the network) instead of an answer.",
            "any-oauth-html-answer",
        ),
        (
            answer(text="  <!DOCTYPE html><p>no", status=502),
            "HTTP 502 Bad Gateway: a web page instead of an answer.",
            "any-oauth-http-5xx",
        ),
        (
            answer(text="", status=302, location="https://portal.example.com/login?code=planted"),
            "HTTP 302 Found: the URL leads elsewhere (portal.example.com), where nothing is sent.",
            "any-oauth-token-url-redirects",
        ),
        (
            answer(text="", status=307, location="https://who:planted@portal.example.com/"),
            "HTTP 307 Temporary Redirect: the URL leads elsewhere, where nothing is sent.",
            "any-oauth-token-url-redirects",
        ),
        (answer(text="", status=404), "HTTP 404 Not Found", "any-oauth-http-404"),
        (answer({"message": "No such path"}, 404), "HTTP 404 Not Found: No such path", "any-oauth-http-404"),
        (answer(text="busy", status=503), "HTTP 503 Service Unavailable", "any-oauth-http-5xx"),
        (answer(text="", status=429), "HTTP 429 Too Many Requests", "any-oauth-http-429"),
        (
            answer({"error": {"code": 503, "message": "Try later", "status": "UNAVAILABLE"}}, 503),
            "HTTP 503 UNAVAILABLE: Try later",
            "any-oauth-http-5xx",
        ),
        (
            answer(text="[]"),
            "HTTP 200 OK: 2 characters that are no token answer.",
            "any-oauth-answer-not-json",
        ),
        (answer(text="", status=599), "HTTP 599", "any-oauth-http-5xx"),
    ],
)
def test_what_is_no_oauth_answer_passes(given_answer: Answer, words: str, diagnosis: str) -> None:
    refused = refusal_of(given_answer)
    assert (refused.kind, refused.words) == (Fault.PASSING, words)
    assert refused.diagnosis == diagnosis or words.startswith("HTTP 503 UNAVAILABLE")


def test_an_answer_that_was_cut_off_by_its_length_shows_none_of_its_token() -> None:
    refusal_of(answer(text=json.dumps(tokens())[:-20]))


def test_a_server_that_repeats_what_was_sent_is_not_repeated() -> None:
    repeated = f"You sent {REFRESH.get_secret_value()} and client_secret={SECRET.get_secret_value()}"
    for status in (400, 500):
        refusal_of(answer({"error": "invalid_grant", "error_description": repeated}, status))
        refusal_of(
            answer({"error": REFRESH.get_secret_value(), "trace_id": SECRET.get_secret_value()}, status)
        )
        refusal_of(answer({"message": repeated}, status))
        refusal_of(answer(text=f"<title>{repeated}</title>", status=status))


def test_words_without_measure_cost_little() -> None:
    began = time.perf_counter()
    endless = "planted-word/" * 20_000
    refused = refusal_of(answer({"error": endless, "error_description": endless, "trace_id": endless}, 400))
    assert len(refused.references) < 200
    assert time.perf_counter() - began < 5  # under load; it takes 0.1 s


def test_the_ids_for_the_providers_support_are_kept() -> None:
    said = {
        "error": "invalid_grant",
        "trace_id": "255d1aef-8c98-452f-ac51-23d051240864",
        "correlation_id": "fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7",
        "timestamp": "2026-11-24 12:41:27Z",
    }
    assert refusal_of(answer(said, 400)).references == (
        "trace 255d1aef-8c98-452f-ac51-23d051240864, "
        "correlation fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7, at 2026-11-24 12:41:27Z"
    )
    page = answer(text="<p>", status=502, x_ms_request_id="1f2e")
    assert refusal_of(page).references == "trace 1f2e"
    assert refusal_of(answer({"error": "x", "trace_id": ["no"], "timestamp": 7}, 400)).references == ""


def test_a_fault_of_the_network_passes_but_for_a_url_that_nothing_is_sent_to() -> None:
    fault = NetworkFault("No connection.", "ConnectionRefusedError: [Errno 111] Connection refused")
    fault.ms = 3
    refused = network_refusal(fault, "gmail")
    assert (refused.kind, refused.diagnosis, refused.ms) == (Fault.PASSING, "any-oauth-refused", 3)
    plain = NetworkFault("Plain.", "condition:oauth_plain_http", edit=True)
    assert network_refusal(plain, "any").kind is Fault.CLIENT


@pytest.mark.parametrize(
    ("condition", "diagnosis"),
    [
        ("oauth_bad_url", "any-oauth-bad-url"),
        ("oauth_plain_http", "any-oauth-plain-http"),
        ("oauth_bad_proxy", "any-oauth-bad-proxy"),
        ("oauth_proxy_refused", "any-oauth-http-407"),
        ("oauth_timed_out", "any-oauth-timeout"),
        ("oauth_answer_too_long", "any-oauth-answer-too-long"),
        ("oauth_cut_off", "any-oauth-cut-off"),
        ("oauth_no_answer", "any-oauth-cut-off"),
        ("oauth_not_http", "any-oauth-not-http"),
    ],
)
def test_every_finding_has_its_entry(condition: str, diagnosis: str) -> None:
    assert network_refusal(NetworkFault(".", f"condition:{condition}"), "custom").diagnosis == diagnosis


def test_planted_secrets_are_what_they_are() -> None:
    with pytest.raises(AssertionError):
        assert_silent(f"…{PLANTED[0].get_secret_value()}…")
