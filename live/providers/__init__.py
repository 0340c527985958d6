"""What postroom knows of each provider: presets, limits and deadlines, one module each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from live.providers import custom, gmail, office365
from live.providers.oauth_rules import ClientType, Flow, Limit, OAuthRules
from live.providers.rules import Deadline, ProviderRules, Submission

__all__ = [
    "ALL",
    "ClientType",
    "Deadline",
    "Flow",
    "Limit",
    "OAuthRules",
    "ProviderRules",
    "Submission",
    "of",
    "preset",
]

ALL: Mapping[str, ProviderRules] = MappingProxyType(
    {"gmail": gmail.RULES, "office365": office365.RULES, "custom": custom.RULES}
)
"""By the words of `store.assets.Provider`, in the order in which a person is offered them."""


def of(provider: str) -> ProviderRules:
    """The rules of a provider; those of a custom server for a word that is no provider's."""
    return ALL.get(provider, custom.RULES)


def preset(provider: str, flow: str, tenant: str, client_type: str = "desktop") -> dict[str, str]:
    """What the provider's OAuth clients are filled with: all URLs, the scope, a desktop's callback URL.

    Args:
        provider: a word of `store.assets.Provider`.
        flow: a word of `store.oauth_clients.Flow`; app-only and service accounts need only a token URL.
        tenant: typed once, it goes into all URLs of Office 365; empty, `{tenant}` is left there to be seen.
        client_type: a word of `store.oauth_clients.ClientType`; only a desktop's callback URL is known.

    Returns:
        By the names of `store.oauth_clients.OAuthClientFields`; "" where only a person can know.
    """
    return of(provider).oauth.preset(flow, tenant, client_type)
