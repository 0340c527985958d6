"""A desk and a receiver for every test of the receiver."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from live.inbound.receiver import Receiver
from store.database import Store
from store.vault import Vault
from tests.live.inbound.kit import Desk, receiving
from tests.live.inbound.kit import desk as made


@pytest.fixture
def desk(store: Store, vault: Vault) -> Desk:
    return made(store, vault)


@pytest.fixture
async def receiver(desk: Desk) -> AsyncIterator[Receiver]:
    async with receiving(desk.store) as running:
        yield running
