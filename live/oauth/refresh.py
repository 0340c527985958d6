"""Refreshing grants: any number, side by side, once each across all processes, told as events.

The console, the command line and the agent call the same functions. What holds: a grant is claimed in the
store before the provider is asked; a new access token is told of only after the refresh token that came with
it is committed; a fault that may pass drops nothing; and nothing is asked while no answer could be kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from live.oauth.claims import Claims
from live.oauth.http import OAuthHttp
from live.oauth.refresh_round import Round
from live.oauth.refreshed import ClockOff as ClockOff
from live.oauth.refreshed import Event as Event
from live.oauth.refreshed import Refreshed as Refreshed
from live.oauth.refreshed import Result as Result
from live.oauth.token_keeper import Unwritten as Unwritten
from live.oauth.token_keeper import Written as Written
from live.oauth.token_keeper import keeper_of
from store import grants
from store.database import Store
from store.vault import Vault

AT_ONCE = 20
"""Requests side by side: 2,000 grants take some seconds at a provider that answers in 50 ms, and no provider
sees a crowd."""
LEASE = timedelta(seconds=120)
"""How long a claim lasts: a batch waits for at most two requests of 30 s, and then takes one itself. A killed
process blocks a grant for no longer, which is less than the margin before its token ends."""


def utc_now() -> datetime:
    """The present, aware."""
    return datetime.now(UTC)


async def refresh(
    store: Store,
    vault: Vault,
    asset_ids: Sequence[int],
    *,
    http: OAuthHttp,
    at_once: int = AT_ONCE,
    now: Callable[[], datetime] = utc_now,
    lease: timedelta = LEASE,
    only_due: bool = False,
) -> AsyncGenerator[Event, None]:
    """Refresh these assets' grants, due or not, and yield what happens: one `Refreshed` for each asset.

    What another process refreshes at the same time is waited for, and its result taken. While tokens that
    came cannot be written, `Unwritten` says so, nothing more is asked, and the iterator goes on until they
    are written.

    Closing the iterator (or cancelling its consumer) begins no more requests, and waits for those under way:
    an answer that was thrown away may hold the only refresh token that works. What is unwritten then stays in
    memory and is tried again for as long as the loop runs; `unwritten` tells of it.

    Args:
        at_once: requests side by side; no more than `http` has connections.
        now: the time of this machine, aware.
        lease: how long a claim on a grant lasts, should this process not live to give it up.
        only_due: leave alone what somebody else has renewed since it was found to be due.

    Raises:
        StoreError: the store can no longer be read or written, and no token waits for it.
    """
    ids = list(dict.fromkeys(asset_ids))
    keeper = keeper_of(store, vault)
    places = min(at_once, http.limits.connections)
    claims = Claims(store, vault, keeper.owner, lease)
    this = Round(claims, keeper, http, places, now, only_due)
    feeding = asyncio.create_task(this.feed(ids))
    try:
        left = len(ids)
        while left:
            event = await this.events.get()
            if isinstance(event, BaseException):
                raise event
            left -= isinstance(event, Refreshed)
            yield event
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        await this.close()


async def refresh_due(
    store: Store,
    vault: Vault,
    *,
    http: OAuthHttp,
    at_once: int = AT_ONCE,
    now: Callable[[], datetime] = utc_now,
    lease: timedelta = LEASE,
) -> AsyncGenerator[Event, None]:
    """`refresh` for what is due now, the most urgent first."""
    due = await asyncio.to_thread(grants.due, store, now())
    events = refresh(store, vault, due, http=http, at_once=at_once, now=now, lease=lease, only_due=True)
    async with aclosing(events):
        async for event in events:
            yield event


def in_memory_only(store: Store, vault: Vault) -> tuple[str, ...]:
    """The names of the assets whose new tokens are not written yet; as a rule for less than 0.1 s.

    For whoever ends the program, after `unwritten`. To be called in the loop that refreshes.
    """
    return keeper_of(store, vault).names


async def unwritten(store: Store, vault: Vault, *, patience_s: float = 0.0) -> str:
    """Try again to write tokens that could not be written, once or for so many seconds; returns why it
    failed, or "".

    For whoever shows what is wrong, and whoever ends the program: what is unwritten then is lost.
    """
    return await keeper_of(store, vault).written(patience_s)
