"""The access token of an asset, ready to be used: renewed first where it is stale, or was refused.

A token is given out only from the store, where the refresh token that came with it is committed by then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr

from live.diagnosis import OAuthWords, diagnose_oauth
from live.oauth.faults import NetworkFault
from live.oauth.http import OAuthHttp
from live.oauth.refresh import Refreshed, Result, refresh, utc_now
from live.oauth.schedule import is_fresh
from live.oauth.token_keeper import Unwritten
from store import grants
from store.assets import Asset
from store.database import Store
from store.grants import Grant, GrantState
from store.vault import SecretUnreadable, Vault, VaultError

Opened = Callable[[], Awaitable[OAuthHttp]]
"""Gives the client, and makes it where there is none yet.

Raises:
    NetworkFault: the environment names a proxy that cannot be used.
"""

UNKNOWN_OAUTH = "unknown-oauth"
NEVER = "No token has been generated for this asset yet."
GONE = "The access token is no longer there: generate it again."


class NoToken(Exception):
    """There is no access token to be had.

    Args:
        words: what the provider said, or a sentence; untrusted.
        diagnosis: id of an entry of `live.diagnosis`.
        definite: no later try can go otherwise unless a person acts.
    """

    def __init__(self, words: str, diagnosis: str, *, definite: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.diagnosis = diagnosis
        self.definite = definite


async def usable_token(
    store: Store,
    vault: Vault,
    asset: Asset,
    http: OAuthHttp,
    *,
    refused: SecretStr | None = None,
    now: Callable[[], datetime] = utc_now,
) -> SecretStr:
    """The access token, renewed before where it is stale.

    Args:
        refused: a token that a server has refused though it should be good: it is renewed at once, unless
            somebody else has done so already.

    Raises:
        NoToken: there is none to be had. StoreError: the store cannot be read.
    """

    async def opened() -> OAuthHttp:
        return http

    return (await usable(store, vault, asset, opened, refused=refused, now=now)).token


@dataclass(frozen=True, slots=True)
class Usable:
    """A token that may be used."""

    token: SecretStr
    grant: Grant
    refreshed: Refreshed | None
    """How renewing it went, where that was tried."""


async def usable(
    store: Store,
    vault: Vault,
    asset: Asset,
    http: Opened,
    *,
    refused: SecretStr | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Usable:
    """`usable_token`, with what was found out on the way; `http` is only opened where it is needed."""
    grant, token = await asyncio.to_thread(_read, store, vault, asset)
    if is_fresh(grant, now()) and not grant.made_with and not _same(token, refused):
        return Usable(token, grant, None)
    try:
        client = await http()
    except NetworkFault as fault:
        found = diagnose_oauth(asset.provider, OAuthWords(text=fault.cause))
        raise NoToken(fault.words, found.id) from None
    done = await _refreshed(store, vault, asset, client, now)
    if done.well:
        grant, token = await asyncio.to_thread(_read, store, vault, asset)
        return Usable(token, grant, done)
    definite = done.result in (Result.CONSENT, Result.CLIENT)
    usable_yet = is_fresh(grant, now(), left=timedelta(0)) and not grant.made_with
    if not definite and usable_yet and not _same(token, refused):
        return Usable(token, grant, done)
    raise NoToken(done.words, done.diagnosis or UNKNOWN_OAUTH, definite=definite)


def _read(store: Store, vault: Vault, asset: Asset) -> tuple[Grant, SecretStr]:
    with store.read() as session:
        grant = grants.of_many(session, [asset.id]).get(asset.id)
        if grant is None or grant.state is GrantState.NONE:
            raise _found(asset, NEVER, "grant_missing")
        try:
            token = grants.access_token(session, vault, asset.id)
        except SecretUnreadable as error:
            raise _found(asset, str(error), "token_unreadable") from None
        except VaultError as error:
            raise _found(asset, str(error), "vault_locked") from None
    if token is None:
        raise _found(asset, GONE, "grant_missing")
    return grant, token


async def _refreshed(
    store: Store, vault: Vault, asset: Asset, http: OAuthHttp, now: Callable[[], datetime]
) -> Refreshed:
    """Refresh the one grant; a token that came and cannot be written is none that may be used."""
    async with aclosing(refresh(store, vault, [asset.id], http=http, now=now)) as events:
        async for event in events:
            if isinstance(event, Unwritten):
                raise _found(asset, event.words, "store_unwritable")
            if isinstance(event, Refreshed):
                return event
    raise AssertionError("every asset is told of")


def _found(asset: Asset, words: str, condition: str) -> NoToken:
    known = diagnose_oauth(asset.provider, OAuthWords.found(condition))
    return NoToken(words, known.id, definite=known.effect in ("consent", "client"))


def _same(token: SecretStr, other: SecretStr | None) -> bool:
    return other is not None and token.get_secret_value() == other.get_secret_value()
