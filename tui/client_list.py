"""What the list of OAuth clients says: cells and detail, as pure functions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tui.asset_list import PROVIDERS
from tui.columns import Cell, Column

if TYPE_CHECKING:
    from store.oauth_clients import OAuthClient

FLOWS = {
    "authorization_code": "a person consents",
    "client_credentials": "app-only",
    "service_account": "service account",
}
CLIENT_TYPES = {"desktop": "Desktop", "web": "Web", "spa": "Single-page"}
PUBLISHINGS = {"": "unknown", "testing": "Testing", "production": "In production", "internal": "Internal"}
SOON_DAYS = 30
"""A secret that ends within a month is marked: renewing it mostly needs another person."""

COLUMNS = (
    Column("Name", 16, grow=2),
    Column("Provider", 10),
    Column("How", 17, keep=3),
    Column("Assets", 6),
    Column("Secret", 20, grow=1),
    Column("Status", 13, keep=2),
    Column("Client ID", 20, grow=3, keep=4),
)


def cells(client: OAuthClient, today: date) -> tuple[Cell, ...]:
    """The cells of one row, in the order of `COLUMNS`."""
    secret, tone = secret_words(client, today)
    return (
        Cell(client.name),
        Cell(PROVIDERS.get(client.provider, client.provider)),
        Cell(FLOWS[client.flow]),
        Cell(f"{client.assets:,}"),
        Cell(secret, tone),
        Cell(PUBLISHINGS[client.publishing] if client.provider == "gmail" else ""),
        Cell(client.client_id),
    )


def secret_words(client: OAuthClient, today: date) -> tuple[str, str]:
    """How the client's secret stands, with its tone."""
    if not client.has_secret:
        return ("none kept", "quiet")
    if client.secret_ends is None:
        return ("kept, end unknown", "")
    days = (client.secret_ends - today).days
    if days < 0:
        return (f"✗ ended {-days} d ago", "bad")
    return (f"! ends in {days} d", "soon") if days <= SOON_DAYS else (f"ends in {days} d", "")
