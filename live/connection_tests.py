"""Connection tests of many assets: bounded side by side, recorded as they end, told as events."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

from live.smtp.ladder import Ladder, Limits, RungStarted
from live.smtp.target import Target, target_of
from store import assets, audit, checks
from store.assets import Asset
from store.checks import CheckRun, CheckStep, Outcome
from store.database import Store
from store.vault import Vault, VaultAbsent, VaultLocked

TESTS_PER_LOGIN = 3
"""Exchange Online takes three connections per mailbox,
https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements."""


@dataclass(frozen=True, slots=True)
class TestBegan:
    """An asset's test has begun; `rungs` is the plan of its ladder."""

    asset_id: int
    asset_name: str
    rungs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepBegan:
    """A rung has begun."""

    asset_id: int
    name: str


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A rung has ended."""

    asset_id: int
    step: CheckStep


@dataclass(frozen=True, slots=True)
class TestEnded:
    """An asset's test has ended and is recorded; without a run when the asset was deleted in the meantime."""

    asset_id: int
    run: CheckRun | None


Event = TestBegan | StepBegan | StepEnded | TestEnded


@dataclass
class Bounds:
    """How many tests may run side by side: over all, against one host, with one login."""

    at_once: int = 20
    per_host: int = 10
    per_login: int = TESTS_PER_LOGIN
    _hosts: dict[str, asyncio.Semaphore] = field(init=False, repr=False)
    _logins: dict[tuple[str, str], asyncio.Semaphore] = field(init=False, repr=False)
    _all: asyncio.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._all = asyncio.Semaphore(self.at_once)
        self._hosts = defaultdict(lambda: asyncio.Semaphore(self.per_host))
        self._logins = defaultdict(lambda: asyncio.Semaphore(self.per_login))

    async def enter(self, stack: AsyncExitStack, target: Target) -> None:
        """Wait for a place, the narrowest first, so that a busy mailbox holds no place that others could
        use."""
        host = target.host.lower()
        await stack.enter_async_context(self._logins[host, target.sign_in_name.lower()])
        await stack.enter_async_context(self._hosts[host])
        await stack.enter_async_context(self._all)


async def run(
    store: Store,
    vault: Vault,
    asset_ids: Sequence[int],
    *,
    bounds: Bounds,
    limits: Limits | None = None,
    send_to: str | None = None,
) -> AsyncGenerator[Event, None]:
    """Test the assets side by side and yield what happens; every test that ends is in the store before it is
    told.

    Closing the iterator (or cancelling its consumer) stops the tests that run and records them as cancelled.

    Args:
        send_to: an address that one real message per asset is sent to at the end.

    Raises:
        StoreError: the store can no longer be read or written.
    """
    events: asyncio.Queue[Event | BaseException] = asyncio.Queue()
    tasks = [
        asyncio.create_task(_tested(store, vault, asset_id, events, bounds, limits or Limits(), send_to))
        for asset_id in dict.fromkeys(asset_ids)
    ]
    try:
        running = len(tasks)
        while running:
            event = await events.get()
            if isinstance(event, BaseException):
                raise event
            running -= isinstance(event, TestEnded)
            yield event
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _tested(
    store: Store,
    vault: Vault,
    asset_id: int,
    events: asyncio.Queue[Event | BaseException],
    bounds: Bounds,
    limits: Limits,
    send_to: str | None,
) -> None:
    try:
        found = await asyncio.to_thread(_target, store, vault, asset_id)
        if found is None:
            events.put_nowait(TestEnded(asset_id, None))
            return
        asset, target = found
        async with AsyncExitStack() as stack:
            await bounds.enter(stack, target)
            run = await _climbed(store, asset, Ladder(target, limits=limits, send_to=send_to), events)
        events.put_nowait(TestEnded(asset_id, run))
    except Exception as error:  # noqa: BLE001  # told to the consumer, which raises it
        events.put_nowait(error)


async def _climbed(
    store: Store, asset: Asset, ladder: Ladder, events: asyncio.Queue[Event | BaseException]
) -> CheckRun | None:
    events.put_nowait(TestBegan(asset.id, asset.name, ladder.rungs))
    steps: list[CheckStep] = []
    under_way = ""
    started_at, began = datetime.now(UTC), time.perf_counter()

    def recorded(outcome: Outcome) -> CheckRun | None:
        ms = (time.perf_counter() - began) * 1000
        return record(store, asset, started_at, ms, outcome, steps, ladder.transcript)

    try:
        async for event in ladder.climb():
            if isinstance(event, RungStarted):
                under_way = event.name
                events.put_nowait(StepBegan(asset.id, event.name))
            else:
                steps.append(event)
                events.put_nowait(StepEnded(asset.id, event))
    except asyncio.CancelledError:
        steps.append(CheckStep(under_way or ladder.rungs[0], Outcome.CANCELLED, 0.0))
        await asyncio.shield(asyncio.to_thread(recorded, Outcome.CANCELLED))
        raise
    return await asyncio.to_thread(recorded, outcome_of(steps))


def outcome_of(steps: Sequence[CheckStep]) -> Outcome:
    """A ladder passed when no step of it failed."""
    return Outcome.FAILED if any(step.outcome is Outcome.FAILED for step in steps) else Outcome.PASSED


def record(
    store: Store,
    asset: Asset,
    started_at: datetime,
    ms: float,
    outcome: Outcome,
    steps: Sequence[CheckStep],
    transcript: str,
) -> CheckRun | None:
    """Keep a run and its audit entry in one transaction; None when the asset no longer exists."""
    with store.write() as session:
        if session.get(assets.AssetRow, asset.id) is None:
            return None
        failed = next((step for step in steps if step.outcome is Outcome.FAILED), None)
        audit.record(
            session,
            store.actor,
            "connection tested",
            asset_id=asset.id,
            asset_name=asset.name,
            detail=f"{outcome.value} at {failed.name}" if failed else outcome.value,
        )
        return checks.record(
            session,
            asset.id,
            asset.name,
            started_at=started_at,
            ms=ms,
            outcome=outcome,
            steps=steps,
            transcript=transcript,
        )


def _target(store: Store, vault: Vault, asset_id: int) -> tuple[Asset, Target] | None:
    asset = assets.by_id(store, vault, asset_id)
    if asset is None:
        return None
    try:
        with store.read() as session:
            password = vault.reveal(session, assets.owner_of_secrets(asset_id), assets.PASSWORD)
        missing = "password_missing"
    except (VaultLocked, VaultAbsent):
        password = None
        missing = "vault_locked" if asset.has_password else "password_missing"
    return asset, target_of(asset, password, missing=missing)
