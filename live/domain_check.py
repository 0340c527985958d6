"""Domain checks of many assets: DNS records and the server's certificate, recorded as checks, told as
events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from live.check_recorder import Ended, Recorder
from live.connection_tests import Event, StepBegan, StepEnded, TestBegan, TestEnded, outcome_of
from live.domain import certificate, dkim_keys, dmarc, exchanges, spf
from live.domain.finding import Fault, Finding
from live.domain.lookup import Lookup, Unanswered
from live.rounds import told
from live.smtp.limits import Limits
from live.smtp.names import WireNameError, host_on_wire
from store import assets, dkim_selectors, registrations
from store.assets import Asset
from store.checks import DOMAIN, CheckRun, CheckStep, Outcome
from store.database import Store
from store.dkim_selectors import Selector
from store.vault import Vault

STEPS = ("mx", "spf", "dkim", "dmarc", certificate.NAME)
"""In this order; none depends on another."""
AT_ONCE = 10
"""Checks side by side: name servers hold back whoever asks them too much at a time."""
STEP_S = 20.0
"""For one record with all that it includes."""
MOST_FACTS = 24
LONGEST_FACT = 500
"""Characters of one value; an SPF record of 450 is seen whole."""
MOST_WORDS = 2_000


def run(
    store: Store,
    vault: Vault,
    asset_ids: Sequence[int],
    *,
    dns_server: str = "",
    limits: Limits | None = None,
    lookup_s: float | None = None,
) -> AsyncGenerator[Event, None]:
    """Check the domains of these assets, and yield what happens, as `live.connection_tests.run` does.

    Closing the iterator (or cancelling its consumer) stops the checks that run and records them as cancelled.

    Args:
        dns_server: the setting of that name.
        limits: seconds for the way to the certificate.
        lookup_s: seconds for one question to the DNS.

    Raises:
        StoreError: the store can no longer be read or written.
    """
    return told(_Round(store, vault, dns_server, limits, lookup_s, Recorder(store)), asset_ids, TestEnded)


@dataclass(frozen=True, slots=True)
class _Round:
    """The checks of one call, and what they share."""

    store: Store
    vault: Vault
    dns_server: str
    limits: Limits | None
    lookup_s: float | None
    recorder: Recorder
    events: asyncio.Queue[Event | BaseException] = field(default_factory=asyncio.Queue)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self, asset_ids: Sequence[int]) -> None:
        """Check these assets; cancelling stops all of them."""
        try:
            async with asyncio.TaskGroup() as group:
                for asset_id in asset_ids:
                    group.create_task(self._checked(asset_id))
        except* Exception as errors:  # noqa: BLE001  # told to the consumer, which raises it
            self.events.put_nowait(errors.exceptions[0])

    async def _checked(self, asset_id: int) -> None:
        async with self._places:
            found = await asyncio.to_thread(_asset, self.store, self.vault, asset_id)
            run: CheckRun | None = None
            if found is not None:
                run = await self.recorder.keep(await self._looked_at(*found))
            self.events.put_nowait(TestEnded(asset_id, run))

    async def _looked_at(self, asset: Asset, seen: Sequence[Selector]) -> Ended:
        self.events.put_nowait(TestBegan(asset.id, asset.name, STEPS))
        look = _Look(asset, seen, self._lookup(), self.limits)
        started_at, began = datetime.now(UTC), time.perf_counter()
        under_way = STEPS[0]

        def ended(outcome: Outcome) -> Ended:
            ms = (time.perf_counter() - began) * 1000
            return Ended(asset, started_at, ms, outcome, tuple(steps), look.transcript, DOMAIN)

        steps: list[CheckStep] = []
        try:
            for under_way in STEPS:
                self.events.put_nowait(StepBegan(asset.id, under_way))
                steps.append(await look.step(under_way))
                self.events.put_nowait(StepEnded(asset.id, steps[-1]))
        except asyncio.CancelledError:
            steps.append(CheckStep(under_way, Outcome.CANCELLED, 0.0))
            await self.recorder.keep(ended(Outcome.CANCELLED))
            raise
        return ended(outcome_of(steps))

    def _lookup(self) -> Lookup:
        return Lookup(self.dns_server, **({} if self.lookup_s is None else {"seconds": self.lookup_s}))


@dataclass(slots=True)
class _Look:
    """One check under way."""

    asset: Asset
    seen: Sequence[Selector]
    lookup: Lookup
    limits: Limits | None
    transcript: str = ""

    async def step(self, name: str) -> CheckStep:
        """Look at one thing; whatever is wrong with it, the others are looked at too."""
        if name == certificate.NAME:
            step, self.transcript = await certificate.looked_at(self.asset, self.limits)
            return step
        began = time.perf_counter()

        def taken(
            outcome: Outcome, words: str, facts: Sequence[tuple[str, str]], diagnosis: str | None = None
        ) -> CheckStep:
            kept = tuple((_cut(label, LONGEST_FACT), _cut(value, LONGEST_FACT)) for label, value in facts)
            ms = (time.perf_counter() - began) * 1000
            return CheckStep(name, outcome, ms, _cut(words, MOST_WORDS), kept[:MOST_FACTS], diagnosis)

        try:
            domain = host_on_wire(self.asset.address.rpartition("@")[2])
            async with asyncio.timeout(STEP_S):
                found = await self._of_dns(name, domain)
        except WireNameError:
            return taken(Outcome.FAILED, f"{self.asset.address} has no domain.", (), "domain-missing")
        except Fault as fault:
            return taken(Outcome.FAILED, fault.words, fault.facts, fault.diagnosis)
        except Unanswered as fault:
            return taken(Outcome.FAILED, str(fault), (), "domain-dns-unanswered")
        except TimeoutError:
            words = f"Given up after {STEP_S:g} seconds: the name servers are slow."
            return taken(Outcome.FAILED, words, (), "domain-dns-unanswered")
        return taken(Outcome.PASSED if found.looked else Outcome.SKIPPED, found.words, found.facts)

    async def _of_dns(self, name: str, domain: str) -> Finding:
        looks: dict[str, Callable[[], Awaitable[Finding]]] = {
            "mx": lambda: exchanges.looked_at(domain, self.lookup),
            "spf": lambda: spf.looked_at(domain, self.asset.provider.value, self.lookup),
            "dkim": lambda: dkim_keys.looked_at(domain, self.seen, self.lookup),
            "dmarc": lambda: dmarc.looked_at(domain, self.lookup),
        }
        return await looks[name]()


def _asset(store: Store, vault: Vault, asset_id: int) -> tuple[Asset, list[Selector]] | None:
    """The asset and the keys that were seen; None: it no longer exists, or is retired."""
    asset = assets.by_id(store, vault, asset_id)
    if asset is None:
        return None
    with store.read() as session:
        if registrations.retired(session, [asset_id]):
            return None
    return asset, dkim_selectors.seen(store, asset_id)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
