"""Receives mail to the forwarding addresses."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from live.agent.ground import Ground
from live.agent.task import Told
from store.vault import VaultState

if TYPE_CHECKING:
    from live.inbound.receiver import Receiver

LOOK_S = 2.0
"""How often the receiver is asked whether it could keep what came."""
STOP_S = 2.5
"""For mails that are coming in when the agent stops: of the 5 s that it has, some are for the other tasks."""


class ReceiverTask:
    """See the module."""

    name = "receiver"

    def __init__(self, ground: Ground, confirmed: Callable[[int, bytes], object]) -> None:
        """
        Args:
            confirmed: takes message id and content of a confirmation that was kept.
        """
        self._ground = ground
        self._confirmed = confirmed

    async def run(self, told: Told) -> None:
        """See `Task.run`."""
        if not self._ground.settings.receiver:
            told.off("receiver = false in the configuration.")
            return
        while await self._ground.vault_state() is VaultState.ABSENT:
            told.waiting("This store has no vault yet, for which messages could be sealed.")
            await self._ground.changes.wait(60)
        from live.inbound.refusal_log import RefusalLog

        receiver, refusals = self._receiver(), RefusalLog()
        try:
            await receiver.start()
            while True:
                await _tell(receiver, told)
                refusals.look(receiver.counters)
                await asyncio.sleep(LOOK_S)
        finally:
            await receiver.stop(STOP_S)
            refusals.look(receiver.counters, at_last=True)

    async def once(self, told: Told) -> None:
        """See `Task.once`: begins to listen, and ends it."""
        if not self._ground.settings.receiver:
            told.off("receiver = false in the configuration.")
        elif await self._ground.vault_state() is VaultState.ABSENT:
            told.waiting("This store has no vault yet, for which messages could be sealed.")
        else:
            receiver = self._receiver()
            try:
                await receiver.start()
                await _tell(receiver, told)
            finally:
                await receiver.stop(0)

    def _receiver(self) -> Receiver:
        from live.inbound.receiver import Receiver  # 100 ms, which a store without a vault need not pay

        wake = self._ground.changes.wake  # webhooks need not look for what has come
        loop = asyncio.get_running_loop()
        kept = functools.partial(loop.call_soon_threadsafe, wake)
        made = Receiver(self._ground.store, self._ground.settings, kept=kept, confirmed=self._confirmed)
        self._ground.tallies.filed["smtp"] = lambda: (made.filed, made.to_commit)
        return made


async def _tell(receiver: Receiver, told: Told) -> None:
    """A mail that could not be kept is the sender's to send again, and a person's to know of."""
    if hindrance := await receiver.hindrance():
        told.failing(hindrance)
    else:
        told.well(f"Listening at {', '.join(receiver.addresses)}.", receiver.addresses)
