"""Ends probes: what came of one is recorded as a check, once, in the transaction that ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from live.check_recorder import Ended, record_in
from live.forwarding import causes, steps
from live.forwarding.causes import Cause
from live.forwarding.steps import ARRIVE, FORWARD, MAILBOX, SEND
from store import assets, forwarding_states, probes
from store.assets import Asset
from store.checks import FORWARDING, CheckRun, CheckStep, Outcome
from store.database import Store
from store.forwarding_states import Forwarding
from store.probes import Probe
from store.vault import Vault

ENDED_MEANWHILE = "postroom was ended while it sent the probe; whether it went out is not known."


def end(store: Store, vault: Vault, probe: Probe, *, stopped: bool = False) -> CheckRun | None:
    """Record what has come of a probe so far, and end it; None: it was ended already, or its asset is gone.

    Args:
        stopped: a person does not want to wait any longer.

    Raises:
        StoreError.
    """
    asset = assets.by_id(store, vault, probe.asset_id)
    if asset is None:
        return None
    now = datetime.now(UTC)
    taken = taken_steps(store, asset, probe, now, stopped=stopped)
    with store.write() as session:
        ended = made(asset, probe, taken, now)
        if not probes.end(session, probe.token, now, ended.outcome):
            return None
        return record_in(session, store.actor, [ended])[0]


def end_unsent(
    store: Store, asset: Asset, token: str, begun_at: datetime, taken: Sequence[CheckStep]
) -> CheckRun | None:
    """Record a probe that no server took, and end it."""
    now = datetime.now(UTC)
    ms = max(0.0, (now - begun_at).total_seconds() * 1000)
    ended = Ended(asset, begun_at, ms, outcome_of(taken), taken, "", FORWARDING)
    with store.write() as session:
        if not probes.end(session, token, now, Outcome.CANCELLED):
            return None
        return record_in(session, store.actor, [ended])[0]


def tell_late(store: Store, vault: Vault) -> list[CheckRun]:
    """Record, as checks of their own, what came after probes had been given up."""
    now = datetime.now(UTC)
    runs = []
    for probe in probes.come_late(store):
        asset = assets.by_id(store, vault, probe.asset_id)
        if asset is None:
            continue
        ended = made(asset, probe, taken_steps(store, asset, probe, now), now)
        with store.write() as session:
            if probes.tell_late(session, probe.token):
                runs += [run for run in record_in(session, store.actor, [ended]) if run is not None]
    return runs


def made(asset: Asset, probe: Probe, taken: Sequence[CheckStep], now: datetime) -> Ended:
    """The check that these steps make."""
    until = probe.arrived_at or probe.returned_at or now
    ms = max(0.0, (until - probe.begun_at).total_seconds() * 1000)
    return Ended(asset, probe.begun_at, ms, outcome_of(taken), taken, "", FORWARDING)


def outcome_of(taken: Sequence[CheckStep]) -> Outcome:
    """Of a check whose steps are these."""
    found = {step.outcome for step in taken}
    for outcome in (Outcome.CANCELLED, Outcome.FAILED):
        if outcome in found:
            return outcome
    return Outcome.PASSED


def taken_steps(
    store: Store, asset: Asset, probe: Probe, now: datetime, *, stopped: bool = False
) -> list[CheckStep]:
    """All steps, with how each went."""
    done = list(probe.steps)
    if probe.sent_at is None:
        if probe.arrived_at is None and probe.returned_at is None:
            return [*done, CheckStep(SEND, Outcome.CANCELLED, 0.0, "" if stopped else ENDED_MEANWHILE)]
        done.append(CheckStep(SEND, Outcome.PASSED, 0.0, ENDED_MEANWHILE))
    if probe.arrived_at is not None:
        return done + steps.arrived(probe)
    if probe.returned_at is not None:
        cause = causes.of_bounce(probe.returned, asset.provider, asset.forwarding_address)
        return done + _failed(
            cause, probe.returned, steps.ms_between(probe.sent_at or probe.begun_at, probe.returned_at), ()
        )
    waited = steps.ms_between(probe.sent_at or probe.begun_at, now) / 1000
    words = f"Nothing came within {steps.seconds_words(waited)} after the server's 250."
    if stopped:
        return [*done, CheckStep(ARRIVE, Outcome.CANCELLED, waited * 1000, "")]
    if probe.strayed_to is not None:
        cause = Cause(ARRIVE, causes.STRAYED)
        return done + _failed(cause, _strayed(store, probe.strayed_to), waited * 1000, ())
    cause = causes.of_silence(_state(store, asset.id, now), asset.provider)
    also = (("or else", causes.in_order(cause.also)),) if cause.also else ()
    return done + _failed(cause, words, waited * 1000, also)


def _failed(cause: Cause, words: str, ms: float, facts: steps.Facts) -> list[CheckStep]:
    """The steps from the mailbox on, of which one failed; those before it are proved by a bounce from there
    only."""
    known = Outcome.PASSED if cause.step in (FORWARD, ARRIVE) and not facts else Outcome.SKIPPED
    found = []
    for name in (MAILBOX, FORWARD, ARRIVE):
        if name == cause.step:
            found.append(CheckStep(name, Outcome.FAILED, ms, words, facts, cause.diagnosis))
            break
        found.append(
            CheckStep(
                name,
                known,
                0.0,
                "A later server's bounce tells of it." if known is Outcome.PASSED else "not known",
            )
        )
    return found


def _strayed(store: Store, asset_id: int) -> str:
    names = {id_: name for name, id_ in assets.names(store).items()}
    whose = f"of {names[asset_id]}" if asset_id in names else "of an asset that is gone by now"
    return f"The probe came, but to the forwarding address {whose}."


def _state(store: Store, asset_id: int, now: datetime) -> Forwarding:
    states = forwarding_states.states(store, now)
    return states[asset_id].kind if asset_id in states else Forwarding.NEVER
