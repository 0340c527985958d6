"""The ways to a token, which of them fit an OAuth client and this machine, and why the others do not."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.oauth_clients import OAuthClientFields

CONSENT_ON = (
    "The provider will ask for consent again. This brings a refresh token where none came; where users may "
    "not consent, it makes the sign-in fail even after an administrator has consented for all."
)
CONSENT_OFF = (
    "The provider asks for consent only where it was never given. Turn it on when no refresh token came; "
    "leave it off where users may not consent."
)
OWNER_DAYS = 3
"""How long a link for an owner waits: over a weekend."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a token."""

    key: str
    name: str
    title: str
    why_not: str = ""
    """Empty: it fits."""


def ways(client: OAuthClientFields) -> tuple[Way, ...]:
    """All ways, the one that fits best first."""
    from live import providers

    rules = providers.of(str(client.provider)).oauth
    if client.flow != "authorization_code":
        return (Way("r", "request", "Ask the provider: no person is needed"),)
    no_device = rules.no_device
    if not no_device and not client.device_url:
        no_device = "The OAuth client has no device URL."
    return (
        Way("b", "browser", "Browser: here, on another machine, or by pasting back"),
        Way("l", "link", "A link for the mailbox's owner"),
        Way("d", "device", "Device code: typed in a browser anywhere", no_device),
        Way("t", "hand", "A refresh token made elsewhere (OAuth Playground)"),
    )


def browser_words(environ: Mapping[str, str] = os.environ) -> str:
    """Whether a browser on this machine is likely, in words."""
    if environ.get("SSH_CONNECTION"):
        return "You are here over SSH, so your browser is on another machine."
    if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        return "A browser on this machine needs nothing but the address."
    return "This machine has no screen, so your browser is on another one."


def ssh_target(environ: Mapping[str, str], user: str, host: str) -> tuple[str, str, int]:
    """User, host and port by which the person reached this machine: `SSH_CONNECTION` knows its address."""
    parts = environ.get("SSH_CONNECTION", "").split()
    if len(parts) == 4 and parts[3].isdigit():
        return user, parts[2], int(parts[3])
    return user, host, 22
