"""Ends an asset's grant: at the provider where it can be told, then here, with its tokens."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Literal

from pydantic import SecretStr

from live import deadlines
from live.oauth.faults import TokenRefused
from live.oauth.http import OAuthHttp
from live.oauth.revoke import Hint, revoke, steps_instead
from live.oauth.token_requests import secret_of
from store import audit, grants
from store.assets import Asset
from store.database import Store
from store.grant_events import GrantEvent, record_event
from store.oauth_clients import OAuthClient
from store.vault import Vault

Told = Literal["told", "knew already", "not told"]
"""What the provider knows of it; "not told": it has no way to be told, or there was no token to name."""


async def take_back(store: Store, vault: Vault, http: OAuthHttp, asset: Asset, client: OAuthClient) -> Told:
    """Revoke the grant at the provider, and forget it here with its tokens; in that order, so that a refusal
    leaves everything as it was. The attempt is kept in the grant's history.

    Raises:
        TokenRefused: the provider did not take it back, or nobody knows; nothing is forgotten.
        VaultError: the tokens cannot be read. StoreError: they cannot be forgotten.
    """
    told: Told = "not told"
    ms = 0.0
    if not await asyncio.to_thread(steps_for, store, asset.id, client):
        token, hint, secret = await asyncio.to_thread(_read, store, vault, asset, client)
        if token is not None:
            try:
                revoked = await revoke(http, client, secret, token, hint=hint)
            except TokenRefused as refused:
                await asyncio.to_thread(_record, store, asset, refused)
                raise
            told, ms = ("knew already" if revoked.already else "told"), revoked.ms
    await asyncio.to_thread(_forget, store, vault, asset, told, ms)
    return told


def steps_for(store: Store, asset_id: int, client: OAuthClient) -> tuple[str, ...]:
    """What a person does where `take_back` cannot tell the provider; empty: it can. Blocks for disk."""
    grant = grants.of(store, asset_id)
    if grant is not None and grant.made_with:
        # The token is none of the client's, and is shown to nobody under its name.
        return (
            f"The grant was made with {grant.made_with}: withdraw that app's access in the settings of the "
            "account at the provider.",
            "Or take that client again, and revoke the grant then.",
        )
    return steps_instead(client)


def _read(
    store: Store, vault: Vault, asset: Asset, client: OAuthClient
) -> tuple[SecretStr | None, Hint, SecretStr | None]:
    with store.read() as session:
        refresh = grants.refresh_token(session, vault, asset.id)
        access = grants.access_token(session, vault, asset.id)
    hint: Hint = "refresh_token" if refresh is not None else "access_token"
    return refresh or access, hint, secret_of(store, vault, client.id)


def _record(store: Store, asset: Asset, refused: TokenRefused) -> None:
    event = GrantEvent(
        datetime.now(UTC),
        "revocation",
        "refused",
        refused.ms,
        refused.words,
        refused.references,
        refused.diagnosis,
    )
    with store.write() as session:
        record_event(session, asset.id, event)


def _forget(store: Store, vault: Vault, asset: Asset, told: Told, ms: float) -> None:
    now = datetime.now(UTC)
    answer = {
        "told": "The provider took the grant back.",
        "knew already": "The provider knew the grant no more.",
        "not told": "The tokens were forgotten here; the provider was not told.",
    }[told]
    with store.write() as session:
        grants.forget(session, vault, asset.id)
        record_event(session, asset.id, GrantEvent(now, "revocation", "kept", ms, answer))
        audit.record(
            session, store.actor, "grant revoked", asset_id=asset.id, asset_name=asset.name, detail=answer
        )
    deadlines.restate(store, now, [asset.id])
