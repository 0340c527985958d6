"""The headers by which postroom knows its own mail when it comes back."""

from __future__ import annotations

ASSET = "X-Postroom-Asset"
"""On all outgoing mail: `<asset id>.<store token>`."""
PROBE = "X-Postroom-Probe"
"""On a probe, which is meant to come back: its token."""


def marked(value: str, store_token: str) -> bool:
    """Whether a value of `ASSET` is of the store with that token; of any store, where the token is ""."""
    asset_id, dot, token = value.strip().partition(".")
    return bool(dot) and asset_id.isdecimal() and bool(token) and (not store_token or token == store_token)
