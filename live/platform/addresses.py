"""Where the platform's webhooks lead to."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from store import leases
from store.database import Store
from store.platform_sources import Source
from store.settings import Settings

PATH = "/platform"


def path_of(source: Source) -> str:
    """The path of a source's address."""
    return f"{PATH}/{source.key}"


def base_of(store: Store, settings: Settings, *, near: bool = False) -> str:
    """What stands before the path: the public address where one is configured, else where the agent listens;
    "": neither is known.

    Args:
        near: the agent's own, whatever is configured.
    """
    if not near and settings.webhook_link_url:
        return settings.webhook_link_url
    if not near and settings.callback_url.startswith("https://"):
        parts = urlsplit(settings.callback_url)
        return f"{parts.scheme}://{parts.netloc}"
    lease = leases.look(store)
    if lease is None or not lease.alive(datetime.now(UTC)):
        return ""
    return next(iter(lease.addresses("http")), "")
