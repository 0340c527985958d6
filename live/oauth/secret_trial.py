"""A client's new secret, tried on one of its assets before it takes the place of the old one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from live.oauth import outcome
from live.oauth.claims import Claimed, Claims
from live.oauth.faults import Fault, TokenRefused
from live.oauth.http import OAuthHttp
from live.oauth.renewal import renew
from live.oauth.token_keeper import Ended, TokenKeeper, keeper_of
from live.oauth.token_writing import Settled
from store import assets, grants, oauth_clients
from store.assets import Asset
from store.database import Store
from store.grants import Grant, GrantState
from store.oauth_clients import Flow, OAuthClientFields
from store.vault import Vault

LEASE = timedelta(seconds=90)
"""How long the asset's grant is claimed, should this process be killed: a request of 30 s and its writing."""
MOST_TRIED = 3
"""Assets whose own consent may be at fault, before it is given up."""
ORDER = (GrantState.CLIENT_FAULT, GrantState.VALID, GrantState.RETRYING)
"""Which grants a secret can be tried on, the best first: those that have nothing to lose."""


@dataclass(frozen=True, slots=True)
class SecretTrial:
    """How it went."""

    asset_name: str
    """Whose token was asked for; empty: the client has no asset that it could be tried on."""
    refused: TokenRefused | None
    """None: the provider took the secret, or there was nothing to try it on."""


async def try_secret(
    store: Store,
    vault: Vault,
    http: OAuthHttp,
    client_id: int,
    fields: OAuthClientFields,
    secret: SecretStr,
) -> SecretTrial:
    """Renew the token of one asset of a client with a secret that is not kept yet, and keep that token.

    A refusal of the asset's own consent says nothing of the secret, and another asset is taken then. No
    refusal is recorded: the old secret stays, and with it what is known of the grants.

    Args:
        fields: the client as it shall be.

    Raises:
        StoreError, VaultError: store or vault cannot be used.
    """
    found = await asyncio.to_thread(lambda: list(_candidates(store, vault, client_id, fields)))
    trial = SecretTrial("", None)
    for asset, grant in found[:MOST_TRIED]:
        refused = await _tried(store, vault, http, fields, secret, asset, grant)
        trial = SecretTrial(asset.name, refused)
        if refused is None or refused.kind is not Fault.CONSENT:
            break
    return trial


def _candidates(
    store: Store, vault: Vault, client_id: int, fields: OAuthClientFields
) -> Iterator[tuple[Asset, Grant | None]]:
    held = []
    for asset_id in oauth_clients.assets_of(store, client_id):
        asset, grant = assets.by_id(store, vault, asset_id), grants.of(store, asset_id)
        if asset is None or asset.sign_in != assets.SignIn.OAUTH:
            continue
        if fields.flow != Flow.AUTHORIZATION_CODE:
            yield asset, None
        elif grant is not None and grant.has_refresh and grant.state in ORDER and _made_as(fields, grant):
            held.append((asset, grant))
    yield from sorted(held, key=lambda pair: ORDER.index(pair[1].state))


def _made_as(fields: OAuthClientFields, grant: Grant) -> bool:
    """Whether the client, as it shall be, is the one that the grant was made with."""
    return grant.made_as in ("", grants.registration_of(fields))


async def _tried(
    store: Store,
    vault: Vault,
    http: OAuthHttp,
    fields: OAuthClientFields,
    secret: SecretStr,
    asset: Asset,
    grant: Grant | None,
) -> TokenRefused | None:
    if grant is None:  # nothing is used up by asking: the token is let go
        now = datetime.now(UTC)
        name = asset.sign_in_name
        try:
            await renew(http, fields, secret, mailbox=name, refresh_token=None, now=now)
        except TokenRefused as refused:
            return refused
        return None
    keeper = keeper_of(store, vault)
    claims = Claims(store, vault, keeper.owner, LEASE)
    stand = {asset.id: (grant.rotation, grant.failures)}
    async with keeper.lock:
        (one,) = await asyncio.to_thread(claims.claim, [asset.id], stand, datetime.now(UTC), only_due=False)
    if not isinstance(one, Claimed):
        return TokenRefused(Fault.PASSING, one.words, "any-oauth-refresh-elsewhere")
    try:
        await _unbroken(_renewed(http, keeper, replace(one, client=fields, secret=secret)))
    except TokenRefused as refused:
        async with keeper.lock:
            await asyncio.to_thread(claims.release, [asset.id])
        return refused
    return None


async def _unbroken(asking: Coroutine[Any, Any, None]) -> None:
    """Go through with it, even where whoever waits goes: the answer may hold the only token that works."""
    task = asyncio.create_task(asking)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


async def _renewed(http: OAuthHttp, keeper: TokenKeeper, claimed: Claimed) -> None:
    """Ask, and wait until what came is in the store.

    Raises:
        TokenRefused: nothing came.
    """
    asked_at = datetime.now(UTC)
    fetched = await renew(
        http,
        claimed.client,
        claimed.secret,
        mailbox=claimed.mailbox.sign_in_name,
        refresh_token=claimed.refresh_token,
        now=asked_at,
        granted_scope=claimed.grant.scope,
    )
    kept: asyncio.Future[Settled] = asyncio.get_running_loop().create_future()
    result = outcome.kept(claimed, fetched, asked_at)
    name, rotation = claimed.mailbox.name, claimed.grant.rotation
    keeper.put(Ended(result, rotation, kept.set_result, lambda _: None, name))
    await kept
