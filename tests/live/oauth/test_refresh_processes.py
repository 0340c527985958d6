"""Several processes refresh the same grants at once, and are killed at it: no token is used twice or lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import ExitStack

import pytest
from pydantic import SecretStr

from live.oauth.refresh import Result, refresh
from live.rehearsal.authorization.issuer import Pace
from store import grants
from store.database import Store
from store.grants import Grant, GrantState
from store.vault import Vault
from tests.live.authorization_kit import Server
from tests.live.oauth.stock import (
    claims_left,
    held,
    http_for,
    only,
    running_for_others,
    stock,
    told,
)
from tests.store.kit import Program, raw

GRANTS = 500
AS_IN_LIFE = Pace(token_delay=0.02, reuse_grace=3600)
"""Microsoft takes a refresh token that was rotated for a while longer, for those who lost the answer."""

REFRESHING = """
import asyncio
from datetime import timedelta
from live.oauth.http import OAuthHttp
from live.oauth.refresh import refresh, Refreshed
store = Store.open(Path(sys.argv[1]))
vault = Vault(store, kdf=kit.CHEAP)
vault.unlock(kit.PASSPHRASE)
lease = timedelta(seconds=float(sys.argv[2]))
ids = list(assets.names(store).values())
async def go():
    async with OAuthHttp() as http:
        async for one in refresh(store, vault, ids, http=http, lease=lease):
            if isinstance(one, Refreshed):
                say(one.result.value)
"""
AT_ONCE = f"{REFRESHING}\nsay('ready')\nhear()\nasyncio.run(go())\n"
STOPPED = f"""{REFRESHING}
sealed = []
@event.listens_for(store._engine, "before_cursor_execute")
def stop(connection, cursor, statement, *_):
    if statement.startswith("INSERT INTO secrets"):
        sealed.append(1)
        if sys.argv[3] == "writing":
            say("inside")
            hear()

@event.listens_for(store._engine, "commit")
def stop_late(connection):
    if sealed and sys.argv[3] == "committing":
        say("inside")
        hear()
asyncio.run(go())
"""
"""Stops when the token has come, and is not yet written, or when all but the commit is done."""


async def heard(program: Program, lines: int | None = None) -> list[str]:
    """So many of a program's lines, or all."""

    def listen() -> list[str]:
        found: list[str] = []
        while (lines is None or len(found) < lines) and (line := program.hear()):
            found.append(line)
        return found

    return await asyncio.to_thread(listen)


async def test_two_at_once_use_every_refresh_token_once(store: Store, vault: Vault) -> None:
    async with running_for_others(Pace(token_delay=0.02)) as server:
        ids = stock(store, vault, server, GRANTS)
        with Program(AT_ONCE, store.path, 60) as one, Program(AT_ONCE, store.path, 60) as two:
            assert await asyncio.gather(heard(one, 1), heard(two, 1)) == [["ready"], ["ready"]]
            one.say()
            two.say()
            said = await asyncio.gather(heard(one), heard(two))
        uses = server.issuer.book.uses()
        assert (uses.more, uses.dead, uses.unused) == (0, 0, GRANTS)
        _assert_whole(store, vault, server, ids)
        renewals = sum(grant.rotation - 1 for grant in _grants(store).values())
        assert uses.once == renewals >= GRANTS
        counts = [Counter(lines) for lines in said]
        assert [sum(count.values()) for count in counts] == [GRANTS, GRANTS]
        assert {*counts[0], *counts[1]} <= {Result.RENEWED, Result.TAKEN}
        assert all(count[Result.RENEWED] for count in counts)  # both took part


async def test_killed_in_the_middle_none_is_lost(store: Store, vault: Vault) -> None:
    async with running_for_others(AS_IN_LIFE) as server, http_for(server) as http:
        ids = stock(store, vault, server, GRANTS)
        with ExitStack() as stack:
            one, two = (stack.enter_context(Program(AT_ONCE, store.path, 3)) for _ in range(2))
            await asyncio.gather(heard(one, 1), heard(two, 1))
            one.say()
            two.say()
            await heard(one, 60)
            one.kill()
            await heard(two, 150)
            two.kill()
        rest = await told(refresh(store, vault, ids, http=http))
        assert {event.well for event in map(only, ([event] for event in rest))} == {True}
        uses = server.issuer.book.uses()
        assert uses.dead == 0
        assert uses.more <= 2 * (20 + 20)  # of each that was killed: under way, and waiting for the writer
        _assert_whole(store, vault, server, ids)


@pytest.mark.parametrize("point", ["writing", "committing"])
async def test_killed_between_answer_and_commit_the_old_token_is_there_and_serves(
    store: Store, vault: Vault, point: str
) -> None:
    async with running_for_others(AS_IN_LIFE) as server, http_for(server) as http:
        ids = stock(store, vault, server, 1)
        before = held(store, vault, ids[0])
        with Program(STOPPED, store.path, 1, point) as program:
            assert await heard(program, 1) == ["inside"]
            assert server.issuer.book.uses().once == 1
            program.kill()
        assert held(store, vault, ids[0]) == before
        assert only(await told(refresh(store, vault, ids, http=http))).well
        assert server.issuer.book.uses_of(SecretStr(before[1])) == 2
        _assert_whole(store, vault, server, ids)


def _grants(store: Store) -> dict[int, Grant]:
    with store.read() as session:
        return grants.of_many(session)


def _assert_whole(store: Store, vault: Vault, server: Server, ids: list[int]) -> None:
    """Every grant is renewed, and holds the newest refresh token: it lives, and nobody has used it."""
    assert raw(store.path, "PRAGMA integrity_check") == [("ok",)]
    assert claims_left(store) == 0
    assert {grant.state for grant in _grants(store).values()} == {GrantState.VALID}
    for asset_id in ids:
        access, refresh_token = held(store, vault, asset_id)
        assert server.issuer.book.access_token(access) is not None
        entry = server.issuer.book.refresh_token(refresh_token)
        assert entry is not None
        assert (entry.uses, entry.grant.live) == (0, True)
