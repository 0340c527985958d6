"""The outbox's key pair: with its public half a mail is sealed for webhooks by a receiver whose vault is
locked, and its private half, a secret of the vault, opens it where deliveries are made.

It opens what is on its way to webhooks, and nothing of the log: whoever has the credentials key alone cannot
read yesterday's mail.
"""

from __future__ import annotations

import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel import Session, select

from store.database import Store
from store.log_key import Execute, Scheme, public_half
from store.log_opener import REMEMBERED, LogOpener, Row, opened
from store.vault import SecretUnreadable, Vault, VaultError
from store.vault_key import NotAKey, VaultKey
from store.webhook_tables import OutboxKeyRow

OWNER, PRIVATE, LINKS = "outbox", "private half", "link key"
"""Owner and names of the vault's secrets: what opens the outbox, and what signs links to sources in it."""


class OutboxKeyAbsent(VaultError):
    """No webhook was ever made here."""

    def __init__(self) -> None:
        super().__init__("The outbox of webhooks has no key; it is made with the first webhook.")


class OutboxKeyDamaged(VaultError):
    """The public half is none."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The outbox's key record is damaged ({what}); an agent whose vault is open mends it."
        )


def _absent(_execute: Execute) -> VaultError:
    return OutboxKeyAbsent()


OUTBOX_SCHEME = Scheme(
    public="SELECT id, key_id, public_key FROM outbox_keys",
    absent=_absent,
    damaged=OutboxKeyDamaged,
    data_keys="outbox_data_keys",
    generation="key_id",
    wraps="postroom-outbox-key-1",
    seals="postroom-outbox-1",
)
"""Everything about it is as with the log's pair, and neither opens what the other sealed."""


def make_sure(session: Session, vault: Vault) -> VaultKey:
    """The private half, made now where there is none; the public one is put right where it is another's.

    Raises:
        VaultLocked, SecretUnreadable.
    """
    key = private(session, vault)
    if key is None:
        key = VaultKey.fresh(uuid.uuid4().hex, 1)
        vault.seal(session, OWNER, PRIVATE, key.to_text())
        vault.seal(session, OWNER, LINKS, VaultKey.fresh(key.vault_id, 1).to_text())
    row = session.exec(select(OutboxKeyRow)).first()
    right = (key.vault_id, key.key_id, public_half(key))
    if row is None or (row.id, row.key_id, row.public_key) != right:
        if row is not None:
            session.delete(row)
            session.flush()
        session.add(OutboxKeyRow(id=right[0], key_id=right[1], public_key=right[2]))
        session.flush()
    return key


def private(session: Session, vault: Vault) -> VaultKey | None:
    """The private half; None: there is none yet.

    Raises:
        VaultLocked. SecretUnreadable: it was altered.
    """
    return _key(session, vault, PRIVATE)


def link_key(session: Session, vault: Vault) -> VaultKey | None:
    """What signs links to sources; raises as `private`."""
    return _key(session, vault, LINKS)


def _key(session: Session, vault: Vault, name: str) -> VaultKey | None:
    text = vault.reveal(session, OWNER, name)
    try:
        return VaultKey.from_text(text) if text is not None else None
    except NotAKey:
        raise SecretUnreadable(OWNER, name) from None


class OutboxOpener:
    """Opens what a `LogSealer` of `OUTBOX_SCHEME` sealed. Safe for threads.

    Data keys are never wrapped anew here, and their ids never used again; so each is looked up once.
    """

    def __init__(self, store: Store, key: VaultKey) -> None:
        self._store = store
        self._key = key
        self._opener = LogOpener(OUTBOX_SCHEME)
        self._ciphers: dict[int, AESGCM] = {}

    def open(self, row: Row) -> bytes:
        """The content of one row.

        Raises:
            SecretUnreadable: it was altered or moved, or its data key is gone. StoreError.
        """
        uid, data_key_id, _sealed = row
        cipher = self._ciphers.get(data_key_id)
        if cipher is None:
            with self._store.read() as session:
                cipher = self._opener.cipher(session, self._key, uid, data_key_id)
            if len(self._ciphers) >= REMEMBERED:
                self._ciphers.clear()
            self._ciphers[data_key_id] = cipher
        return opened(cipher, self._key.vault_id, row, OUTBOX_SCHEME)
