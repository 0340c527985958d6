"""Sign-in in a browser: the address to open, and what the browser brings back turned into tokens.

Authorization code with PKCE (RFC 6749 4.1, RFC 7636, RFC 9700). authlib makes the challenge and the address.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from pydantic import SecretStr

from live import providers
from live.diagnosis import OAuthWords, diagnose_oauth
from live.oauth.answers import DEFINITE, MOST_WORDS
from live.oauth.faults import Fault, TokenRefused
from live.oauth.http import LOOPBACK, OAuthHttp, url_fault
from live.oauth.redirect import AddressUnreadable as AddressUnreadable
from live.oauth.redirect import Redirect, parse_redirect
from live.oauth.token_requests import credentials, fetch, secret_of
from store import oauth_clients
from store.assets import Asset
from store.authorizations import Authorization, StateRefused, remember, take
from store.database import Store
from store.grants import Tokens
from store.oauth_clients import OAuthClient
from store.vault import Vault

MINUTES = 10
"""How long a state waits by default; a person who is at the keyboard needs two."""
STATE_OCTETS = 32
"""256 bits, of which nobody guesses one (RFC 6749 10.10 asks for 128)."""
VERIFIER_OCTETS = 64
"""86 characters, between the 43 and 128 of RFC 7636 4.1."""

STATES = {"used already": "state_used", "too late": "state_ended"}
"""What the store's words on a state are diagnosed as."""

Resolve = Callable[[int], OAuthClient | None]


@dataclass(frozen=True, slots=True)
class Begun:
    """An authorization under way."""

    url: SecretStr
    """To be opened in a browser. It holds the state: to be shown and sent to the owner, and never logged."""
    state: SecretStr
    """What the answer must bring; a listener waits for it."""
    redirect_uri: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Tokens that a person's consent brought; not yet checked, and not yet kept."""

    asset_id: int
    client: OAuthClient
    tokens: Tokens
    ms: float
    """Milliseconds that the token endpoint took."""
    skew_seconds: float | None
    """By how much this machine's clock is ahead of the server's (negative: behind); None: unknown."""


def begin(
    store: Store,
    vault: Vault,
    asset: Asset,
    client: OAuthClient,
    *,
    redirect_uri: str,
    minutes: float = MINUTES,
    consent: bool,
    now: datetime | None = None,
) -> Begun:
    """Remember an authorization request, its verifier sealed, and give the address to open.

    Args:
        redirect_uri: exactly as the provider has it, with the port that is listened on.
        minutes: until the answer must be back; more for a link that is sent to an owner.
        consent: ask for consent even where it was given before (`prompt=consent`).

    Raises:
        TokenRefused: the client's authorization URL is none that a person may be sent to.
        VaultError: the verifier cannot be sealed. StoreError: it cannot be kept.
    """
    fault = url_fault(client.authorization_url)
    if fault is not None:
        diagnosis = diagnose_oauth(str(client.provider), OAuthWords(text=fault.cause)).id
        raise TokenRefused(Fault.CLIENT, f"Authorization URL: {fault.words}", diagnosis)
    now = now or datetime.now(UTC)
    ends_at = now + timedelta(minutes=minutes)
    state = SecretStr(secrets.token_urlsafe(STATE_OCTETS))
    verifier = SecretStr(secrets.token_urlsafe(VERIFIER_OCTETS))
    remember(store, vault, state, Authorization(asset.id, client.id, verifier, redirect_uri, now), ends_at)
    rules = providers.of(str(client.provider)).oauth
    asked = {
        "state": state.get_secret_value(),
        "redirect_uri": redirect_uri,
        "scope": client.scope,
        "code_challenge": create_s256_code_challenge(verifier.get_secret_value()),
        "code_challenge_method": "S256",
        **rules.authorization_parameters(asset.login_id or asset.sign_in_name, ask_consent=consent),
    }
    return Begun(_address(client, asked), state, redirect_uri, ends_at)


