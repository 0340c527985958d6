"""The vault's two tables, and the queries on them. What lies in them is encrypted, or needs no secrecy."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import sqlalchemy
from sqlalchemy import delete, tuple_, update
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import UtcDateTime
from store.vault_errors import VaultDamaged
from store.vault_wrapping import GENERATIONS, Wrapping, is_vault_id

CREDENTIALS = "credentials"
"""Purpose of the key that seals passwords, client secrets and tokens."""

LOG = "log"
"""Purpose of the key pair that seals inbound messages: what is wrapped is its private half."""

BATCH = 500
"""Secrets read at a time when all are sealed anew: bounds the memory, and keeps the statements few."""

_FIELDS = [field.name for field in dataclasses.fields(Wrapping)]


class VaultKeyRow(SQLModel, table=True):
    """One wrapped key for each purpose: credentials, and the log of inbound messages."""

    __tablename__ = "vault_keys"

    id: str = Field(primary_key=True)
    purpose: str = Field(default=CREDENTIALS, unique=True)
    key_id: int
    kdf: str
    kdf_n: int
    kdf_r: int
    kdf_p: int
    salt: bytes
    wrapped_key: bytes
    check_value: bytes
    digest: bytes
    public_key: bytes | None = None
    """The public half (X25519, 32 bytes), of the log key alone."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    """When this generation of the key was made."""
    changed_at: datetime = Field(sa_type=UtcDateTime)
    """When it was last wrapped: made, or given another passphrase."""


class SecretRow(SQLModel, table=True):
    """One sealed secret."""

    __tablename__ = "secrets"

    owner: str = Field(primary_key=True)
    """Whose it is, such as "asset:12"."""
    name: str = Field(primary_key=True)
    """Which one, such as "password"."""
    key_id: int
    """Generation of the key it is sealed under."""
    sealed: bytes
    changed_at: datetime = Field(sa_type=UtcDateTime)
    """When the secret itself was set; a rotation leaves it."""


def wrapping(session: Session, purpose: str = CREDENTIALS) -> Wrapping | None:
    """The record of a key, None where there is none (of credentials: while the store has no vault).

    Raises:
        VaultDamaged: its values are of the wrong kind; whether they belong together, `Wrapping.open` tells.
    """
    # Columns, not the mapped object: that one would come from the session's memory the second time.
    columns = [col(getattr(VaultKeyRow, name)) for name in _FIELDS]
    query = sqlalchemy.select(*columns).where(col(VaultKeyRow.purpose) == purpose)
    row = session.connection().execute(query).first()
    if row is None:
        return None
    found = Wrapping(*row)
    numbers = (found.key_id, found.kdf_n, found.kdf_r, found.kdf_p)
    blobs = (found.salt, found.wrapped_key, found.check_value, found.digest)
    if not (isinstance(found.id, str) and is_vault_id(found.id)):
        raise VaultDamaged("its id is not an id")
    if not all(isinstance(number, int) for number in numbers) or not 0 < found.key_id < GENERATIONS:
        raise VaultDamaged("its numbers are not numbers")
    if not isinstance(found.kdf, str) or not all(isinstance(blob, bytes) for blob in blobs):
        raise VaultDamaged("its values are of the wrong kind")
    return found


def put_wrapping(
    session: Session,
    record: Wrapping,
    *,
    new_key: bool,
    purpose: str = CREDENTIALS,
    public_key: bytes | None = None,
) -> None:
    """Keep a record in the place of the one before.

    Args:
        new_key: it wraps another key than that one did.
        public_key: the public half of a log key.
    """
    now = datetime.now(UTC)
    values = {name: getattr(record, name) for name in _FIELDS}
    values |= {"changed_at": now, "public_key": public_key}
    if new_key:
        values["created_at"] = now
    done = session.exec(update(VaultKeyRow).where(col(VaultKeyRow.purpose) == purpose).values(**values))
    if not done.rowcount:
        session.add(VaultKeyRow(purpose=purpose, **values))
        session.flush()


def public_half(session: Session) -> bytes | None:
    """The public half of the log key as it lies in the store; None where there is none, or it is no bytes."""
    query = sqlalchemy.select(col(VaultKeyRow.public_key)).where(col(VaultKeyRow.purpose) == LOG)
    found = session.connection().execute(query).scalar()
    return found if isinstance(found, bytes) else None


def put_public_half(session: Session, public_key: bytes) -> None:
    """Put the public half of the log key right."""
    of_log = col(VaultKeyRow.purpose) == LOG
    session.exec(update(VaultKeyRow).where(of_log).values(public_key=public_key))


def put_secret(session: Session, owner: str, name: str, key_id: int, sealed: bytes) -> None:
    """Keep a sealed secret, in the place of one of the same owner and name."""
    values = {"key_id": key_id, "sealed": sealed, "changed_at": datetime.now(UTC)}
    statement = insert(SecretRow).values(owner=owner, name=name, **values)
    session.exec(statement.on_conflict_do_update(index_elements=["owner", "name"], set_=values))


def sealed_secret(session: Session, owner: str, name: str) -> tuple[int, bytes] | None:
    """The generation and the sealed bytes, None where there is no such secret."""
    query = select(SecretRow.key_id, SecretRow.sealed)
    return session.exec(query.where(col(SecretRow.owner) == owner, col(SecretRow.name) == name)).first()


def put_secrets(session: Session, rows: Sequence[tuple[str, str, bytes]], key_id: int) -> None:
    """`put_secret` for many (owner, name, sealed bytes) of one generation."""
    now = datetime.now(UTC)
    statement = insert(SecretRow)
    names = ("key_id", "sealed", "changed_at")
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["owner", "name"], set_={name: statement.excluded[name] for name in names}
        ),
        [
            {"owner": owner, "name": name, "key_id": key_id, "sealed": sealed, "changed_at": now}
            for owner, name, sealed in rows
        ],
    )


def sealed_secrets(session: Session, owners: Iterable[str], name: str) -> list[tuple[str, int, bytes]]:
    """(owner, generation, sealed bytes) of the owners that have a secret of that name."""
    query = sqlalchemy.select(col(SecretRow.owner), col(SecretRow.key_id), col(SecretRow.sealed))
    query = query.where(col(SecretRow.owner).in_(owners), col(SecretRow.name) == name)
    return [(owner, key_id, sealed) for owner, key_id, sealed in session.connection().execute(query)]


def has_secret(session: Session, owner: str, name: str) -> bool:
    """Whether there is such a secret; nothing is opened."""
    query = select(SecretRow.key_id).where(col(SecretRow.owner) == owner, col(SecretRow.name) == name)
    return session.exec(query).first() is not None


def drop_secrets(session: Session, owner: str, name: str | None) -> int:
    """Delete one secret of an owner, or all of them; returns how many there were."""
    statement = delete(SecretRow).where(col(SecretRow.owner) == owner)
    if name is not None:
        statement = statement.where(col(SecretRow.name) == name)
    return session.exec(statement).rowcount


def every_secret(session: Session) -> Iterator[list[tuple[str, str, int, bytes]]]:
    """All secrets in batches of (owner, name, generation, sealed bytes), which the caller may replace."""
    place = tuple_(col(SecretRow.owner), col(SecretRow.name))
    query = select(SecretRow.owner, SecretRow.name, SecretRow.key_id, SecretRow.sealed)
    query = query.order_by(col(SecretRow.owner), col(SecretRow.name)).limit(BATCH)
    batch = list(session.exec(query).all())
    while batch:
        yield [(owner, name, key_id, sealed) for owner, name, key_id, sealed in batch]
        batch = list(session.exec(query.where(place > tuple_(batch[-1][0], batch[-1][1]))).all())


def replace_sealed(session: Session, rows: list[tuple[str, str, bytes]], key_id: int) -> None:
    """Put other sealed bytes of one generation into rows that are there: (owner, name, sealed bytes)."""
    session.exec(
        update(SecretRow),
        params=[{"owner": owner, "name": name, "sealed": new, "key_id": key_id} for owner, name, new in rows],
    )
