"""The task that renews tokens: when they are due, when the store says so, and never with a locked vault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from live.agent.ground import Ground
from live.agent.task import Told
from live.agent.tasks import refresh as module
from live.agent.tasks.refresh import RefreshTask
from live.rehearsal.authorization.issuer import Pace
from store import grants
from store.database import Store
from store.key_file import KeyFile
from store.task_states import TaskStand
from store.vault import Vault, VaultState
from tests.live.agent.kit import Quiet, ground_of, until
from tests.live.oauth.stock import running_for_others, stock
from tests.store.kit import CHEAP, PASSPHRASE, raw


@asynccontextmanager
async def at_work(ground: Ground, told: Told) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(RefreshTask(ground).run(told))
    watching = asyncio.create_task(ground.changes.run())
    try:
        yield task
    finally:
        task.cancel()
        watching.cancel()
        await asyncio.gather(task, watching, return_exceptions=True)


def rotations(store: Store) -> list[int]:
    return [row[0] for row in raw(store.path, "SELECT rotation FROM grants ORDER BY asset_id")]


async def test_what_is_due_is_renewed_and_then_the_next_is_waited_for(store: Store, vault: Vault) -> None:
    quiet = Quiet()
    async with running_for_others(Pace()) as server:
        stock(store, vault, server, 3)
        async with at_work(ground_of(store, vault), quiet.told):
            await until(lambda: rotations(store) == [2, 2, 2] and "renewed" in quiet.words)
            assert quiet.stand is TaskStand.WELL
            assert quiet.words.startswith("The next token is due at 2")
            assert "Last round: 3 renewed, 0 not." in quiet.words
        assert server.issuer.book.uses().once == 3


async def test_a_grant_that_is_brought_forward_is_renewed_at_once(store: Store, vault: Vault) -> None:
    """As when the secret of its client was renewed: the store's change wakes the task."""
    quiet = Quiet()
    async with running_for_others(Pace()) as server:
        now = datetime.now(UTC)
        ids = stock(store, vault, server, 1, now=now + timedelta(hours=3))
        async with at_work(ground_of(store, vault), quiet.told):
            await until(lambda: "The next token is due" in quiet.words)
            assert rotations(store) == [1]
            grants.make_due(store, ids, now)
            await until(lambda: rotations(store) == [2])


async def test_one_that_comes_due_is_renewed_by_the_clock(store: Store, vault: Vault) -> None:
    quiet = Quiet()
    async with running_for_others(Pace()) as server:
        soon = datetime.now(UTC) + timedelta(minutes=6, seconds=2)  # is due six minutes before its end
        stock(store, vault, server, 1, now=soon)
        async with at_work(ground_of(store, vault), quiet.told):
            await until(lambda: "The next token is due" in quiet.words)
            await until(lambda: rotations(store) == [2])


async def test_with_a_locked_vault_it_says_so_and_asks_nobody(store: Store, vault: Vault) -> None:
    quiet = Quiet()
    async with running_for_others(Pace()) as server:
        stock(store, vault, server, 1)
        vault.lock()
        async with at_work(ground_of(store, vault), quiet.told):
            await until(lambda: quiet.stand is TaskStand.FAILING)
            assert "The vault is locked: no token is renewed." in quiet.words
            assert "postroom vault unlock --keep file" in quiet.words
            assert server.issuer.book.uses().once == 0
            vault.unlock(PASSPHRASE)
            await until(lambda: quiet.stand is TaskStand.WELL and rotations(store) == [2])


async def test_a_child_sends_to_its_console(store: Store, vault: Vault) -> None:
    quiet = Quiet()
    async with running_for_others(Pace()) as server:
        stock(store, vault, server, 1)
        vault.lock()
        async with at_work(ground_of(store, vault, child=True), quiet.told):
            await until(lambda: "Press v in the console" in quiet.words)


async def test_a_home_opens_the_vault(store: Store, vault: Vault, tmp_path: Path) -> None:
    home = KeyFile(tmp_path / "vault.key")
    vault.keep_in(home)
    fresh, quiet = Vault(store, kdf=CHEAP), Quiet()
    async with running_for_others(Pace()) as server:
        stock(store, vault, server, 1)
        async with at_work(ground_of(store, fresh, home), quiet.told):
            await until(lambda: rotations(store) == [2])
    assert fresh.state() is VaultState.OPEN


async def test_without_a_grant_a_locked_vault_is_no_matter(store: Store, vault: Vault) -> None:
    vault.lock()
    quiet = Quiet()
    await RefreshTask(ground_of(store, vault)).once(quiet.told)
    assert (quiet.stand, quiet.words) == (TaskStand.WELL, "No grant is to be renewed.")


async def test_a_provider_that_is_down_fails_no_task(store: Store, vault: Vault) -> None:
    """Each grant has its own words and its own next try."""
    quiet = Quiet()
    async with running_for_others(Pace()) as server:
        stock(store, vault, server, 2)
    await RefreshTask(ground_of(store, vault)).once(quiet.told)
    assert quiet.stand is TaskStand.WELL
    assert "0 renewed, 2 not." in quiet.words
    (next_at,) = {
        row[0] > datetime.now(UTC).isoformat()
        for row in raw(store.path, "SELECT next_refresh_at FROM grants")
    }
    assert next_at


async def test_a_stop_waits_for_the_answers_under_way(store: Store, vault: Vault) -> None:
    quiet = Quiet()
    async with running_for_others(Pace(token_delay=0.5)) as server:
        stock(store, vault, server, 1)
        async with at_work(ground_of(store, vault), quiet.told) as task:
            await until(lambda: server.issuer.book.uses().once == 1)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert rotations(store) == [2]


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(days=2)])
async def test_the_clock_may_be_set(store: Store, vault: Vault, ago: timedelta) -> None:
    """Waiting is in short steps, and each looks at the clock anew."""
    assert module._until(datetime.now(UTC) - ago) == 0.0
    assert module._until(datetime.now(UTC) + timedelta(days=9)) == module.LONGEST_WAIT_S
