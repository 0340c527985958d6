"""Adds the OAuth samples to the rehearsal's store: clients, mailboxes, and grants got as people get them."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain

import httpx
from pydantic import SecretStr

from live.deadlines import restate
from live.oauth.authorize import begin, complete
from live.oauth.http import OAuthHttp
from live.oauth.refresh import refresh
from live.oauth.renewal import renew
from live.oauth.schedule import ends_at, next_refresh
from live.rehearsal.authorization.consent import consent
from live.rehearsal.authorization.registry import Dialect
from live.rehearsal.authorization.server import google_urls, microsoft_urls
from live.rehearsal.endpoints import Endpoints
from live.rehearsal.oauth_sample import ClientSample, Lever, OAuthSample
from live.rehearsal.oauth_samples import CLIENTS, OAUTH_SAMPLES
from store import assets, grants, oauth_clients
from store.assets import Asset, AssetFields
from store.database import Store
from store.grant_events import GrantEvent
from store.grants import Kept, Tokens
from store.kinds import Provider, Security, SignIn
from store.oauth_clients import ClientType, Flow, OAuthClient, OAuthClientFields, Publishing
from store.vault import Vault

LEVER_S = 20.0  # for a lever to be pulled; on loopback it takes 2 ms
HOST = "localhost"


def add_oauth(
    store: Store, vault: Vault, endpoints: Endpoints, *, every: bool = False, inbound_domain: str = ""
) -> None:
    """Create the OAuth clients and mailboxes, consent for those that have a grant, and let some go wrong.

    Needs the provider: each grant is asked for in a browser's place, and refreshed once, so that its state is
    real. Runs an event loop of its own.

    Args:
        every: a mailbox for each behaviour, not only the eight of the desk.

    Raises:
        OAuthClientError, store.assets.AssetTaken, store.vault.VaultError, store.database.StoreError: as with
            the store. TokenRefused, httpx.HTTPError: the provider does not do what it should.
    """
    asyncio.run(_Desk(store, vault, endpoints, every=every).fill(inbound_domain))


def client_fields(sample: ClientSample, base: str, now: datetime) -> OAuthClientFields:
    """Return the client as a person would have typed it, aimed at the authorization server at `base`."""
    client = sample.client
    google = client.dialect is Dialect.GOOGLE
    urls = google_urls(base) if google else microsoft_urls(base, client.tenant or "organizations")
    ends = sample.secret_ends_in_days
    return OAuthClientFields(
        name=client.name,
        provider=Provider.GMAIL if google else Provider.OFFICE365,
        flow=Flow(sample.flow),
        client_type=ClientType(client.kind),
        client_id=client.client_id,
        tenant=client.tenant,
        authorization_url=urls.authorization if sample.flow == "authorization_code" else "",
        token_url=urls.token,
        device_url=urls.device if sample.flow == "authorization_code" and not google else "",
        revocation_url=urls.revocation,
        scope=sample.scope,
        callback_url=sample.callback_url,
        secret_ends=(now + timedelta(days=ends)).date() if ends is not None else None,
        publishing=Publishing(sample.publishing),
        test_users="\n".join(client.test_users or ()),
    )


def oauth_fields(sample: OAuthSample, client_id: int, endpoints: Endpoints) -> AssetFields:
    """Return the mailbox as a person would have typed it; `client_id` is the client's number in the store."""
    account = sample.mailbox()
    return AssetFields(
        name=sample.asset_name,
        address=sample.address,
        provider=Provider(sample.provider),
        sign_in=SignIn.OAUTH,
        host=HOST,
        port=endpoints.ports[account.listener],
        security=Security(account.security),
        username=sample.address if sample.signs_in else "",
        login_id=sample.signs_in,
        owner=sample.owner,
        note=sample.note,
        ca_pem=endpoints.ca_pem,
        oauth_client_id=client_id,
    )


