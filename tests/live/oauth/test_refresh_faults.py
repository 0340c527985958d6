"""Refreshes that fail: faults that may pass keep the grant and wait, definite answers need a person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from live.oauth.http import HttpLimits, OAuthHttp
from live.oauth.outcome import DELETED
from live.oauth.refresh import Refreshed, Result, refresh, refresh_due
from live.rehearsal.authorization.faults import Fault, Mishap
from live.rehearsal.authorization.issuer import Pace
from store import assets, deadlines, grant_events, grants, oauth_clients
from store.database import Store
from store.grants import Grant, GrantState
from store.vault import Vault
from tests.live.authorization_kit import CONFIDENTIAL, PUBLIC, Server, running
from tests.live.oauth.desk import client_fields
from tests.live.oauth.kit import REFRESH, Heard, assert_silent, good, reply, serving
from tests.live.oauth.stock import (
    OLD_ACCESS,
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

PASSING = (
    *(Fault.UNAVAILABLE, Fault.THROTTLED, Fault.SERVER_ERROR, Fault.SLOW_DOWN, Fault.DEAD, Fault.HTML),
    *(Fault.SLOW, Fault.CUT_OFF, Fault.REDIRECTING, Fault.FLOOD, Fault.NO_OBJECT, Fault.NO_TEXT),
    *(Fault.NO_ACCESS_TOKEN, Fault.TOKEN_CR, Fault.TOKEN_LF, Fault.TOKEN_SOH, Fault.REFRESH_TOKEN_LF),
)
DEFINITE = (
    (Fault.REVOKED, Result.CONSENT, GrantState.CONSENT_REQUIRED, "refused"),
    (Fault.IDLE, Result.CONSENT, GrantState.CONSENT_REQUIRED, "refused"),
    (Fault.SECRET_EXPIRED, Result.CLIENT, GrantState.CLIENT_FAULT, "client fault"),
)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running(Pace(retry_after=600, slow=30)) as one:
        yield one


@pytest.fixture
async def http(server: Server) -> AsyncIterator[OAuthHttp]:
    async with http_for(server, HttpLimits(connect=1, read=0.5, total=1)) as opened:
        yield opened


def grant_of(store: Store, asset_id: int) -> Grant:
    found = grants.of(store, asset_id)
    assert found
    return found


def strike(server: Server, fault: Fault, *, times: int | None = None) -> None:
    server.issuer.set_mishap(CONFIDENTIAL.client_id, Mishap(fault, on="refresh", times=times))


@pytest.mark.parametrize("fault", PASSING)
async def test_a_fault_that_may_pass_keeps_the_grant_and_is_tried_again(
    store: Store, vault: Vault, server: Server, http: OAuthHttp, fault: Fault
) -> None:
    (asset_id,) = stock(store, vault, server, 1, client=CONFIDENTIAL)
    before, now = held(store, vault, asset_id), moment(server)
    strike(server, fault)
    event = only(await told(refresh_due(store, vault, http=http, now=lambda: now)))
    grant = grant_of(store, asset_id)
    assert (event.result, grant.state, grant.failures) == (Result.RETRYING, GrantState.RETRYING, 1)
    assert held(store, vault, asset_id) == before
    assert grant.next_refresh_at is not None
    assert now < grant.next_refresh_at <= now + timedelta(minutes=11)
    assert event.ms > 0
    assert event.words
    assert (grant.last_words, grant.last_diagnosis) == (event.words, event.diagnosis)
    kept = grant_events.events(store, asset_id)[0]
    assert (kept.outcome, kept.diagnosis, kept.answer) == ("retrying", event.diagnosis, event.words)
    assert claims_left(store) == 0
    assert grants.due(store, now) == []
    assert grants.due(store, grant.next_refresh_at) == [asset_id]


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.THROTTLED])
async def test_nobody_comes_back_before_the_server_wants(
    store: Store, vault: Vault, server: Server, http: OAuthHttp, fault: Fault
) -> None:
    (asset_id,) = stock(store, vault, server, 1, client=CONFIDENTIAL)
    now = moment(server)
    strike(server, fault)
    event = only(await told(refresh(store, vault, [asset_id], http=http, now=lambda: now)))
    assert event.next_refresh_at is not None
    assert timedelta(seconds=600) <= event.next_refresh_at - now <= timedelta(seconds=661)


async def test_each_failure_waits_longer_and_a_success_ends_them(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    (asset_id,) = stock(store, vault, server, 1, client=CONFIDENTIAL)
    now = moment(server)
    strike(server, Fault.SERVER_ERROR, times=8)
    waits = []
    for _ in range(8):
        event = only(await told(refresh(store, vault, [asset_id], http=http, now=lambda: now)))
        assert event.next_refresh_at is not None
        waits.append(event.next_refresh_at - now)
    assert all(timedelta(seconds=15) <= wait <= timedelta(minutes=15) for wait in waits)
    assert waits[3] > waits[0]
    assert waits[-1] >= timedelta(minutes=7.5)
    assert grant_of(store, asset_id).failures == 8
    found = _deadline(store, asset_id)
    assert found is not None
    assert "failed several times" in found.reason
    assert only(await told(refresh(store, vault, [asset_id], http=http, now=lambda: now))).well
    grant = grant_of(store, asset_id)
    assert (grant.state, grant.failures, grant.last_words) == (GrantState.VALID, 0, "")
    found = _deadline(store, asset_id)
    assert found is not None
    assert "90 days" in found.reason


@pytest.mark.parametrize(("fault", "result", "state", "outcome"), DEFINITE)
async def test_a_definite_answer_needs_a_person_and_is_not_asked_again(
    store: Store,
    vault: Vault,
    server: Server,
    http: OAuthHttp,
    fault: Fault,
    result: Result,
    state: GrantState,
    outcome: str,
) -> None:
    ids = stock(store, vault, server, 3, client=CONFIDENTIAL)
    before = [held(store, vault, asset_id) for asset_id in ids]
    now = moment(server)
    strike(server, fault)
    events = await told(refresh(store, vault, ids, http=http, now=lambda: now))
    assert results(events) == dict.fromkeys(ids, result)
    assert [held(store, vault, asset_id) for asset_id in ids] == before
    for asset_id in ids:
        grant = grant_of(store, asset_id)
        assert (grant.state, grant.next_refresh_at) == (state, None)
        found = _deadline(store, asset_id)
        assert found is not None
        assert found.at == now
        kept = grant_events.events(store, asset_id)[0]
        assert kept.outcome == outcome
        assert kept.references.startswith("trace ")
        assert "correlation" in kept.references
    assert grants.due(store, now + timedelta(days=300)) == []


async def test_a_fault_that_may_pass_says_nothing_new_of_a_definite_answer(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    (asset_id,) = stock(store, vault, server, 1, client=CONFIDENTIAL)
    strike(server, Fault.REVOKED)
    assert only(await told(refresh(store, vault, [asset_id], http=http))).result is Result.CONSENT
    strike(server, Fault.UNAVAILABLE)
    event = only(await told(refresh(store, vault, [asset_id], http=http)))
    assert event.result is Result.CONSENT
    assert grant_of(store, asset_id).next_refresh_at is None
    assert grant_events.events(store, asset_id)[0].outcome == "retrying"
    strike(server, Fault.REVOKED, times=0)
    assert only(await told(refresh(store, vault, [asset_id], http=http))).well


async def test_nobody_listens(store: Store, vault: Vault, server: Server) -> None:
    ids = stock(store, vault, server, 3)
    async with http_for(server) as http:
        client = oauth_clients.all_clients(store, vault)[0]
        dead = client.fields().model_copy(update={"token_url": "http://127.0.0.1:9/token"})
        oauth_clients.update(store, vault, client.id, dead, version=client.version)
        events = await told(refresh(store, vault, ids, http=http))
    assert results(events) == dict.fromkeys(ids, Result.RETRYING)
    assert {event.diagnosis for event in events if isinstance(event, Refreshed)} == {"any-oauth-refused"}


@pytest.mark.parametrize("life", [..., -5, "3599", "soon", 10**15, 0, None])
async def test_a_good_token_is_kept_whatever_its_answer_says_of_its_life(
    store: Store, vault: Vault, life: object
) -> None:
    async with serving(good(expires_in=life)) as other, running() as server, http_for(server) as http:
        (asset_id,) = _at(store, vault, server, other.url())
        now = moment(server)
        event = only(await told(refresh(store, vault, [asset_id], http=http, now=lambda: now)))
    grant = grant_of(store, asset_id)
    assert event.well
    assert grant.validity == (3599 if life == "3599" else None)
    assert grant.next_refresh_at is not None
    assert now + timedelta(minutes=20) < grant.next_refresh_at < now + timedelta(hours=1)


async def test_a_token_of_12_kb_is_kept(store: Store, vault: Vault) -> None:
    long = "A" * 12_288
    async with serving(good(access_token=long)) as other, running() as server, http_for(server) as http:
        (asset_id,) = _at(store, vault, server, other.url())
        assert only(await told(refresh(store, vault, [asset_id], http=http))).well
    assert held(store, vault, asset_id) == (long, REFRESH.get_secret_value())


async def test_an_invalid_grant_is_none_where_somebody_else_was_there_before(
    store: Store, vault: Vault
) -> None:
    """Another process (or a new consent) rotates the grant while this one's request is under way."""
    newer = SecretStr("1.A-planted-newer-refresh-token-77aa01b2")

    async def late(writer: asyncio.StreamWriter) -> None:
        asset_id = ids[0]
        await asyncio.to_thread(grants.keep_tokens, store, vault, [granted(asset_id, newer, moment(server))])
        writer.write(reply({"error": "invalid_grant"}, "400 Bad Request", "Connection: close"))
        await writer.drain()

    async with serving(late) as other, running() as server, http_for(server) as http:
        ids = _at(store, vault, server, other.url())
        event = only(await told(refresh(store, vault, ids, http=http)))
    assert event.result is Result.TAKEN
    assert event.well
    grant = grant_of(store, ids[0])
    assert (grant.state, grant.failures, grant.rotation) == (GrantState.VALID, 0, 2)
    assert held(store, vault, ids[0])[1] == newer.get_secret_value()
    assert grant_events.events(store, ids[0])[0].outcome == "refused"


