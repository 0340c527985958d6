"""Sends one probe: kept before it goes out, through the first way that takes it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from live.forwarding.letter import probe_letter
from live.forwarding.listening import listening, why_not
from live.forwarding.senders import Known, is_through, look, senders
from live.forwarding.steps import RECEIVER, SEND, Facts
from live.outgoing.choice import Way
from live.outgoing.routes import RouteUnusable, ThroughAsset
from live.outgoing.sending import NotSent, Sent, send
from live.smtp.limits import Limits
from live.smtp.names import WireNameError
from store import probes
from store.assets import Asset
from store.checks import CheckStep, Outcome
from store.database import Store
from store.notice_smtp import NoticeSmtp
from store.probes import Trigger
from store.vault import Vault, VaultState

NO_SENDER = "No asset can send at the moment, and no plain route is set up: nothing could carry the probe."
LOCKED = "The vault is locked, so there is nothing to sign in with; nothing was sent."
IN_DOUBT = "The server was given the probe and did not answer: it may have taken it all the same."


@dataclass(slots=True)
class Mailer:
    """What sending takes; made anew for each round of checks."""

    store: Store
    vault: Vault
    plain: NoticeSmtp | None = None
    """The plain route, where one is configured."""
    limits: Limits | None = None
    _known: Known | None = None

    async def known(self) -> Known:
        """The ways to send, looked at once."""
        if self._known is None:
            self._known = await asyncio.to_thread(look, self.store, datetime.now(UTC), self.plain)
        return self._known


async def receiver_step(store: Store, asset: Asset) -> CheckStep:
    """Whether there is anywhere for a probe to arrive; a failed step is why none is to be sent."""

    def looked() -> CheckStep:
        now = datetime.now(UTC)
        if not asset.forwarding_address:
            words = f"{asset.name} has no forwarding address."
            return CheckStep(RECEIVER, Outcome.FAILED, 0.0, words, (), "forwarding-no-address")
        found = listening(store, now)
        if not found:
            return CheckStep(RECEIVER, Outcome.FAILED, 0.0, why_not(store, now), (), "forwarding-no-receiver")
        facts: Facts = (("listens", ", ".join(found)), ("for", asset.forwarding_address))
        return CheckStep(RECEIVER, Outcome.PASSED, 0.0, "", facts)

    return await asyncio.to_thread(looked)


async def send_probe(
    mailer: Mailer, asset: Asset, token: str, trigger: Trigger, before: CheckStep, *, turn: int = 0
) -> CheckStep:
    """Send a probe that `probes.begin` knows, and keep that it is on its way; returns the step.

    Args:
        before: the step that was taken before it, kept with it.
        turn: see `senders`.

    Raises:
        StoreError.
    """
    store = mailer.store
    found = senders(await mailer.known(), asset.id, turn)
    state = await asyncio.to_thread(mailer.vault.state)
    if state is VaultState.LOCKED and all(isinstance(way.route, ThroughAsset) for way in found):
        return CheckStep(SEND, Outcome.FAILED, 0.0, LOCKED, (), "any-auth-vault-locked")
    step = CheckStep(SEND, Outcome.FAILED, 0.0, NO_SENDER, (), "forwarding-no-sender")
    refused: Facts = ()
    for way in found:
        step = await _tried(mailer, way, asset, token, trigger, refused)
        if step.outcome is Outcome.PASSED:
            break
        refused = (*refused, (f"not through {way.name}", step.words))
    if step.outcome is Outcome.PASSED:
        through = dict(step.facts).get("through", "")
        await asyncio.to_thread(probes.sent, store, token, datetime.now(UTC), through, (before, step))
    return step


async def _tried(
    mailer: Mailer, way: Way, asset: Asset, token: str, trigger: Trigger, refused: Facts
) -> CheckStep:
    try:
        outcome = await send(
            mailer.store, mailer.vault, way.route, probe_letter(asset, token, trigger), limits=mailer.limits
        )
    except (RouteUnusable, WireNameError) as error:
        return CheckStep(SEND, Outcome.FAILED, 0.0, str(error), refused, "forwarding-not-sent")
    facts: Facts = (("through", outcome.through), ("to", asset.address), ("probe", token))
    if is_through(way, asset.id):
        facts += (("note", "sent by the asset to itself, since no other can send"),)
    if trigger is Trigger.HEARTBEAT:
        facts += (("trigger", "heartbeat"),)
    match outcome:
        case Sent():
            answer = ("answer", outcome.reply)  # as a rule with the queue id
            return CheckStep(
                SEND, Outcome.PASSED, outcome.ms, outcome.reply, (facts[0], answer, *facts[1:], *refused)
            )
        case NotSent(in_doubt=True):
            return CheckStep(SEND, Outcome.PASSED, 0.0, IN_DOUBT, (*facts, *refused))
    return CheckStep(SEND, Outcome.FAILED, 0.0, outcome.words, (*facts, *refused), outcome.diagnosis)
