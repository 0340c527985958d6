"""The password of the plain route that the setting `notice_smtp` names: it lies in the vault."""

from __future__ import annotations

from pydantic import SecretStr

from store import audit
from store.database import Store
from store.vault import Vault

OWNER = "notices"
"""Under what name the vault keeps it."""
PASSWORD = "password"


def keep_password(store: Store, vault: Vault, password: SecretStr) -> None:
    """Seal the route's password, in the place of the one before.

    Raises:
        store.vault.VaultError: the vault is locked or absent, or the password empty or too long. StoreError.
    """
    with store.write() as session:
        vault.seal(session, OWNER, PASSWORD, password)
        audit.record(session, store.actor, "password of the plain route set")


def drop_password(store: Store, vault: Vault) -> bool:
    """Forget the route's password; returns whether there was one.

    Raises:
        StoreError.
    """
    with store.write() as session:
        there = vault.forget(session, OWNER, PASSWORD) > 0
        if there:
            audit.record(session, store.actor, "password of the plain route removed")
        return there
