"""The ways to a token: which fit this OAuth client and this session, and why the others do not. Pure."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from live import providers
from live.oauth.loopback import is_loopback
from live.outgoing.owner_link import OWNER_DAYS as OWNER_DAYS
from live.outgoing.owner_link import answer_comes as answer_comes

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


class WayId(StrEnum):
    """The ways, in the order in which they are preferred."""

    ALONE = "alone"
    """Nobody is needed: app-only, or a service account."""
    BROWSER_HERE = "browser here"
    LISTENER = "listener"
    """A browser elsewhere reaches the listener through a tunnel, a text browser on this machine at once."""
    PASTE = "paste"
    DEVICE = "device"
    OWNER = "owner"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class Way:
    """One way, and why it is not open; "": it is."""

    id: WayId
    label: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """Where the person sits."""

    over_ssh: bool
    has_screen: bool
    """Whether a browser that is opened on this machine appears before the person."""
    server: str = ""
    """Address and SSH port of this machine, as the person's own reached it."""
    ssh_port: int = 22
    user: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str], platform: str = sys.platform) -> Session:
        """What the environment tells; X forwarded over SSH is no screen to open a browser on."""
        connection = environ.get("SSH_CONNECTION", "").split()
        over_ssh = bool(connection or environ.get("SSH_TTY") or environ.get("SSH_CLIENT"))
        screen = platform == "darwin" or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
        whole = len(connection) == 4 and connection[3].isascii() and connection[3].isdigit()
        return cls(
            over_ssh=over_ssh,
            has_screen=screen and not over_ssh,
            server=connection[2] if whole else "",
            ssh_port=int(connection[3]) if whole else 22,
            user=getpass.getuser() if over_ssh else "",
        )

    @property
    def words(self) -> str:
        """Where the person's browser is likely to be."""
        if self.over_ssh:
            return "You are here over SSH, so your browser is on another machine."
        if self.has_screen:
            return "A browser on this machine needs nothing but the address."
        return "This machine has no screen, so your browser is on another one."


CONSOLE = {
    WayId.LISTENER: ("b", "Browser: here, on another machine, or by pasting back"),
    WayId.OWNER: ("l", "A link for the mailbox's owner"),
    WayId.DEVICE: ("d", "Device code: typed in a browser anywhere"),
    WayId.TOKENS: ("t", "A refresh token made elsewhere (OAuth Playground)"),
}
"""The keys and titles by which the console offers the ways; its browser screen hears, and takes pastes."""

BY_CHOICE = (WayId.DEVICE, WayId.OWNER, WayId.TOKENS)
"""Those that are taken where an option names them."""
TAKEN = {
    WayId.ALONE: "the client gets its tokens by its own secret; nobody is needed.",
    WayId.BROWSER_HERE: "a browser on this machine, whose answer is heard on a port of 127.0.0.1.",
    WayId.PASTE: "a browser anywhere, and the address that it ends on pasted back here.",
}


def told(way: Way, session: Session) -> str:
    """The way that is taken, in words."""
    if way.id is not WayId.LISTENER:
        return TAKEN[way.id]
    if session.over_ssh:
        return "a browser on your own machine; its answer comes by a forwarded port, or is pasted back here."
    return "any browser; its answer is heard on a port of 127.0.0.1 of this machine, or pasted back here."


def ways(client: OAuthClientFields, session: Session) -> tuple[Way, ...]:
    """All ways, the one to take first; those that are not open say why."""
    alone = _alone(client)
    found = [
        Way(WayId.ALONE, "without a person", alone),
        Way(WayId.BROWSER_HERE, "a browser on this machine", _here(client, session)),
        Way(WayId.LISTENER, "an answer heard on this machine", _heard(client)),
        Way(WayId.PASTE, "the address pasted back", _consents(client)),
        Way(WayId.DEVICE, "device code (--device)", _device(client)),
        Way(WayId.OWNER, "a link for the owner (--owner-link)", _consents(client)),
        Way(WayId.TOKENS, "a token made elsewhere (--tokens-stdin)", _consents(client)),
    ]
    return tuple(sorted(found, key=lambda way: bool(way.why_not)))


def way(client: OAuthClientFields, session: Session, id_: WayId) -> Way:
    """One way."""
    return next(found for found in ways(client, session) if found.id is id_)


def any_port(client: OAuthClientFields) -> bool:
    """Whether the provider takes any port of a loopback redirect URI: from desktop clients (RFC 8252 7.3);
    Microsoft from all (https://learn.microsoft.com/entra/identity-platform/reply-url)."""
    return client.client_type == "desktop" or client.provider == "office365"


def _alone(client: OAuthClientFields) -> str:
    return "The client is for people who consent." if client.flow == "authorization_code" else ""


def _consents(client: OAuthClientFields) -> str:
    if client.flow != "authorization_code":
        return "The client needs nobody's consent: it gets its tokens by its own secret."
    return ""


def _heard(client: OAuthClientFields) -> str:
    refused = _consents(client)
    if refused:
        return refused
    if client.callback_url and not is_loopback(client.callback_url):
        return f"The client's callback URL is {client.callback_url}, and leads to no port of this machine."
    return ""


def _here(client: OAuthClientFields, session: Session) -> str:
    refused = _heard(client)
    if refused:
        return refused
    if session.over_ssh:
        return "This is an SSH session: a browser that is opened here would appear where nobody sees it."
    if not session.has_screen:
        return "This machine has no screen to open a browser on (neither DISPLAY nor WAYLAND_DISPLAY is set)."
    return ""


def _device(client: OAuthClientFields) -> str:
    refused = _consents(client)
    if refused:
        return refused
    rules = providers.of(str(client.provider)).oauth
    if rules.no_device:
        return rules.no_device
    return "" if client.device_url else "The client has no device URL."


def ssh_target(environ: Mapping[str, str], user: str, host: str) -> tuple[str, str, int]:
    """User, host and port by which the person reached this machine: `SSH_CONNECTION` knows its address."""
    parts = environ.get("SSH_CONNECTION", "").split()
    if len(parts) == 4 and parts[3].isdigit():
        return user, parts[2], int(parts[3])
    return user, host, 22
