"""A desk whose mailboxes are the rehearsal's: SMTP servers that forward to a real receiver, or do not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from live import forwarding_check
from live.agent.agent import Agent
from live.agent.ground import Ground
from live.agent.tasks.heartbeat import HeartbeatTask
from live.agent.tasks.receiver import ReceiverTask
from live.connection_tests import Event, TestEnded
from live.rehearsal.accounts import SAMPLES
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.desk import fields_of
from live.rehearsal.endpoints import Endpoints
from live.rehearsal.oauth_samples import oauth_clients, people
from live.rehearsal.provider import serving
from store import assets
from store.assets import Asset
from store.checks import CheckRun, CheckStep
from store.database import Store
from store.vault import Vault
from tests.live.agent.kit import agent_of, ground_of, running, shown

DOMAIN = "in.example.com"
WELL, SLOWLY, BLOCKED, NO_RULE, UNCONFIRMED, SILENT, EXCHANGE, OWN = (
    *("gmail-starttls", "slow-banner", "office365-tenant-off", "office365-mailbox-off"),
    *("gmail-bad-credentials", "expired", "office365-starttls", "custom-ssl"),
)
"""Keys of samples, by what becomes of mail to them."""


@dataclass(slots=True)
class Desk:
    """Assets on a provider that runs, and where their mailboxes forward to."""

    store: Store
    vault: Vault
    endpoints: Endpoints
    issuer: Issuer
    ground: Ground
    port: int = 0
    """Of the receiver; 0: none runs."""

    def asset(self, key: str, **changed: Any) -> Asset:
        """The asset of a sample, made at the first call, forwarding as the sample does."""
        sample = next(sample for sample in SAMPLES if sample.key == key)
        found = assets.by_name(self.store, self.vault, sample.asset_name)
        if found is None:
            given = fields_of(sample, self.endpoints)
            found = assets.create(
                self.store, self.vault, given, inbound_domain=DOMAIN, password=sample.password
            )
        self.issuer.forwards[found.address] = (found.forwarding_address, self.port)
        return found

    async def check(self, *found: Asset, wait_s: float = 30.0) -> list[CheckRun]:
        """Check these assets together; the runs in their order."""
        ends = [event for event in await self.events(found, wait_s) if isinstance(event, TestEnded)]
        runs = {event.asset_id: event.run for event in ends}
        return [run for asset in found if (run := runs[asset.id]) is not None]

    async def events(self, found: Sequence[Asset], wait_s: float = 30.0) -> list[Event]:
        ids = [asset.id for asset in found]
        return [one async for one in forwarding_check.run(self.store, self.vault, ids, wait_s=wait_s)]


@asynccontextmanager
async def desk(
    store: Store, vault: Vault, *, receives: bool = True, heart: bool = False
) -> AsyncIterator[Desk]:
    """For the block."""
    issuer = Issuer(oauth_clients(), people())
    ground = ground_of(store, vault, inbound_domain=DOMAIN)
    async with serving(issuer) as endpoints:
        made = Desk(store, vault, endpoints, issuer, ground)
        if not receives:
            yield made
            return
        async with running(agent(ground, heart=heart)):
            lease = await shown(store, lambda lease: lease.addresses("receiver"))
            made.port = int(lease.addresses("receiver")[0].rpartition(":")[2])
            yield made


def agent(ground: Ground, *, heart: bool = False) -> Agent:
    """An agent that receives, and on demand sends heartbeats."""
    tasks: list[Any] = [ReceiverTask(ground, lambda *_: None)]
    return agent_of(ground, *tasks, *([HeartbeatTask(ground)] if heart else []))


def step(run: CheckRun, name: str) -> CheckStep:
    return next(one for one in run.steps if one.name == name)


def facts(run: CheckRun, name: str) -> dict[str, str]:
    return dict(step(run, name).facts)
