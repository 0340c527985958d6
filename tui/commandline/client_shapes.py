"""How an OAuth client looks outside: in words, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from store.oauth_clients import Flow, OAuthClient
from tui.asset_list import PROVIDERS
from tui.client_list import CLIENT_TYPES, FLOWS, PUBLISHINGS, secret_words
from tui.commandline.printing import moment
from tui.times import exact

TITLES = ("NAME", "PROVIDER", "HOW", "ASSETS", "SECRET", "STATUS", "CLIENT ID")


def cells(client: OAuthClient, today: date) -> tuple[str, ...]:
    """The cells of one row, in the order of `TITLES`."""
    return (
        client.name,
        PROVIDERS[client.provider],
        FLOWS[client.flow],
        f"{client.assets:,}",
        secret_words(client, today)[0],
        PUBLISHINGS[client.publishing] if client.publishing else "",
        client.client_id,
    )


def pairs(client: OAuthClient, names: Sequence[str], today: date) -> Iterator[tuple[str, str]]:
    """Labels and values of one client, but for its secret; what does not concern it is left out."""
    by_person = client.flow == Flow.AUTHORIZATION_CODE
    yield "Provider", PROVIDERS[client.provider]
    yield "How", f"{FLOWS[client.flow]}, registered as {CLIENT_TYPES[client.client_type]}"
    yield "Client ID", client.client_id
    yield "Client secret", secret_words(client, today)[0]
    if client.tenant:
        yield "Tenant", client.tenant
    if by_person:
        yield "Authorization URL", client.authorization_url or "none"
    yield "Token URL", client.token_url
    if by_person:
        yield "Refresh URL", client.refresh_url or "the token URL"
        yield "Device URL", client.device_url or "none: no device code"
    yield "Revocation URL", client.revocation_url or "none"
    yield "Scope", client.scope
    if by_person:
        yield "Callback URL", client.callback_url or "none"
    if client.publishing:
        yield "Publishing", PUBLISHINGS[client.publishing]
    if client.test_user_list:
        yield f"Test users ({len(client.test_user_list)})", "\n".join(client.test_user_list)
    yield f"Assets ({len(names)})", "\n".join(names) or "none yet"
    yield "Changed", f"{exact(client.updated_at)}, version {client.version}"


def of_client(client: OAuthClient) -> dict[str, Any]:
    """The shape that `postroom clients list --help` states."""
    fields = client.fields().model_dump(mode="json")
    return {
        "id": client.id,
        **fields,
        "publishing": client.publishing.value or "unknown",
        "test_users": list(client.test_user_list),
        "has_secret": client.has_secret,
        "assets": client.assets,
        "version": client.version,
        "created_at": moment(client.created_at),
        "updated_at": moment(client.updated_at),
    }