class _Desk:
    """The store while it is filled."""

    def __init__(self, store: Store, vault: Vault, endpoints: Endpoints, *, every: bool) -> None:
        self._store = store
        self._vault = vault
        self._endpoints = endpoints
        self._base = endpoints.authorization
        self._clients = [sample for sample in CLIENTS if every or sample.on_desk]
        self._samples = [sample for sample in OAUTH_SAMPLES if every or sample.on_desk]

    async def fill(self, inbound_domain: str) -> None:
        async with (
            OAuthHttp() as http,
            httpx.AsyncClient(base_url=self._base, timeout=LEVER_S, trust_env=False) as provider,
        ):
            clients = {sample.key: await self._client(sample, provider) for sample in self._clients}
            made = {
                sample.key: assets.create(
                    self._store,
                    self._vault,
                    oauth_fields(sample, clients[sample.client].id, self._endpoints),
                    inbound_domain=inbound_domain,
                )
                for sample in self._samples
            }
            for sample in self._samples:
                if sample.consented:
                    await self._grant(sample, made[sample.key], clients[sample.client], http)
            levers = [sample.afterwards for sample in self._samples]
            await _pull(provider, chain(*levers, *(client.afterwards for client in self._clients)))
            await self._refreshed(http, made)
        restate(self._store, datetime.now(UTC))

    async def _client(self, sample: ClientSample, provider: httpx.AsyncClient) -> OAuthClient:
        """Keep a client; a service account's secret is its key file, fetched from the console."""
        secret = sample.client.secret
        if sample.flow == "service_account":
            query = {"who": sample.client.client_id}
            answer = await provider.get("/rehearsal/key.json", params=query)
            secret = SecretStr(answer.raise_for_status().text)
        fields = client_fields(sample, self._base, datetime.now(UTC))
        return oauth_clients.create(self._store, self._vault, fields, secret=secret)

    async def _grant(self, sample: OAuthSample, asset: Asset, client: OAuthClient, http: OAuthHttp) -> None:
        """Get a grant the way that the client's flow goes, and keep it as one that is some days old."""
        now = datetime.now(UTC)
        if client.flow is Flow.AUTHORIZATION_CODE:
            tokens, ms = await self._consented(sample, asset, client, http, now)
        else:
            with self._store.read() as session:
                secret = self._vault.reveal(
                    session, oauth_clients.owner_of_secrets(client.id), oauth_clients.SECRET
                )
            fetched = await renew(
                http, client, secret, mailbox=asset.sign_in_name, refresh_token=None, now=now
            )
            tokens, ms = fetched.tokens, fetched.ms
        then = now - timedelta(days=sample.consented_days_ago)
        kept = Kept(
            asset_id=asset.id,
            tokens=tokens,
            obtained_at=then,
            expires_at=ends_at(then, tokens.validity),
            next_refresh_at=next_refresh(then, tokens.validity),
            deadline=None,
            event=GrantEvent(then, "consent", "kept", ms, "Granted at the rehearsal's provider."),
            consented=True,
        )
        grants.keep_tokens(self._store, self._vault, [kept])

    async def _consented(
        self, sample: OAuthSample, asset: Asset, client: OAuthClient, http: OAuthHttp, now: datetime
    ) -> tuple[Tokens, float]:
        """Play the person with the browser; returns the tokens, and the milliseconds that they took."""
        callback = client.callback_url
        begun = begin(self._store, self._vault, asset, client, redirect_uri=callback, consent=False, now=now)
        account = sample.signs_in or sample.address
        ended_on = SecretStr(await consent(begun.url.get_secret_value(), account=account))
        exchanged = await complete(self._store, self._vault, http, ended_on, now=now)
        return exchanged.tokens, exchanged.ms

    async def _refreshed(self, http: OAuthHttp, made: Mapping[str, Asset]) -> None:
        """Refresh what was consented to, once: some go on, and some do not."""
        ids = [made[sample.key].id for sample in self._samples if sample.consented]
        async for _ in refresh(self._store, self._vault, ids, http=http):
            pass


async def _pull(provider: httpx.AsyncClient, levers: Iterable[Lever]) -> None:
    """Let happen at the provider what happens there to a desk in life."""
    for name, form in levers:
        (await provider.post(f"/rehearsal/{name}", data=dict(form))).raise_for_status()
