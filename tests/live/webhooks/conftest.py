"""A desk for every test of webhooks."""

from __future__ import annotations

import pytest

from store.database import Store
from store.vault import Vault
from tests.live.webhooks.kit import Desk
from tests.live.webhooks.kit import desk as made


@pytest.fixture
def desk(store: Store, vault: Vault) -> Desk:
    return made(store, vault)