async def test_tokens_that_come_after_a_new_consent_do_not_take_its_place(store: Store, vault: Vault) -> None:
    newer = SecretStr("1.A-planted-newer-refresh-token-77aa01b2")

    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.to_thread(grants.keep_tokens, store, vault, [granted(ids[0], newer, moment(server))])
        writer.write(good().replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        await writer.drain()

    async with serving(late) as other, running() as server, http_for(server) as http:
        ids = _at(store, vault, server, other.url())
        event = only(await told(refresh(store, vault, ids, http=http)))
    assert event.result is Result.TAKEN
    assert held(store, vault, ids[0]) == (OLD_ACCESS.get_secret_value(), newer.get_secret_value())


async def test_an_asset_that_is_deleted_meanwhile_is_no_failure(store: Store, vault: Vault) -> None:
    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.to_thread(assets.delete, store, vault, ids)
        writer.write(good().replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        await writer.drain()

    async with serving(late) as other, running() as server, http_for(server) as http:
        ids = _at(store, vault, server, other.url())
        event = only(await told(refresh(store, vault, ids, http=http)))
    assert (event.result, event.words) == (Result.SKIPPED, DELETED)


async def test_no_token_is_told_or_kept_in_plain(store: Store, vault: Vault) -> None:
    """A server repeats what it was sent; the store's files, the events and the history are looked through."""
    said: list[Heard] = []

    async def echo(writer: asyncio.StreamWriter) -> None:
        said.append(other.heard[-1])
        words = f"no: {other.heard[-1].form}"
        body = {"error": "invalid_grant", "error_description": words}
        writer.write(reply(body, "400 Bad Request", "Connection: close"))
        await writer.drain()

    async with serving(echo) as other, running() as server, http_for(server) as http:
        ids = _at(store, vault, server, other.url(), refresh=REFRESH)
        events = await told(refresh(store, vault, ids, http=http))
        other.replies = [good()]
        events += await told(refresh(store, vault, ids, http=http))
    assert said[0].form["refresh_token"] == REFRESH.get_secret_value()
    assert_silent(repr(events))
    assert_silent(repr(grant_events.events(store, ids[0])) + repr(grant_of(store, ids[0])))
    store.close()
    for file in store.path.parent.iterdir():
        assert_silent(file.read_bytes().decode("latin-1"))


def _at(
    store: Store, vault: Vault, server: Server, url: str, refresh: SecretStr = REFRESH, count: int = 1
) -> list[int]:
    """Assets whose client has its token URL elsewhere."""
    client = oauth_clients.create(store, vault, client_fields(server, PUBLIC, token_url=url))
    ids = assets_of(store, client, count, moment(server))
    grants.keep_tokens(store, vault, [granted(asset_id, refresh, moment(server)) for asset_id in ids])
    return ids


def _deadline(store: Store, asset_id: int) -> deadlines.Deadline | None:
    with store.read() as session:
        return deadlines.of(session, assets.owner_of_secrets(asset_id))
