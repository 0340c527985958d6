"""Tells people in time: finds what needs them, sends what waits, says when no agent was there to do it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from live.agent.ground import Ground
from live.agent.task import Told
from store import agent_presence
from store.agent_presence import Presence
from store.database import StoreError, StoreNotWritable
from store.notices import NoticeCounts
from store.vault import VaultState

if TYPE_CHECKING:
    from live.notices.bounces import Bounces
    from live.notices.courier import Courier

FIRST_S = 3.0
"""After the start, mail is received and tokens are renewed first: what they mend needs nobody."""
LOOK_EACH_S = 300.0
"""Between two looks when nobody commits: only time can bring something about then."""
LOOK_LEAST_S = 30.0
"""Between two looks, however often others commit: one takes 0.2 s for 10,000 assets."""
BEAT_S = 60.0
"""Between two notes that an agent is here."""
GATHER_S = 2.0
"""After a change: what belongs together is committed within this, and told in one mail."""
ABSENT = timedelta(minutes=15)
"""A shorter absence is a restart, or an update of the system."""
CRY_EACH_S = 6 * 3600.0
"""Between two runs of the hook that tell of a store which cannot be written."""
NOBODY = "The configuration names nobody to be told: no operators, no hook ([notices])."


class NoticesTask:
    """See the module."""

    name = "notices"

    def __init__(self, ground: Ground, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._ground = ground
        self._now = now
        self._looked_at = self._cried_at = float("-inf")
        self._absence_told = self._changed = False
        self._tools: tuple[Bounces, Courier] | None = None

    async def run(self, told: Told) -> None:
        """See `Task.run`."""
        changes = self._ground.changes
        await asyncio.sleep(FIRST_S)
        while True:
            seen = changes.count
            try:
                wait = await self._round(told, look=self._look_in() <= 0)
            except StoreNotWritable as error:
                await self._cry(error)
                raise
            if await changes.wait(wait, seen):
                self._changed = True
                await asyncio.sleep(GATHER_S)

    async def once(self, told: Told) -> None:
        """See `Task.once`. Who runs the agent by the clock has no absences."""
        self._absence_told = True
        await self._round(told, look=True)

    def _look_in(self) -> float:
        """Seconds until the next look is due; something that was committed brings it forward."""
        each = LOOK_LEAST_S if self._changed else LOOK_EACH_S
        return self._looked_at + each - time.monotonic()

    async def _round(self, told: Told, *, look: bool) -> float:
        """Look and send; returns the seconds until something may be due."""
        ground = self._ground
        bounces, courier = self._made()
        if not self._absence_told:
            await asyncio.to_thread(self._tell_absence)
            self._absence_told = True
        with contextlib.suppress(StoreError):  # who cannot write this writes nothing else either, and says so
            await asyncio.to_thread(agent_presence.note, ground.store, self._now(), child=ground.child)
        await asyncio.to_thread(bounces.look, self._now())
        if look:
            from live.notices import rounds

            began, self._changed = time.monotonic(), False
            await asyncio.to_thread(rounds.look, ground.store, ground.settings.notices, self._now())
            self._looked_at = began
        await ground.vault_state()
        await courier.send_due()
        await self._say(told)
        return await asyncio.to_thread(self._wait)

    def _made(self) -> tuple[Bounces, Courier]:
        """Kept over failures: what was sent and could not be recorded must not be sent again."""
        if self._tools is None:
            from live.notices.bounces import Bounces
            from live.notices.courier import Courier

            ground = self._ground
            courier = Courier(ground.store, ground.vault, ground.settings, now=self._now)
            self._tools = Bounces(ground.store), courier
        return self._tools

    def _tell_absence(self) -> None:
        from live.notices import rounds

        now, before = self._now(), agent_presence.last(self._ground.store)
        if before is not None and is_absence(before, now, child=self._ground.child):
            settings = self._ground.settings.notices
            rounds.tell_absence(self._ground.store, settings, before.at, now, lasted(now - before.at))

    async def _say(self, told: Told) -> None:
        from store import notices

        _, courier = self._made()
        waits, why = await asyncio.to_thread(courier.queue.held_up)
        if waits:
            locked = await self._ground.vault_state() is VaultState.LOCKED
            how = f" {self._ground.how_to_unlock}" if locked else ""
            told.failing(f"{waits:,} of what is to be told {'waits' if waits == 1 else 'wait'}. {why}{how}")
            return
        counts = await asyncio.to_thread(notices.counts, self._ground.store)
        settings = self._ground.settings.notices
        silent = counts.now + counts.soon and not settings.operators and not settings.hook
        told.well(f"{_open_words(counts)} {NOBODY}" if silent else _open_words(counts))

    def _wait(self) -> float:
        _, courier = self._made()
        next_at = courier.queue.next_at()
        left = self._look_in()
        if next_at is not None:
            left = min(left, (next_at - self._now()).total_seconds())
        return min(max(left, 1.0), BEAT_S)

    async def _cry(self, error: StoreError) -> None:
        """Tell by the hook that nothing can be kept: no notice can be, either."""
        argv = self._ground.settings.notices.hook
        if not argv or time.monotonic() - self._cried_at < CRY_EACH_S:
            return
        from live.notices import hook

        self._cried_at = time.monotonic()
        facts = {"ID": "", "COUNT": "1", "OCCASION": "opened", "KIND": "store", "LEVEL": "now"}
        facts |= {"CAUSE": "The store cannot be written: mail is put off, and nobody is told of anything"}
        facts |= {"REASON": str(error), "WHO": "operator"}
        await hook.run(argv, {f"POSTROOM_NOTICE_{name}": value for name, value in facts.items()})


def is_absence(before: Presence, now: datetime, *, child: bool) -> bool:
    """Whether nobody was at work who should have been: a console's own agent goes home with its console."""
    return now - before.at > ABSENT and not (before.child and child)


def lasted(span: timedelta) -> str:
    """ "40 minutes", "5 hours", "3 days"."""
    minutes = int(span.total_seconds() // 60)
    for size, unit in ((2880, "days"), (120, "hours"), (2, "minutes")):
        if minutes >= size:
            return f"{minutes // {'days': 1440, 'hours': 60, 'minutes': 1}[unit]} {unit}"
    return "a minute"


def _open_words(counts: NoticeCounts) -> str:
    need = counts.now + counts.soon
    if not need:
        return "Nobody is needed." if not counts.acknowledged else "All that needs somebody is acknowledged."
    return "1 notice is open." if need == 1 else f"{need:,} notices are open."
