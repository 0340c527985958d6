"""Tokens that arrive and cannot be written: kept in memory, said, and written as soon as can be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

import pytest
from pydantic import SecretStr

from live.oauth.http import OAuthHttp
from live.oauth.refresh import (
    Event,
    Refreshed,
    Result,
    Unwritten,
    Written,
    refresh,
    unwritten,
    utc_now,
)
from live.rehearsal.authorization.issuer import Pace
from store import grants, oauth_clients
from store.database import Store
from store.grants import GrantState
from store.oauth_clients import OAuthClient
from store.vault import Vault
from tests.live.authorization_kit import PUBLIC, Server, running
from tests.live.oauth.desk import client_fields
from tests.live.oauth.kit import ACCESS, REFRESH, assert_silent, good, serving
from tests.live.oauth.stock import (
    OLD_ACCESS,
    claims_left,
    held,
    http_for,
    moment,
    only,
    results,
    stock,
    told,
    until,
)
from tests.store.kit import CHEAP, PASSPHRASE, raw, spoken

REFUSED = "CREATE TRIGGER full BEFORE UPDATE ON secrets BEGIN SELECT RAISE(ABORT, 'no room'); END"
TAKEN_AGAIN = "DROP TRIGGER full"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running() as one:
        yield one


@pytest.fixture
async def http(server: Server) -> AsyncIterator[OAuthHttp]:
    async with http_for(server) as opened:
        yield opened


async def test_it_is_said_and_written_when_it_can_be(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    ids = stock(store, vault, server, 300)
    raw(store.path, REFUSED)
    events: list[Event] = []
    async with aclosing(refresh(store, vault, ids, http=http, at_once=10)) as happening:
        async for event in happening:
            events.append(event)
            if isinstance(event, Unwritten) and store_is_full(store):
                assert "IntegrityError" in event.words
                assert results(events) == {}
                assert all(held(store, vault, id_)[0] == OLD_ACCESS.get_secret_value() for id_ in ids)
                if sum(len(one.asset_ids) for one in events if isinstance(one, Unwritten)) > 100:
                    raw(store.path, TAKEN_AGAIN)
    assert results(events) == dict.fromkeys(ids, Result.RENEWED)
    said = {id_ for event in events if isinstance(event, Unwritten) for id_ in event.asset_ids}
    taken_back = {id_ for event in events if isinstance(event, Written) for id_ in event.asset_ids}
    assert said == taken_back
    assert 100 < len(said) <= 125  # the writer's 100, and those that were under way
    uses = server.issuer.book.uses()
    assert (uses.once, uses.more) == (300, 0)
    for id_ in ids:
        assert server.issuer.book.uses_of(SecretStr(held(store, vault, id_)[1])) == 0


def store_is_full(store: Store) -> bool:
    return bool(raw(store.path, "SELECT 1 FROM sqlite_master WHERE name = 'full'"))


async def test_one_token_that_the_store_does_not_take_holds_up_no_other(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    ids = stock(store, vault, server, 30)
    raw(store.path, REFUSED.replace("ON secrets", f"ON secrets WHEN new.owner = 'asset:{ids[4]}'"))
    events: list[Event] = []
    async with aclosing(refresh(store, vault, ids, http=http)) as happening:
        async for event in happening:
            events.append(event)
            if len(results(events)) == 29 and store_is_full(store):
                assert {id_ for one in events if isinstance(one, Unwritten) for id_ in one.asset_ids} == {
                    ids[4]
                }
                raw(store.path, TAKEN_AGAIN)
    assert results(events) == dict.fromkeys(ids, Result.RENEWED)


async def test_the_vault_is_locked_when_the_token_arrives(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    """A person locks it while a request is under way; what came is kept until it is open again."""

    async def late(writer: asyncio.StreamWriter) -> None:
        if len(other.heard) == 1:
            await asyncio.to_thread(vault.lock)
        writer.write(good().replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        await writer.drain()

    async with serving(late) as other:
        ids = stock(store, vault, server, 2, kept=_client_at(store, vault, server, other.url()))
        events: list[Event] = []
        async with aclosing(refresh(store, vault, ids, http=http, at_once=1)) as happening:
            async for event in happening:
                events.append(event)
                if isinstance(event, Unwritten):
                    assert "vault is locked" in event.words
                    assert_silent(repr(event))
                    assert (
                        len(other.heard) <= 2
                    )  # the next may have been begun before this one was to be written
                    vault.unlock(PASSPHRASE)
    assert results(events)[ids[0]] is Result.RENEWED
    assert held(store, vault, ids[0]) == (ACCESS.get_secret_value(), REFRESH.get_secret_value())
    assert results(events)[ids[1]] in (Result.RENEWED, Result.LOCKED)  # by when it was claimed


def _client_at(store: Store, vault: Vault, server: Server, url: str) -> OAuthClient:
    return oauth_clients.create(store, vault, client_fields(server, PUBLIC, token_url=url))


async def test_left_unwritten_it_is_written_later_by_itself(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    (asset_id,) = stock(store, vault, server, 1)
    raw(store.path, REFUSED)
    async with aclosing(refresh(store, vault, [asset_id], http=http)) as happening:
        async for event in happening:
            if isinstance(event, Unwritten):
                break
    assert "IntegrityError" in await unwritten(store, vault)
    assert held(store, vault, asset_id)[0] == OLD_ACCESS.get_secret_value()
    raw(store.path, TAKEN_AGAIN)
    await until(lambda: _rotation(store, asset_id) == 2)
    assert await unwritten(store, vault) == ""
    assert server.issuer.book.uses().more == 0


def _rotation(store: Store, asset_id: int) -> int:
    found = grants.of(store, asset_id)
    return found.rotation if found else 0


async def test_whoever_ends_the_program_can_wait_for_it(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    (asset_id,) = stock(store, vault, server, 1)
    raw(store.path, REFUSED)
    async with aclosing(refresh(store, vault, [asset_id], http=http)) as happening:
        async for event in happening:
            if isinstance(event, Unwritten):
                break
    waiting = asyncio.create_task(unwritten(store, vault, patience_s=30))
    await asyncio.sleep(0)
    raw(store.path, TAKEN_AGAIN)
    assert await waiting == ""
    assert _rotation(store, asset_id) == 2


def test_the_end_of_the_loop_is_the_last_try(store: Store, vault: Vault) -> None:
    """As with Ctrl+C: tasks are cancelled, and what is left in memory is written if it can be by now."""

    async def interrupted() -> int:
        async with running() as server, http_for(server) as http:
            (asset_id,) = stock(store, vault, server, 1)
            raw(store.path, REFUSED)
            async with aclosing(refresh(store, vault, [asset_id], http=http)) as happening:
                async for event in happening:
                    if isinstance(event, Unwritten):
                        break
            raw(store.path, TAKEN_AGAIN)
            return asset_id

    asset_id = asyncio.run(interrupted())
    assert _rotation(store, asset_id) == 2


async def test_a_claim_that_ended_loses_nothing_where_nobody_has_newer_tokens(
    store: Store, vault: Vault
) -> None:
    """This process was stopped for longer than its claim lasted; another one took the grant, and failed."""
    async with running(Pace(token_delay=0.3)) as server, http_for(server) as http:
        (asset_id,) = stock(store, vault, server, 1)
        lease = timedelta(seconds=0.2)
        asking = asyncio.create_task(told(refresh(store, vault, [asset_id], http=http, lease=lease)))
        await until(lambda: claims_left(store) == 1)
        later = timedelta(minutes=5)
        await until(lambda: grants.claim(store, [asset_id], "another", utc_now(), utc_now() + later))
        await until(lambda: server.issuer.book.uses().once == 1)
        assert _rotation(store, asset_id) == 1
        grants.release(store, [asset_id], "another")
        assert only(await asking).result is Result.RENEWED
        assert _rotation(store, asset_id) == 2
        assert server.issuer.book.uses_of(SecretStr(held(store, vault, asset_id)[1])) == 0


async def test_a_failure_that_cannot_be_recorded_is_told_and_holds_nobody_up(
    store: Store, vault: Vault, server: Server, http: OAuthHttp
) -> None:
    ids = stock(store, vault, server, 2)
    server.issuer.revoke("desk-1@example.org")
    for asset_id in ids:
        for grant in server.issuer.book.grants(
            lambda grant, id_=asset_id: grant.address.startswith(f"desk-{id_}")
        ):
            server.issuer.end(grant)
    raw(
        store.path,
        "CREATE TRIGGER full BEFORE INSERT ON grant_events BEGIN SELECT RAISE(ABORT, 'no room'); END",
    )
    events = await told(refresh(store, vault, ids, http=http, now=lambda: moment(server)))
    assert results(events) == dict.fromkeys(ids, Result.CONSENT)
    assert all("could not be recorded" in event.words for event in events if isinstance(event, Refreshed))
    found = grants.of(store, ids[0])
    assert found is not None
    assert found.state is GrantState.VALID


FULL = """
import asyncio, resource
from live.oauth.http import OAuthHttp
from live.oauth.refresh import refresh, Unwritten, Written, Refreshed
def limit(size): resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
path = Path(sys.argv[1])
store = Store.open(path)
vault = Vault(store, kdf=kit.CHEAP)
vault.unlock(kit.PASSPHRASE)

