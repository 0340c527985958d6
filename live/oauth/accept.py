"""Check, then trust: new tokens take the place of the old grant only when they are what was asked for.

Until then the old grant stays as it is and works; what was refused is kept in the grant's history.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from live.deadlines import deadline_of
from live.diagnosis import OAuthWords, diagnose_oauth
from live.oauth.authorize import Exchanged
from live.oauth.http import OAuthHttp
from live.oauth.refresh import utc_now
from live.oauth.schedule import ends_at, next_refresh, nothing, renewed
from live.oauth.scopes import missing_scopes
from live.oauth.token_requests import Fetched
from live.smtp.grant_rungs import speaks_of_the_token
from live.smtp.ladder import Ladder, Limits
from live.smtp.target import target_of
from store import audit, grants
from store.assets import Asset, AssetRow
from store.checks import CheckStep, Outcome
from store.database import Store
from store.deadlines import Deadline
from store.grant_events import GrantEvent, record_event
from store.grants import Grant, Kept, MakerChanged, Tokens, maker_of
from store.kinds import Provider
from store.oauth_clients import Flow, OAuthClient
from store.vault import Vault

SIGN_IN = "sign-in"
OFFLINE = "offline_access"
"""The scope that asks for a refresh token (OpenID Connect Core 11)."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The new tokens are the asset's grant now."""

    grant: Grant
    deadline: Deadline | None
    steps: tuple[CheckStep, ...]
    """How signing in with them went."""


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """The new tokens were dropped; the grant from before, if there was one, stays as it was."""

    words: str
    """What was wrong with them; may hold a server's words, untrusted."""
    diagnosis: str
    """Id of an entry of `live.diagnosis`."""
    steps: tuple[CheckStep, ...] = ()
    """How signing in went, where it was tried; the last one failed."""


