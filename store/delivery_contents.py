"""What a delivery is made of, for a person who looks at its request: a mail in it is opened, which takes what
opening a message takes, and is told in the audit log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from store import audit, outbox_key
from store.delivery_queue import Claimed, claimed
from store.delivery_statements import READ
from store.inbound_bodies import audit_name
from store.outbox_key import OutboxKeyAbsent, OutboxOpener
from store.vault import VaultState
from store.vault_errors import VaultLocked

if TYPE_CHECKING:
    from store.database import Store
    from store.vault import Vault

SEALED = "Messages are sealed in this process; unlock the vault with its passphrase."
MOST_OCTETS = 200_000_000
"""Of a sealed source: the receiver takes 100 MB at most."""


def has_mail(store: Store, delivery_id: int) -> bool:
    """Whether there is a mail in it that would have to be opened."""
    with store.read() as session:
        found = session.connection().exec_driver_sql(HAS_MAIL, (delivery_id,)).one_or_none()
    return bool(found and found[0])


def content(
    store: Store, vault: Vault, delivery_id: int, *, reason: str = ""
) -> tuple[Claimed, bytes | None] | None:
    """A delivery as it is handed to those who make its request, and its mail, compressed, where it has one;
    None: it is past its time. That a mail was opened, by whom and why, is kept before it is returned.

    Raises:
        VaultLocked: the log key is not in this process; no entry then. SecretUnreadable: it was altered.
        StoreError: the entry cannot be kept; the content stays sealed.
    """
    with store.read() as session:
        values = (MOST_OCTETS, json.dumps([delivery_id]))
        rows = session.connection().exec_driver_sql(READ, values).all()
    if not rows:
        return None
    found = claimed(rows[0])
    if found.sealed is None:
        return found, None
    if vault.log_state() is not VaultState.OPEN:
        raise VaultLocked(SEALED)
    with store.read() as session:
        private = outbox_key.private(session, vault)
    if private is None:
        raise OutboxKeyAbsent
    opened = OutboxOpener(store, private).open((found.uid.encode("ascii"), *found.sealed))
    message_id = int(found.data.get("message") or 0)
    with store.write() as session:
        audit.record(
            session,
            store.actor,
            "message opened",
            asset_id=found.asset_id or None,
            asset_name=found.asset[0],
            detail=f"{audit_name(message_id)} in delivery {delivery_id} {reason}".rstrip(),
        )
    return found, opened


HAS_MAIL = """
    SELECT o.sealed IS NOT NULL FROM deliveries d JOIN outbox o ON o.id = d.outbox_id WHERE d.id = ?
"""
