"""What postroom knows of each provider: presets, limits and deadlines, one module each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from live.providers import custom, gmail, office365
from live.providers.rules import Deadline, ProviderRules, Submission

__all__ = ["ALL", "Deadline", "ProviderRules", "Submission", "of"]

ALL: Mapping[str, ProviderRules] = MappingProxyType(
    {"gmail": gmail.RULES, "office365": office365.RULES, "custom": custom.RULES}
)
"""By the words of `store.assets.Provider`, in the order in which a person is offered them."""


def of(provider: str) -> ProviderRules:
    """The rules of a provider; those of a custom server for a word that is no provider's."""
    return ALL.get(provider, custom.RULES)
