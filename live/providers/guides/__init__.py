"""Set-up guides: per provider and method the steps to a working asset, each with who does it, the values to
be copied, and what proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live.providers.guides.model import Guide, Step, Value
from live.providers.guides.reading import the_guides

if TYPE_CHECKING:
    from store.assets import Asset
    from store.oauth_clients import OAuthClient

__all__ = ["PLAYGROUND", "Guide", "Step", "Value", "every", "fitting", "of", "offered"]

PLAYGROUND = "https://developers.google.com/oauthplayground"
"""The OAuth Playground, which is also its own redirect URI."""


def every() -> tuple[Guide, ...]:
    """All guides."""
    return tuple(the_guides().values())


def of(guide_id: str) -> Guide | None:
    """The guide of that id."""
    return the_guides().get(guide_id)


def offered(provider: str) -> tuple[Guide, ...]:
    """The guides of a provider, the advised method first."""
    return tuple(guide for guide in every() if guide.provider == provider) or offered("custom")


def fitting(asset: Asset, client: OAuthClient | None, chosen: str = "") -> Guide:
    """The guide for an asset: the one that a person chose, if it is of its provider, else by its sign-in.

    Args:
        client: its OAuth client, which tells how it signs in.
        chosen: the id of the chosen one; "": nobody chose.
    """
    guides = {guide.id: guide for guide in offered(asset.provider)}
    if chosen in guides:
        return guides[chosen]
    same = (guide for guide in guides.values() if guide.sign_in == asset.sign_in)
    return guides.get(_by_sign_in(asset, client)) or next(same)


def _by_sign_in(asset: Asset, client: OAuthClient | None) -> str:
    if asset.sign_in != "oauth":
        return f"{asset.provider}-password"
    flow = client.flow if client else ""
    if client is not None and client.callback_url.rstrip("/") == PLAYGROUND:
        return "gmail-playground"
    ways = {"service_account": "service-account", "client_credentials": "app-only"}
    return f"{asset.provider}-{ways.get(flow, 'oauth')}"
