"""Delivers events to webhooks, as soon as they come and again where that failed."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from live.agent.ground import Ground
from live.agent.task import Told
from store import leases
from store.database import Store, StoreError
from store.settings import Settings
from store.vault import VaultError, VaultState

if TYPE_CHECKING:
    from live.webhooks.deliver import Deliverer
    from live.webhooks.roster import Roster

TIME_EACH_S = 900.0
"""How often it is asked what time has brought: deadlines, silences."""
PRUNE_EACH_S = 3_600.0
FIRST_S = 15.0
"""After the start other things come first."""
AGAIN_S = 2.0
"""Before another try when the store cannot be written."""
LOCKED_S = 10.0
VAULT_EACH_S = 1.0
"""Between two looks whether the vault is still open: a turn may come every few milliseconds."""


class WebhooksTask:
    """See the module."""

    name = "webhooks"

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._looked_at = float("-inf")
        self._due_at = time.monotonic() + FIRST_S
        self._prune_at = time.monotonic() + FIRST_S

    async def run(self, told: Told) -> None:
        """See `Task.run`."""
        roster, deliverer = await asyncio.to_thread(self._made)
        helpers = [asyncio.create_task(self._wake(deliverer)), asyncio.create_task(self._keep_time())]
        try:
            while True:
                await deliverer.wait(await self._turn(roster, deliverer, told))
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await deliverer.close()

    async def once(self, told: Told) -> None:
        """See `Task.once`: what is due now is tried once, and what that lets go."""
        await asyncio.to_thread(self._what_time_brought)
        roster, deliverer = await asyncio.to_thread(self._made)
        try:
            wait = await self._turn(roster, deliverer, told)
            while not deliverer.is_idle or wait == 0:
                await deliverer.wait(min(wait, 1.0) if deliverer.is_idle else 60.0)
                wait = await self._turn(roster, deliverer, told)
        finally:
            await deliverer.close()

    def _made(self) -> tuple[Roster, Deliverer]:
        from live.webhooks.deliver import Deliverer  # 120 ms of httpx, which other commands need not pay
        from live.webhooks.roster import Roster

        ground = self._ground
        roster = Roster(
            ground.store,
            ground.vault,
            allow_private=ground.settings.webhook_allow_private,
            link_base=lambda: link_base(ground.store, ground.settings),
        )
        deliverer = Deliverer(ground.store, roster)
        ground.tallies.deliveries = lambda: deliverer.counters
        return roster, deliverer

    async def _turn(self, roster: Roster, deliverer: Deliverer, told: Told) -> float:
        """One turn of the deliverer; returns the seconds until the next."""
        try:
            await self._look_at_the_vault(roster, deliverer)
            wait = await deliverer.turn()
        except VaultError as error:
            await deliverer.settle()
            await self._tell_locked(error, told)
            return LOCKED_S
        except StoreError as error:
            told.failing(f"Deliveries cannot be written down, and wait. {error}")
            await asyncio.sleep(AGAIN_S)
            return 0.0
        count = len(roster.ready)
        some = f"Delivering to {count:,} webhook{'s' if count > 1 else ''}."
        told.well(some if count else "No webhook is set up, or all are off.")
        return wait

    async def _look_at_the_vault(self, roster: Roster, deliverer: Deliverer) -> None:
        """Keys are not kept longer than the vault is open."""
        if time.monotonic() - self._looked_at < VAULT_EACH_S:
            return
        self._looked_at = time.monotonic()
        if await self._ground.vault_state() is not VaultState.OPEN and roster.ready:
            await roster.close()
            deliverer.forget()

    async def _tell_locked(self, error: VaultError, told: Told) -> None:
        state = await self._ground.vault_state()
        if state is VaultState.LOCKED:
            how = self._ground.how_to_unlock
            told.failing(f"The vault is locked: nothing is delivered to webhooks, and all waits. {how}")
        elif state is VaultState.ABSENT:
            told.waiting("This store has no vault yet.")
        else:
            told.failing(str(error))

    async def _wake(self, deliverer: Deliverer) -> None:
        while True:
            await self._ground.changes.wait(60)
            deliverer.wake()

    async def _keep_time(self) -> None:
        """What time has brought, and what is past its time; a store that cannot be written waits."""
        while True:
            await asyncio.sleep(FIRST_S)
            try:
                if time.monotonic() >= self._due_at:
                    self._due_at = time.monotonic() + TIME_EACH_S
                    await asyncio.to_thread(self._what_time_brought)
                if time.monotonic() >= self._prune_at:
                    self._prune_at = time.monotonic() + PRUNE_EACH_S
                    await asyncio.to_thread(self._prune)
            except StoreError:
                self._due_at = self._prune_at = 0.0

    def _what_time_brought(self) -> None:
        from live.webhooks import due_events

        due_events.tell(self._ground.store, datetime.now(UTC))

    def _prune(self) -> None:
        from store import outbox_retention

        days = self._ground.settings.webhook_keep_days
        outbox_retention.prune(self._ground.store, datetime.now(UTC), days=days)


def link_base(store: Store, settings: Settings) -> str:
    """Under what address links to sources lead to the agent; "": it does not listen."""
    if settings.webhook_link_url:
        return settings.webhook_link_url
    if settings.agent_http_port:
        host = settings.agent_http_host
        return f"http://{f'[{host}]' if ':' in host else host}:{settings.agent_http_port}"
    lease = leases.look(store)
    return next(iter(lease.addresses("http")), "") if lease is not None else ""
