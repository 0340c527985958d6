"""Two assets that are about to be set up."""

from __future__ import annotations

import pytest

from store.assets import Asset
from store.database import Store
from store.vault import Vault
from tests.live.guides.kit import given, kept_asset, kept_client


@pytest.fixture
def office(store: Store, vault: Vault) -> Asset:
    return kept_asset(store, vault, "office365", "password")


@pytest.fixture
def gmail(store: Store, vault: Vault) -> Asset:
    """One that signs in through a client, without a token yet."""
    asset = kept_asset(store, vault, "gmail", "oauth", address="help.desk@example.com")
    return given(store, vault, asset, kept_client(store, vault, "gmail", "authorization_code"))
