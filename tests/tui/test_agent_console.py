"""The agent in the console: the status line, its dialog, and an owner's answer that it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from live.agent.ground import Ground
from live.agent.task import Told
from live.agent.tasks.callback import CallbackTask
from live.rehearsal.authorization.consent import consent
from live.rehearsal.endpoints import Endpoints
from store import grants, leases
from store.assets import Asset
from store.database import Store
from store.grants import GrantState
from store.key_file import KeyFile
from store.leases import Holder
from store.settings import Settings
from store.task_states import TaskStand, TaskState
from store.vault import Vault
from tests.tui.oauth_kit import MAILBOX, OAuthDesk
from tests.tui.person import at_console
from tui.dialogs.browser_screen import BrowserScreen

WIDE = (120, 40)


async def test_the_status_line_follows_the_lease(empty_store: Path) -> None:
    store = Store.open(empty_store)
    async with at_console(empty_store) as person:
        await person.sees("no agent")
        holder = Holder.this_process("operator")
        leases.take(store, holder, datetime.now(UTC))
        await person.sees("agent ● ≤5 s")
        words = "Port 2525 is in use \x1b[31m [/b]; choose another receiver_port."
        failing = TaskState("receiver", TaskStand.FAILING, datetime.now(UTC), words)
        leases.renew(store, holder.owner, datetime.now(UTC), (failing,))
        await person.sees("agent ▲ receiver failing")
        await person.press("A")
        await person.sees("It runs by itself.")
        await person.sees("▲ receiver: failing. Port 2525 is in use")
        assert "\x1b" not in person.text
        await person.press("o")
        leases.release(store, holder.owner)
        await person.sees("no agent")
        await person.press("A")
        await person.sees("no mail is received")
        await person.press("o")
    store.close()


async def test_a_heartbeat_makes_no_pane_read_again(empty_store: Path) -> None:
    store = Store.open(empty_store)
    holder = Holder.this_process("operator")
    leases.take(store, holder, datetime.now(UTC))
    async with at_console(empty_store) as person:
        await person.sees("agent ●")
        changes: list[int] = []
        person.console.main.store_changed = lambda: changes.append(1)  # type: ignore[method-assign]
        for _ in range(20):
            assert leases.renew(store, holder.owner, datetime.now(UTC)) is not None
            await asyncio.sleep(0.05)
        await person.turn()
        assert changes == []
    store.close()


@asynccontextmanager
async def agent_at(path: Path) -> AsyncIterator[str]:
    """An agent's HTTP in this loop, shown by a lease; gives its callback address."""
    store = Store.open(path)
    vault = Vault(store)
    vault.unlock_from([KeyFile(path.with_name("vault.key"))])
    told = Told("http", lambda _before, _now: None)
    ground = Ground(store, Settings(store=path, agent_http_port=0), vault, ())
    task = asyncio.create_task(CallbackTask(ground, dict, lambda _error: None).run(told))
    while told.state.stand is not TaskStand.WELL:
        await asyncio.sleep(0.01)
    holder = Holder.this_process("operator")
    leases.take(store, holder, datetime.now(UTC))
    leases.renew(store, holder.owner, datetime.now(UTC), (told.state,))
    try:
        yield f"{told.state.addresses[0]}/oauth/callback"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        leases.release(store, holder.owner)
        store.close()


@pytest.fixture
def desk(empty_store: Path, endpoints: Endpoints) -> OAuthDesk:
    return OAuthDesk(empty_store, endpoints)


def made(desk: OAuthDesk, callback: str) -> Asset:
    """A mailbox of a Google client, which takes any loopback address."""
    return desk.asset("oauth-well", desk.client("google", callback_url=callback))


@pytest.mark.parametrize("deny", [False, True])
async def test_an_owners_answer_is_seen_by_the_console_that_waits(desk: OAuthDesk, deny: bool) -> None:
    async with agent_at(desk.path) as callback:
        mailbox = made(desk, callback)
        settings = desk.path.with_name("postroom.toml")
        settings.write_text(f'{settings.read_text()}callback_url = "{callback}"\n')
        async with at_console(desk.path, size=WIDE) as person:
            await person.go("tokens")
            await person.press("l")
            await person.at(BrowserScreen)
            screen = person.console.screen
            assert isinstance(screen, BrowserScreen)
            await person.sees("The answer comes back by itself")
            assert screen._begun is not None
            link = screen._begun.url.get_secret_value()
            address = await consent(link, account=MAILBOX["oauth-well"].address, deny=deny)
            async with httpx.AsyncClient(trust_env=False, timeout=30) as browser:
                page = await browser.get(address)
            assert page.status_code == (400 if deny else 200)
            if deny:
                await person.sees("No token was generated")
                await person.sees("access_denied")
                await person.press("o")
            else:
                await person.is_told("signs in with its new token")
            await person.until(lambda: not isinstance(person.console.screen, BrowserScreen), "way back")
    with desk.opened() as (store, _vault):
        grant = grants.of(store, mailbox.id)
    assert (grant.state if grant else None) == (None if deny else GrantState.VALID)


async def test_without_a_callback_address_it_says_what_to_do(desk: OAuthDesk) -> None:
    made(desk, "http://127.0.0.1:8400")
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        await person.press("l")
        await person.at(BrowserScreen)
        await person.sees("The answer does not come back by itself")
        await person.sees("It is pasted here")
        await person.press("escape")
