"""Watches the agent for the status line, and starts one of the console's own where none works."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from live.agent.child import AgentChild, ChildNotStarted
from store import leases
from store.database import StoreError
from store.leases import Lease
from store.vault_errors import VaultError
from tui import agent_words

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.hub import Hub

LOOK_S = 1.0
"""Between two looks at the lease, of 0.2 ms each."""
FIRST_S = 1.5
"""After the desk is open: starting an agent takes a second of a processor, and a person types already."""
AGAIN_S, LONGEST_S = 5.0, 300.0
"""Before another start of an agent that ended; doubled each time."""
PASSPHRASE = "passphrase"
"""What the vault says it was opened by, where the agent's own homes may not hold the key."""


class AgentWatch:
    """One for each console."""

    def __init__(self, console: Hub, desk: Desk, options: Sequence[str], *, starts: bool) -> None:
        """
        Args:
            options: the command line's, that name store and configuration, for the child.
            starts: whether an agent of the console's own is wanted.
        """
        self._console, self._desk, self._options, self._starts = console, desk, options, starts
        self._child: AgentChild | None = None
        self._handed = False
        self._starts_at = time.monotonic() + FIRST_S
        self._wait = AGAIN_S
        self._trouble = ""
        self.lease: Lease | None = None
        """As it was read last; None: nobody holds it."""

    @property
    def log(self) -> Path:
        """Where the words of the console's own agent go."""
        return self._desk.store.path.with_name(f"{self._desk.store.path.name}.agent.log")

    @property
    def detail(self) -> str:
        """All that is known, in words."""
        return agent_words.detail(self.lease, datetime.now(UTC), trouble=self._trouble)

    async def run(self) -> None:
        """Look until cancelled. A fault of the store is told by those who use it."""
        try:
            while True:
                with contextlib.suppress(StoreError):
                    await self._look()
                await asyncio.sleep(LOOK_S)
        finally:
            if self._child is not None:
                self._child.let_go()

    def end(self) -> None:
        """Wait for the console's own agent, which ends with it; some seconds at most."""
        if self._child is not None:
            self._child.end()

    async def _look(self) -> None:
        self.lease = await asyncio.to_thread(leases.look, self._desk.store)
        now = datetime.now(UTC)
        alive = self.lease is not None and self.lease.alive(now)
        self._bury(alive=alive)
        if self._starts and not alive and self._child is None and time.monotonic() >= self._starts_at:
            await self._start()
        await self._hand_over()
        starting = self._child is not None or (self._starts and not self._trouble)
        self._console.say_agent(*agent_words.words(self.lease, now, starting=starting, trouble=self._trouble))

    async def _start(self) -> None:
        try:
            self._child = await asyncio.to_thread(AgentChild, self._options, self.log)
        except ChildNotStarted as error:
            self._trouble = str(error)
            self._put_off()

    def _bury(self, *, alive: bool) -> None:
        """Notice that the child has ended; another is started after a while if nobody else works by then."""
        if self._child is None:
            return
        status = self._child.ended
        if status is None:
            if alive and self.lease is not None and self.lease.pid == self._child.pid:
                self._trouble, self._wait = "", AGAIN_S
            return
        self._child.end()
        self._child, self._handed = None, False
        if status:
            self._trouble = f"The console's own agent ended with status {status}; {self.log} tells why."
        self._put_off()

    def _put_off(self) -> None:
        self._starts_at = time.monotonic() + self._wait
        self._wait = min(self._wait * 2, LONGEST_S)

    async def _hand_over(self) -> None:
        """Give the child the key that a person typed, and have it forget it when the console does."""
        child, vault = self._child, self._desk.vault
        if child is None:
            return
        if vault.served_by == PASSPHRASE and not self._handed:
            with contextlib.suppress(VaultError):  # rotated elsewhere, or the child has just ended
                await asyncio.to_thread(vault.keep_in, child)
                self._handed = True
        elif vault.served_by is None and self._handed:
            self._handed = False
            child.lock()
