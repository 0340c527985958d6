"""Sign-in on another device (RFC 8628): a code is shown here and typed there, while the server is asked.

The server is asked no more often than it wants, ever more seldom after `slow_down` and network faults, and
never after the code has ended.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from live.diagnosis import OAuthWords, diagnose_oauth
from live.oauth.answers import network_refusal, printable_token, refused, seconds_of, tokens_of
from live.oauth.faults import Fault, NetworkFault, TokenRefused
from live.oauth.http import Answer, Form, OAuthHttp, url_fault
from live.oauth.token_requests import Fetched, credentials
from store.oauth_clients import OAuthClientFields

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
INTERVAL = 5.0
"""Seconds between two polls where the server names none (RFC 8628 3.2)."""
SLOWER = 5.0
"""Seconds more after each slow_down, for that and all later polls (RFC 8628 3.5)."""
SHORTEST_INTERVAL = 1.0
LONGEST_INTERVAL = 300.0
"""Seconds, so that neither a slip of the server nor doubling makes it a flood or a standstill."""
LIFE = 900
"""Seconds that a code lives where the answer does not say it, though it must: Microsoft's do."""
TYPEABLE = r"[!-~ ]{1,64}"
"""A code that a person types; real ones have 8 or 9 characters."""
LONGEST_URL = 2_000


class Pace:
    """The time that polling goes by, in seconds of a clock that nobody sets."""

    def now(self) -> float:
        """The present moment."""
        return time.monotonic()

    async def wait(self, seconds: float) -> None:
        """Wait so long."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class CodeShown:
    """What the person needs: an address to open, and the code to type there. Neither is logged."""

    user_code: SecretStr
    verification_uri: str
    complete_uri: SecretStr | None
    """The same with the code in it, for a link or a QR code; None: the server gave none."""
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """The person has not finished yet, or the server could not be asked."""

    next_in: float
    """Seconds until it is asked again."""
    words: str = ""
    """Why it could not be asked; untrusted."""


Event = CodeShown | Waiting | Fetched


@dataclass(frozen=True, slots=True)
class _Code:
    device_code: SecretStr
    shown: CodeShown
    interval: float
    life: int


async def sign_in_elsewhere(
    http: OAuthHttp,
    client: OAuthClientFields,
    secret: SecretStr | None,
    *,
    now: datetime,
    pace: Pace | None = None,
) -> AsyncGenerator[Event, None]:
    """Ask for a code, show it, and wait for the person; the tokens are the last event.

    Closing the iterator ends the waiting.

    Raises:
        TokenRefused: no code came, the person declined, the code ended, or the client may not do this.
    """
    pace = pace or Pace()
    began = pace.now()
    code = await _begun(http, client, now)
    until = began + code.life
    yield code.shown
    form = {"grant_type": GRANT, "device_code": code.device_code, **credentials(client, secret)}
    interval = code.interval
    while True:
        if pace.now() + interval >= until:
            await pace.wait(max(until - pace.now(), 0))
            raise _ended(client)
        await pace.wait(interval)
        asked_at = now + timedelta(seconds=pace.now() - began)
        outcome = await _polled(http, client, form, asked_at)
        if isinstance(outcome, Fetched):
            yield outcome
            return
        if isinstance(outcome, TokenRefused):
            raise outcome
        interval = min(max(interval * outcome.times + outcome.more, outcome.at_least), LONGEST_INTERVAL)
        yield Waiting(interval, outcome.words)


# The code


async def _begun(http: OAuthHttp, client: OAuthClientFields, now: datetime) -> _Code:
    refusal: TokenRefused | None = None
    found: _Code | str = ""
    provider = str(client.provider)
    form = {"client_id": client.client_id, "scope": client.scope}
    try:
        answer = await http.post(client.device_url, form)
    except NetworkFault as fault:
        refusal = network_refusal(fault, provider)
    else:
        if 200 <= answer.status < 300 and answer.data is not None and not answer.data.get("error"):
            found = _read(answer.data, now)
        else:
            refusal = refused(answer, provider)
    if refusal is None and isinstance(found, str):
        found_words = OAuthWords.found("oauth_bad_device_code")
        refusal = TokenRefused(Fault.PASSING, found, diagnose_oauth(provider, found_words).id)
    if refusal is not None:
        raise refusal
    assert isinstance(found, _Code)
    return found


def _read(data: Mapping[str, Any], now: datetime) -> _Code | str:
    """RFC 8628 3.2, with the name that Google gives to the address."""
    device_code = printable_token(data.get("device_code"))
    user_code = data.get("user_code")
    address = data.get("verification_uri") or data.get("verification_url")
    complete = data.get("verification_uri_complete") or data.get("verification_url_complete")
    if device_code is None:
        return "The answer holds no device code."
    if not isinstance(user_code, str) or not re.fullmatch(TYPEABLE, user_code):
        return "The answer holds no code that a person could type."
    if not _may_be_opened(address):
        return "The answer holds no https address to open on the other device."
    life = seconds_of(data.get("expires_in")) or LIFE
    interval = seconds_of(data.get("interval"))
    return _Code(
        device_code,
        CodeShown(
            SecretStr(user_code),
            str(address),
            SecretStr(str(complete)) if _may_be_opened(complete) else None,
            now + timedelta(seconds=life),
        ),
        min(max(float(interval), SHORTEST_INTERVAL), LONGEST_INTERVAL) if interval else INTERVAL,
        life,
    )


def _may_be_opened(address: object) -> bool:
    """Whether a person may be sent there: a script or a file of the server's choice is no sign-in page."""
    return isinstance(address, str) and len(address) <= LONGEST_URL and url_fault(address) is None


# The waiting


@dataclass(frozen=True, slots=True)
class _Again:
    """Ask again, at what pace."""

    times: float = 1.0
    more: float = 0.0
    at_least: float = 0.0
    words: str = ""


async def _polled(
    http: OAuthHttp, client: OAuthClientFields, form: Form, now: datetime
) -> Fetched | TokenRefused | _Again:
    try:
        answer = await http.post(client.token_url, form)
    except NetworkFault as fault:
        if fault.edit:
            return network_refusal(fault, str(client.provider))
        return _Again(times=2, words=fault.words)  # RFC 8628 3.5: double it
    error = (answer.data or {}).get("error")
    if error == "authorization_pending":
        return _Again()
    if error == "slow_down":
        return _Again(more=SLOWER, at_least=answer.retry_after or 0)
    try:
        tokens = tokens_of(answer, client.scope, now, provider=str(client.provider))
    except TokenRefused as refusal:
        if _passes(answer, refusal):
            return _Again(times=2, at_least=refusal.retry_after or 0, words=refusal.words)
        return refusal
    return Fetched(tokens, answer.ms, answer.skew_seconds)


def _passes(answer: Answer, refusal: TokenRefused) -> bool:
    """Whether the server was only busy. What it said of the code, and a token that nobody can use, stands."""
    return refusal.kind is Fault.PASSING and not 200 <= answer.status < 300


def _ended(client: OAuthClientFields) -> TokenRefused:
    diagnosis = diagnose_oauth(str(client.provider), OAuthWords.found("device_code_ended")).id
    words = "The code has ended before it was typed on the other device: begin again."
    return TokenRefused(Fault.CONSENT, words, diagnosis)
