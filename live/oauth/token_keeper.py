"""The one writer of a process for what refreshes bring: all that wait share a transaction.

What cannot be written stays in memory, and is tried again for as long as the process lives: a rotated refresh
token is the only one that works from then on.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field

from live.oauth.token_writing import Ended as Ended
from live.oauth.token_writing import Outcome, Told, Writer
from live.oauth.token_writing import Settled as Settled
from live.oauth.token_writing import Unwritten as Unwritten
from live.oauth.token_writing import Written as Written
from store.database import Store
from store.grants import Kept
from store.vault import Vault

GATHER_S = 0.02
"""Least time between two transactions: what ends meanwhile shares one. A token is lost when the process is
killed in this time, so it is short against what the provider takes."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 5.0
"""Before another try to write: disks are freed by people."""
MOST_WAITING = 100
"""Results that wait for the writer until no more requests are begun: bounds what a kill can lose."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class TokenKeeper:
    """The writer of one store in one process and loop; see `keeper_of`."""

    store: Store
    vault: Vault
    loop: asyncio.AbstractEventLoop
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}")
    """Under what name this process claims grants."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while this process writes grants: SQLite would have its threads wait for each other in naps."""
    trouble: str = ""
    """Why tokens that arrived are not written yet; empty: all are."""
    _waiting: list[Ended] = field(default_factory=list)
    _told: list[Ended] = field(default_factory=list)
    """Those that were told to be unwritten."""
    _writing: asyncio.Task[None] | None = None
    _blocked: bool = False
    _room: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, ended: Ended) -> None:
        """Take a result; it is written soon."""
        self._waiting.append(ended)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def ready(self) -> None:
        """Wait until the store can be written and few results wait: who cannot keep a token must not ask for
        one."""
        while self._blocked or len(self._waiting) > MOST_WAITING:
            self._room.clear()
            await self._room.wait()

    async def written(self, patience_s: float = 0.0) -> str:
        """Try to write what waits, once or for so many seconds; returns why it could not be written, or "".

        For whoever ends the program: what is not written then is lost.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + patience_s
        while self._waiting:
            await self._attempt()
            if loop.time() >= ends:
                break
            if self._waiting:
                await asyncio.sleep(FIRST_WAIT_S)
        return self.trouble

    @property
    def names(self) -> tuple[str, ...]:
        """Of the assets whose new tokens are in memory alone, in the order in which they came."""
        return tuple(ended.name for ended in self._waiting if isinstance(ended.result, Kept))

    async def _write(self) -> None:
        wait = FIRST_WAIT_S
        try:
            while self._waiting:
                stuck = await self._attempt()
                await asyncio.sleep(wait if stuck else GATHER_S)
                wait = min(wait * 2, LONGEST_WAIT_S) if stuck else FIRST_WAIT_S
        except asyncio.CancelledError:  # the loop ends: what is left gets its last try
            self._apply(self._writer.write(self._waiting))
            raise
        finally:
            self._writing = None

    async def _attempt(self) -> bool:
        """Write what waits; returns whether some of it could not be written yet."""
        async with self.lock:
            # No task: the end of the loop would cancel that, while its thread goes on, and what the thread
            # wrote must be known.
            running = asyncio.get_running_loop().run_in_executor(
                None, self._writer.write, list(self._waiting)
            )
            try:
                outcome = await asyncio.shield(running)
            except asyncio.CancelledError:
                self._apply(await running)
                raise
            self._apply(outcome)
            return bool(outcome.left)

    @property
    def _writer(self) -> Writer:
        return Writer(self.store, self.vault, self.owner)

    def _apply(self, outcome: Outcome) -> None:
        done = {id(ended) for ended, _ in outcome.settled}
        self._waiting = [ended for ended in self._waiting if id(ended) not in done]
        self._blocked, self.trouble = outcome.blocked, outcome.trouble
        self._tell(outcome, done)
        for ended, settled in outcome.settled:
            ended.settled(settled)
        if not self._blocked and len(self._waiting) <= MOST_WAITING:
            self._room.set()

    def _tell(self, outcome: Outcome, done: set[int]) -> None:
        """Say of each token once that it is unwritten, and then that it is written."""
        for told, ids in _by_listener(ended for ended in self._told if id(ended) in done).items():
            told(Written(ids))
        self._told = [ended for ended in self._told if id(ended) not in done]
        if outcome.trouble:
            before = {id(ended) for ended in self._told}
            news = [ended for ended in outcome.left if id(ended) not in before]
            self._told += news
            for told, ids in _by_listener(news).items():
                told(Unwritten(ids, _unwritten_words(len(ids), outcome.trouble)))


_keepers: weakref.WeakValueDictionary[tuple[int, int, int], TokenKeeper] = weakref.WeakValueDictionary()


def keeper_of(store: Store, vault: Vault) -> TokenKeeper:
    """The writer of this store in this process and loop: the same one for as long as anything waits in it."""
    loop = asyncio.get_running_loop()
    key = (id(store), id(vault), id(loop))  # a keeper holds all three, so that none of the ids is another's
    keeper = _keepers.get(key)
    if keeper is None:
        keeper = _keepers[key] = TokenKeeper(store, vault, loop)
    return keeper


def _by_listener(many: Iterable[Ended]) -> dict[Told, tuple[int, ...]]:
    found: dict[Told, tuple[int, ...]] = {}
    for ended in many:
        found[ended.told] = (*found.get(ended.told, ()), ended.asset_id)
    return found


def _unwritten_words(count: int, why: str) -> str:
    what = "A renewed token" if count == 1 else f"{count:,} renewed tokens"
    return (
        f"{what} cannot be written: {why} Kept in memory until that is possible; "
        "the refresh tokens in the store may be dead already."
    )
