"""Connection tests of many assets: bounded side by side, recorded as they end, told as events."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from live.check_recorder import Ended, Recorder, record_all
from live.oauth.on_demand import HttpOnDemand
from live.rounds import told
from live.smtp.ladder import Ladder, Limits, RungStarted
from live.smtp.target import Target, target_of
from store import assets, registrations
from store.assets import Asset, SignIn
from store.checks import CheckRun, CheckStep, Outcome
from store.database import Store
from store.vault import SecretUnreadable, Vault, VaultAbsent, VaultLocked

if TYPE_CHECKING:
    from live.oauth.http import OAuthHttp

TESTS_PER_LOGIN = 3
"""Exchange Online takes three connections per mailbox,
https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements."""
READ_AT_ONCE = 20
"""Assets whose passwords are opened in one go, some 20 ms: as many tests can begin at once by default."""


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
class StepGoesOn:
    """A rung takes its time."""

    asset_id: int
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A rung has ended."""

    asset_id: int
    step: CheckStep


@dataclass(frozen=True, slots=True)
class TestEnded:
    """An asset's test has ended and is recorded; without a run when the asset was deleted in the meantime, or
    is retired."""

    asset_id: int
    run: CheckRun | None


Event = TestBegan | StepBegan | StepGoesOn | StepEnded | TestEnded


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


def run(
    store: Store,
    vault: Vault,
    asset_ids: Sequence[int],
    *,
    bounds: Bounds,
    limits: Limits | None = None,
    send_to: str | None = None,
    http: OAuthHttp | None = None,
) -> AsyncGenerator[Event, None]:
    """Test the assets side by side and yield what happens; every test that ends is in the store before it is
    told. The token of an asset that signs in by OAuth is renewed where it is stale, and once where it is
    refused.

    Closing the iterator (or cancelling its consumer) stops the tests that run and records them as cancelled.

    Args:
        send_to: an address that one real message per asset is sent to at the end.
        http: the client for authorization servers; None: one is made where a token must be renewed.

    Raises:
        StoreError: the store can no longer be read or written.
    """
    return told(
        _Round(store, vault, bounds, limits or Limits(), send_to, Recorder(store), http), asset_ids, TestEnded
    )


@dataclass(frozen=True, slots=True)
class _Round:
    """The tests of one call, and what they share."""

    store: Store
    vault: Vault
    bounds: Bounds
    limits: Limits
    send_to: str | None
    recorder: Recorder
    http: OAuthHttp | None
    events: asyncio.Queue[Event | BaseException] = field(default_factory=asyncio.Queue)
    """What happened, or why the round cannot go on."""

    async def run(self, asset_ids: Sequence[int]) -> None:
        """Test these assets; cancelling stops all of them."""
        try:
            async with HttpOnDemand(self.http) as http, asyncio.TaskGroup() as group:
                for first in range(0, len(asset_ids), READ_AT_ONCE):
                    part = asset_ids[first : first + READ_AT_ONCE]
                    found = await asyncio.to_thread(_targets, self.store, self.vault, part, http)
                    for asset_id, one in zip(part, found, strict=True):
                        if one is None:
                            self.events.put_nowait(TestEnded(asset_id, None))
                        else:
                            group.create_task(self._tested(*one))
        except Exception as error:  # noqa: BLE001  # told to the consumer, which raises it
            self.events.put_nowait(error)

    async def _tested(self, asset: Asset, target: Target) -> None:
        try:
            async with AsyncExitStack() as stack:
                await self.bounds.enter(stack, target)
                ended = await self._climbed(asset, target)
            run = await self.recorder.keep(ended)
            self.events.put_nowait(TestEnded(asset.id, run))
        except Exception as error:  # noqa: BLE001  # told to the consumer, which raises it
            self.events.put_nowait(error)

    async def _climbed(self, asset: Asset, target: Target) -> Ended:
        ladder = Ladder(target, limits=self.limits, send_to=self.send_to)
        self.events.put_nowait(TestBegan(asset.id, asset.name, ladder.rungs))
        steps: list[CheckStep] = []
        under_way = ""
        started_at, began = datetime.now(UTC), time.perf_counter()

        def ended(outcome: Outcome) -> Ended:
            ms = (time.perf_counter() - began) * 1000
            return Ended(asset, started_at, ms, outcome, tuple(steps), ladder.transcript)

        try:
            async for event in ladder.climb():
                if isinstance(event, RungStarted):
                    under_way = event.name
                    self.events.put_nowait(StepBegan(asset.id, event.name))
                else:
                    steps.append(event)
                    self.events.put_nowait(StepEnded(asset.id, event))
        except asyncio.CancelledError:
            steps.append(CheckStep(under_way or ladder.rungs[0], Outcome.CANCELLED, 0.0))
            await self.recorder.keep(ended(Outcome.CANCELLED))
            raise
        return ended(outcome_of(steps))


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
    return record_all(store, [Ended(asset, started_at, ms, outcome, steps, transcript)])[0]


Found = tuple[Asset, Target] | None
"""An asset and what its test is aimed at; None: it no longer exists, or is retired."""


def _targets(store: Store, vault: Vault, asset_ids: Sequence[int], http: HttpOnDemand) -> list[Found]:
    found = [assets.by_id(store, vault, asset_id) for asset_id in asset_ids]
    with store.read() as session:
        retired = registrations.retired(session, asset_ids)
        return [
            None
            if asset is None or asset.id in retired
            else (asset, kept_target(store, session, vault, asset, http))
            for asset in found
        ]


def kept_target(store: Store, session: Session, vault: Vault, asset: Asset, http: HttpOnDemand) -> Target:
    """What a kept asset's test is aimed at; where its credential cannot be had, the target says why."""
    if asset.sign_in == SignIn.OAUTH:
        from live.oauth.stored_grant import StoredGrant  # 150 ms with its libraries, in this thread

        return target_of(asset, None, tokens=StoredGrant(store, vault, asset, http.opened))
    missing = "password_missing"
    try:
        password = vault.reveal(session, assets.owner_of_secrets(asset.id), assets.PASSWORD)
    except SecretUnreadable:
        password, missing = None, "password_unreadable"
    except (VaultLocked, VaultAbsent):
        password, missing = None, "vault_locked" if asset.has_password else missing
    return target_of(asset, password, missing=missing)
