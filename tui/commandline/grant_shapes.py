"""How a grant looks outside: in words, and as JSON; tokens by age and length only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from store.grants import Grant
from tui.commandline.printing import moment
from tui.times import ago, exact, until
from tui.token_list import STATES


def state_words(state: str) -> str:
    """A grant's state with its glyph."""
    glyph, word, _ = STATES[state]
    return f"{glyph} {word}"


def pairs(grant: Grant | None, now: datetime) -> Iterator[tuple[str, str]]:
    """Labels and values of a grant."""
    if grant is None:
        yield "Grant", f"{state_words('none')}; generate a token with `postroom authorize`"
        return
    tries = f", {grant.failures} failed {'try' if grant.failures == 1 else 'tries'}" if grant.failures else ""
    yield "Grant", f"{state_words(grant.state.value)}{tries}"
    if grant.made_with:
        yield "Made with", f"{grant.made_with}, which the asset has no longer"
    yield "Access token", _access(grant, now)
    yield "Validity", "not said by the provider" if grant.validity is None else f"{grant.validity:,} s"
    yield "Refresh token", _refresh(grant, now)
    yield "Scope granted", grant.scope or "not said"
    yield "Consent", exact(grant.consent_at) if grant.consent_at else "no person's"
    if grant.next_refresh_at is not None:
        yield "Next refresh", f"{until(grant.next_refresh_at, now)}, {exact(grant.next_refresh_at)}"
    if grant.last_words:
        yield "Last failure", grant.last_words


def of_grant(grant: Grant) -> dict[str, Any]:
    """The shape that `postroom assets show --help` states."""
    return {
        "scope": grant.scope,
        "validity": grant.validity,
        "obtained_at": moment(grant.obtained_at),
        "expires_at": moment(grant.expires_at),
        "consent_at": moment(grant.consent_at),
        "refresh_expires_at": moment(grant.refresh_expires_at),
        "next_refresh_at": moment(grant.next_refresh_at),
        "has_refresh": grant.has_refresh,
        "access_length": grant.access_length,
        "refresh_length": grant.refresh_length,
        "failures": grant.failures,
        "made_with": grant.made_with,
        "words": grant.last_words,
        "diagnosis": grant.last_diagnosis,
    }


def _access(grant: Grant, now: datetime) -> str:
    if not grant.access_length:
        return "none"
    got = f", got {ago(grant.obtained_at, now)}" if grant.obtained_at else ""
    if grant.expires_at is None:
        ends = "end unknown"
    elif grant.expires_at <= now:
        ends = f"ended {ago(grant.expires_at, now)}"
    else:
        ends = f"ends {until(grant.expires_at, now)}"
    return f"•••• {grant.access_length:,} characters{got}, {ends}"


def _refresh(grant: Grant, now: datetime) -> str:
    if not grant.has_refresh:
        return "none"
    ends = f", ends {until(grant.refresh_expires_at, now)}" if grant.refresh_expires_at else ""
    return f"•••• {grant.refresh_length:,} characters{ends}"
