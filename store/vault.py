"""The vault: makes, unlocks, changes and rotates the credentials key; seals and opens secrets in the store.

The key lies in the store wrapped by a passphrase; it may be held unwrapped in other homes
(`store.key_homes`). Locked is a normal state: what is there (`has`) can be told, what it is (`reveal`)
cannot.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from pydantic import SecretStr
from sqlmodel import Session

from store import audit, vault_secrets, vault_tables
from store.database import Store
from store.key_homes import HomeReport, HomeState, KeyHome, examine
from store.vault_errors import HomeFault as HomeFault
from store.vault_errors import HomeNotUsable as HomeNotUsable
from store.vault_errors import HomeReadOnly as HomeReadOnly
from store.vault_errors import KeyHomeError as KeyHomeError
from store.vault_errors import PassphraseTooWeak as PassphraseTooWeak
from store.vault_errors import SecretUnreadable as SecretUnreadable
from store.vault_errors import VaultAbsent as VaultAbsent
from store.vault_errors import VaultChanged as VaultChanged
from store.vault_errors import VaultDamaged as VaultDamaged
from store.vault_errors import VaultError as VaultError
from store.vault_errors import VaultExists as VaultExists
from store.vault_errors import VaultLocked as VaultLocked
from store.vault_errors import WrongPassphrase as WrongPassphrase
from store.vault_key import HeldKeys, VaultKey
from store.vault_tables import SecretRow as SecretRow
from store.vault_tables import VaultKeyRow as VaultKeyRow
from store.vault_wrapping import Kdf as Kdf
from store.vault_wrapping import Wrapping, require_strength


class VaultState(StrEnum):
    """What the vault can do now."""

    ABSENT = "absent"
    LOCKED = "locked"
    OPEN = "open"


class Vault:
    """The vault of one store, as one process sees it. Every method may be called from any thread.

    A method that takes a passphrase costs one derivation or two (0.2 s each by default, see `Kdf`) and holds
    no lock of the store meanwhile. Methods that open a transaction of their own raise
    `store.database.StoreError` as the store does.
    """

    def __init__(self, store: Store, *, kdf: Kdf | None = None) -> None:
        self._store = store
        self._kdf = kdf or Kdf()
        self._held = HeldKeys()
        self._notes: Mapping[str, str] = MappingProxyType({})

    @property
    def served_by(self) -> str | None:
        """Where the key in this process came from: "passphrase" or the name of a home; None without one."""
        return self._held.served_by

    @property
    def home_notes(self) -> Mapping[str, str]:
        """By a home's name, a sentence for each that failed, or held a wrong or old key, when last asked."""
        return self._notes

    def state(self) -> VaultState:
        """Absent, locked or open, as the store is now: a key that was rotated elsewhere counts as locked.

        Raises:
            VaultDamaged: the key record is not one.
        """
        with self._store.read() as session:
            record = vault_tables.wrapping(session)
        if record is None:
            return VaultState.ABSENT
        return VaultState.OPEN if self._held.fitting(record.mark) else VaultState.LOCKED

    def initialise(self, passphrase: SecretStr) -> None:
        """Make the vault, and leave it open.

        Raises:
            PassphraseTooWeak: see `require_strength`. VaultExists: there is one already.
        """
        require_strength(passphrase)
        key = VaultKey.fresh(uuid.uuid4().hex, 1)
        record = Wrapping.make(key, passphrase, self._kdf)
        with self._store.write() as session:
            if vault_tables.wrapping(session) is not None:
                raise VaultExists
            vault_tables.put_wrapping(session, record, new_key=True)
            audit.record(session, self._store.actor, "vault created")
        self._held.hold(key, "passphrase")

    def unlock(self, passphrase: SecretStr) -> None:
        """Take the key into this process.

        Raises:
            VaultAbsent, WrongPassphrase, VaultDamaged. VaultChanged: by another process at the same moment.
        """
        record = self._record()
        key = record.open(passphrase)
        with self._store.write() as session:
            self._require_unchanged(session, record)
            audit.record(session, self._store.actor, "vault unlocked", detail="by passphrase")
        self._held.hold(key, "passphrase")

    def unlock_from(self, homes: Iterable[KeyHome]) -> str | None:
        """Take the key from the first home that holds the right one; returns its name, or None.

        `home_notes` tells of the homes before it that failed, or held a wrong or old key. One that has no
        key, or that does not exist here, is passed over without a note.

        Raises:
            VaultAbsent, VaultDamaged.
        """
        mark = self._record().mark
        notes: dict[str, str] = {}
        served = None
        for home in homes:
            report, key = examine(home, mark)
            if key is not None:
                self._held.hold(key, home.name)
                served = home.name
                break
            if report.state in (HomeState.WRONG, HomeState.FAULT):
                notes[home.name] = report.words
        self._notes = MappingProxyType(notes)
        return served

    def describe(self, homes: Iterable[KeyHome]) -> tuple[HomeReport, ...]:
        """What each home is good for and holds, in order; the vault's state and the notes stay as they are.

        Raises:
            VaultDamaged: the key record is not one.
        """
        with self._store.read() as session:
            record = vault_tables.wrapping(session)
        return tuple(examine(home, record.mark if record else None)[0] for home in homes)

    def lock(self) -> None:
        """Forget the key in this process, even if the store then fails; homes keep theirs."""
        if self._held.clear():
            with self._store.write() as session:
                audit.record(session, self._store.actor, "vault locked")

    def change_passphrase(self, old: SecretStr, new: SecretStr) -> None:
        """Wrap the same key under another passphrase; secrets, homes and other processes go on as they are.

        Raises:
            PassphraseTooWeak, VaultAbsent, WrongPassphrase, VaultDamaged, VaultChanged.
        """
        require_strength(new)
        before = self._record()
        key = before.open(old)
        after = Wrapping.make(key, new, self._strongest(before))
        with self._store.write() as session:
            self._require_unchanged(session, before)
            vault_tables.put_wrapping(session, after, new_key=False)
            audit.record(session, self._store.actor, "vault passphrase changed")

    def rotate(self, passphrase: SecretStr, homes: Iterable[KeyHome] = ()) -> int:
        """Make a new key and seal every secret anew under it, in one transaction; leaves the vault open.

        Homes that held the old key get the new one after the commit; `home_notes` names those that could not
        be brought up to date. Returns how many secrets there are.

        Raises:
            VaultAbsent, WrongPassphrase, VaultDamaged, VaultChanged. SecretUnreadable: one does not open
            under the old key. After any of them all is as it was.
        """
        before = self._record()
        old = before.open(passphrase)
        holding = [home for home in homes if examine(home, before.mark)[1] is not None]
        new = VaultKey.fresh(old.vault_id, old.key_id + 1)
        after = Wrapping.make(new, passphrase, self._strongest(before))
        with self._held.rotated_to(new, "passphrase"), self._store.write() as session:
            self._require_unchanged(session, before)
            count = vault_secrets.seal_anew(session, old, new)
            vault_tables.put_wrapping(session, after, new_key=True)
            told = f"generation {new.key_id}, secrets sealed anew: {count}"
            audit.record(session, self._store.actor, "vault key rotated", detail=told)
        self._renew(holding, new)
        return count

    def keep_in(self, home: KeyHome) -> None:
        """Put the key, unwrapped, into a home, so that the vault opens from it without a passphrase.

        Raises:
            VaultAbsent, VaultLocked. HomeReadOnly, HomeNotUsable, HomeFault: it is not kept there.
        """
        with self._store.read() as session:
            key = self._present(session)
        home.write(key.vault_id, key.to_text())
        with self._store.write() as session:
            self._present(session)
            audit.record(session, self._store.actor, "vault key kept", detail=home.where(key.vault_id))

    def withdraw_from(self, home: KeyHome) -> bool:
        """Remove this vault's key from a home, locked or not; returns whether one was there.

        Raises:
            VaultAbsent. HomeReadOnly, HomeNotUsable, HomeFault: it may still be there.
        """
        vault_id = self._record().id
        if not home.remove(vault_id):
            return False
        with self._store.write() as session:
            audit.record(session, self._store.actor, "vault key withdrawn", detail=home.where(vault_id))
        return True

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

    def _record(self) -> Wrapping:
        with self._store.read() as session:
            record = vault_tables.wrapping(session)
        if record is None:
            raise VaultAbsent
        return record

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

    def _strongest(self, record: Wrapping) -> Kdf:
        """This program's parameters, or the record's where those cost an attacker more."""
        return max(self._kdf, record.parameters, key=lambda kdf: kdf.cost)

    def _renew(self, homes: Iterable[KeyHome], key: VaultKey) -> None:
        notes: dict[str, str] = {}
        for home in homes:
            try:
                home.write(key.vault_id, key.to_text())
            except KeyHomeError as error:
                notes[home.name] = f"It still holds the key from before the rotation. {error}"
        self._notes = MappingProxyType(notes)

    @staticmethod
    def _require_unchanged(session: Session, record: Wrapping) -> None:
        if vault_tables.wrapping(session) != record:
            raise VaultChanged
