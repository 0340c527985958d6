"""Token answers, good and hostile, and what refusals make of a grant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from live.oauth.answers import LONGEST_LIFE, LONGEST_TOKEN, Fault, TokenRefused, seconds_of, tokens_of
from live.oauth.http_answer import Answer, json_object
from store.grants import Tokens
from tests.live.oauth.answering import answer, refusal_of
from tests.live.oauth.kit import ACCESS, NOON, REFRESH, SCOPE, assert_silent, tokens, told

# Tokens


def test_a_whole_answer() -> None:
    found = tokens_of(answer(tokens(refresh_token_expires_in=604_799)), "asked", NOON)
    assert found == Tokens(ACCESS, REFRESH, SCOPE, 3599, NOON + timedelta(seconds=604_799))
    assert_silent(repr(found))


def test_the_least_that_is_an_answer() -> None:
    found = tokens_of(answer({"access_token": "t"}), "as asked", NOON)
    assert found == Tokens(SecretStr("t"), None, "as asked", None, None)


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER", "", None])
def test_bearer_in_any_letters_or_unsaid(kind: str | None) -> None:
    assert tokens_of(answer(tokens(token_type=kind)), "", NOON).access == ACCESS


@pytest.mark.parametrize("kind", ["mac", "DPoP", "N_A", ["Bearer"], 1])
def test_another_type_is_refused(kind: object) -> None:
    refused = refusal_of(answer(tokens(token_type=kind)))
    assert (refused.kind, refused.diagnosis) == (Fault.PASSING, "any-oauth-token-type")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (3599, 3599),
        ("3599", 3599),
        (" 3599 ", 3599),
        ("3599.9", 3599),
        (3599.9, 3599),
        (1, 1),
        (LONGEST_LIFE, LONGEST_LIFE),
        (LONGEST_LIFE + 1, None),
        (0, None),
        (0.5, None),
        ("0", None),
        (-1, None),
        ("-1", None),
        (-1e308, None),
        (float("inf"), None),
        (10**400, None),
        ("soon", None),
        ("", None),
        ("٣٦٠٠", None),
        (True, None),
        (None, None),
        ([3600], None),
        ({"seconds": 3600}, None),
    ],
)
def test_lifetimes(said: object, seconds: int | None) -> None:
    assert seconds_of(said) == seconds


@pytest.mark.parametrize("said", [..., None, 0, -5, "soon", 10**30, [], 1e300])
def test_a_lifetime_that_says_nothing_costs_no_token(said: object) -> None:
    found = tokens_of(answer(tokens(expires_in=said, refresh_token_expires_in=said)), "", NOON)
    assert found == Tokens(ACCESS, REFRESH, SCOPE, None, None)


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize(
    "char", ["\r", "\n", "\0", "\x01", "\x7f", " ", "\t", "é", "\u202e", "\ud800", "\x1b[2J"]
)
def test_a_token_that_no_line_could_carry_is_refused(which: str, char: str) -> None:
    refused = refusal_of(answer(tokens(**{which: f"ya29.plantedAccess{char}-51fe23bb08"})))
    assert (refused.kind, refused.diagnosis) == (Fault.PASSING, "any-oauth-bad-token")
    assert "51fe23bb08" not in told(refused)


@pytest.mark.parametrize("length", [12_288, LONGEST_TOKEN])
def test_long_tokens_are_taken(length: int) -> None:
    found = tokens_of(answer(tokens(access_token="t" * length)), "", NOON)
    assert len(found.access.get_secret_value()) == length


def test_a_longer_one_is_not() -> None:
    assert (
        refusal_of(answer(tokens(access_token="t" * (LONGEST_TOKEN + 1)))).diagnosis == "any-oauth-bad-token"
    )


@pytest.mark.parametrize("said", [..., None, "", 0, [], {}])
def test_no_access_token(said: object) -> None:
    refused = refusal_of(answer(tokens(access_token=said)))
    assert (refused.kind, refused.diagnosis) == (Fault.PASSING, "any-oauth-no-access-token")


@pytest.mark.parametrize("said", [1, True, ["t"], {"t": 1}])
def test_an_access_token_that_is_no_text(said: object) -> None:
    assert refusal_of(answer(tokens(access_token=said))).diagnosis == "any-oauth-bad-token"


@pytest.mark.parametrize("said", [..., None, "", " ", 7, ["a"]])
def test_no_scope_means_as_asked(said: object) -> None:
    assert tokens_of(answer(tokens(scope=said)), "as asked", NOON).scope == "as asked"


def test_scopes_are_listed_with_single_spaces() -> None:
    assert tokens_of(answer(tokens(scope=" a  b\nc ")), "", NOON).scope == "a b c"


def test_an_error_that_is_null_is_none() -> None:
    assert tokens_of(answer(tokens(error=None)), "", NOON).access == ACCESS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.fixed_dictionaries(
    {},
    optional={
        name: JSON | st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)
        for name in (
            *("access_token", "refresh_token", "token_type", "expires_in", "scope", "error", "error_codes"),
            *("error_description", "refresh_token_expires_in", "trace_id", "message", "timestamp"),
        )
    },
)


def outcome(given_answer: Answer, provider: str) -> Tokens | TokenRefused:
    try:
        return tokens_of(given_answer, "asked", NOON, provider=provider)
    except TokenRefused as refused:
        return refused


@given(MEMBERS, st.integers(100, 599), st.sampled_from(["any", "gmail", "office365", "custom"]))
@example({"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}, 503, "gmail")
def test_any_answer_is_tokens_that_can_be_sent_or_a_refusal(
    data: dict[str, Any], status: int, provider: str
) -> None:
    found = outcome(answer(data, status), provider)
    if isinstance(found, TokenRefused):
        assert isinstance(found.kind, Fault)
        assert 0 < len(found.words) <= 2_000
        return
    assert 200 <= status < 300
    for token in filter(None, (found.access, found.refresh)):
        plain = token.get_secret_value()
        assert plain.isascii()
        assert plain.isprintable()
        assert " " not in plain
        assert 0 < len(plain) <= LONGEST_TOKEN
    assert found.validity is None or 1 <= found.validity <= LONGEST_LIFE
    assert found.refresh_expires_at is None or found.refresh_expires_at > NOON
    assert found.scope == " ".join(found.scope.split())


@given(st.binary(max_size=300), st.integers(100, 599))
def test_any_octets_are_refused_in_words(body: bytes, status: int) -> None:
    given_answer = Answer(status, json_object(body), body.decode("utf-8", "replace"), {}, 1.0, None)
    if given_answer.data is None:
        with pytest.raises(TokenRefused) as caught:
            tokens_of(given_answer, "", NOON)
        assert caught.value.words.startswith(f"HTTP {status}")
