"""How an asset looks outside: its state in words, and its JSON."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import Any

from store.assets import Asset, AssetLine, SignIn
from store.forwarding_states import state_of
from store.grants import Grant
from store.registrations import Registration
from store.token_lines import TokenLine
from tui import diagnosis_text
from tui.asset_list import FORWARDINGS
from tui.commandline import grant_shapes
from tui.commandline.printing import moment

STATES = {
    None: ("never", "○ never tested"),
    "passed": ("passed", "✓ passed"),
    "failed": ("failed", "✗ failed"),
}
"""By the outcome of the latest check that ran to its end: the word of JSON and options, that for people."""


def state(line: AssetLine) -> str:
    """never, passed or failed."""
    return STATES[line.outcome][0]


def state_words(line: AssetLine) -> str:
    """The state for a person."""
    return STATES[line.outcome][1]


def stopped_at(line: AssetLine) -> str:
    """The rung at which the latest check stopped, if it did."""
    return diagnosis_text.title(line.failed_step) if line.failed_step else ""


def quoted(name: str) -> str:
    """A name as a shell takes it."""
    return shlex.quote(name)


def of_line(line: AssetLine, token: TokenLine | None) -> dict[str, Any]:
    """The shape that `postroom assets list --help` states.

    Args:
        token: how its sign-in by OAuth stands; None for a password that has no end.
    """
    by_oauth = token is not None and token.sign_in == SignIn.OAUTH
    return {
        "id": line.id,
        "name": line.name,
        "address": line.address,
        "provider": line.provider,
        "sign_in": line.sign_in,
        "host": line.host,
        "port": line.port,
        "security": line.security,
        "owner": line.owner,
        "forwarding_address": line.forwarding_address,
        "has_password": line.has_password,
        "state": state(line),
        "checked_at": moment(line.checked_at),
        "failed_step": line.failed_step,
        "diagnosis": line.diagnosis,
        "oauth_client": token.client_name if token and by_oauth else None,
        "grant_state": token.state if token and by_oauth else None,
        "forwarding": of_forwarding(line, datetime.now(UTC)),
        "pci_check": line.pci_check,
        "engage": line.engage or None,
        "engage_service": line.service or None,
    }


def of_forwarding(line: AssetLine, now: datetime) -> dict[str, Any]:
    """How its mailbox forwards: the part `forwarding` of the shape."""
    found = state_of(line, now)
    return {
        "state": found.kind.value,
        "words": found.words,
        "first_mail_at": moment(line.first_mail_at),
        "last_mail_at": moment(line.last_mail_at),
        "usual_gap": round(line.usual_gap),
    }


def forwarding_words(line: AssetLine, now: datetime) -> str:
    """The same for a person."""
    found = state_of(line, now)
    glyph, word, _tone = FORWARDINGS[found.kind]
    return f"{glyph} {word}"


def of_registration(registration: Registration) -> dict[str, Any]:
    """The shape that `postroom assets registrations --help` states."""
    return {
        "asset": registration.asset_name,
        "asset_id": registration.asset_id,
        "address": registration.address,
        "forwarding_address": registration.forwarding_address,
        "service": registration.service,
        "state": registration.state.value,
        "how": registration.how,
        "tracking_id": registration.tracking_id or None,
        "asked_at": moment(registration.asked_at),
        "asked_by": registration.asked_by,
        "registered_at": moment(registration.registered_at),
        "retired_at": moment(registration.retired_at),
        "deleted_at": moment(registration.buried_at),
        "words": registration.words,
    }


def of_asset(asset: Asset, line: AssetLine, token: TokenLine | None, grant: Grant | None) -> dict[str, Any]:
    """The shape that `postroom assets show --help` states."""
    return {
        **of_line(line, token),
        "user_name": asset.username,
        "login_id": asset.login_id,
        "sign_in_name": asset.sign_in_name,
        "note": asset.note,
        "ca_pem": asset.ca_pem,
        "cleartext_agreed": asset.cleartext_agreed,
        "ask_consent": asset.ask_consent,
        "keep_days": asset.keep_days,
        "keep_megabytes": asset.keep_megabytes,
        "version": asset.version,
        "created_at": moment(asset.created_at),
        "updated_at": moment(asset.updated_at),
        "grant": grant_shapes.of_grant(grant) if grant else None,
    }
