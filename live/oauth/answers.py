"""Tokens out of an answer of a token endpoint, or the reason why there are none (RFC 6749 5.1 and 5.2).

Strict about what goes to a mail server, lenient about what does not: an answer with a good token is not
thrown away for its lifetime, since the rotated refresh token in it is the only one that works from then on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from pydantic import SecretStr

from live.diagnosis import OAuthWords, diagnose_oauth
from live.oauth.faults import Fault as Fault
from live.oauth.faults import NetworkFault
from live.oauth.faults import TokenRefused as TokenRefused
from live.oauth.http_answer import Answer
from live.oauth.scopes import missing_scopes as missing_scopes
from store.grants import Tokens

LONGEST_TOKEN = 16_384
"""Characters: Microsoft's reach 3,000, and 12,288 octets of base64 are what SMTP can take (RFC 4954 4)."""
LONGEST_LIFE = 366 * 86_400
"""Seconds. No access token lives for longer than a year; a number beyond is none that may be built upon."""
MOST_WORDS = 2_000
"""Characters of a server's words that are kept; Microsoft's longest have 700."""
LONGEST_REFERENCE = 100

TOKEN = re.compile(r"[\x21-\x7e]+")
"""What a token is made of (RFC 6749 A.12 allows spaces as well, which XOAUTH2 and Bearer do not)."""
WHOLE_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")

DEFINITE: Mapping[str, Fault] = {
    **dict.fromkeys(
        (
            *("invalid_grant", "interaction_required", "login_required", "consent_required"),
            *("account_selection_required", "access_denied", "authorization_declined", "expired_token"),
            "bad_verification_code",
        ),
        Fault.CONSENT,
    ),
    **dict.fromkeys(
        (
            *("invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type"),
            *("unsupported_response_type", "invalid_request", "invalid_resource", "invalid_target"),
        ),
        Fault.CLIENT,
    ),
}
"""What an `error` makes of a grant where no diagnosis says it (RFC 6749 5.2, OpenID Connect Core 3.1.2.6)."""


def tokens_of(answer: Answer, asked_scope: str, now: datetime, *, provider: str = "any") -> Tokens:
    """The tokens of an answer.

    Args:
        asked_scope: what was asked for, and granted where the answer names no scope (RFC 6749 5.1).
        now: aware; when the answer came.
        provider: decides how a refusal is diagnosed.

    Raises:
        TokenRefused: there are none, or they cannot be used.
    """
    data = answer.data
    if not 200 <= answer.status < 300 or data is None or data.get("error"):
        del data  # no frame of the refusal's traceback shall hold what may be a token
        raise refused(answer, provider)
    found = _read(data, asked_scope, now)
    del data
    if isinstance(found, _Unusable):
        raise _refusal(answer, provider, Fault.PASSING, found.words, OAuthWords.found(found.condition))
    return found


def refused(answer: Answer, provider: str) -> TokenRefused:
    """What an answer without tokens means.

    A status of 5xx, 408 or 429 is never a definite answer, nor is one that is no OAuth answer at all.
    """
    data = answer.data or {}
    error = _word(data, "error") or _word(_members(data, "error"), "status")
    described = _described(answer, data)
    del data
    busy = answer.status >= 500 or answer.status in (408, 429)
    if not error:
        return _no_oauth(answer, provider, described)
    oauth_words = OAuthWords(error, described, _numbers(answer.data or {}))
    told = f"HTTP {answer.status} {error}: {described}" if described else f"HTTP {answer.status} {error}"
    effect = diagnose_oauth(provider, oauth_words).effect
    kind = Fault(effect) if effect else DEFINITE.get(error.casefold(), Fault.PASSING)
    return _refusal(answer, provider, Fault.PASSING if busy else kind, told, oauth_words)


def network_refusal(fault: NetworkFault, provider: str) -> TokenRefused:
    """A fault of the network as a refusal; it passes, unless the URL is one that nothing is sent to."""
    kind = Fault.CLIENT if fault.edit else Fault.PASSING
    diagnosis = diagnose_oauth(provider, OAuthWords(text=fault.cause)).id
    return TokenRefused(kind, fault.words, diagnosis, ms=fault.ms)


def printable_token(value: object) -> SecretStr | None:
    """A token, code or the like from outside; None where it is none that may be sent on."""
    if isinstance(value, str) and len(value) <= LONGEST_TOKEN and TOKEN.fullmatch(value):
        return SecretStr(value)
    return None


def seconds_of(value: object) -> int | None:
    """A lifetime as servers send it: a number, or digits in a string; None where it says nothing.

    Zero, negative, endless and absurd numbers say nothing: taken at their word they would have the token
    renewed again and again.
    """
    if isinstance(value, str) and WHOLE_SECONDS.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 1 <= value <= LONGEST_LIFE else None


# Tokens


@dataclass(frozen=True, slots=True)
class _Unusable:
    """Why an answer with a good status brings nothing. Never a word of the answer: it may be the token."""

    words: str
    condition: str


