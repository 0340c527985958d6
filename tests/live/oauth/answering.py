"""Answers as the client gives them, and their refusals, looked through for what is secret."""

from __future__ import annotations

import json

import pytest

from live.diagnosis import by_id
from live.oauth.answers import TokenRefused, tokens_of
from live.oauth.http_answer import Answer, json_object
from tests.live.oauth.kit import NOON, REFRESH, SCOPE, SECRET, assert_silent, told


def answer(data: object = None, status: int = 200, *, text: str | None = None, **headers: str) -> Answer:
    """An answer as `OAuthHttp.post` gives it."""
    body = json.dumps(data) if text is None else text
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json_object(body.encode()), body, named, 12.0, 0.0, (REFRESH, SECRET))


def refusal_of(given: Answer, provider: str = "any") -> TokenRefused:
    """The refusal; it holds nothing secret, and what it says is bounded."""
    with pytest.raises(TokenRefused) as caught:
        tokens_of(given, SCOPE, NOON, provider=provider)
    refused = caught.value
    assert_silent(told(refused))
    assert len(refused.words) <= 2_000
    assert by_id(refused.diagnosis).id == refused.diagnosis
    return refused
