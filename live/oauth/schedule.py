"""When a grant is refreshed, and when it is tried again after a fault that may pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import SystemRandom

from store.grants import Grant, GrantState, Tokens

LEAST_MARGIN = timedelta(minutes=5)
"""Enough for several tries before the access token ends, however long it lives."""
BRIEF = timedelta(minutes=10)
"""Lives below this have no room for `LEAST_MARGIN`: half of them is the margin."""
UNSAID_LIFE = timedelta(hours=1)
"""What is taken for the life of a token whose server does not say it: both large providers' at least."""
SPREAD = 0.25
"""The part of the margin by which the moment is moved forward at random, so that grants that were renewed
together do not come together for ever."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
"""An hour's outage of the provider is over for us a quarter of an hour later, at the latest."""
SERVER_SPREAD = 0.1
"""The part of a Retry-After that is added at random: all whom the server sent away come back else at once."""

chance = SystemRandom().random


def next_refresh(
    obtained_at: datetime, validity: int | None, *, jitter: Callable[[], float] = chance
) -> datetime:
    """When a token is renewed: the larger of 5 minutes and a tenth of its validity before it ends.

    A validity of less than 10 minutes has half of itself as the margin; one that the provider does not state
    is taken for an hour, of which half is the margin. Up to a quarter of the margin comes off at random.

    Args:
        validity: seconds.
        jitter: a number from 0 to 1.
    """
    life = timedelta(seconds=validity) if validity is not None else UNSAID_LIFE
    margin = life / 2 if validity is None or life < BRIEF else max(LEAST_MARGIN, life / 10)
    return obtained_at + life - margin * (1 + SPREAD * jitter())


def next_try(
    now: datetime, failures: int, retry_after: float | None, *, jitter: Callable[[], float] = chance
) -> datetime:
    """When a grant is tried again after a fault that may pass: later each time, and never before the server
    wants.

    Args:
        failures: tries in a row that failed before this one.
        retry_after: seconds that the server asked for.
        jitter: a number from 0 to 1.
    """
    wait = min(FIRST_WAIT * (1 << min(failures, 10)), LONGEST_WAIT)
    wait = wait / 2 + wait / 2 * jitter()
    asked = timedelta(seconds=retry_after or 0.0)
    return now + max(wait, asked + asked * SERVER_SPREAD * jitter())


def ends_at(obtained_at: datetime, validity: int | None) -> datetime | None:
    """When the access token ends; None: the provider did not say."""
    return None if validity is None else obtained_at + timedelta(seconds=validity)


def is_fresh(grant: Grant, now: datetime, *, left: timedelta = timedelta(seconds=60)) -> bool:
    """Whether the access token may be used.

    Args:
        left: how long it must still live: longer than a sign-in takes, and than clocks of servers differ.
    """
    if grant.obtained_at is None:
        return False
    if grant.expires_at is None:
        return now < grant.obtained_at + UNSAID_LIFE / 2
    life = grant.expires_at - grant.obtained_at
    return now < grant.expires_at - min(left, life / 2)


def nothing(asset_id: int) -> Grant:
    """What an asset has before its first tokens."""
    return Grant(
        asset_id=asset_id,
        state=GrantState.NONE,
        scope="",
        validity=None,
        obtained_at=None,
        expires_at=None,
        consent_at=None,
        refresh_expires_at=None,
        has_refresh=False,
        access_length=0,
        refresh_length=0,
        next_refresh_at=None,
        failures=0,
        last_words="",
        last_diagnosis=None,
        rotation=0,
    )


def renewed(grant: Grant, tokens: Tokens, obtained_at: datetime, next_refresh_at: datetime | None) -> Grant:
    """The grant as it is once a refresh that brought `tokens` is kept, with the client that its asset has."""
    return replace(
        grant,
        state=GrantState.VALID,
        scope=tokens.scope,
        validity=tokens.validity,
        obtained_at=obtained_at,
        expires_at=ends_at(obtained_at, tokens.validity),
        refresh_expires_at=tokens.refresh_expires_at or grant.refresh_expires_at,
        has_refresh=grant.has_refresh or tokens.refresh is not None,
        next_refresh_at=next_refresh_at,
        failures=0,
        last_words="",
        last_diagnosis=None,
        rotation=grant.rotation + 1,
        refresh_at=obtained_at if tokens.refresh is not None else grant.refresh_at,
        made_with="",
    )
