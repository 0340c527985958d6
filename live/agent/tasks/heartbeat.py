"""Sends the heartbeats' probes when they are due, one at a time, and records what comes of every probe that
nobody else waits for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from live.agent.ground import Ground
from live.agent.task import Told
from store import assets, heartbeats, probes
from store.probes import Probe, Trigger
from store.vault import VaultState

if TYPE_CHECKING:
    from live.forwarding.sending import Mailer

WAIT_S = 1_800.0
"""For a heartbeat's probe to arrive: nobody sits there, and half an hour of greylisting is no fault."""
GRACE_S = 60.0
"""For a console to record a check of its own before it is taken to have been killed."""
SPREAD_S = 20.0
"""Between two probes: Exchange Online takes 30 messages a minute of a mailbox, and answers to customers go
first. Where so many are on that they would not be through in time, it is half of what there is."""
WAYS_S = 60.0
"""How long it is believed which assets can send: a look takes 0.2 s for 10,000."""
AGAIN = timedelta(hours=1)
"""Before a probe that could not be sent is tried again."""
LONGEST_WAIT_S = 60.0
SHORTEST_WAIT_S = 1.0
"""Between two looks, however often others commit."""
THOROUGH_S = 600.0
"""Between two looks for what was put off before the clock was set back."""


class HeartbeatTask:
    """See the module."""

    name = "heartbeat"

    def __init__(self, ground: Ground, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._ground = ground
        self._now = now
        self._sent_at = float("-inf")
        self._thorough_at = float("-inf")
        self._turn = 0
        self._mailer: Mailer | None = None
        self._mailer_at = float("-inf")

    async def run(self, told: Told) -> None:
        """See `Task.run`."""
        changes = self._ground.changes
        while True:
            seen = changes.count
            wait = await self._round(told, spread_s=SPREAD_S)
            await asyncio.sleep(SHORTEST_WAIT_S)
            await changes.wait(wait, seen)

    async def once(self, told: Told) -> None:
        """See `Task.once`: all that is due is sent, and what has come is recorded."""
        while await self._round(told, spread_s=0.0) <= 0:
            pass

    async def _round(self, told: Told, *, spread_s: float) -> float:
        """Record what has come, and send one probe where one is due; returns the seconds until the next
        look."""
        longest = await asyncio.to_thread(self._settle)
        count, next_at = await asyncio.to_thread(heartbeats.first, self._ground.store)
        if not count or next_at is None:
            told.well("No asset has a heartbeat.")
            return longest
        asset_id = await asyncio.to_thread(self._due)
        words = f"{count:,} with a heartbeat; the next is due at {next_at:%Y-%m-%d %H:%M} UTC."
        if asset_id is None:
            told.well(words)
            return min(longest, max(0.1, (next_at - self._now()).total_seconds()))
        if why := await self._hindrance():
            told.failing(f"No heartbeat is sent. {why}")
            return longest
        rate = await asyncio.to_thread(heartbeats.per_hour, self._ground.store)
        spread_s = min(spread_s, 1_800.0 / rate) if rate else spread_s
        left = self._sent_at + spread_s - time.monotonic()
        if left > 0:
            told.well(f"{count:,} with a heartbeat, some of them due now: one each {spread_s:.0f} s.")
            return min(longest, left)
        self._sent_at = time.monotonic()
        if await self._send(asset_id):
            told.well(f"{count:,} with a heartbeat.")
        return 0.0

    def _due(self) -> int | None:
        thorough = time.monotonic() - self._thorough_at >= THOROUGH_S
        if thorough:
            self._thorough_at = time.monotonic()
        found = heartbeats.due(self._ground.store, self._now(), 1, thorough=thorough)
        return found[0] if found else None

    async def _hindrance(self) -> str:
        """Why no probe could go out or come back now."""
        from live.forwarding.listening import listening, why_not

        state = await self._ground.vault_state()
        if state is VaultState.LOCKED:
            return f"The vault is locked. {self._ground.how_to_unlock}"
        store = self._ground.store
        if not await asyncio.to_thread(listening, store, datetime.now(UTC)):
            return await asyncio.to_thread(why_not, store, datetime.now(UTC))
        return ""

    async def _send(self, asset_id: int) -> bool:
        """Claim one heartbeat and send its probe; False: somebody else has, or it could not be sent."""
        from live.forwarding import ending
        from live.forwarding.sending import receiver_step, send_probe
        from live.mail import probe_tokens
        from live.outgoing.mark import token_of
        from store.checks import Outcome

        store, vault = self._ground.store, self._ground.vault
        asset = await asyncio.to_thread(assets.by_id, store, vault, asset_id)
        token = probe_tokens.made(await asyncio.to_thread(token_of, store))
        now = self._now()
        claimed = await asyncio.to_thread(heartbeats.claim, store, asset_id, token, now, WAIT_S)
        if not claimed or asset is None:
            return False
        receiver = await receiver_step(store, asset)
        taken = [receiver]
        if receiver.outcome is Outcome.PASSED:
            mailer, trigger = self._sender(), Trigger.HEARTBEAT
            taken.append(await send_probe(mailer, asset, token, trigger, receiver, turn=self._turn))
        if taken[-1].outcome is Outcome.PASSED:
            return True
        self._mailer_at = float("-inf")
        await asyncio.to_thread(heartbeats.sooner, store, asset_id, now + AGAIN)
        await asyncio.to_thread(ending.end_unsent, store, asset, token, now, taken)
        return False

    def _sender(self) -> Mailer:
        from live.forwarding.sending import Mailer

        ground, self._turn = self._ground, self._turn + 1
        if self._mailer is None or time.monotonic() - self._mailer_at >= WAYS_S:
            self._mailer_at = time.monotonic()
            self._mailer = Mailer(ground.store, ground.vault, ground.settings.notice_smtp)
        return self._mailer

    def _settle(self) -> float:
        """Record what came of probes whose time is up, or that have come, and what came late; returns the
        seconds until the next one's time is up, `LONGEST_WAIT_S` at most."""
        ground, now = self._ground, self._now()
        still_open = probes.still_open(ground.store)
        over = [probe for probe in still_open if _is_over(probe, now)]
        late = probes.come_late(ground.store)
        if over or late:
            from live.forwarding import ending

            for probe in over:
                ending.end(ground.store, ground.vault, probe)
            if late:
                ending.tell_late(ground.store, ground.vault)
        left = [probe.seconds_left(now) for probe in still_open if probe not in over]
        return max(0.1, min([LONGEST_WAIT_S, *left]))


def _is_over(probe: Probe, now: datetime) -> bool:
    """Whether nobody waits for it any more. Consoles end their own."""
    if probe.trigger is Trigger.HEARTBEAT:
        return probe.settled or probe.is_over(now)
    return probe.is_over(now, GRACE_S)
