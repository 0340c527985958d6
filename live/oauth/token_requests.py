"""Requests to a token endpoint: what is sent for each flow, and tokens or a refusal in return.

authlib's `prepare_token_request` is not used: it takes the secrets in plain and returns them in one string,
which would lie open in every frame of a traceback. Here they stay masked until the client writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from live.oauth.answers import network_refusal, tokens_of
from live.oauth.faults import NetworkFault
from live.oauth.http import Form, OAuthHttp
from store import oauth_clients
from store.database import Store
from store.grants import Tokens
from store.kinds import Provider
from store.oauth_clients import OAuthClientFields
from store.vault import Vault


@dataclass(frozen=True, slots=True)
class Fetched:
    """Tokens, and how they came."""

    tokens: Tokens
    ms: float
    """Milliseconds that the provider took."""
    skew_seconds: float | None
    """By how much this machine's clock is ahead of the server's (negative: behind); None: unknown."""


async def fetch(
    http: OAuthHttp, provider: str, url: str, form: Form, *, asked_scope: str, now: datetime
) -> Fetched:
    """Send one token request.

    Args:
        provider: decides how a refusal is diagnosed.
        asked_scope: what was granted where the answer does not say it.
        now: aware.

    Raises:
        TokenRefused: no tokens came; a fault of the network is one of the passing kind.
    """
    try:
        answer = await http.post(url, form)
    except NetworkFault as fault:
        refusal = network_refusal(fault, provider)
    else:
        tokens = tokens_of(answer, asked_scope, now, provider=provider)
        return Fetched(tokens, answer.ms, answer.skew_seconds)
    raise refusal


async def refresh(
    http: OAuthHttp,
    client: OAuthClientFields,
    secret: SecretStr | None,
    token: SecretStr,
    *,
    now: datetime,
    granted_scope: str = "",
) -> Fetched:
    """Exchange a refresh token (RFC 6749 6); where the answer brings a new one, the old one may be dead.

    Args:
        granted_scope: of the grant; empty: the client's. It is what the answer means where it names none.

    Raises:
        TokenRefused: see `fetch`.
    """
    form = {"grant_type": "refresh_token", "refresh_token": token, **credentials(client, secret)}
    if client.provider == Provider.OFFICE365:
        # A refresh token of Microsoft's is good for any resource, and the scope names which one is meant.
        # Elsewhere the scope is left out: one that was not granted would be refused (RFC 6749 6).
        form["scope"] = client.scope
    url = client.refresh_url or client.token_url
    asked = granted_scope or client.scope
    return await fetch(http, str(client.provider), url, form, asked_scope=asked, now=now)


def credentials(client: OAuthClientFields, secret: SecretStr | None) -> dict[str, str | SecretStr]:
    """How a client names itself: in the body (RFC 6749 2.3.1), which both Google and Microsoft document, and
    with a secret only where there is one, since Microsoft refuses it from public clients (AADSTS700025)."""
    form: dict[str, str | SecretStr] = {"client_id": client.client_id}
    if secret is not None and secret.get_secret_value():
        form["client_secret"] = secret
    return form


def secret_of(store: Store, vault: Vault, client_id: int) -> SecretStr | None:
    """A client's secret, or a service account's key file; None: it has none.

    Raises:
        VaultError: the vault is locked, or the secret cannot be opened.
    """
    with store.read() as session:
        return vault.reveal(session, oauth_clients.owner_of_secrets(client_id), oauth_clients.SECRET)