async def accept(
    store: Store,
    vault: Vault,
    asset: Asset,
    client: OAuthClient,
    got: Exchanged | Fetched | Tokens,
    *,
    consented: bool = True,
    http: OAuthHttp | None = None,
    limits: Limits | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Accepted | NotAccepted:
    """Check new tokens, and make them the asset's grant where they are good.

    Good is what has the scope that was asked for (a box may have been left unticked), a refresh token where
    one should come, and an access token that signs in to SMTP as the asset (the browser may have been signed
    in as somebody else).

    Args:
        consented: whether a person consented just now; never taken for so with app-only and service accounts.
        http: for checks that ask the provider; there is none so far.
        now: the time of this machine, aware.

    Raises:
        VaultError: the vault is locked. StoreError: the store cannot be written. AssetGone: the asset was
        deleted meanwhile. Nothing was kept then, and the same tokens may be given once more.
    """
    tokens, ms = (got, 0.0) if isinstance(got, Tokens) else (got.tokens, got.ms)
    obtained_at = now()
    steps: tuple[CheckStep, ...] = ()
    refused = _amiss(asset, client, tokens)
    if refused is None:
        steps = await _signed_in(asset, tokens, limits)
        refused = _failed_sign_in(asset, client, steps)
    if refused is not None:
        await asyncio.to_thread(_record_refusal, store, asset.id, obtained_at, ms, refused)
        return refused
    by_person = consented and client.flow == Flow.AUTHORIZATION_CODE
    kept = _kept(asset, client, tokens, obtained_at, ms, consented=by_person)
    try:
        return await asyncio.to_thread(_keep, store, vault, asset, kept, steps)
    except MakerChanged as changed:
        refused = _found(asset, str(changed), "other_client", steps)
    await asyncio.to_thread(_record_refusal, store, asset.id, obtained_at, ms, refused)
    return refused


# The checks


def _amiss(asset: Asset, client: OAuthClient, tokens: Tokens) -> NotAccepted | None:
    """What the answer itself lacks."""
    missing = missing_scopes(client.scope, tokens.scope, str(client.provider))
    if missing:
        words = f"Not granted: {' '.join(missing)}. Granted: {tokens.scope or 'nothing'}."
        return _found(asset, words, "scope_missing")
    if tokens.refresh is None and _needs_refresh_token(client):
        return _found(asset, "The provider sent an access token, and no refresh token.", "no_refresh_token")
    return None


def _needs_refresh_token(client: OAuthClient) -> bool:
    """Both large providers send one with every consent that is asked for rightly; another server does where
    it was asked for one. A grant without one ends with its access token, and its deadline says so."""
    if client.flow != Flow.AUTHORIZATION_CODE:
        return False
    return client.provider != Provider.CUSTOM or OFFLINE in client.scope.split()


async def _signed_in(asset: Asset, tokens: Tokens, limits: Limits | None) -> tuple[CheckStep, ...]:
    """Climb up to the sign-in with the new token, and no further."""
    steps: list[CheckStep] = []
    async with aclosing(Ladder(target_of(asset, tokens.access), limits=limits).climb()) as climb:
        async for event in climb:
            if isinstance(event, CheckStep):
                steps.append(event)
                if event.name == SIGN_IN or event.outcome is Outcome.FAILED:
                    break
    return tuple(steps)


def _failed_sign_in(asset: Asset, client: OAuthClient, steps: tuple[CheckStep, ...]) -> NotAccepted | None:
    last = steps[-1]
    if last.outcome is not Outcome.FAILED:
        return None
    if last.name != SIGN_IN:
        words = f"The new token could not be tried, since the connection test failed before: {last.words}"
        return NotAccepted(words, last.diagnosis or "unknown-reply", steps)
    words = f"The new token does not sign in as {asset.sign_in_name}: {last.words}"
    if client.flow == Flow.AUTHORIZATION_CODE and speaks_of_the_token(last.words):
        # It is new and has its scope: what is left is that somebody else signed in.
        return _found(asset, words, "wrong_account", steps)
    return NotAccepted(words, last.diagnosis or "unknown-reply", steps)


def _found(asset: Asset, words: str, condition: str, steps: tuple[CheckStep, ...] = ()) -> NotAccepted:
    return NotAccepted(words, diagnose_oauth(str(asset.provider), OAuthWords.found(condition)).id, steps)


# What follows


def _kept(
    asset: Asset, client: OAuthClient, tokens: Tokens, obtained_at: datetime, ms: float, *, consented: bool
) -> Kept:
    ends = ends_at(obtained_at, tokens.validity)
    alone = tokens.refresh is None and client.flow == Flow.AUTHORIZATION_CODE
    # Without a refresh token nothing can be asked; a refresh after the end finds that out, and says so.
    next_at = ends if alone else next_refresh(obtained_at, tokens.validity)
    after = renewed(nothing(asset.id), tokens, obtained_at, next_at)
    if consented:
        after = replace(after, consent_at=obtained_at)
    said = f"Scope {tokens.scope}; signed in to {asset.host} as {asset.sign_in_name}."
    return Kept(
        asset_id=asset.id,
        tokens=tokens,
        obtained_at=obtained_at,
        expires_at=ends,
        next_refresh_at=next_at,
        deadline=deadline_of(asset, after, client, obtained_at),
        event=GrantEvent(obtained_at, "consent", "kept", ms, said),
        maker=maker_of(client.id, client),
        consented=consented,
    )


def _keep(store: Store, vault: Vault, asset: Asset, kept: Kept, steps: tuple[CheckStep, ...]) -> Accepted:
    def audited(session: Session) -> None:
        how = "by consent" if kept.consented else "without a person"
        audit.record(
            session,
            store.actor,
            "grant accepted",
            asset_id=asset.id,
            asset_name=asset.name,
            detail=f"{how}, scope {kept.tokens.scope}",
        )

    grants.keep_tokens(store, vault, [kept], also=audited)
    grant = grants.of(store, asset.id)
    assert grant is not None
    return Accepted(grant, kept.deadline, steps)


def _record_refusal(store: Store, asset_id: int, at: datetime, ms: float, refused: NotAccepted) -> None:
    event = GrantEvent(at, "consent", "refused", ms, refused.words, diagnosis=refused.diagnosis)
    with store.write() as session:
        if session.get(AssetRow, asset_id) is not None:
            record_event(session, asset_id, event)
