"""Renews tokens before they end, whenever the next one is due."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from live import deadlines
from live.agent.clock_watch import ClockWatch
from live.agent.ground import Ground
from live.agent.task import TaskFault, Told
from live.oauth.http import OAuthHttp
from live.oauth.on_demand import HttpOnDemand
from live.oauth.refresh import ClockOff, Refreshed, Unwritten, refresh_due, unwritten
from store import clock_changes, grants
from store.vault import VaultState

LONGEST_WAIT_S = 60.0
"""Between two looks, so that a clock that was set does not matter for long."""
SHORTEST_WAIT_S = 1.0
"""Between two looks, however often others commit."""
AGAIN_S = 5.0
"""Before what was due and was not renewed is looked at again."""
PATIENCE_S = 1.5
"""For tokens that came and cannot be written, when the agent stops."""
RESTATE = timedelta(hours=24)
"""How often all deadlines are worked out anew; what an act changes, it writes itself."""
log = logging.getLogger("postroom.agent")

FOREVER = datetime.max.replace(tzinfo=UTC)


class RefreshTask:
    """See the module."""

    name = "refresh"

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._restated_at: datetime | None = None
        self._last = ""
        self._clock = ""
        self._watch = ClockWatch()

    async def run(self, told: Told) -> None:
        """See `Task.run`."""
        changes = self._ground.changes
        try:
            async with HttpOnDemand() as http:
                while True:
                    seen = changes.count
                    wait = await self._round(http, told)
                    await asyncio.sleep(SHORTEST_WAIT_S)
                    await changes.wait(wait, seen)
        finally:
            await unwritten(self._ground.store, self._ground.vault, patience_s=PATIENCE_S)

    async def once(self, told: Told) -> None:
        """See `Task.once`."""
        try:
            async with HttpOnDemand() as http:
                await self._round(http, told)
        finally:
            await unwritten(self._ground.store, self._ground.vault, patience_s=PATIENCE_S)

    async def _round(self, http: HttpOnDemand, told: Told) -> float:
        """Renew what is due now; returns the seconds until the next is."""
        if back := self._watch.set_back():
            log.warning("clock=set back seconds=%.0f", back)
            await asyncio.to_thread(clock_changes.set_back, self._ground.store, back)
        await self._restate()
        next_at = await asyncio.to_thread(self._next)
        if next_at is None:
            told.well("No grant is to be renewed.")
            return LONGEST_WAIT_S
        if not await self._unlocked(told):
            return LONGEST_WAIT_S
        if next_at > datetime.now(UTC):
            told.well(self._words(next_at))
            return _until(next_at)
        await self._renew(await http.opened(), told)
        next_at = await asyncio.to_thread(self._next)
        told.well(self._words(next_at))
        # What is still due was not renewed, for instance since it is another process's turn.
        return max(_until(next_at), AGAIN_S) if next_at else LONGEST_WAIT_S

    def _words(self, next_at: datetime | None) -> str:
        due = f"The next token is due at {next_at:%Y-%m-%d %H:%M} UTC." if next_at else ""
        return " ".join(filter(None, (due, self._last, self._clock)))

    async def _unlocked(self, told: Told) -> bool:
        """Whether the vault is open; that it is not is told, since nothing is renewed then."""
        state = await self._ground.vault_state()
        if state is VaultState.LOCKED:
            told.failing(f"The vault is locked: no token is renewed. {self._ground.how_to_unlock}")
        elif state is VaultState.ABSENT:
            told.waiting("This store has no vault yet.")
        return state is VaultState.OPEN

    async def _renew(self, http: OAuthHttp, told: Told) -> None:
        ground = self._ground
        fared: Counter[bool] = Counter()
        async with aclosing(refresh_due(ground.store, ground.vault, http=http)) as events:
            async for event in events:
                if isinstance(event, Refreshed):
                    fared[event.well] += 1
                    ground.tallies.refreshes[event.result.value] += 1
                elif isinstance(event, Unwritten):
                    told.failing(event.words)
                elif isinstance(event, ClockOff):
                    self._clock = event.words
        if fared:
            self._last = f"Last round: {fared[True]:,} renewed, {fared[False]:,} not."
        if why := await unwritten(ground.store, ground.vault):
            raise TaskFault(why)

    def _next(self) -> datetime | None:
        """When the next grant is due; in the past for one that is."""
        first = grants.due(self._ground.store, FOREVER, limit=1)
        grant = grants.of(self._ground.store, first[0]) if first else None
        return grant.next_refresh_at if grant else None

    async def _restate(self) -> None:
        now = datetime.now(UTC)
        if self._restated_at is None or abs(now - self._restated_at) >= RESTATE:
            self._restated_at = now
            await asyncio.to_thread(deadlines.restate, self._ground.store, now)


def _until(at: datetime) -> float:
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_WAIT_S)
