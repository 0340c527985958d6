"""Opens inbound messages with the private half of the log key, and wraps their data keys for another pair."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

import sqlalchemy
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import update
from sqlmodel import Session, col

from store.log_key import (
    LOG_SCHEME,
    SEALED_VERSION,
    WRAPPED_BYTES,
    DataKeyRow,
    Scheme,
    place,
    public_half,
    unwrapped,
    wrapped_to,
)
from store.vault_errors import MessageUnreadable
from store.vault_key import NONCE_BYTES, VaultKey

REMEMBERED = 4_096
"""Data keys that are kept unwrapped, about 1 KB each: half a year of one an hour."""

Row = tuple[bytes, int, bytes]
"""A message's uid, the id of its data key, and what was sealed."""


class LogOpener:
    """Opens messages; safe for threads. Unwrapped data keys are remembered as long as the log key itself is
    held by anybody in this process: with the last reference to it they go too."""

    def __init__(self, scheme: Scheme = LOG_SCHEME) -> None:
        """
        Args:
            scheme: whose pair it is; the log's, unless told otherwise.
        """
        self._scheme = scheme
        columns, table = f"{scheme.generation}, wrapped", scheme.data_keys
        self._find = f"SELECT {columns} FROM {table} WHERE id = ?"  # noqa: S608
        self._lock = threading.Lock()
        self._ciphers: WeakKeyDictionary[VaultKey, dict[int, tuple[bytes, AESGCM]]] = WeakKeyDictionary()

    def open(self, session: Session, key: VaultKey, rows: Iterable[Row]) -> list[bytes]:
        """The contents, in the order of the rows; 10 microseconds each beyond the cipher.

        Raises:
            MessageUnreadable: one was altered or moved, or its data key is gone.
        """
        wanted = list(rows)
        ciphers: dict[int, AESGCM] = {}
        for uid, data_key_id, _sealed in wanted:
            if data_key_id not in ciphers:
                ciphers[data_key_id] = self.cipher(session, key, uid, data_key_id)
        return [opened(ciphers[row[1]], key.vault_id, row, self._scheme) for row in wanted]

    def cipher(self, session: Session, key: VaultKey, uid: bytes, data_key_id: int) -> AESGCM:
        """What opens the messages of one data key; raises as `open`, of the message with this uid."""
        log_key_id, wrapped = self._row(session, uid, data_key_id)
        with self._lock:
            known = self._ciphers.get(key, {}).get(data_key_id)
        if known is not None and known[0] == wrapped:
            return known[1]
        if log_key_id != key.key_id:
            why = f"its data key is of generation {log_key_id} of the log key, not {key.key_id}"
            raise MessageUnreadable(uid, why, "data key")
        data_key = unwrapped(key, wrapped, self._scheme)
        if data_key is None:
            raise MessageUnreadable(uid, "its data key was altered or moved from another place", "data key")
        cipher = AESGCM(data_key.get_secret_value())
        with self._lock:
            ciphers = self._ciphers.setdefault(key, {})
            if len(ciphers) >= REMEMBERED:
                ciphers.clear()
            ciphers[data_key_id] = (wrapped, cipher)
        return cipher

    def _row(self, session: Session, uid: bytes, data_key_id: int) -> tuple[int, bytes]:
        row = session.connection().exec_driver_sql(self._find, (data_key_id,)).first()
        if row is None:
            raise MessageUnreadable(uid, "its data key is gone", "data key")
        log_key_id, wrapped = row
        if not isinstance(log_key_id, int) or not isinstance(wrapped, bytes) or len(wrapped) != WRAPPED_BYTES:
            raise MessageUnreadable(uid, "its data key is damaged", "data key")
        return log_key_id, wrapped


def opened(cipher: AESGCM, log_id: str, row: Row, scheme: Scheme) -> bytes:
    """The content of one row.

    Raises:
        MessageUnreadable: it was altered or moved.
    """
    uid, data_key_id, sealed = row
    if not isinstance(sealed, bytes) or not isinstance(uid, bytes):
        raise MessageUnreadable(b"", "it is damaged")
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if not sealed.startswith(SEALED_VERSION):
        raise MessageUnreadable(uid, "it is in a form that this postroom does not know")
    if len(nonce) < NONCE_BYTES:
        raise MessageUnreadable(uid, "it was cut short")
    try:
        return cipher.decrypt(nonce, body, place(log_id, data_key_id, uid, scheme))
    except InvalidTag:
        raise MessageUnreadable(uid) from None


Rewrapped = Mapping[int, tuple[bytes, bytes]]
"""By a data key's id, what it is wrapped as, and what it will be."""


def rewrapped(session: Session, old: VaultKey, new: VaultKey, known: Rewrapped | None = None) -> Rewrapped:
    """Every data key wrapped to the new pair; 0.3 ms for each that is not `known` already.

    One that does not open under the old pair is left out: it opens nothing, before or after.
    """
    known = known or {}
    public = X25519PublicKey.from_public_bytes(public_half(new))
    done: dict[int, tuple[bytes, bytes]] = {}
    columns = (col(DataKeyRow.id), col(DataKeyRow.log_key_id), col(DataKeyRow.wrapped))
    for row in session.connection().execute(sqlalchemy.select(*columns)):
        data_key_id, log_key_id, wrapped = int(row[0] or 0), row[1], row[2]
        found = known.get(data_key_id)
        if found is None or found[0] != wrapped:
            sound = isinstance(wrapped, bytes) and log_key_id == old.key_id
            data_key = unwrapped(old, wrapped) if sound else None
            if data_key is None:
                continue
            found = (wrapped, wrapped_to(public, new.vault_id, new.key_id, data_key))
        done[data_key_id] = found
    return done


def put_rewrapped(session: Session, rows: Rewrapped, key_id: int) -> None:
    """Keep data keys as they are wrapped to the pair of this generation; messages stay as they are."""
    if rows:
        session.exec(
            update(DataKeyRow),
            params=[{"id": one, "log_key_id": key_id, "wrapped": after} for one, (_, after) in rows.items()],
        )
