"""The contents of messages: compressed, sealed, and opened only where the audit log says by whom."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from store import audit
from store.database import StoreError

if TYPE_CHECKING:
    from sqlmodel import Session

    from store.database import Store
    from store.vault import Vault

AT_ONCE = 50
"""Contents read and opened together: a few megabytes, as a rule."""
AT_ONCE_BYTES = 20_000_000
"""A batch ends at this size: contents may have 50 MB each."""
SAMPLE = 1_000
FEW_SPACES = 5
"""Fewer spaces in a sample: encoded data, whose repetitions are not worth looking for."""


class MessageGone(StoreError):
    """The message was deleted, or is past its time."""

    def __init__(self, message_id: int) -> None:
        super().__init__(f"Message {message_id} is gone: deleted, or past its time.")


def audit_name(message_id: int) -> str:
    """How audit entries name a message, so that those about it can be found by this word."""
    return f"message {message_id}:"


def packed(content: bytes) -> bytes:
    """A content compressed (zlib, RFC 1950). Text of 50 KB takes 0.5 ms; base64 is only coded by frequency,
    which takes 0.4 ms where looking for repetitions takes 1 ms and gains nothing."""
    middle = len(content) // 2
    if content.count(b" ", middle, middle + SAMPLE) >= FEW_SPACES or len(content) < 2 * SAMPLE:
        return zlib.compress(content, 1)
    compressor = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_HUFFMAN_ONLY)
    return compressor.compress(content) + compressor.flush()


def opened(store: Store, vault: Vault, message_id: int, *, reason: str = "") -> bytes:
    """A message's content as it came; that it was opened, by whom and why, is kept before it is returned.

    Raises:
        MessageGone: it was deleted. VaultLocked: the log key is not in this process; no entry then.
        SecretUnreadable: it was altered. StoreError: the entry cannot be kept; the content stays sealed.
    """
    statement = """
        SELECT m.asset_id, a.name, m.size, m.uid, b.data_key_id, b.sealed
          FROM inbound_messages m JOIN assets a ON a.id = m.asset_id JOIN inbound_bodies b ON b.id = m.id
         WHERE m.id = ?
    """
    with store.read() as session:
        row = session.connection().exec_driver_sql(statement, (message_id,)).one_or_none()
        if row is None:
            raise MessageGone(message_id)
        asset_id, name, size, *sealed = row
        (content,) = vault.open_messages(session, [tuple(sealed)])
    with store.write() as session:
        detail = f"{audit_name(message_id)} {reason}".rstrip()
        audit.record(
            session, store.actor, "message opened", asset_id=asset_id, asset_name=name, detail=detail
        )
    return zlib.decompress(content, bufsize=size or 1)


def contents(store: Store, vault: Vault, ids: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """The contents of many messages, in the order asked for, as far as they are still there. The caller
    writes an audit entry first.

    Raises:
        VaultLocked, SecretUnreadable, StoreError.
    """
    remaining = iter(ids)
    while some := list(islice(remaining, AT_ONCE)):
        sizes = _sizes(store, some)
        for batch in _batches([one for one in some if one in sizes], sizes):
            with store.read() as session:
                found = _sealed(session, batch)
                present = [one for one in batch if one in found]
                plain = vault.open_messages(session, [found[one] for one in present])
            for message_id, content in zip(present, plain, strict=True):
                yield message_id, zlib.decompress(content, bufsize=sizes[message_id] or 1)


def _sizes(store: Store, ids: list[int]) -> dict[int, int]:
    statement = "SELECT id, size FROM inbound_messages WHERE id IN (SELECT value FROM json_each(?))"
    with store.read() as session:
        rows = session.connection().exec_driver_sql(statement, (json.dumps(ids),)).all()
    return {row[0]: row[1] for row in rows}


def _batches(ids: list[int], sizes: dict[int, int]) -> Iterator[list[int]]:
    batch: list[int] = []
    total = 0
    for message_id in ids:
        if batch and total + sizes[message_id] > AT_ONCE_BYTES:
            yield batch
            batch, total = [], 0
        batch.append(message_id)
        total += sizes[message_id]
    if batch:
        yield batch


def _sealed(session: Session, ids: list[int]) -> dict[int, tuple[Any, ...]]:
    statement = """
        SELECT m.id, m.uid, b.data_key_id, b.sealed
          FROM inbound_messages m JOIN inbound_bodies b ON b.id = m.id
         WHERE m.id IN (SELECT value FROM json_each(?))
    """
    rows = session.connection().exec_driver_sql(statement, (json.dumps(ids),))
    return {row[0]: tuple(row[1:]) for row in rows}
