"""OAuth words out of what people paste: token answers, redirected addresses, log lines, a provider's page."""

from __future__ import annotations

import pytest

from live.diagnosis import OAuthWords, diagnose_oauth, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '{"error":"invalid_grant","error_description":"Bad Request"}',
            OAuthWords("invalid_grant", "Bad Request"),
        ),
        (
            '{"error":"invalid_grant","error_subtype":"invalid_rapt"}',
            OAuthWords("invalid_grant", "invalid_rapt"),
        ),
        (
            '{"error":"invalid_client","error_codes":[7000222,"x",true],"suberror":"y"}',
            OAuthWords("invalid_client", "y", (7000222,)),
        ),
        ("http://127.0.0.1:8400/?error=access_denied&state=x", OAuthWords("access_denied")),
        (
            "http://localhost/#error=a_b&error_description=AADSTS65004%3a+x",
            OAuthWords("a_b", "AADSTS65004: x"),
        ),
        ("?error=first&error=second", OAuthWords("first")),
        ("invalid_grant: Bad Request", OAuthWords("invalid_grant", "Bad Request")),
        ("condition:state_used", OAuthWords.found("state_used")),
        ("AADSTS50173: x", OAuthWords(text="AADSTS50173: x")),
        ('{"error": 7}', OAuthWords()),
        ("{not json", OAuthWords(text="{not json")),
        ("[" * 5_000, OAuthWords(text="[" * 5_000)),
        ('{"a":' * 4_000, OAuthWords(text=('{"a":' * 4_000))),
        ("", OAuthWords()),
    ],
)
def test_words_are_read_from_whatever_people_paste(text: str, words: OAuthWords) -> None:
    assert words_of(text) == words


def test_the_page_that_never_reaches_the_redirect_can_be_pasted() -> None:
    page = "Access blocked: Authorization Error\nbilling@example.com\nError 403: org_internal"
    assert diagnose_oauth("gmail", words_of(page)).id == "gmail-oauth-org-internal"
