"""A store in a file, and a vault in it that is open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.actor import Actor
from store.database import Store
from store.log_key import LogSealer
from store.vault import Vault
from tests.store.vault.kit import CHEAP, PASSPHRASE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "postroom.db", Actor("operator", "192.0.2.7"))
    yield opened
    opened.close()


@pytest.fixture
def vault(store: Store) -> Vault:
    made = Vault(store, kdf=CHEAP)
    made.initialise(PASSPHRASE)
    return made


@pytest.fixture
def sealer(store: Store, vault: Vault) -> LogSealer:
    return LogSealer(store)
