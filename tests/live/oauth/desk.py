"""A desk of its own at the rehearsal's authorization server: its clients as postroom keeps them, its
assets."""

from __future__ import annotations

from typing import Any

from live import providers
from live.rehearsal.authorization.registry import TENANT, Client, Dialect
from store import assets, oauth_clients
from store.assets import Asset
from store.database import Store
from store.kinds import Provider, SignIn
from store.oauth_clients import ClientType, OAuthClient, OAuthClientFields
from store.vault import Vault
from tests.live.authorization_kit import MAIL, OWNER, Server
from tests.store.kit import fields


def client_fields(server: Server, client: Client, **more: Any) -> OAuthClientFields:
    """A client of the rehearsal's as a person would set it."""
    google = client.dialect is Dialect.GOOGLE
    urls = server.urls(client)
    provider = Provider.GMAIL if google else Provider.OFFICE365
    given = {
        "name": client.name,
        "provider": provider,
        "client_type": ClientType(client.kind),
        "client_id": client.client_id,
        "tenant": "" if google else TENANT,
        "authorization_url": urls.authorization,
        "token_url": urls.token,
        "device_url": urls.device,
        "revocation_url": urls.revocation,
        "scope": MAIL[client.dialect],
        "callback_url": providers.of(provider).oauth.callback,
    }
    return OAuthClientFields(**(given | more))


def keep_client(store: Store, vault: Vault, server: Server, client: Client, **more: Any) -> OAuthClient:
    secret = client.secret
    return oauth_clients.create(store, vault, client_fields(server, client, **more), secret=secret)


def keep_asset(store: Store, vault: Vault, client: OAuthClient, address: str = "", **more: Any) -> Asset:
    owner = OWNER[Dialect.GOOGLE if client.provider == Provider.GMAIL else Dialect.MICROSOFT]
    given = {
        "address": address or owner,
        "provider": client.provider,
        "sign_in": SignIn.OAUTH,
        "oauth_client_id": client.id,
    }
    return assets.create(store, vault, fields(f"Desk of {client.name}", **(given | more)))
