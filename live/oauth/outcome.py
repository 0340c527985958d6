"""What follows from a provider's answer: the grant's state, its next refresh, its deadline, its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from live.deadlines import deadline_of
from live.oauth.claims import Claimed, NotClaimed, Stand
from live.oauth.faults import Fault, TokenRefused
from live.oauth.http_answer import CLOCK_OFF, clock_words
from live.oauth.refreshed import Refreshed, Result
from live.oauth.schedule import ends_at, next_refresh, next_try, renewed
from live.oauth.token_requests import Fetched
from live.oauth.token_writing import Settled
from store.grant_events import GrantEvent
from store.grants import Failed, Grant, GrantState, Kept, maker_of

DELETED = "The asset, or its grant, was taken away meanwhile."
TAKEN = "Another process has renewed it meanwhile; its tokens are taken."
UNRECORDED = "This could not be recorded, since the store cannot be written."

BROKEN = (GrantState.CONSENT_REQUIRED, GrantState.CLIENT_FAULT)
STATES = {Fault.CONSENT: GrantState.CONSENT_REQUIRED, Fault.CLIENT: GrantState.CLIENT_FAULT}
RESULTS = {
    GrantState.VALID: Result.TAKEN,
    GrantState.RETRYING: Result.RETRYING,
    GrantState.CONSENT_REQUIRED: Result.CONSENT,
    GrantState.CLIENT_FAULT: Result.CLIENT,
    GrantState.NONE: Result.SKIPPED,
}
OUTCOMES = {
    GrantState.RETRYING: "retrying",
    GrantState.CONSENT_REQUIRED: "refused",
    GrantState.CLIENT_FAULT: "client fault",
}
"""The words of `store.grant_events.GrantEvent`."""


def kept(claimed: Claimed, fetched: Fetched, asked_at: datetime) -> Kept:
    """What is written when tokens came."""
    tokens = fetched.tokens
    next_at = next_refresh(asked_at, tokens.validity)
    after = renewed(claimed.grant, tokens, asked_at, next_at)
    life = f"for {tokens.validity:,} s" if tokens.validity is not None else "for an unstated time"
    rotated = "with a new refresh token" if tokens.refresh else "the refresh token stays"
    said = f"An access token {life}, {rotated}.{_clock(fetched.skew_seconds)}"
    return Kept(
        asset_id=claimed.mailbox.id,
        tokens=tokens,
        obtained_at=asked_at,
        expires_at=ends_at(asked_at, tokens.validity),
        next_refresh_at=next_at,
        deadline=deadline_of(claimed.mailbox, after, claimed.client, asked_at),
        event=GrantEvent(asked_at, "refresh", "kept", fetched.ms, said),
        maker=maker_of(claimed.mailbox.oauth_client_id or 0, claimed.client),
    )


def failed(claimed: Claimed, refused: TokenRefused, asked_at: datetime, now: datetime, ms: float) -> Failed:
    """What is written when none came.

    A fault that may pass leaves what a definite answer has found before: it says nothing new of it.

    Args:
        now: when the try ended, from which the next one is counted.
        ms: milliseconds that were waited.
    """
    grant = claimed.grant
    state = STATES.get(refused.kind, grant.state if grant.state in BROKEN else GrantState.RETRYING)
    next_at = next_try(now, grant.failures, refused.retry_after) if state is GrantState.RETRYING else None
    after = replace(
        grant,
        state=state,
        failures=grant.failures + 1,
        last_words=refused.words,
        last_diagnosis=refused.diagnosis,
        next_refresh_at=next_at,
    )
    outcome = OUTCOMES[state] if refused.kind is not Fault.PASSING else OUTCOMES[GrantState.RETRYING]
    said = f"{refused.words}{_clock(refused.skew_seconds)}"
    return Failed(
        asset_id=claimed.mailbox.id,
        state=state,
        words=refused.words,
        diagnosis=refused.diagnosis,
        next_refresh_at=next_at,
        deadline=deadline_of(claimed.mailbox, after, claimed.client, now),
        event=GrantEvent(asked_at, "refresh", outcome, ms, said, refused.references, refused.diagnosis),
    )


def told(claimed: Claimed, result: Kept | Failed, settled: Settled, skew_seconds: float | None) -> Refreshed:
    """What is told of it once it is in the store."""
    name = claimed.mailbox.name
    if settled is Settled.GONE:
        return Refreshed(result.asset_id, name, Result.SKIPPED, DELETED, ms=result.event.ms)
    if settled is Settled.TAKEN:
        return Refreshed(result.asset_id, name, Result.TAKEN, TAKEN, ms=result.event.ms)
    became = Result.RENEWED if isinstance(result, Kept) else RESULTS[result.state]
    words = result.event.answer
    return Refreshed(
        result.asset_id,
        name,
        became,
        f"{words} {UNRECORDED}" if settled is Settled.UNRECORDED else words,
        result.event.diagnosis,
        result.event.ms,
        result.next_refresh_at,
        skew_seconds,
    )


def not_asked(one: NotClaimed, stand: Stand | None) -> Refreshed:
    """What is told of a grant that was not refreshed here.

    Args:
        stand: how it stood at the beginning: what differs, somebody else has done.
    """
    grant = one.grant
    if grant is None:
        result = Result.LOCKED if one.locked else Result.SKIPPED
        return Refreshed(one.asset_id, one.name, result, one.words, one.diagnosis)
    return _by_others(one, grant, stand)


def _by_others(one: NotClaimed, grant: Grant, stand: Stand | None) -> Refreshed:
    renewed_meanwhile = stand is None or grant.rotation != stand[0]
    result = Result.TAKEN if renewed_meanwhile else RESULTS[grant.state]
    well = result is Result.TAKEN
    return Refreshed(
        one.asset_id,
        one.name,
        result,
        one.words if well or not grant.last_words else grant.last_words,
        None if well else grant.last_diagnosis,
        next_refresh_at=grant.next_refresh_at,
    )


def _clock(skew_seconds: float | None) -> str:
    off = skew_seconds is not None and abs(skew_seconds) >= CLOCK_OFF
    return f" {clock_words(skew_seconds)}" if off and skew_seconds is not None else ""
