"""Diagnosis of OAuth: every way to say a thing finds its entry, and what an entry makes of a grant."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live import diagnosis
from live.diagnosis import (
    Diagnosis,
    Effect,
    OAuthWords,
    Stage,
    WhoActs,
    all_diagnoses,
    book,
    by_id,
    diagnose,
    diagnose_oauth,
    words_of,
)

ENTRIES = [entry for entry in all_diagnoses() if entry.stage is Stage.OAUTH]
RAW: list[dict[str, Any]] = [
    raw
    for raw in json.loads(resources.files("live").joinpath("diagnoses.json").read_text("utf-8"))
    if raw["stage"] == "oauth"
]
RULES = [raw for raw in RAW if raw["match"]]

KNOWN_FROM_PROVIDERS = [
    "gmail-oauth-not-test-user", "gmail-oauth-client-not-found", "gmail-oauth-secret-invalid",
    "gmail-oauth-client-secret-missing", "gmail-oauth-device-scope", "gmail-oauth-oob-removed",
    "gmail-oauth-grant-revoked", "gmail-oauth-grant-reauth", "gmail-oauth-grant-deleted-account",
    "gmail-oauth-code-malformed", "gmail-oauth-grant-bad-request", "gmail-oauth-user-cancelled",
    "gmail-oauth-admin-policy", "gmail-oauth-org-internal", "gmail-oauth-redirect-mismatch",
    "gmail-oauth-client-deleted", "gmail-oauth-client-disabled", "gmail-oauth-unauthorized-client",
    "gmail-oauth-scope-invalid", "gmail-oauth-grant-other", "gmail-oauth-no-refresh-token",
    "gmail-oauth-scope-not-granted", "gmail-oauth-disallowed-useragent", "o365-aadsts-65001",
    "o365-aadsts-65004", "o365-aadsts-90094", "o365-aadsts-90095", "o365-aadsts-90099", "o365-aadsts-50011",
    "o365-aadsts-700016", "o365-aadsts-700011", "o365-aadsts-7000215", "o365-aadsts-7000222",
    "o365-aadsts-7000218", "o365-aadsts-700025", "o365-aadsts-70002", "o365-aadsts-7000112",
    "o365-aadsts-70001", "o365-aadsts-700082", "o365-aadsts-700084", "o365-aadsts-9002327",
    "o365-aadsts-50173", "o365-aadsts-70008", "o365-aadsts-70043", "o365-aadsts-70000", "o365-aadsts-54005",
    "o365-aadsts-501481", "o365-aadsts-700005", "o365-aadsts-70011", "o365-aadsts-28002",
    "o365-aadsts-900144", "o365-aadsts-9002313", "o365-aadsts-90002", "o365-aadsts-50194",
    "o365-aadsts-9001023", "o365-aadsts-50020", "o365-aadsts-16000", "o365-aadsts-50034",
    "o365-aadsts-50126", "o365-aadsts-50053", "o365-aadsts-50055", "o365-aadsts-50056", "o365-aadsts-50057",
    "o365-aadsts-50076", "o365-aadsts-50079", "o365-aadsts-50074", "o365-aadsts-50158", "o365-aadsts-53003",
    "o365-aadsts-53000", "o365-aadsts-530032", "o365-aadsts-530035", "o365-aadsts-50105",
    "o365-aadsts-500011", "o365-aadsts-650052", "o365-aadsts-650056", "o365-aadsts-650057",
    "o365-aadsts-901002", "o365-aadsts-50196", "o365-aadsts-70016", "o365-aadsts-70018",
    "o365-aadsts-70019", "o365-aadsts-90055", "o365-aadsts-90033", "o365-oauth-consent-server-error",
    "o365-oauth-no-refresh-token", "any-oauth-pending", "any-oauth-slow-down", "any-oauth-expired-token",
    "any-oauth-declined", "any-oauth-state-mismatch", "any-oauth-iss-mismatch",
    "any-oauth-temporarily-unavailable",
]  # fmt: skip

FOUND_BY_THE_PROGRAM = [
    "no_refresh_token", "scope_missing", "wrong_account", "state_unknown", "state_ended", "state_used",
    "iss_mismatch", "redirect_timeout", "no_access_token", "plain_http", "token_url_redirects", "html_answer",
    "answer_too_long", "bad_token", "bad_expires_in", "clock_off", "device_code_ended", "service_account_key",
    "client_missing", "client_secret_missing", "vault_locked", "other_client",
]  # fmt: skip


def providers_of(entry: Diagnosis) -> tuple[str, ...]:
    return ("custom", "any") if entry.provider == "any" else (entry.provider,)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_every_known_answer_of_a_provider_is_covered() -> None:
    assert set(KNOWN_FROM_PROVIDERS) <= {entry.id for entry in ENTRIES}
    assert len(KNOWN_FROM_PROVIDERS) == 92


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_each_example_finds_its_own_entry(entry: Diagnosis) -> None:
    for provider in providers_of(entry):
        assert diagnose_oauth(provider, words_of(entry.example)) == entry


@pytest.mark.parametrize("raw", RULES, ids=lambda raw: raw["id"])
def test_each_alternative_of_a_match_finds_its_entry(raw: dict[str, Any]) -> None:
    entry, match = by_id(raw["id"]), raw["match"]
    for error in listed(match.get("oauth_error", "")):
        for number in listed(match.get("aadsts", 0)):
            for text in listed(match.get("text_contains", "")):
                found = text.startswith("condition:")
                words = OAuthWords(
                    error=error.upper(),
                    description="" if found else f"so: {text.upper()}!",
                    aadsts=(number,) if number else (),
                    text=text if found else "",
                )
                assert diagnose_oauth(providers_of(entry)[0], words) == entry, words
                if number:
                    described = OAuthWords("invalid_grant", f"AADSTS{number}: x. Trace ID: 1")
                    assert diagnose_oauth("office365", described) == entry


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_what_an_entry_makes_of_a_grant_fits_the_rest_of_it(entry: Diagnosis) -> None:
    assert entry.effect in get_args(Effect)
    if entry.effect in ("consent", "client"):
        assert not entry.again, "a definite answer stays as it is until somebody acts"
        assert entry.who is not WhoActs.NOBODY
    if entry.who is WhoActs.NOBODY:
        assert entry.effect == "passing"
    assert all(len(step) <= 260 for step in entry.fix)
    assert not entry.cause.startswith("AADSTS"), "the number is in the answer; the cause is in words"


def test_no_entry_of_smtp_says_anything_of_a_grant_but_the_locked_vault() -> None:
    others = [entry.id for entry in all_diagnoses() if entry.effect and entry.stage is not Stage.OAUTH]
    assert others == ["any-auth-vault-locked"]


@pytest.mark.parametrize(
    ("effect", "provider", "words"),
    [
        ("consent", "gmail", OAuthWords("invalid_grant", "Token has been expired or revoked.")),
        ("consent", "office365", OAuthWords("invalid_grant", aadsts=(700082,))),
        ("consent", "custom", OAuthWords("invalid_grant")),
        ("consent", "office365", OAuthWords("consent_required", aadsts=(90094,))),
        ("consent", "office365", OAuthWords("access_denied", aadsts=(90094,))),
        ("client", "office365", OAuthWords("invalid_client", aadsts=(7000222,))),
        ("client", "office365", OAuthWords("unauthorized_client", aadsts=(700016,))),
        ("client", "gmail", OAuthWords("unauthorized_client", "Unauthorized")),
        ("client", "gmail", OAuthWords("redirect_uri_mismatch")),
        ("client", "custom", OAuthWords("invalid_client")),
        ("passing", "custom", OAuthWords("temporarily_unavailable")),
        ("passing", "office365", OAuthWords("invalid_grant", aadsts=(90033,))),
        ("passing", "office365", OAuthWords("invalid_client", aadsts=(90055,))),
        ("passing", "office365", OAuthWords("invalid_request", aadsts=(50196,))),
        ("passing", "gmail", OAuthWords(text="HTTP 503 <html>Sorry</html>")),
        ("passing", "gmail", OAuthWords(text="ConnectionResetError: [Errno 104] Connection reset by peer")),
        ("passing", "gmail", OAuthWords("a_word_of_next_year")),
        ("passing", "gmail", OAuthWords()),
        ("", "gmail", OAuthWords.found("state_used")),
    ],
)
def test_what_answers_make_of_a_grant(effect: str, provider: str, words: OAuthWords) -> None:
    assert diagnose_oauth(provider, words).effect == effect


@pytest.mark.parametrize("number", [90094, 90095, 53003, 530032, 50105])
def test_what_users_may_not_allow_is_for_the_administrator(number: int) -> None:
    entry = diagnose_oauth("office365", OAuthWords(aadsts=(number,)))
    assert (entry.who, entry.effect) == (WhoActs.ADMINISTRATOR, "consent")


@pytest.mark.parametrize(
    ("provider", "words", "expected"),
    [
        # the number before the error, wherever it stands
        ("office365", OAuthWords("invalid_grant", "AADSTS50173: x"), "o365-aadsts-50173"),
        ("office365", OAuthWords("invalid_grant", aadsts=(65001,), text="AADSTS50173"), "o365-aadsts-65001"),
        ("office365", OAuthWords("interaction_required", text="HTTP 400 aadsts50076"), "o365-aadsts-50076"),
        # the first of several numbers that is known
        ("office365", OAuthWords(aadsts=(1, 50076, 65001)), "o365-aadsts-50076"),
        ("office365", OAuthWords(aadsts=(65001, 50076)), "o365-aadsts-65001"),
        # a number that is not known leaves the error to speak, a finer one too
        ("office365", OAuthWords("invalid_grant", "AADSTS7000829: x"), "o365-oauth-invalid-grant"),
        ("office365", OAuthWords("invalid_client", aadsts=(70002151,)), "o365-oauth-invalid-client"),
        ("office365", OAuthWords("a_new_word", aadsts=(4,)), "unknown-oauth"),
        # Microsoft's numbers, though the client is called Custom
        ("custom", OAuthWords("invalid_client", aadsts=(7000222,)), "o365-aadsts-7000222"),
        # the error before the text
        ("custom", OAuthWords("invalid_client", "timed out"), "any-oauth-invalid-client"),
        # more keys before fewer, the provider's own before any
        ("gmail", OAuthWords("invalid_grant", "error (invalid_rapt)"), "gmail-oauth-grant-reauth"),
        ("gmail", OAuthWords("invalid_grant", "odd"), "gmail-oauth-grant-other"),
        ("office365", OAuthWords("server_error"), "o365-oauth-consent-server-error"),
        ("gmail", OAuthWords("server_error"), "any-oauth-server-error"),
        ("custom", OAuthWords("access_denied"), "any-oauth-access-denied"),
        # one provider's words say nothing at another
        ("custom", OAuthWords("org_internal"), "unknown-oauth"),
        # without an error of OAuth: the status, and not what the page goes on about
        ("gmail", OAuthWords(text="HTTP 502 <p>upstream timed out</p>"), "any-oauth-http-5xx"),
        ("gmail", OAuthWords(text="HTTP 403 <p>certificate has expired</p>"), "any-oauth-http-4xx"),
        ("gmail", OAuthWords(text="HTTP 429 slower"), "any-oauth-http-429"),
        ("gmail", OAuthWords(text="HTTP 404 nothing here"), "any-oauth-http-404"),
        ("gmail", OAuthWords(text="HTTP 200 condition:vault_locked"), "unknown-oauth"),
        # faults of the network in the system's own words
        ("gmail", OAuthWords(text="gaierror: Temporary failure in name resolution"), "any-oauth-dns"),
        ("gmail", OAuthWords(text="OSError: [Errno 113] No route to host"), "any-oauth-unreachable"),
        ("gmail", OAuthWords(text="TimeoutError: [Errno 110] Connection timed out"), "any-oauth-timeout"),
        ("gmail", OAuthWords(text="SSLError: [SSL: WRONG_VERSION_NUMBER] wrong"), "any-oauth-tls"),
    ],
)  # fmt: skip
def test_which_entry_wins(provider: str, words: OAuthWords, expected: str) -> None:
    assert diagnose_oauth(provider, words).id == expected


@pytest.mark.parametrize("provider", ["gmail", "office365", "custom"])
@pytest.mark.parametrize("condition", FOUND_BY_THE_PROGRAM)
def test_what_the_program_finds_has_an_entry_for_all_providers(condition: str, provider: str) -> None:
    entry = diagnose_oauth(provider, OAuthWords.found(condition))
    assert entry.id not in ("unknown-oauth", "unknown-reply")
    assert entry.provider in (provider, "any")
    assert diagnose(provider, Stage.SMTP_AUTH, f"condition:{condition}") == entry


def test_a_time_out_lists_what_the_person_may_be_looking_at() -> None:
    seen = " ".join(diagnose_oauth("gmail", OAuthWords.found("redirect_timeout")).fix)
    for word in ("can't be reached", "403 access_denied", "hasn't verified", "redirect_uri_mismatch",
                 "org_internal", "admin_policy_enforced", "disallowed_useragent"):  # fmt: skip
        assert word in seen
    assert "Need admin approval" in " ".join(
        diagnose_oauth("office365", OAuthWords.found("redirect_timeout")).fix
    )


def test_only_the_beginning_of_long_words_is_looked_at() -> None:
    padding = "x" * diagnosis.LONGEST_REPLY
    assert diagnose_oauth("office365", OAuthWords("", f"{padding} AADSTS65001")).id == "unknown-oauth"
    assert (
        diagnose_oauth("office365", OAuthWords("", f"AADSTS65001 {padding * 500}")).id == "o365-aadsts-65001"
    )
    assert diagnose_oauth("office365", OAuthWords(aadsts=(*range(100), 65001))).id == "unknown-oauth"


PIECES = st.sampled_from(
    ["{", "}", '"error"', ":", '"invalid_grant"', "AADSTS", "65001", "9" * 40, "error=", "&", "?", "#", "%",
     "condition:", "state_used", "\x1b[31m", "\u202e", "\ud800", "\x00", "Error 403: org_internal",
     "HTTP 503", "[/b]", " ", "\n", "\u0661", "invalid_grant: "]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(alphabet=st.characters(), max_size=100),
    st.lists(PIECES, max_size=30).map("".join),
    st.sampled_from([entry.example for entry in ENTRIES]),
)


@given(
    provider=st.sampled_from(["gmail", "office365", "custom", "any", "", "\x00"]),
    words=st.one_of(
        st.builds(OAuthWords, TEXTS, TEXTS, st.lists(st.integers(), max_size=5).map(tuple), TEXTS),
        TEXTS.map(words_of),
    ),
)
def test_no_words_make_it_fail(provider: str, words: OAuthWords) -> None:
    found = diagnose_oauth(provider, words)
    assert found in all_diagnoses()
    assert found.provider in (provider, "any") or found.id.startswith("o365-aadsts-")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"effect": "maybe"}, "the effect maybe is not known"),
        ({"effect": None}, "the effect is missing"),
        ({"match": {"smtp_code": 535}}, "match has the unknown key smtp_code"),
        ({"match": {"aadsts": "AADSTS1"}}, "entry 0"),
        ({"stage": "smtp_auth"}, "match has the unknown key oauth_error"),
    ],
)
def test_a_damaged_entry_is_told(change: dict[str, Any], complaint: str) -> None:
    raw = {**next(raw for raw in RAW if raw["id"] == "any-oauth-declined"), **change}
    with pytest.raises(ValueError, match=complaint):
        book.parsed(json.dumps([{key: value for key, value in raw.items() if value is not None}]))
