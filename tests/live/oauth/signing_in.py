"""A desk before the rehearsal, with a person at a browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from pydantic import SecretStr

from live.oauth.answers import TokenRefused
from live.oauth.authorize import Begun, Exchanged, begin, complete
from live.oauth.http import OAuthHttp
from live.rehearsal.authorization.consent import consent
from live.rehearsal.authorization.registry import Client
from store.assets import Asset
from store.database import Store
from store.oauth_clients import OAuthClient
from store.vault import Vault
from tests.live.authorization_kit import CONFIDENTIAL, GOOGLE, PUBLIC, Server
from tests.live.oauth.desk import keep_asset, keep_client
from tests.live.oauth.kit import assert_silent, told

NOW = datetime.now(UTC)
BOTH = pytest.mark.parametrize(
    "registered", [GOOGLE, PUBLIC, CONFIDENTIAL], ids=["google", "public", "confidential"]
)
URIS = {
    GOOGLE.client_id: "http://127.0.0.1:8400/callback",
    PUBLIC.client_id: "http://localhost:8400",
    CONFIDENTIAL.client_id: "http://127.0.0.1:8400/callback",
}


@dataclass
class Desk:
    """A desk before the rehearsal."""

    store: Store
    vault: Vault
    server: Server
    http: OAuthHttp

    def ready(self, registered: Client, **more: Any) -> tuple[OAuthClient, Asset]:
        client = keep_client(self.store, self.vault, self.server, registered, **more)
        return client, keep_asset(self.store, self.vault, client)

    def begun(self, client: OAuthClient, asset: Asset, **more: Any) -> Begun:
        given = {"redirect_uri": URIS[client.client_id], "consent": False, "now": NOW} | more
        return begin(self.store, self.vault, asset, client, **given)

    async def ended(self, begun: Begun, **more: Any) -> str:
        """Where the person's browser ends."""
        account = more.pop("account", None) or parse_qs(urlsplit(plain(begun)).query)["login_hint"][0]
        return await consent(plain(begun), account=account, **more)

    async def complete(self, address: str, **more: Any) -> Exchanged:
        given = {"now": NOW} | more
        return await complete(self.store, self.vault, self.http, SecretStr(address), **given)

    async def refused(self, address: str, **more: Any) -> TokenRefused:
        """Why no tokens come of an address; nothing of it is in the error."""
        with pytest.raises(TokenRefused) as caught:
            await self.complete(address, **more)
        secrets = [
            SecretStr(value)
            for name, value in parse_qsl(urlsplit(address).query)
            if name in ("code", "state")
        ]
        assert_silent(
            told(caught.value), [secret for secret in secrets if len(secret.get_secret_value()) > 16]
        )
        return caught.value


def plain(begun: Begun) -> str:
    return begun.url.get_secret_value()
