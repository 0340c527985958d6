"""The log key pair: whoever has its public half can seal a message, and only its private half opens one.

A receiver holds nothing that could open yesterday's mail. Messages are sealed with AES-256-GCM under a data
key; each data key is wrapped to the public half by HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM), once an
hour, so that sealing costs little more than the cipher.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from pydantic import SecretBytes
from sqlmodel import Field, SQLModel

from store.columns import UtcDateTime, utc_text
from store.database import Store
from store.vault_errors import LogKeyAbsent as LogKeyAbsent
from store.vault_errors import LogKeyDamaged, VaultAbsent, VaultError
from store.vault_key import KEY_BYTES, NONCE_BYTES, VaultKey, joined
from store.vault_wrapping import GENERATIONS, is_vault_id

SEALED_VERSION = b"\x01"
DATA_KEY_SECONDS = 3_600.0
DATA_KEY_MESSAGES = 100_000
"""After an hour, or so many messages, a new data key: what one of them would give away stays small. It also
keeps random nonces far from their bound of 2**32 (NIST SP 800-38D, 8.3)."""

PUBLIC_BYTES = 32
WRAPPED_BYTES = 80
"""What HPKE makes of a data key: its own public key (32), the data key (32) and a tag (16)."""

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_PUBLIC = "SELECT id, key_id, public_key FROM vault_keys WHERE purpose = 'log'"
_ANY_KEY = "SELECT 1 FROM vault_keys WHERE purpose = 'credentials'"

Execute = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Scheme:
    """What sets the seals of one key pair apart from those of another."""

    public: str
    """Asks for the pair's id, generation and public half."""
    absent: Callable[[Execute], VaultError]
    """What is amiss where there is none."""
    damaged: Callable[[str], VaultError]
    """What is amiss where it is none."""
    data_keys: str
    """The table of its data keys: id, generation, wrapped, created_at."""
    generation: str
    """How that table calls the generation of the pair that wraps a data key."""
    wraps: str
    """Label of what HPKE binds a data key to."""
    seals: str
    """Label of what a message is bound to."""


class DataKeyRow(SQLModel, table=True):
    """One wrapped data key, for an hour of messages."""

    __tablename__ = "inbound_data_keys"

    id: int | None = Field(default=None, primary_key=True)
    log_key_id: int
    """Generation of the log key pair whose public half wraps it."""
    wrapped: bytes
    created_at: datetime = Field(sa_type=UtcDateTime)


def public_half(key: VaultKey) -> bytes:
    """The public half of a log key, 32 bytes."""
    return _private(key).public_key().public_bytes_raw()


def _private(key: VaultKey) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(key.secret.get_secret_value())


def _absent(execute: Execute) -> VaultError:
    return VaultAbsent() if execute(_ANY_KEY).fetchone() is None else LogKeyAbsent()


LOG_SCHEME = Scheme(
    public=_PUBLIC,
    absent=_absent,
    damaged=LogKeyDamaged,
    data_keys="inbound_data_keys",
    generation="log_key_id",
    wraps="postroom-data-key-1",
    seals="postroom-message-1",
)


def wrapped_to(
    public: X25519PublicKey, log_id: str, key_id: int, data_key: SecretBytes, scheme: Scheme = LOG_SCHEME
) -> bytes:
    """A data key wrapped to the public half of a generation; 0.2 ms.

    Raises:
        ValueError: it is no public half (a point of low order).
    """
    info = joined(scheme.wraps, log_id, key_id)
    return _SUITE.encrypt(data_key.get_secret_value(), public, info=info)


def unwrapped(key: VaultKey, wrapped: bytes, scheme: Scheme = LOG_SCHEME) -> SecretBytes | None:
    """The data key that was wrapped to the public half of this generation, else None; 0.1 ms."""
    info = joined(scheme.wraps, key.vault_id, key.key_id)
    try:
        return SecretBytes(_SUITE.decrypt(wrapped, _private(key), info=info))
    except (InvalidTag, ValueError):
        return None


