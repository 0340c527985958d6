"""The consent link for a mailbox's owner: how long it waits, and whether the answer comes back by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live.outgoing.consent_letter import Asking

if TYPE_CHECKING:
    from datetime import datetime

    from live.oauth.authorize import Begun
    from store.assets import Asset
    from store.oauth_clients import OAuthClient, OAuthClientFields

OWNER_DAYS = 3
"""How long a link for an owner waits: over a weekend."""


def answer_comes(client: OAuthClientFields, callback_url: str, *, listens: bool) -> tuple[bool, str]:
    """Whether a consent comes back by itself, and how, in words for whoever sends a link to an owner.

    Args:
        callback_url: where the agent's HTTP is reached; "": nowhere.
        listens: whether an agent listens there now.
    """
    ends = "the browser ends on an address that may not load; the owner sends that address back"
    if not callback_url or callback_url != client.callback_url:
        configured = f" (the agent's is {callback_url}, the client's {client.callback_url or 'none'})"
        return False, f"The answer does not come back by itself{configured if callback_url else ''}: {ends}."
    if not listens:
        return False, (
            f"The answer would come back by itself at {callback_url}, but no agent listens there now. Run "
            f"`postroom agent`; until then {ends}."
        )
    return True, (
        f"The answer comes back by itself: the agent takes it at {callback_url}, checks the token, and says "
        "in the browser how that went."
    )


def asking(
    asset: Asset,
    client: OAuthClient,
    begun: Begun,
    *,
    asked_by: str,
    comes_back: bool,
    stops_at: datetime | None = None,
) -> Asking:
    """What is asked of the owner of an asset by a link that was begun.

    Args:
        asked_by: a name that the owner knows.
        comes_back: see `answer_comes`.
        stops_at: aware; when sending stops without the consent; None: it has stopped, or nobody knows.
    """
    return Asking(
        address=asset.address,
        sign_in_as=asset.login_id or asset.sign_in_name,
        provider=str(client.provider),
        asked_by=asked_by,
        link=begun.url,
        ends_at=begun.ends_at,
        comes_back=comes_back,
        callback=begun.redirect_uri,
        unverified=str(client.publishing) != "internal",
        stops_at=stops_at,
    )
