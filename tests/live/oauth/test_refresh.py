"""Refreshes grants at the rehearsal's authorization server: what is renewed, and what is left alone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

import pytest
from pydantic import SecretStr

from live.oauth.http import OAuthHttp
from live.oauth.refresh import ClockOff, Event, Refreshed, Result, refresh, refresh_due
from live.rehearsal.authorization.app_only import key_file
from live.rehearsal.authorization.issuer import Pace
from store import assets, deadlines, grant_events, grants, oauth_clients
from store.database import Store
from store.deadlines import Deadline
from store.grants import Grant, GrantState
from store.kinds import SignIn
from store.oauth_clients import Flow
from store.vault import Vault
from tests.live.authorization_kit import (
    ANN,
    BEN,
    CONFIDENTIAL,
    GOOGLE,
    PUBLIC,
    SERVICE_ACCOUNT,
    Server,
    running,
)
from tests.live.oauth.desk import keep_asset, keep_client
from tests.live.oauth.stock import (
    assets_of,
    claims_left,
    granted,
    held,
    http_for,
    moment,
    only,
    results,
    stock,
    told,
)
from tests.store.kit import fields, raw


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running() as one:
        yield one


@pytest.fixture
async def http(server: Server) -> AsyncIterator[OAuthHttp]:
    async with http_for(server) as opened:
        yield opened


def grant_of(store: Store, asset_id: int) -> Grant:
    found = grants.of(store, asset_id)
    assert found
    return found


def deadline(store: Store, asset_id: int) -> Deadline | None:
    with store.read() as session:
        return deadlines.of(session, assets.owner_of_secrets(asset_id))


# Renewed


async def test_every_grant_is_renewed_once_and_is_in_the_store_when_it_is_told(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    ids = stock(store, vault, server, 50)
    events: list[Event] = []
    async with aclosing(refresh(store, vault, ids, http=http, now=lambda: moment(server))) as happening:
        async for event in happening:
            assert isinstance(event, Refreshed)
            kept = raw(
                store.path,
                "SELECT state, rotation, claimed_by FROM grants WHERE asset_id = ?",
                event.asset_id,
            )
            assert kept == [("valid", 2, "")]
            events.append(event)
    assert results(events) == dict.fromkeys(ids, Result.RENEWED)
    assert all(event.ms > 0 and event.well for event in events if isinstance(event, Refreshed))
    uses = server.issuer.book.uses()
    assert (uses.once, uses.more, uses.dead) == (50, 0, 0)
    for asset_id in ids:
        access, refresh_token = held(store, vault, asset_id)
        assert server.issuer.book.uses_of(SecretStr(refresh_token)) == 0
        assert server.issuer.book.access_token(access) is not None
    assert claims_left(store) == 0


async def test_what_follows_from_a_renewal_is_kept_with_it(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    (asset_id,) = stock(store, vault, server, 1)
    now = moment(server)
    event = only(await told(refresh(store, vault, [asset_id], http=http, now=lambda: now)))
    grant = grant_of(store, asset_id)
    assert grant.validity == 90
    assert grant.obtained_at == now
    assert grant.expires_at == now + timedelta(seconds=90)
    assert grant.next_refresh_at is not None
    assert event.next_refresh_at is not None
    assert abs(grant.next_refresh_at - event.next_refresh_at) < timedelta(milliseconds=1)
    assert now < grant.next_refresh_at <= now + timedelta(seconds=45)
    found = deadline(store, asset_id)
    assert found is not None
    assert found.at == now + timedelta(days=90)
    (first, _) = grant_events.events(store, asset_id)
    assert (first.kind, first.outcome, first.answer) == (
        "refresh",
        "kept",
        "An access token for 90 s, with a new refresh token.",
    )


async def test_google_sends_no_new_refresh_token_and_the_old_one_stays(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    (asset_id,) = stock(store, vault, server, 1, client=GOOGLE, scope="https://mail.google.com/")
    before = held(store, vault, asset_id)
    assert only(await told(refresh(store, vault, [asset_id], http=http))).well
    after = held(store, vault, asset_id)
    assert after[0] != before[0]
    assert after[1] == before[1]


async def test_only_what_is_due_is_refreshed_unless_it_is_named(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    first, second, third = stock(store, vault, server, 3)
    now = moment(server)
    assert only(await told(refresh(store, vault, [second], http=http, now=lambda: now))).well
    due = await told(refresh_due(store, vault, http=http, now=lambda: now))
    assert results(due) == {first: Result.RENEWED, third: Result.RENEWED}
    assert await told(refresh_due(store, vault, http=http, now=lambda: now)) == []
    assert only(await told(refresh(store, vault, [second, second], http=http))).well
    assert grant_of(store, second).rotation == 3


async def test_what_another_process_has_renewed_since_it_was_due_is_left_alone(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    (asset_id,) = stock(store, vault, server, 1)
    now = moment(server)
    assert only(await told(refresh(store, vault, [asset_id], http=http, now=lambda: now))).well
    late = only(await told(refresh(store, vault, [asset_id], http=http, now=lambda: now, only_due=True)))
    assert late.well
    assert grant_of(store, asset_id).rotation == 2


@pytest.mark.parametrize("flow", [Flow.CLIENT_CREDENTIALS, Flow.SERVICE_ACCOUNT])
async def test_tokens_without_a_person_are_renewed_by_asking_anew(
    store: Store, vault: Vault, server: Server, http: OAuthHttp, flow: Flow
) -> None:
    if flow is Flow.CLIENT_CREDENTIALS:
        scope = "https://outlook.office365.com/.default"
        client = keep_client(store, vault, server, CONFIDENTIAL, flow=flow, scope=scope)
        asset = keep_asset(store, vault, client, BEN)
    else:
        made = keep_client(store, vault, server, SERVICE_ACCOUNT, flow=flow)
        key = SecretStr(json.dumps(key_file(server.issuer, SERVICE_ACCOUNT, server.base)))
        client = oauth_clients.update(store, vault, made.id, made.fields(), version=1, secret=key)
        asset = keep_asset(store, vault, client, ANN)
    now = moment(server)
    grants.keep_tokens(store, vault, [granted(asset.id, None, now, scope=client.scope)])
    event = only(await told(refresh(store, vault, [asset.id], http=http, now=lambda: now)))
    assert event.result is Result.RENEWED, event.words
    access, refresh_token = held(store, vault, asset.id)
    assert server.judge(asset.address, access) == "good"
    assert refresh_token == ""
    assert deadline(store, asset.id) is None


# Left alone


async def test_what_has_nothing_to_refresh_is_said(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    client = keep_client(store, vault, server, PUBLIC)
    (bare,) = assets_of(store, client, 1, moment(server))
    password = assets.create(store, vault, fields("By password"), password=SecretStr("a password"))
    alone = assets.create(store, vault, fields("Alone", sign_in=SignIn.OAUTH))
    events = await told(refresh(store, vault, [bare, password.id, alone.id, 999], http=http))
    found = {event.asset_id: event for event in events if isinstance(event, Refreshed)}
    assert {event.result for event in found.values()} == {Result.SKIPPED}
    assert found[bare].diagnosis == "any-oauth-grant-missing"
    assert found[alone.id].diagnosis == "any-oauth-client-missing"
    assert "by password" in found[password.id].words
    assert (found[999].words, found[999].asset_name) == ("The asset was deleted.", "")


async def test_an_access_token_alone_serves_until_it_ends(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    client = keep_client(store, vault, server, PUBLIC)
    (asset_id,) = assets_of(store, client, 1, moment(server))
    now = moment(server)
    grants.keep_tokens(store, vault, [granted(asset_id, None, now + timedelta(minutes=30))])
    early = only(await told(refresh(store, vault, [asset_id], http=http, now=lambda: now)))
    assert (early.result, early.diagnosis) == (Result.SKIPPED, "o365-oauth-no-refresh-token")
    assert grant_of(store, asset_id).state is GrantState.VALID
    later = now + timedelta(minutes=31)
    late = only(await told(refresh(store, vault, [asset_id], http=http, now=lambda: later)))
    assert (late.result, late.diagnosis) == (Result.CONSENT, "o365-oauth-no-refresh-token")
    assert grant_of(store, asset_id).state is GrantState.CONSENT_REQUIRED


async def test_with_a_locked_vault_nothing_is_asked(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    ids = stock(store, vault, server, 3)
    vault.lock()
    events = await told(refresh(store, vault, ids, http=http))
    assert results(events) == dict.fromkeys(ids, Result.LOCKED)
    assert all(event.diagnosis == "any-auth-vault-locked" for event in events if isinstance(event, Refreshed))
    assert server.issuer.book.uses().unused == 3
    assert claims_left(store) == 0
    assert {grant_of(store, asset_id).state for asset_id in ids} == {GrantState.VALID}


async def test_a_refresh_token_that_does_not_open_needs_a_person(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    first, second = stock(store, vault, server, 2)
    raw(
        store.path,
        "UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE owner = ? AND name = 'refresh_token') "
        "WHERE owner = ? AND name = 'refresh_token'",
        assets.owner_of_secrets(first),
        assets.owner_of_secrets(second),
    )
    events = await told(refresh(store, vault, [first, second], http=http))
    assert results(events) == {first: Result.RENEWED, second: Result.CONSENT}
    assert grant_of(store, second).last_diagnosis == "any-oauth-token-unreadable"
    assert server.issuer.book.uses().once == 1


# Watched and left


async def test_a_clock_that_is_off_is_told_once_and_kept_in_the_history(store: Store, vault: Vault) -> None:
    async with running(Pace(skew=-900)) as server, http_for(server) as http:
        ids = stock(store, vault, server, 4)
        events = await told(refresh(store, vault, ids, http=http))
    words = "This machine's clock is 15 minutes ahead of the authorization server's."
    (off,) = [event for event in events if isinstance(event, ClockOff)]
    assert (round(off.skew_seconds), off.words) == (900, words)
    assert all(event.well and event.skew_seconds for event in events if isinstance(event, Refreshed))
    assert all(grant_events.events(store, asset_id)[0].answer.endswith(words) for asset_id in ids)


async def test_closing_early_keeps_what_is_under_way(store: Store, vault: Vault) -> None:
    async with running(Pace(token_delay=0.3)) as server, http_for(server) as http:
        ids = stock(store, vault, server, 30)
        async with aclosing(refresh(store, vault, ids, http=http, at_once=5)) as happening:
            async for event in happening:
                if isinstance(event, Refreshed):
                    break
        uses = server.issuer.book.uses()
        assert uses.once <= 15
        assert claims_left(store) == 0
        renewed = [asset_id for asset_id in ids if grant_of(store, asset_id).rotation == 2]
        assert len(renewed) == uses.once
        rest = await told(refresh_due(store, vault, http=http))
        assert {event.asset_id for event in rest if isinstance(event, Refreshed)} == {*ids} - {*renewed}
        assert server.issuer.book.uses().more == 0