def place(log_id: str, data_key_id: int, uid: bytes, scheme: Scheme = LOG_SCHEME) -> bytes:
    """What a sealed message is bound to: the pair's id, its data key, and its row."""
    return joined(scheme.seals, log_id, data_key_id, uid)


class LogSealer:
    """Seals messages with the public half. Used by one thread at a time.

    Raises:
        VaultAbsent: there is no vault. LogKeyAbsent: it has no log key yet. LogKeyDamaged, StoreError.
    """

    def __init__(self, store: Store, scheme: Scheme = LOG_SCHEME) -> None:
        """
        Args:
            scheme: whose pair it is; the log's, unless told otherwise.
        """
        self._scheme = scheme
        found = f"SELECT 1 FROM {scheme.data_keys} WHERE id = ? AND wrapped = ?"  # noqa: S608
        columns = f"({scheme.generation}, wrapped, created_at)"
        self._same = found
        self._new = f"INSERT INTO {scheme.data_keys} {columns} VALUES (?, ?, ?)"  # noqa: S608
        with store.read() as session:
            _public_half(session.connection().exec_driver_sql, scheme)
        self._cipher: AESGCM | None = None
        self._row: tuple[int, bytes] = (0, b"")
        self._log_id = ""
        self._left = 0
        self._until = 0.0

    def seal(self, connection: sqlite3.Connection, uid: bytes, content: bytes) -> tuple[int, bytes]:
        """Encrypt a message for the row that has this uid; returns the data key's id and the sealed bytes:
        version (1 byte), nonce (12), ciphertext and tag (16).

        Args:
            connection: in the write transaction that will hold the row; a new data key is written by it.
                Where that is rolled back, `forget` spares the next message the look for its row.

        Raises:
            VaultAbsent, LogKeyAbsent, LogKeyDamaged, sqlite3.Error.
        """
        if self._is_spent() or connection.execute(self._same, self._row).fetchone() is None:
            # Its row is gone with a transaction that was rolled back, or wrapped anew by a rotation: to go on
            # with it would lose the message, or keep a data key that was to be replaced.
            self._begin(connection)
        assert self._cipher is not None
        self._left -= 1
        nonce = secrets.token_bytes(NONCE_BYTES)
        data_key_id = self._row[0]
        bound = place(self._log_id, data_key_id, uid, self._scheme)
        sealed = self._cipher.encrypt(nonce, content, bound)
        return data_key_id, SEALED_VERSION + nonce + sealed

    def forget(self) -> None:
        """Drop the data key: the next message begins a new one."""
        self._cipher = None

    def _is_spent(self) -> bool:
        return self._cipher is None or self._left <= 0 or time.monotonic() >= self._until

    def _begin(self, connection: sqlite3.Connection) -> None:
        self._cipher = None
        log_id, key_id, public = _public_half(connection.execute, self._scheme)
        data_key = SecretBytes(secrets.token_bytes(KEY_BYTES))
        try:
            wrapped = wrapped_to(public, log_id, key_id, data_key, self._scheme)
        except ValueError:
            raise self._scheme.damaged("its public half is none") from None
        made = connection.execute(self._new, (key_id, wrapped, utc_text(datetime.now(UTC)))).lastrowid
        assert made is not None
        self._row, self._log_id = (made, wrapped), log_id
        self._left, self._until = DATA_KEY_MESSAGES, time.monotonic() + DATA_KEY_SECONDS
        self._cipher = AESGCM(data_key.get_secret_value())


def _public_half(execute: Execute, scheme: Scheme) -> tuple[str, int, X25519PublicKey]:
    """The pair's id, generation and public half."""
    row = execute(scheme.public).fetchone()
    if row is None:
        raise scheme.absent(execute)
    log_id, key_id, public = row
    if not (isinstance(log_id, str) and is_vault_id(log_id)):
        raise scheme.damaged("its id is not an id")
    if not isinstance(key_id, int) or not 0 < key_id < GENERATIONS:
        raise scheme.damaged("its numbers are not numbers")
    if not isinstance(public, bytes) or len(public) != PUBLIC_BYTES:
        raise scheme.damaged("its public half is none")
    return log_id, key_id, X25519PublicKey.from_public_bytes(public)
