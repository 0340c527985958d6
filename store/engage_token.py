"""The bearer token for the setting `engage_url`: it lies in the vault."""

from __future__ import annotations

import re

from pydantic import SecretStr
from sqlmodel import Session

from store import audit
from store.database import Store
from store.registrations import RegistrationError
from store.vault import Vault

OWNER = "engage"
"""Under what name the vault keeps it."""
TOKEN = "token"
SHAPE = re.compile(r"[\x21-\x7e]{1,8192}\Z")
"""What a header can carry after "Bearer " (RFC 6750 2.1 allows less; JSON Web Tokens have up to 4 kB)."""


def keep(store: Store, vault: Vault, token: SecretStr) -> None:
    """Seal the token, in the place of the one before.

    Raises:
        RegistrationError: it is none that a header could carry. store.vault.VaultError: the vault is locked
        or absent. StoreError.
    """
    if not SHAPE.match(token.get_secret_value()):
        raise RegistrationError("A bearer token is one word of plain characters; paste it again.")
    with store.write() as session:
        vault.seal(session, OWNER, TOKEN, token)
        audit.record(session, store.actor, "token for Engage set")


def drop(store: Store, vault: Vault) -> bool:
    """Forget the token; returns whether there was one.

    Raises:
        StoreError.
    """
    with store.write() as session:
        there = vault.forget(session, OWNER, TOKEN) > 0
        if there:
            audit.record(session, store.actor, "token for Engage removed")
        return there


def is_kept(store: Store, vault: Vault) -> bool:
    """Whether there is one; works locked."""
    with store.read() as session:
        return vault.has(session, OWNER, TOKEN)


def read(session: Session, vault: Vault) -> SecretStr | None:
    """The token; None: none is kept.

    Raises:
        store.vault.VaultLocked, VaultAbsent, SecretUnreadable.
    """
    return vault.reveal(session, OWNER, TOKEN)
