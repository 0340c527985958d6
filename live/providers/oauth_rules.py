"""What is known of a provider's OAuth: URLs, scopes and ways, what is refused, and how long things live."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote, urlsplit

Flow = Literal["authorization_code", "client_credentials", "service_account"]
"""The words of `store.oauth_clients.Flow`, without its library."""
ClientType = Literal["desktop", "web", "spa"]
SecretRule = Literal["needed", "refused", "optional"]

PLACEHOLDER = "{tenant}"
"""Stands in a URL where the tenant is missing: it is seen in the form, and no server takes it."""
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something lives."""

    span: timedelta
    words: str
    """A clause that says why it ends, to stand after a comma or "because"."""
    source: str
    """Address of a public page."""


@dataclass(frozen=True, slots=True)
class OAuthRules:
    """A provider's OAuth; texts are empty where only a person can know them."""

    authorization_url: str = ""
    token_url: str = ""
    """Also where tokens are refreshed."""
    device_url: str = ""
    revocation_url: str = ""
    """RFC 7009; empty: the provider has none, and the owner takes the access away on the provider's page."""
    own_hosts: frozenset[str] = frozenset()
    """Where those URLs may lie, national clouds included."""
    tenant_needed: bool = False

    scope: str = ""
    """All that sending needs."""
    flows: tuple[Flow, ...] = ("authorization_code",)
    app_only_scope: str = ""
    service_account_scope: str = ""
    service_account_token_url: str = ""

    callback: str = "http://127.0.0.1"
    """The redirect URI of a desktop client, to which a port is added (RFC 8252 7.3)."""
    loopback_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    """What a desktop client may be called back at, the advised one first."""
    longest_callback: int = 2_000
    """Characters."""
    secrets: Mapping[ClientType, SecretRule] = field(
        default_factory=lambda: MappingProxyType(
            {"desktop": "optional", "web": "optional", "spa": "optional"}
        )
    )
    """Whether the token URL wants the client secret."""
    pkce: str = "S256"
    """RFC 7636; taken by both, needed by Microsoft for SPA, and ignored by who does not know it."""

    parameters: tuple[tuple[str, str], ...] = ()
    """What every authorization request carries besides."""
    prompt: str = ""
    """The value of `prompt` by default: the person sees which account is taken."""
    prompt_again: str = "consent"
    """The same where consent is to be asked for again."""
    issuer: str = ""
    """What `iss` in the redirect must be (RFC 9207); {tenant} stands for a tenant's GUID."""
    no_device: str = ""
    """Why device code (RFC 8628) is of no use; empty: it may be offered."""

    rotates: bool = True
    """Whether a refresh brings a new refresh token as a rule; where none comes, the old one stays."""
    idle: Limit | None = None
    """How long a refresh token lives without use."""
    testing: Limit | None = None
    """How long a consent lives while the project is in Testing."""
    spa: Limit | None = None
    """How long the refresh token of a single-page application lives."""
    longest_secret: Limit | None = None
    """How long a client secret lives at most."""
    most_test_users: int | None = None
    most_refresh_tokens: int | None = None
    """Live ones for one account and client; the next kills the oldest without a word."""

    @property
    def device_allowed(self) -> bool:
        """Whether device code may be offered."""
        return not self.no_device

    def secret_rule(self, client_type: str) -> SecretRule:
        """Whether the token URL wants a secret of such a client."""
        return next((rule for kind, rule in self.secrets.items() if kind == client_type), "optional")

    def authorization_parameters(self, login: str, *, ask_consent: bool) -> dict[str, str]:
        """What an authorization request carries besides RFC 6749's own.

        Args:
            login: the address or ID that is to sign in; "" where it is not known.
            ask_consent: whether the consent page is to be shown though consent was given before. It cures a
                missing refresh token at Google; at Microsoft it fails where users may not consent.
        """
        prompt = self.prompt_again if ask_consent else self.prompt
        extra = {"login_hint": login, "prompt": prompt}
        return {**dict(self.parameters), **{name: value for name, value in extra.items() if value}}

    def issuer_fits(self, iss: str, authorization_url: str, tenant: str) -> bool:
        """Whether an `iss` in the redirect is that of the server that was asked (RFC 9207 2.4).

        At a URL that is not the provider's own, and where no issuer is known, the issuer must lie on the host
        that was asked, which is where servers put it (RFC 8414 3).
        """
        asked = _origin(authorization_url)
        if not self.issuer or asked[1] not in self.own_hosts:
            return bool(asked[1]) and _origin(iss) == asked
        if PLACEHOLDER not in self.issuer:
            return iss == self.issuer
        start, _, end = self.issuer.partition(PLACEHOLDER)
        start = start.replace(_origin(self.issuer)[1], asked[1])
        middle = iss[len(start) : len(iss) - len(end)]
        fits = iss == f"{start}{middle}{end}" and GUID.fullmatch(middle) is not None
        return fits and (GUID.fullmatch(tenant) is None or middle.lower() == tenant.lower())

    def url(self, template: str, tenant: str) -> str:
        """A URL with the tenant in its place; without a tenant, the place stays to be seen."""
        tenant = tenant.strip()
        return template.replace(PLACEHOLDER, quote(tenant, safe="") or PLACEHOLDER)

    def preset(self, flow: str, tenant: str, client_type: str = "desktop") -> dict[str, str]:
        """See `live.providers.preset`."""
        token_url = self.url(self.token_url, tenant)
        only_tokens = {"authorization_url": "", "refresh_url": "", "device_url": "", "callback_url": ""}
        if flow == "service_account":
            account_url = self.service_account_token_url
            return {
                **only_tokens,
                "token_url": account_url,
                "revocation_url": "",
                "scope": self.service_account_scope,
            }
        if flow == "client_credentials":
            return {**only_tokens, "token_url": token_url, "revocation_url": "", "scope": self.app_only_scope}
        return {
            "authorization_url": self.url(self.authorization_url, tenant),
            "token_url": token_url,
            "refresh_url": token_url,
            "device_url": self.url(self.device_url, tenant) if self.device_allowed else "",
            "revocation_url": self.url(self.revocation_url, tenant),
            "scope": self.scope,
            "callback_url": self.callback if client_type == "desktop" else "",
        }


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        return "", "", None
