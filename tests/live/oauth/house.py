"""A whole rehearsal provider in the test's own loop, authorization and SMTP, and a desk before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from live import connection_tests
from live.connection_tests import Bounds, TestEnded
from live.oauth.authorize import Exchanged, begin, complete
from live.oauth.http import OAuthHttp
from live.rehearsal.authorization.consent import consent
from live.rehearsal.authorization.issuer import Issuer, Pace
from live.rehearsal.authorization.registry import Client, Dialect, Person
from live.rehearsal.endpoints import Endpoints, Listener
from live.rehearsal.provider import serving
from store import assets, grants
from store.assets import Asset, Security
from store.checks import CheckRun
from store.database import Store
from store.kinds import SignIn
from store.oauth_clients import OAuthClient
from store.vault import Vault
from tests.live.authorization_kit import (
    ANN,
    BEN,
    CAT,
    CONFIDENTIAL,
    GOOGLE,
    OWNER,
    PUBLIC,
    SERVICE_ACCOUNT,
    Server,
)
from tests.live.oauth.desk import keep_client
from tests.live.oauth.stock import RealClock, granted
from tests.store.kit import fields

SMTP_OFF = "smtp-off@oauth.example.org"
"""A mailbox of the rehearsal whose organisation has SMTP switched off."""
URIS = {GOOGLE.client_id: "http://127.0.0.1:8400", PUBLIC.client_id: "http://localhost:8400"}


@dataclass
class House:
    """The provider, and the desk."""

    store: Store
    vault: Vault
    endpoints: Endpoints
    server: Server
    http: OAuthHttp

    def ready(self, registered: Client, address: str = "", **more: Any) -> tuple[OAuthClient, Asset]:
        """A client and an asset of it, without a grant."""
        client = keep_client(self.store, self.vault, self.server, registered, **more)
        return client, self.asset(client, registered, address)

    def asset(self, client: OAuthClient, registered: Client, address: str = "", **more: Any) -> Asset:
        google = registered.dialect is Dialect.GOOGLE
        given = {
            "address": address or OWNER[registered.dialect],
            "provider": client.provider,
            "sign_in": SignIn.OAUTH,
            "oauth_client_id": client.id,
            "host": "localhost",
            "port": self.endpoints.ports[Listener.GMAIL_SSL if google else Listener.EXCHANGE_STARTTLS],
            "security": Security.SSL if google else Security.STARTTLS,
            "ca_pem": self.endpoints.ca_pem,
        }
        return assets.create(self.store, self.vault, fields(f"Desk {address}", **(given | more)))

    async def consented(
        self, client: OAuthClient, asset: Asset, account: str = "", *, scope: str = ""
    ) -> Exchanged:
        """What a person's consent brings.

        Args:
            account: who signs in; empty: the asset's own address.
        """
        uri = URIS[client.client_id]
        begun = begin(self.store, self.vault, asset, client, redirect_uri=uri, consent=False)
        address = await consent(begun.url.get_secret_value(), account=account or asset.address)
        now = datetime.now(UTC)
        return await complete(self.store, self.vault, self.http, SecretStr(address), now=now)

    def grant(self, registered: Client, asset: Asset, *, ended: bool = True, **of_tokens: Any) -> SecretStr:
        """Give the asset a grant that somebody once consented to; gives its refresh token."""
        refresh = self.server.issuer.mint(registered.client_id, asset.address)
        now = datetime.now(UTC) + timedelta(minutes=0 if ended else 50)
        grants.keep_tokens(self.store, self.vault, [granted(asset.id, refresh, now, **of_tokens)])
        return refresh

    async def tested(self, asset: Asset, **more: Any) -> CheckRun:
        """A connection test of the asset."""
        events = connection_tests.run(self.store, self.vault, [asset.id], bounds=Bounds(), **more)
        (ended,) = [event async for event in events if isinstance(event, TestEnded)]
        assert ended.run is not None
        return ended.run


@asynccontextmanager
async def house_of(store: Store, vault: Vault, pace: Pace | None = None) -> AsyncIterator[House]:
    """Everything, until the end of the block."""
    people = (
        Person(ANN, Dialect.GOOGLE, session_of=CAT),
        Person(CAT, Dialect.GOOGLE),
        Person(BEN, Dialect.MICROSOFT, acts_for=("shared@example.org",)),
        Person("dan@example.org", Dialect.MICROSOFT),
        Person(SMTP_OFF, Dialect.MICROSOFT),
    )
    clock = RealClock()
    issuer = Issuer((GOOGLE, PUBLIC, CONFIDENTIAL, SERVICE_ACCOUNT), people, pace=pace, clock=clock)
    async with (
        serving(issuer) as endpoints,
        httpx.AsyncClient(trust_env=False) as inside,
        OAuthHttp() as http,
    ):
        server = Server(issuer, clock, endpoints.authorization, inside)
        yield House(store, vault, endpoints, server, http)
