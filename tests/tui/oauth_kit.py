"""A desk with OAuth clients and mailboxes of the rehearsal's, and a person with a browser."""

from __future__ import annotations

import asyncio
import json
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from live.oauth.accept import Accepted, accept
from live.oauth.authorize import begin, complete
from live.oauth.http import OAuthHttp
from live.rehearsal.authorization.consent import consent
from live.rehearsal.endpoints import Endpoints
from live.rehearsal.oauth_desk import client_fields, oauth_fields
from live.rehearsal.oauth_samples import CLIENTS, OAUTH_SAMPLES
from store import assets, oauth_clients
from store.assets import Asset
from store.database import Store
from store.key_file import KeyFile
from store.oauth_clients import OAuthClient
from store.vault import Vault
from tests.tui.command_line import InProcess, Result

CLIENT = {sample.key: sample for sample in CLIENTS}
MAILBOX = {sample.key: sample for sample in OAUTH_SAMPLES}
PATIENCE_S = 20.0


class OAuthDesk:
    """A store whose vault opens by itself, aimed at a running rehearsal provider."""

    def __init__(self, path: Path, endpoints: Endpoints) -> None:
        self.path = path
        self.endpoints = endpoints

    @property
    def option(self) -> tuple[str, str]:
        """The global option that names it."""
        return "--store", str(self.path)

    def client(self, key: str, **changed: Any) -> OAuthClient:
        """Keep a client of the rehearsal's."""
        sample = CLIENT[key]
        fields = client_fields(sample, self.endpoints.authorization, datetime.now(UTC))
        fields = fields.model_copy(update=changed)
        with self.opened() as (store, vault):
            return oauth_clients.create(store, vault, fields, secret=sample.client.secret)

    def asset(self, key: str, client: OAuthClient, **changed: Any) -> Asset:
        """Keep a mailbox of the rehearsal's; it has no grant yet. Google is asked for consent each time: it
        gives a refresh token at the first consent only, and tests share the provider."""
        changed = {"ask_consent": MAILBOX[key].provider == "gmail", **changed}
        fields = oauth_fields(MAILBOX[key], client.id, self.endpoints)
        with self.opened() as (store, vault):
            return assets.create(store, vault, fields.model_copy(update=changed))

    def pull(self, lever: str, **form: str) -> dict[str, Any]:
        """Let something happen at the provider, by a lever of its `/rehearsal/`."""
        url = f"{self.endpoints.authorization}/rehearsal/{lever}"
        request = urllib.request.Request(url, urllib.parse.urlencode(form).encode())
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return dict(json.loads(answer.read()))

    def opened(self) -> Opened:
        """Store and vault, for the length of a block."""
        return Opened(self.path)


class Opened:
    """A store with its vault open."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> tuple[Store, Vault]:
        self._store = Store.open(self._path)
        vault = Vault(self._store)
        vault.unlock_from([KeyFile(self._path.with_name("vault.key"))])
        return self._store, vault

    def __exit__(self, *_: object) -> None:
        self._store.close()


def with_grant(desk: OAuthDesk, name: str, client: OAuthClient) -> Asset:
    """Keep a mailbox of the rehearsal's with a grant that its owner consented to."""
    asset = desk.asset(next(key for key, sample in MAILBOX.items() if sample.asset_name == name), client)
    asyncio.run(_consented(desk, asset, client))
    return asset


async def _consented(desk: OAuthDesk, asset: Asset, client: OAuthClient) -> None:
    with desk.opened() as (store, vault):
        async with OAuthHttp() as http:
            begun = begin(store, vault, asset, client, redirect_uri=client.callback_url, consent=False)
            address = await consent(begun.url.get_secret_value(), account=asset.address)
            got = await complete(store, vault, http, SecretStr(address), now=datetime.now(UTC))
            assert isinstance(await accept(store, vault, asset, client, got), Accepted)


def ended_on(link: str, account: str, **choice: Any) -> str:
    """Where the browser of this account's person ends after the consent."""
    return asyncio.run(consent(link.strip(), account=account, **choice))


def authorized(postroom: InProcess, desk: OAuthDesk, name: str, account: str) -> Result:
    """Generate a token by an owner's link and an address pasted back."""
    made = postroom(*desk.option, "authorize", name, "--owner-link")
    assert made.status == 0, made.err
    return postroom(*desk.option, "authorize", name, "--paste", stdin=ended_on(made.out, account))


def grant_of(postroom: InProcess, desk: OAuthDesk, name: str) -> dict[str, Any]:
    """What `assets show` says of an asset."""
    told = postroom(*desk.option, "assets", "show", name, "--json")
    assert told.status == 0, told.err
    (asset,) = json.loads(told.out)["assets"]
    return dict(asset)
