"""What an asset's form shows, and does not let edit: its OAuth client, and the tokens of its grant. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tui import times
from tui.dialogs.form import Field

if TYPE_CHECKING:
    from store.grants import Grant
    from store.oauth_clients import OAuthClient

FIELDS = tuple(
    Field(name, label, fixed=True)
    for name, label in (
        ("client_id", "Client ID"),
        ("client_secret", "Client secret"),
        ("authorization_url", "Authorize URL"),
        ("token_url", "Token URL"),
        ("refresh_url", "Refresh URL"),
        ("scope", "Scope"),
        ("callback_url", "Callback URL"),
        ("grant", "Grant"),
        ("validity", "Validity"),
        ("access_token", "Access token"),
        ("refresh_token", "Refresh token"),
    )
)
"""In the order of the contact centre's own form, so that the two can be held against each other."""
LONGEST = 300
"""Characters of a value: five lines of a form on 80 columns. The client's own form has the whole."""
MASK = "••••"


def shown(
    client: OAuthClient, grant: Grant | None, clients: Mapping[str, str], now: datetime
) -> dict[str, str]:
    """Words by field; what does not apply is left out.

    Args:
        client: the one that is chosen in the form, which need not be the asset's yet.
        grant: the asset's; None: it never had one.
        clients: the names of all OAuth clients by id.
    """
    consents = client.flow == "authorization_code"
    words = {
        "client_id": client.client_id,
        "client_secret": f"{MASK} kept in the vault" if client.has_secret else "none",
        "authorization_url": client.authorization_url if consents else "",
        "token_url": client.token_url,
        "refresh_url": client.refresh_url or "the token URL",
        "scope": client.scope,
        "callback_url": client.callback_url if consents else "",
    }
    found = {name: _bounded(value) for name, value in words.items() if value}
    return found | (_of_grant(grant, client, clients, now) if grant else {})


def _of_grant(grant: Grant, client: OAuthClient, clients: Mapping[str, str], now: datetime) -> dict[str, str]:
    ends = f", ends {times.until(grant.expires_at, now)}" if grant.expires_at else ""
    if grant.expires_at is not None and grant.expires_at <= now:
        ends = f", ended {times.ago(grant.expires_at, now)}"
    return {
        "grant": _bounded(_state(grant, client, clients)),
        "validity": lasting(grant.validity),
        "access_token": masked(grant.access_length, grant.obtained_at, now) + ends,
        "refresh_token": masked(grant.refresh_length, grant.refresh_at, now) if grant.has_refresh else "none",
    }


def _state(grant: Grant, client: OAuthClient, clients: Mapping[str, str]) -> str:
    from store import grant_makers
    from store.grants import registration_of

    own = registration_of(client)
    if grant.made_by is not None and (grant.made_by, grant.made_as) != (client.id, own):
        maker = clients.get(str(grant.made_by))
        made_with = grant_makers.told(grant.made_by, grant.made_as, maker, client.id, own)
        return f"made with {made_with}: with this one, a token must be generated again"
    if grant.made_with:
        return "made with this client: good again once it is saved"
    return grant.state.value.replace("_", " ")


def masked(length: int, since: datetime | None, now: datetime) -> str:
    """A token as it may be shown: its length and its age."""
    if not length:
        return "none"
    return f"{MASK} {length:,} characters" + (f", got {times.ago(since, now)}" if since else "")


def lasting(seconds: int | None) -> str:
    """The life of an access token, in seconds and in words: "3,599 s (59 min 59 s)"."""
    if seconds is None:
        return "not said by the provider"
    parts = []
    left = max(0, seconds)
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count:,} {unit}")
    return f"{seconds:,} s ({' '.join(parts[:2]) or '0 s'})"


def _bounded(value: str) -> str:
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
