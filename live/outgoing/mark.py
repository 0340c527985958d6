"""The mark on postroom's own mail, by which it is known when it comes back."""

from __future__ import annotations

import hashlib

from sqlmodel import Session

from store import vault_tables
from store.database import Store

NO_VAULT = "none"
DIGITS = 16
"""Hexadecimal digits, 64 bits: tells stores apart, and proves nothing."""


def store_token(session: Session) -> str:
    """The token of this store: the same in all its copies, through every change of the vault's keys. It tells
    nothing of the vault's id that it is made of.

    Raises:
        store.vault.VaultDamaged: the key record is not one.
    """
    record = vault_tables.wrapping(session)
    if record is None:
        return NO_VAULT
    return hashlib.sha256(f"postroom-mail-1:{record.id}".encode()).hexdigest()[:DIGITS]


def token_of(store: Store) -> str:
    """The same in a session of its own.

    Raises:
        store.vault.VaultDamaged, StoreError.
    """
    with store.read() as session:
        return store_token(session)


def mark(session: Session, asset_id: int | None) -> str:
    """The value of X-Postroom-Asset: `<asset id>.<store token>`, the id 0 where no asset sends."""
    return f"{asset_id or 0}.{store_token(session)}"
