"""When a delivery that failed is tried again, and when it is given up (Standard Webhooks 1.0.0).

Ten tries over three days, each of them a little late by chance, so that a receiver that comes back does not
meet everything at one moment.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After the first try, the second, and so on; the first is made at once."""
TRIES = len(WAITS) + 1
JITTER = 0.1
"""Part of a wait that is added at most."""
LONGEST_RETRY_AFTER = timedelta(hours=24)
"""A receiver that asks for more is tried after a day."""
SLOW_DOWN = frozenset({429, 502, 503, 504})
"""Answers that mean all deliveries to this endpoint, not just this one."""

_SECONDS = re.compile(r"[0-9]{1,9}")


def next_try(
    tries: int,
    now: datetime,
    retry_after: timedelta | None = None,
    chance: Callable[[], float] = random.random,
) -> datetime | None:
    """When to try again after so many failed tries (at least 1); None: that was the last.

    Args:
        retry_after: what the receiver asked for; it is never tried before that.
        chance: gives from 0 to 1.
    """
    if tries >= TRIES:
        return None
    wait = WAITS[max(tries, 1) - 1]
    wait += wait * JITTER * chance()
    return now + max(wait, min(retry_after or timedelta(0), LONGEST_RETRY_AFTER))


def retry_after(value: str, now: datetime) -> timedelta | None:
    """What a `Retry-After` header asks for (RFC 9110, 10.2.3); None where it says nothing that can be
    understood."""
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return min(timedelta(seconds=int(value)), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return min(max(at - now, timedelta(0)), LONGEST_RETRY_AFTER)
