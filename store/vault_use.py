"""What is sealed and opened with the keys that this process holds: secrets and inbound messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import SecretStr
from sqlmodel import Session

from store import vault_secrets, vault_tables
from store.database import Store
from store.log_opener import LogOpener
from store.vault_errors import LogKeyAbsent, LogKeyDamaged, SecretUnreadable, VaultAbsent, VaultLocked
from store.vault_key import HeldKeys, VaultKey
from store.vault_tables import LOG
from store.vault_wrapping import Wrapping


class VaultState(StrEnum):
    """What the vault, or one of its keys, can do now."""

    ABSENT = "absent"
    LOCKED = "locked"
    OPEN = "open"


class VaultUse:
    """The uses of a vault; `store.vault.Vault` adds how its keys come and go."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held = HeldKeys()
        self._held_log = HeldKeys()
        self._log_damage = ""
        self._opener = LogOpener()

    @property
    def served_by(self) -> str | None:
        """Where the key in this process came from: "passphrase" or the name of a home; None without one."""
        return self._held.served_by

    @property
    def log_served_by(self) -> str | None:
        """The same of the log key."""
        return self._held_log.served_by

    def state(self) -> VaultState:
        """Absent, locked or open, as the store is now: a key that was rotated elsewhere counts as locked.

        Raises:
            VaultDamaged: the key record is not one.
        """
        with self._store.read() as session:
            return _state(vault_tables.wrapping(session), self._held)

    def log_state(self) -> VaultState:
        """The same of the log key: open where messages can be opened, absent in a vault from before the log
        too.

        Raises:
            VaultDamaged: its record is not one.
        """
        with self._store.read() as session:
            return _state(vault_tables.wrapping(session, LOG), self._held_log)

    def seal(self, session: Session, owner: str, name: str, secret: SecretStr) -> None:
        """Encrypt a secret and keep it, in the caller's write transaction, in the place of the one before.

        Raises:
            VaultAbsent, VaultLocked. VaultError: the secret is empty or longer than 65,536 characters.
        """
        key = self._present(session)
        vault_tables.put_secret(session, owner, name, key.key_id, key.seal(owner, name, secret))

    def reveal(self, session: Session, owner: str, name: str) -> SecretStr | None:
        """Decrypt a secret; None where there is no such one, whether locked or not.

        Raises:
            VaultAbsent, VaultLocked. SecretUnreadable: it was altered or moved, or is of another generation.
        """
        row = vault_tables.sealed_secret(session, owner, name)
        if row is None:
            return None
        return self._present(session).open(owner, name, *row)

    def seal_all(self, session: Session, secrets: Iterable[tuple[str, str, SecretStr]]) -> None:
        """`seal` for many (owner, name, secret), with the key looked up once."""
        vault_secrets.seal_all(session, self._present(session), secrets)

    def reveal_all(
        self, session: Session, owners: Iterable[str], name: str
    ) -> Mapping[str, SecretStr | SecretUnreadable]:
        """`reveal` for many owners' secrets of one name; one that does not open is the reason why not.

        Raises:
            VaultAbsent, VaultLocked: also where none of them has such a secret.
        """
        return vault_secrets.open_all(session, self._present(session), owners, name)

    def has(self, session: Session, owner: str, name: str) -> bool:
        """Whether there is such a secret; works locked."""
        return vault_tables.has_secret(session, owner, name)

    def forget(self, session: Session, owner: str, name: str | None = None) -> int:
        """Delete a secret, or all of an owner, in the caller's write transaction; works locked.

        Returns how many there were.
        """
        return vault_tables.drop_secrets(session, owner, name)

    def open_messages(self, session: Session, rows: Iterable[tuple[bytes, int, bytes]]) -> list[bytes]:
        """Decrypt messages that a `store.log_key.LogSealer` sealed, given as (uid, data key's id, sealed
        bytes); the contents come in that order.

        Raises:
            VaultAbsent, LogKeyAbsent. VaultLocked: the log key is not in this process, though the credentials
            key may be. MessageUnreadable (a SecretUnreadable): one was altered or moved. LogKeyDamaged.
        """
        return self._opener.open(session, self._present_log(session), rows)

    def open_message(self, session: Session, uid: bytes, data_key_id: int, sealed: bytes) -> bytes:
        """`open_messages` for one."""
        return self.open_messages(session, [(uid, data_key_id, sealed)])[0]

    def _present(self, session: Session) -> VaultKey:
        """The key in this process, if it is the vault's key in the transaction of `session`."""
        record = vault_tables.wrapping(session)
        if record is None:
            raise VaultAbsent
        key = self._held.fitting(record.mark)
        if key is not None:
            return key
        if self._held:
            raise VaultLocked("The vault's key was rotated elsewhere; unlock the vault again.")
        raise VaultLocked

    def _present_log(self, session: Session) -> VaultKey:
        record = vault_tables.wrapping(session, LOG)
        if record is None:
            raise VaultAbsent if vault_tables.wrapping(session) is None else LogKeyAbsent
        key = self._held_log.fitting(record.mark)
        if key is not None:
            return key
        if self._held_log:
            raise VaultLocked("The vault's key was rotated elsewhere; unlock the vault with its passphrase.")
        if self._log_damage:
            raise LogKeyDamaged(self._log_damage)
        raise VaultLocked("What is in messages is sealed; unlock the vault with its passphrase to open them.")


def _state(record: Wrapping | None, held: HeldKeys) -> VaultState:
    if record is None:
        return VaultState.ABSENT
    return VaultState.OPEN if held.fitting(record.mark) else VaultState.LOCKED
