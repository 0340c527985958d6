"""Tokens that were made elsewhere (OAuth Playground, another program): read from a paste, tried at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pydantic import SecretStr

from live.oauth.answers import printable_token
from live.oauth.http import OAuthHttp
from live.oauth.http_answer import json_object
from live.oauth.token_requests import Fetched, refresh
from store.oauth_clients import OAuthClientFields

LONGEST_PASTE = 65_536
"""Characters: two tokens of the longest kind, with the answer that they came in."""

NO_REFRESH = (
    "The answer holds an access token only, which ends within the hour. Paste the refresh token: "
    "it comes where offline access was asked for."
)


class PasteRefused(Exception):
    """What was pasted is no token; the text says what to paste, and never quotes it."""


def refresh_token_in(pasted: SecretStr) -> SecretStr:
    """The refresh token in what was pasted: itself, broken over lines by a terminal, or a whole token answer.

    Raises:
        PasteRefused: there is none.
    """
    found = _found(pasted.get_secret_value())
    if isinstance(found, str):
        raise PasteRefused(found)
    return found


async def tried(
    http: OAuthHttp, client: OAuthClientFields, secret: SecretStr | None, token: SecretStr, *, now: datetime
) -> Fetched:
    """Refresh with a pasted token at once. What comes back has a refresh token: a new one, or this.

    Raises:
        live.oauth.answers.TokenRefused: it does not serve, as one does not that was made for another client.
    """
    fetched = await refresh(http, client, secret, token, now=now)
    if fetched.tokens.refresh is not None:
        return fetched
    return replace(fetched, tokens=replace(fetched.tokens, refresh=token))


def _found(pasted: str) -> SecretStr | str:
    if len(pasted) > LONGEST_PASTE:
        return f"That is longer than {LONGEST_PASTE:,} characters: no token is."
    text = pasted.strip()
    if text.startswith("{"):
        answer = json_object("".join(text.splitlines()).encode("utf-8", "replace"))
        if answer is None:
            return "That begins like a token answer, but is no whole one: paste it from { to }."
        token = answer.get("refresh_token")
        if not token and answer.get("access_token"):
            return NO_REFRESH
        return printable_token(token) or "The token answer holds no refresh token."
    if "://" in text:
        return "That is an address, not a token."
    token = printable_token("".join(text.split()).strip("\"'"))
    return token or "That is no token: it is empty, or holds letters that no token has."
