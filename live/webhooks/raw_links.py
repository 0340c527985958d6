"""Links to the source of a mail: they name the event, end after a day, and carry a signature, so that whoever
has one gets this one mail for this long, and nobody can make another."""

from __future__ import annotations

import asyncio
import hmac
import re
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from live.mail.masking import masked_source
from live.webhooks.letters import unpacked
from store import audit, outbox_key
from store.database import Store, StoreError
from store.outbox_key import OutboxOpener
from store.vault import Vault, VaultError
from store.vault_key import VaultKey, joined

PATH = "/webhooks/raw"
UID = re.compile(r"msg_[0-9a-f]{24}\Z")
SIGNATURE = re.compile(r"[0-9a-f]{64}\Z")
EXPIRY = re.compile(r"[0-9]{1,12}\Z")


class Unserved(Enum):
    """Why a link gives nothing: HTTP status and words for whoever follows it."""

    NO_LINK = (404, "There is nothing at this address.")
    OVER = (410, "This link has ended, or the mail is past its time.")
    LOCKED = (503, "The mail cannot be opened just now; try again later.")


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links."""

    base: str
    """Under what address the agent's HTTP can be reached, without a slash at the end."""
    key: VaultKey

    def made(self, uid: str, until: datetime) -> str:
        """The link to the mail of an event."""
        ends = int(until.timestamp())
        return f"{self.base}{PATH}/{uid}?expires={ends}&signature={_signature(self.key, uid, ends)}"


def _signature(key: VaultKey, uid: str, ends: int) -> str:
    signed = joined("postroom-raw-link-1", uid, ends)
    return hmac.digest(key.secret.get_secret_value(), signed, "sha256").hex()


Found = bytes | Unserved
Follow = Callable[[str, str, str, str], Awaitable[Found]]
"""Event, expiry and signature as they stand in the link, and who asks; gives the source."""


def follower(store: Store, vault: Vault) -> Follow:
    """What serves links of a store; every mail that is fetched is told in the audit log."""

    async def follow(uid: str, expires: str, signature: str, peer: str) -> Found:
        return await asyncio.to_thread(followed, store, vault, uid, expires, signature, peer)

    return follow


def followed(store: Store, vault: Vault, uid: str, expires: str, signature: str, peer: str) -> Found:
    """The source that a link leads to, masked where the asset says so; else why not. Never raises for what
    stands in a link."""
    if not (UID.match(uid) and EXPIRY.match(expires) and SIGNATURE.match(signature)):
        return Unserved.NO_LINK
    try:
        return _followed(store, vault, uid, int(expires), signature, peer)
    except (VaultError, StoreError):
        return Unserved.LOCKED


def _followed(store: Store, vault: Vault, uid: str, ends: int, signature: str, peer: str) -> Found:
    with store.read() as session:
        key = outbox_key.link_key(session, vault)
        if key is None or not hmac.compare_digest(_signature(key, uid, ends), signature):
            return Unserved.NO_LINK
        private = outbox_key.private(session, vault)
        row = session.connection().exec_driver_sql(SOURCE, (uid,)).one_or_none()
        if private is None or row is None or row[1] is None or ends < datetime.now(UTC).timestamp():
            return Unserved.OVER
        data_key_id, sealed, asset_id, name, pci = row
    packed = OutboxOpener(store, private).open((uid.encode("ascii"), data_key_id, sealed))
    try:
        source = unpacked(packed)
    except (ValueError, zlib.error):
        return Unserved.OVER
    with store.write() as session:
        told = f"{uid} by a link of a webhook, to {peer}"
        audit.record(
            session, store.actor, "message fetched", asset_id=asset_id, asset_name=name or "", detail=told
        )
    return masked_source(source) if pci else source


SOURCE = """
    SELECT o.data_key_id, o.sealed, o.asset_id, a.name, a.pci_check
      FROM outbox o LEFT JOIN assets a ON a.id = o.asset_id WHERE o.uid = ?
"""
