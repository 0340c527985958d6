"""Checks the signatures of confirmations after they were kept, with the keys in the DNS."""

from __future__ import annotations

import asyncio
from collections import deque

from live.agent.ground import Ground
from live.agent.task import Told
from store import confirmations

MOST_WAITING = 100
"""Confirmations that wait for their check, and are held in memory meanwhile: the log is sealed, and the agent
cannot open it again. The oldest go unchecked where more come, as when somebody floods the desk."""
LARGEST = 100_000
"""Octets of one that is checked; real ones have 3 KB."""


class SignaturesTask:
    """See the module."""

    name = "signatures"

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._waiting: deque[tuple[int, bytes]] = deque(maxlen=MOST_WAITING)
        self._come = asyncio.Event()

    def offer(self, message_id: int, content: bytes) -> None:
        """Take a confirmation that was just kept; only in the loop."""
        if len(content) <= LARGEST:
            self._waiting.append((message_id, content))
            self._come.set()

    async def run(self, told: Told) -> None:
        """See `Task.run`."""
        told.well()
        while True:
            await self._come.wait()
            self._come.clear()
            await self.once(told)

    async def once(self, told: Told) -> None:
        """See `Task.once`."""
        if self._waiting:
            from live.mail.dkim_check import verified  # 70 ms of dkimpy and dnspython

            while self._waiting:
                message_id, content = self._waiting.popleft()
                result = await verified(content)
                await asyncio.to_thread(
                    confirmations.confirmation_dkim, self._ground.store, message_id, result
                )
        told.well()