async def complete(
    store: Store,
    vault: Vault,
    http: OAuthHttp,
    address: SecretStr,
    *,
    now: datetime,
    resolve: Resolve | None = None,
) -> Exchanged:
    """Turn the address that the browser ended on into tokens. The state is used up, however it ends.

    Args:
        address: as `live.oauth.redirect.parse_redirect` takes it.
        now: aware.
        resolve: gives the client of an id; by default the store does.

    Raises:
        AddressUnreadable: it is no answer of a provider; nothing is used up, and another may be given.
        TokenRefused: its state is not one that waits, it is another server's answer, the provider said no, or
            no tokens came for the code.
        VaultError: the vault is locked; nothing is used up. StoreError: the store cannot be used.
    """
    redirect = parse_redirect(address)
    authorization, refusal = await asyncio.to_thread(_taken, store, vault, redirect.state, now)
    if refusal is not None:
        raise refusal
    assert authorization is not None
    client, secret = await asyncio.to_thread(_client, store, vault, authorization.client_id, resolve)
    if client is None:
        raise _found("The OAuth client was deleted meanwhile.", "client_missing", "any", Fault.CLIENT)
    refusal = _refusal_in(client, redirect)
    if refusal is not None:
        raise refusal
    assert redirect.code is not None
    form = {
        "grant_type": "authorization_code",
        "code": redirect.code,
        "redirect_uri": authorization.redirect_uri,
        "code_verifier": authorization.verifier,
        **credentials(client, secret),
    }
    provider = str(client.provider)
    fetched = await fetch(http, provider, client.token_url, form, asked_scope=client.scope, now=now)
    return Exchanged(authorization.asset_id, client, fetched.tokens, fetched.ms, fetched.skew_seconds)


def _address(client: OAuthClient, asked: dict[str, str]) -> SecretStr:
    """The authorization URL with what is asked, in place of what it had of the same names (RFC 6749 3.1)."""
    parts = urlsplit(client.authorization_url)
    ours = {*asked, "client_id", "response_type"}
    own = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in ours]
    base = urlunsplit(parts._replace(query=urlencode(own)))
    return SecretStr(prepare_grant_uri(base, client.client_id, "code", **asked))


def _taken(
    store: Store, vault: Vault, state: SecretStr, now: datetime
) -> tuple[Authorization | None, TokenRefused | None]:
    try:
        return take(store, vault, state, now), None
    except StateRefused as error:
        words = str(error)
    condition = next((name for part, name in STATES.items() if part in words), "state_mismatch")
    return None, _found(words, condition, "any", Fault.CONSENT)


def _client(
    store: Store, vault: Vault, client_id: int, resolve: Resolve | None
) -> tuple[OAuthClient | None, SecretStr | None]:
    client = resolve(client_id) if resolve else oauth_clients.by_id(store, vault, client_id)
    return client, secret_of(store, vault, client_id)


def _refusal_in(client: OAuthClient, redirect: Redirect) -> TokenRefused | None:
    """Why the answer brings no code that may be used; None: it does."""
    provider = str(client.provider)
    if not _issuer_fits(client, redirect.iss):
        words = f"The answer comes from {redirect.iss[:200]}, and not from the server that was asked."
        return _found(words, "iss_mismatch", provider, Fault.CLIENT)
    if not redirect.error:
        return None
    oauth_words = OAuthWords(redirect.error, redirect.description)
    diagnosis = diagnose_oauth(provider, oauth_words)
    kind = Fault(diagnosis.effect) if diagnosis.effect else DEFINITE.get(redirect.error, Fault.PASSING)
    told = f"{redirect.error}: {redirect.description}" if redirect.description else redirect.error
    return TokenRefused(kind, told[:MOST_WORDS], diagnosis.id)


def _issuer_fits(client: OAuthClient, iss: str) -> bool:
    """RFC 9207 2.4. No provider here promises to send it, so that none is no reason to refuse."""
    rules = providers.of(str(client.provider)).oauth
    if not iss or rules.issuer_fits(iss, client.authorization_url, client.tenant):
        return True
    # A rehearsal on this machine speaks as the provider does.
    return iss == rules.issuer and urlsplit(client.authorization_url).hostname in LOOPBACK


def _found(words: str, condition: str, provider: str, kind: Fault) -> TokenRefused:
    return TokenRefused(kind, words, diagnose_oauth(provider, OAuthWords.found(condition)).id)