def _read(data: Mapping[str, Any], asked_scope: str, now: datetime) -> Tokens | _Unusable:
    if not data.get("access_token"):
        return _Unusable("The answer holds no access token.", "oauth_no_access_token")
    access = printable_token(data["access_token"])
    if access is None:
        return _bad_token("access")
    kind = data.get("token_type") or "Bearer"  # some leave out what there is but one of
    if not isinstance(kind, str) or kind.casefold() != "bearer":
        return _Unusable("The answer's token is not of type Bearer, which mail needs.", "oauth_token_type")
    refresh = None
    if data.get("refresh_token"):
        refresh = printable_token(data["refresh_token"])
        if refresh is None:
            return _bad_token("refresh")
    scope = data.get("scope")
    life = seconds_of(data.get("refresh_token_expires_in"))
    return Tokens(
        access=access,
        refresh=refresh,
        scope=" ".join(scope.split()) if isinstance(scope, str) and scope.strip() else asked_scope,
        validity=seconds_of(data.get("expires_in")),
        refresh_expires_at=now + timedelta(seconds=life) if life else None,
    )


def _bad_token(which: str) -> _Unusable:
    return _Unusable(
        f"The answer's {which} token holds spaces, control characters or letters that no token has, "
        f"or more than {LONGEST_TOKEN:,} characters.",
        "oauth_bad_token",
    )


# Refusals


def _no_oauth(answer: Answer, provider: str, described: str) -> TokenRefused:
    """An answer that names no OAuth error: of something on the way, or of a wrong address."""
    status = f"HTTP {answer.status} {_phrase(answer.status)}".rstrip()
    if 300 <= answer.status < 400:
        host = _host(answer.headers.get("location", ""))
        told = f"{status}: the URL leads elsewhere{f' ({host})' if host else ''}, where nothing is sent."
        return _refusal(answer, provider, Fault.PASSING, told, OAuthWords.found("oauth_redirected"))
    if answer.is_page:
        title = _title(answer)
        told = f"{status}: a web page{f' ({title})' if title else ''} instead of an answer."
        failed = answer.status >= 400
        found = OAuthWords(text=_beginning(answer)) if failed else OAuthWords.found("oauth_html")
        return _refusal(answer, provider, Fault.PASSING, told, found)
    if answer.status >= 400:
        told = f"{status}: {described}" if described else status
        return _refusal(answer, provider, Fault.PASSING, told, OAuthWords(text=_beginning(answer)))
    told = f"{status}: {len(answer.text)} characters that are no token answer."
    return _refusal(answer, provider, Fault.PASSING, told, OAuthWords.found("oauth_not_json"))


def _refusal(answer: Answer, provider: str, kind: Fault, told: str, oauth_words: OAuthWords) -> TokenRefused:
    return TokenRefused(
        kind,
        answer.conceal(told)[:MOST_WORDS],
        diagnose_oauth(provider, oauth_words).id,
        references=_references(answer),
        retry_after=answer.retry_after,
        ms=answer.ms,
        skew_seconds=answer.skew_seconds,
    )


def _described(answer: Answer, data: Mapping[str, Any]) -> str:
    """What the error is about: OAuth's description and subtype, or the message of Google's other answers."""
    parts = [_word(data, key) for key in ("error_description", "error_subtype", "suberror")]
    parts += [_word(_members(data, "error"), "message"), _word(data, "message")]
    return answer.conceal(" ".join(filter(None, dict.fromkeys(parts))))[:MOST_WORDS]


def _references(answer: Answer) -> str:
    """Microsoft's ids of an answer
    (https://learn.microsoft.com/entra/identity-platform/reference-error-codes)."""
    data = answer.data or {}
    trace = _word(data, "trace_id") or answer.headers.get("x-ms-request-id", "")
    correlation, at = _word(data, "correlation_id"), _word(data, "timestamp")
    parts = (("trace", trace), ("correlation", correlation), ("at", at))
    said = ", ".join(f"{label} {value[:LONGEST_REFERENCE]}" for label, value in parts if value)
    return answer.conceal(said)


def _numbers(data: Mapping[str, Any]) -> tuple[int, ...]:
    codes = data.get("error_codes")
    return tuple(code for code in codes if type(code) is int)[:20] if isinstance(codes, list) else ()


def _beginning(answer: Answer) -> str:
    return answer.conceal(f"HTTP {answer.status} {answer.text[:MOST_WORDS]}")


def _title(answer: Answer) -> str:
    found = re.search(r"<title[^>]{0,200}>([^<]{1,200})", answer.text[:20_000], re.IGNORECASE)
    return " ".join(found[1].split()) if found else ""


def _host(address: str) -> str:
    found = re.match(r"[a-z]{1,10}://([^/?#@\s]{1,253})(?![^/?#])", address, re.IGNORECASE)
    return found[1] if found else ""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _members(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _word(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""
