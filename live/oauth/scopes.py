"""Scopes as asked and as granted: what is missing, when the providers' habits are taken into account."""

from __future__ import annotations

from store.kinds import Provider

UNSAID = frozenset({"offline_access", "openid", "profile", "email"})
"""Asked for, but not always listed again: they are about the sign-in, not about the mailbox. Whether
offline_access was granted shows in the refresh token."""
GOOGLE_ALIASES = {
    "email": "https://www.googleapis.com/auth/userinfo.email",
    "profile": "https://www.googleapis.com/auth/userinfo.profile",
}
"""Google lists them by their long names, https://developers.google.com/identity/protocols/oauth2/scopes."""
EXCHANGE = ("https://outlook.office365.com/", "https://outlook.office.com/")
"""Two names of one resource; Microsoft answers with either."""


def missing_scopes(asked: str, granted: str, provider: str) -> tuple[str, ...]:
    """Scopes that were asked for and not granted, as asked; what was granted beyond does not matter.

    Args:
        asked, granted: space-separated (RFC 6749 3.3).
        provider: a word of `store.assets.Provider`.
    """
    has = {_same(scope, provider) for scope in granted.split()}
    return tuple(
        scope
        for scope in dict.fromkeys(asked.split())
        if scope not in UNSAID and not scope.endswith("/.default") and _same(scope, provider) not in has
    )


def _same(scope: str, provider: str) -> str:
    """One form for all spellings of a scope. Only Microsoft's scopes are blind to case."""
    if provider == Provider.GMAIL:
        return GOOGLE_ALIASES.get(scope, scope)
    if provider != Provider.OFFICE365:
        return scope
    folded = scope.casefold()
    for resource in EXCHANGE:
        folded = folded.removeprefix(resource)
    return folded
