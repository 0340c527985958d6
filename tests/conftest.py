"""What all tests share: nothing of this machine's person is read, and a store with a vault is at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from store.actor import Actor
from store.database import Store
from store.vault import Vault
from tests.store.kit import CHEAP, PASSPHRASE

PERSONAL = ("POSTROOM_", "XDG_", "SSH_", "DBUS_")


@pytest.fixture(autouse=True)
def _nobodys_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own for every test, and no variable that leads to settings, a key, or a keyring."""
    for name in [name for name in os.environ if name.startswith(PERSONAL) or name == "CREDENTIALS_DIRECTORY"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    # Left to choose, keyring would take a backend that some test defines for itself.
    keyring.set_keyring(fail.Keyring())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open, empty store, alone in a directory of its own."""
    opened = Store.open(tmp_path / "desk" / "postroom.db", Actor("operator", "192.0.2.7"))
    yield opened
    opened.close()


@pytest.fixture
def vault(store: Store) -> Vault:
    """The vault of `store`, made and open."""
    made = Vault(store, kdf=CHEAP)
    made.initialise(PASSPHRASE)
    return made
