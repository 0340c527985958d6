"""One call's refreshes: claims a batch ahead, asks the provider side by side, hands answers to the writer."""

from __future__ import annotations

import asyncio
import functools
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from live.oauth import outcome
from live.oauth.claims import Claimed, Claims, NotClaimed, Stand
from live.oauth.faults import TokenRefused
from live.oauth.http import CLOCK_OFF, OAuthHttp
from live.oauth.http_answer import clock_words
from live.oauth.refreshed import ClockOff, Event
from live.oauth.renewal import renew
from live.oauth.token_keeper import Ended, Settled, TokenKeeper
from store.database import StoreError
from store.grants import Failed, Kept

LOOK_AGAIN_S = 0.2
"""Before another look at grants that somebody else is refreshing; providers answer within a second."""
TO_WRITE_S = 15.0
"""Kept of a claim's time for writing: three times what the store waits for another process."""


@dataclass(slots=True, eq=False)
class Round:
    """The refreshes of one call. `feed` works through them; `close` must follow, whatever happens."""

    claims: Claims
    keeper: TokenKeeper
    http: OAuthHttp
    at_once: int
    now: Callable[[], datetime]
    only_due: bool
    events: asyncio.Queue[Event | BaseException] = field(default_factory=asyncio.Queue)
    """What happened, or why the round cannot go on."""
    _stands: dict[int, Stand] = field(default_factory=dict)
    _todo: deque[int] = field(default_factory=deque)
    _busy: list[int] = field(default_factory=list)
    """What somebody else is refreshing; looked at again."""
    _claimed: dict[int, float] = field(default_factory=dict)
    """Claims that are not begun yet, and until when (of the loop) one may be begun."""
    _ahead: asyncio.Task[list[Claimed | NotClaimed]] | None = None
    _flying: set[asyncio.Task[None]] = field(default_factory=set)
    _places: asyncio.Semaphore = field(init=False)
    _clock_told: bool = False

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.at_once)

    async def feed(self, asset_ids: Sequence[int]) -> None:
        """Begin all refreshes; each is told when it has ended."""
        try:
            self._stands = await asyncio.to_thread(self.claims.stands, asset_ids)
            self._todo.extend(asset_ids)
            while self._ahead or self._todo or self._busy:
                if self._ahead is None and not self._todo:
                    await asyncio.sleep(LOOK_AGAIN_S)
                    self._todo.extend(self._busy)
                    self._busy.clear()
                batch = await (self._ahead or self._claiming())
                self._ahead = self._claiming() if self._todo else None
                for one in batch:
                    await self._begin(one)
        except Exception as error:  # noqa: BLE001  # told to the consumer, which raises it
            self.events.put_nowait(error)

    async def close(self) -> None:
        """Give up what is not begun, and let the requests under way end: an answer that was thrown away may
        hold the only refresh token that works."""
        if self._ahead is not None:
            self._ahead.cancel()
            await asyncio.gather(self._ahead, return_exceptions=True)
        await self._release(list(self._claimed))
        await self._landed()
        await self.keeper.written()

    async def _landed(self) -> None:
        while self._flying:
            await asyncio.wait(self._flying)

    # Claims

    def _claiming(self) -> asyncio.Task[list[Claimed | NotClaimed]]:
        ids = [self._todo.popleft() for _ in range(min(self.at_once, len(self._todo)))]
        return asyncio.create_task(self._claim(ids))

    async def _claim(self, asset_ids: Sequence[int]) -> list[Claimed | NotClaimed]:
        await self.keeper.ready()
        try:
            return await self._claim_now(asset_ids)
        except StoreError:
            if not self._flying and not self.keeper.trouble:
                raise
        # The answers under way must be kept first, however long that takes; the store may be well by then.
        await self._landed()
        await self.keeper.written()
        await self.keeper.ready()
        return await self._claim_now(asset_ids)

    async def _claim_now(self, asset_ids: Sequence[int]) -> list[Claimed | NotClaimed]:
        loop = asyncio.get_running_loop()
        lease = self.claims.lease.total_seconds()
        usable = max(lease - self.http.limits.total - TO_WRITE_S, lease / 4)
        async with self.keeper.lock:
            until = loop.time() + usable
            take = functools.partial(
                self.claims.claim, asset_ids, self._stands, self.now(), only_due=self.only_due
            )
            taking = loop.run_in_executor(None, take)
            try:
                found = await asyncio.shield(taking)
            except asyncio.CancelledError:
                found = await taking
                self._claimed |= {one.mailbox.id: until for one in found if isinstance(one, Claimed)}
                raise
        self._claimed |= {one.mailbox.id: until for one in found if isinstance(one, Claimed)}
        return found

    async def _release(self, asset_ids: Sequence[int]) -> None:
        if asset_ids:
            async with self.keeper.lock:
                await asyncio.to_thread(self.claims.release, asset_ids)

    # Requests

    async def _begin(self, one: Claimed | NotClaimed) -> None:
        if isinstance(one, NotClaimed):
            self._pass_over(one)
            return
        await self._places.acquire()
        await self.keeper.ready()
        asset_id = one.mailbox.id
        if asyncio.get_running_loop().time() > self._claimed.pop(asset_id):
            # The claim could end before the answer is kept. It is given up, and taken anew.
            self._places.release()
            await self._release([asset_id])
            self._todo.append(asset_id)
            return
        asking = asyncio.create_task(self._ask(one))
        self._flying.add(asking)
        asking.add_done_callback(self._flying.discard)

    def _pass_over(self, one: NotClaimed) -> None:
        if one.busy:
            self._busy.append(one.asset_id)
            return
        self.events.put_nowait(outcome.not_asked(one, self._stands.get(one.asset_id)))

    async def _ask(self, claimed: Claimed) -> None:
        """Ask the provider, and hand what came to the writer."""
        asked_at, began = self.now(), time.perf_counter()
        result: Kept | Failed
        try:
            if claimed.refused is not None:
                raise claimed.refused
            fetched = await renew(
                self.http,
                claimed.client,
                claimed.secret,
                mailbox=claimed.mailbox.sign_in_name,
                refresh_token=claimed.refresh_token,
                now=asked_at,
                granted_scope=claimed.grant.scope,
            )
            skew, result = fetched.skew_seconds, outcome.kept(claimed, fetched, asked_at)
        except TokenRefused as refused:
            ms = refused.ms or (time.perf_counter() - began) * 1000
            skew, result = refused.skew_seconds, outcome.failed(claimed, refused, asked_at, self.now(), ms)
        except Exception as error:  # noqa: BLE001  # told to the consumer, which raises it
            self.events.put_nowait(error)
            await self._release([claimed.mailbox.id])
            return
        finally:
            self._places.release()
        self._tell_clock(skew)
        settled = functools.partial(self._settled, claimed, result, skew)
        name, rotation = claimed.mailbox.name, claimed.grant.rotation
        self.keeper.put(Ended(result, rotation, settled, self.events.put_nowait, name))

    def _settled(self, claimed: Claimed, result: Kept | Failed, skew: float | None, settled: Settled) -> None:
        self.events.put_nowait(outcome.told(claimed, result, settled, skew))

    def _tell_clock(self, skew: float | None) -> None:
        if skew is not None and abs(skew) >= CLOCK_OFF and not self._clock_told:
            self._clock_told = True
            self.events.put_nowait(ClockOff(skew, clock_words(skew)))