@event.listens_for(store._engine, "before_cursor_execute")
def full(connection, cursor, statement, *_):
    if statement.startswith("INSERT INTO secrets") and not unwritten:
        limit(10_000)

unwritten = []
async def go():
    async with OAuthHttp() as http:
        async for one in refresh(store, vault, [1], http=http):
            if isinstance(one, Unwritten):
                unwritten.append(one)
                say("unwritten", one.words)
                limit(resource.RLIM_INFINITY)
            elif isinstance(one, Written):
                say("written")
            elif isinstance(one, Refreshed):
                say(one.result.value)
asyncio.run(go())
"""


async def test_the_disk_is_full_when_the_token_arrives(store: Store, vault: Vault, server: Server) -> None:
    """By a limit on the size of files, as a quota is one, from the moment at which the token is written."""
    (asset_id,) = stock(store, vault, server, 1, now=utc_now())
    assert asset_id == 1
    heard = await asyncio.to_thread(spoken, FULL, store.path)
    assert heard[0].startswith("unwritten A renewed token cannot be written: ")
    assert str(store.path) in heard[0]
    assert heard[1:] == ["written", "renewed"]
    opened = Vault(store, kdf=CHEAP)
    opened.unlock(PASSPHRASE)
    assert server.issuer.book.uses_of(SecretStr(held(store, opened, asset_id)[1])) == 0
    assert server.issuer.book.uses().once == 1
