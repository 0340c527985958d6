"""What follows from a try: done, tried again later, given up, or the endpoint switched off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from live.webhooks.courier import Answer, Undelivered
from live.webhooks.retry import SLOW_DOWN, TRIES, next_try
from store.delivery_queue import Claimed, Result
from store.webhook_kinds import DeliveryState

GONE = 410
GONE_WORDS = "It answered 410 Gone: it wants no more deliveries."


@dataclass(frozen=True, slots=True)
class Hopeless:
    """No later try could go otherwise."""

    words: str


Came = Answer | Undelivered | Hopeless | str
"""What came of a try; a text: why it could not be made now."""


def verdict(claimed: Claimed, at: datetime, came: Came) -> Result:
    """What is written down.

    Args:
        at: when the try began.
    """
    now = datetime.now(UTC)
    if isinstance(came, Answer):
        return _answered(claimed, at, now, came)
    ms = came.ms if isinstance(came, Undelivered) else 0.0
    words = came.words if isinstance(came, Hopeless) else str(came)
    next_at = None if isinstance(came, Hopeless) else next_try(claimed.tries + 1, now)
    state = DeliveryState.DEAD if next_at is None else DeliveryState.WAITING
    return Result(claimed, at, ms, None, words, "", state, next_at)


def _answered(claimed: Claimed, at: datetime, now: datetime, answer: Answer) -> Result:
    if answer.well:
        return Result(claimed, at, answer.ms, answer.status, "", answer.start, DeliveryState.DONE)
    if answer.status == GONE:
        return Result(
            claimed,
            at,
            answer.ms,
            GONE,
            GONE_WORDS,
            answer.start,
            DeliveryState.DEAD,
            off_why=GONE_WORDS,
        )
    next_at = next_try(claimed.tries + 1, now, answer.retry_after)
    slow = answer.status in SLOW_DOWN and answer.retry_after is not None
    return Result(
        claimed,
        at,
        answer.ms,
        answer.status,
        _words(answer.status) + ("" if next_at else f" This was the last of {TRIES} tries."),
        answer.start,
        DeliveryState.WAITING if next_at else DeliveryState.DEAD,
        next_at,
        rests_until=now + answer.retry_after if slow and answer.retry_after else None,
    )


def _words(status: int) -> str:
    if 300 <= status < 400:
        return f"It answered {status}, a redirect: none is followed."
    return f"It answered {status}; only 2xx counts as delivered."
