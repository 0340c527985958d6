"""Forwarding checks: a probe is sent to an asset's address, waited for at its forwarding address, recorded as
a check, told as events."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from live.agent.changes import Changes
from live.check_recorder import Ended, Recorder
from live.connection_tests import Event, StepBegan, StepEnded, StepGoesOn, TestBegan, TestEnded
from live.forwarding import ending
from live.forwarding.sending import Mailer, receiver_step, send_probe
from live.forwarding.steps import ARRIVE, RECEIVER, SEND, STEPS
from live.mail import probe_tokens
from live.outgoing.mark import token_of
from live.rounds import told
from live.smtp.limits import Limits
from store import assets, probes, registrations
from store.assets import Asset
from store.checks import FORWARDING, CheckRun, CheckStep, Outcome
from store.database import Store
from store.notice_smtp import NoticeSmtp
from store.probes import Probe, Trigger
from store.vault import Vault

WAIT_S = 180.0
"""Forwarded mail comes within seconds, as a rule; Gmail and Exchange take a minute or two at bad times."""
SEND_AT_ONCE = 3
"""Exchange Online takes three connections per mailbox, and many probes go through the same one."""
TELL_S = 5.0
"""Between two words on how long it has been waited for."""


def run(
    store: Store,
    vault: Vault,
    asset_ids: Sequence[int],
    *,
    plain: NoticeSmtp | None = None,
    wait_s: float = WAIT_S,
    limits: Limits | None = None,
) -> AsyncGenerator[Event, None]:
    """Check the forwarding of these assets, and yield what happens, as `live.connection_tests.run` does.

    Closing the iterator (or cancelling its consumer) stops the checks that run and records them as cancelled.
    What arrives after its time is recorded later, by the agent, as a check of its own.

    Args:
        plain: the plain route, where one is configured, for when no asset can send.
        wait_s: seconds for a probe to arrive.
        limits: seconds for each rung of sending.

    Raises:
        StoreError: the store can no longer be read or written.
    """
    mailer = Mailer(store, vault, plain, limits)
    return told(_Round(mailer, wait_s, Recorder(store)), asset_ids, TestEnded)


@dataclass(frozen=True, slots=True)
class _Round:
    """The checks of one call, and what they share."""

    mailer: Mailer
    wait_s: float
    recorder: Recorder
    events: asyncio.Queue[Event | BaseException] = field(default_factory=asyncio.Queue)
    _turns: Iterator[int] = field(default_factory=itertools.count)
    _sending: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SEND_AT_ONCE))

    async def run(self, asset_ids: Sequence[int]) -> None:
        """Check these assets; cancelling stops all of them."""
        store, vault = self.mailer.store, self.mailer.vault
        changes = Changes(store)
        watching = asyncio.create_task(changes.run())
        try:
            await asyncio.to_thread(ending.tell_late, store, vault)
            async with asyncio.TaskGroup() as group:
                for asset_id in asset_ids:
                    group.create_task(self._checked(asset_id, changes))
        except* Exception as errors:  # noqa: BLE001  # told to the consumer, which raises it
            self.events.put_nowait(errors.exceptions[0])
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _checked(self, asset_id: int, changes: Changes) -> None:
        asset = await asyncio.to_thread(_asset, self.mailer.store, self.mailer.vault, asset_id)
        run = None
        if asset is not None:
            self.events.put_nowait(TestBegan(asset.id, asset.name, STEPS))
            run = await _Check(self, asset, changes).run()
        self.events.put_nowait(TestEnded(asset_id, run))


@dataclass(slots=True)
class _Check:
    """One check under way."""

    round: _Round
    asset: Asset
    changes: Changes
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    began: float = field(default_factory=time.perf_counter)

    async def run(self) -> CheckRun | None:
        """Send the probe, wait for it, and record what came of it."""
        mailer = self.round.mailer
        token = ""
        try:
            self._tell(StepBegan(self.asset.id, RECEIVER))
            receiver = self._ended(await receiver_step(mailer.store, self.asset))
            if receiver.outcome is Outcome.FAILED:
                return await self._kept([receiver])
            async with self.round._sending:
                self._tell(StepBegan(self.asset.id, SEND))
                token = await asyncio.to_thread(_begun, mailer.store, self.asset.id, self.round.wait_s)
                turn = next(self.round._turns)
                sent = await send_probe(mailer, self.asset, token, Trigger.ASKED, receiver, turn=turn)
            self._ended(sent)
            if sent.outcome is Outcome.FAILED:
                taken = (receiver, sent)
                end = ending.end_unsent
                return await asyncio.to_thread(end, mailer.store, self.asset, token, self.started_at, taken)
            self._tell(StepBegan(self.asset.id, ARRIVE))
            probe = await self._waited_for(token)
        except asyncio.CancelledError:
            await self._stopped(token)
            raise
        run = await asyncio.to_thread(ending.end, mailer.store, mailer.vault, probe) if probe else None
        for step in run.steps[2:] if run else ():
            self._ended(step)
        return run

    async def _waited_for(self, token: str) -> Probe | None:
        """The probe once it has arrived or come back, or its time is up; None: it is gone with its asset.

        Measured by this process's own clock: the wall clock may be set meanwhile."""
        since, told_at = time.monotonic(), 0.0
        while True:
            seen = self.changes.count
            probe = (await asyncio.to_thread(probes.by_tokens, self.round.mailer.store, [token])).get(token)
            waited = time.monotonic() - since
            left = self.round.wait_s - waited
            if probe is None or probe.settled or left <= 0:
                return probe
            if waited - told_at >= TELL_S:
                told_at = waited
                words = f"waiting for {waited:.0f} s of {self.round.wait_s:g}"
                self._tell(StepGoesOn(self.asset.id, ARRIVE, words))
            await self.changes.wait(min(left, max(0.1, told_at + TELL_S - waited)), seen)

    async def _stopped(self, token: str) -> None:
        """Record that a person stopped it."""
        store, vault = self.round.mailer.store, self.round.mailer.vault
        found = await asyncio.to_thread(probes.by_tokens, store, [token]) if token else {}
        probe = found.get(token)
        if probe is not None:
            await asyncio.to_thread(ending.end, store, vault, probe, stopped=True)
        else:
            await self._kept([CheckStep(RECEIVER, Outcome.CANCELLED, 0.0)])

    async def _kept(self, taken: Sequence[CheckStep]) -> CheckRun | None:
        ms = (time.perf_counter() - self.began) * 1000
        outcome = ending.outcome_of(taken)
        ended = Ended(self.asset, self.started_at, ms, outcome, taken, "", FORWARDING)
        return await self.round.recorder.keep(ended)

    def _ended(self, step: CheckStep) -> CheckStep:
        self._tell(StepEnded(self.asset.id, step))
        return step

    def _tell(self, event: Event) -> None:
        self.round.events.put_nowait(event)


def _begun(store: Store, asset_id: int, wait_s: float) -> str:
    """Keep that a probe is about to be sent; its token."""
    token = probe_tokens.made(token_of(store))
    with store.write() as session:
        probes.begin(session, token, asset_id, Trigger.ASKED, datetime.now(UTC), wait_s)
    return token


def _asset(store: Store, vault: Vault, asset_id: int) -> Asset | None:
    """The asset; None: it no longer exists, or is retired."""
    asset = assets.by_id(store, vault, asset_id)
    if asset is None:
        return None
    with store.read() as session:
        return None if registrations.retired(session, [asset_id]) else asset
