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
        receiver = self._receiver()
        try:
            await receiver.start()
            while True:
                _tell(receiver, told)
                await asyncio.sleep(LOOK_S)
        finally:
            await receiver.stop(STOP_S)

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
                _tell(receiver, told)
            finally:
                await receiver.stop(0)

    def _receiver(self) -> Receiver:
        from live.inbound.receiver import Receiver  # 100 ms, which a store without a vault need not pay

        wake = self._ground.changes.wake  # webhooks need not look for what has come
        loop = asyncio.get_running_loop()
        kept = functools.partial(loop.call_soon_threadsafe, wake)
        return Receiver(self._ground.store, self._ground.settings, kept=kept, confirmed=self._confirmed)


def _tell(receiver: Receiver, told: Told) -> None:
    """A mail that could not be kept is the sender's to send again, and a person's to know of."""
    if receiver.filed.last_fault:
        told.failing(receiver.filed.last_fault)
    else:
        told.well(f"Listening at {', '.join(receiver.addresses)}.", receiver.addresses)
