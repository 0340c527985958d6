"""The vault: makes, unlocks, changes and rotates its keys, and keeps them in homes.

The credentials key and the log key (`store.log_key`) lie in the store wrapped by one passphrase, which opens
both. They may be held unwrapped in other homes (`store.key_homes`), the log key only where a person asks
for it. Locked is a normal state: what is there (`has`) can be told, what it is (`reveal`, `open_messages`)
cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pydantic import SecretStr
from sqlmodel import Session

from store import audit, log_opener, vault_secrets, vault_tables
from store.database import Store
from store.key_homes import HomeReport, HomeState, KeyHome, examine
from store.key_text import HeldText
from store.log_key import public_half
from store.vault_errors import HomeFault as HomeFault
from store.vault_errors import HomeNotUsable as HomeNotUsable
from store.vault_errors import HomeReadOnly as HomeReadOnly
from store.vault_errors import KeyHomeError as KeyHomeError
from store.vault_errors import LogKeyAbsent as LogKeyAbsent
from store.vault_errors import LogKeyDamaged as LogKeyDamaged
from store.vault_errors import MessageUnreadable as MessageUnreadable
from store.vault_errors import PassphraseTooWeak as PassphraseTooWeak
from store.vault_errors import SecretUnreadable as SecretUnreadable
from store.vault_errors import VaultAbsent as VaultAbsent
from store.vault_errors import VaultChanged as VaultChanged
from store.vault_errors import VaultDamaged as VaultDamaged
from store.vault_errors import VaultError as VaultError
from store.vault_errors import VaultExists as VaultExists
from store.vault_errors import VaultLocked as VaultLocked
from store.vault_errors import WrongPassphrase as WrongPassphrase
from store.vault_key import KeyMark, VaultKey
from store.vault_pair import Pair, Records, fresh_log
from store.vault_tables import SecretRow as SecretRow
from store.vault_tables import VaultKeyRow as VaultKeyRow
from store.vault_use import VaultState as VaultState
from store.vault_use import VaultUse
from store.vault_wrapping import Kdf as Kdf
from store.vault_wrapping import PassphraseKey, require_strength


class Vault(VaultUse):
    """The vault of one store, as one process sees it. Every method may be called from any thread.

    A method that takes a passphrase costs one derivation or two (0.2 s each by default, see `Kdf`) and holds
    no lock of the store meanwhile. Methods that open a transaction of their own raise
    `store.database.StoreError` as the store does.
    """

    def __init__(self, store: Store, *, kdf: Kdf | None = None) -> None:
        super().__init__(store)
        self._kdf = kdf or Kdf()
        self._notes: Mapping[str, str] = MappingProxyType({})

    @property
    def home_notes(self) -> Mapping[str, str]:
        """By a home's name, a sentence for each that failed, or held a wrong or old key, when last asked."""
        return self._notes

    def initialise(self, passphrase: SecretStr) -> None:
        """Make the vault, and leave it open.

        Raises:
            PassphraseTooWeak: see `require_strength`. VaultExists: there is one already.
        """
        require_strength(passphrase)
        pair = Pair.fresh()
        records = Records.make(pair, PassphraseKey.derive(passphrase, self._kdf))
        with self._store.write() as session:
            if vault_tables.wrapping(session) is not None:
                raise VaultExists
            records.put(session, new_keys=True)
            audit.record(session, self._store.actor, "vault created")
        self._held.hold(pair.credentials, "passphrase")
        self._held_log.hold(pair.log, "passphrase")

    def unlock(self, passphrase: SecretStr) -> None:
        """Take both keys into this process. A vault from before the log gets its log key now, and a public
        half that is not the log key's is put right. A damaged log key alone does not keep secrets closed:
        `open_messages` tells of it.

        Raises:
            VaultAbsent, WrongPassphrase, VaultDamaged. VaultChanged: by another process at the same moment.
        """
        records = self._records()
        key, by = records.open(passphrase)
        try:
            log, made, damage = (*self._log_opened(records, passphrase, by), "")
        except LogKeyDamaged as damaged:
            log, made, damage = None, None, damaged.what
        with self._store.write() as session:
            self._require_unchanged(session, records)
            audit.record(session, self._store.actor, "vault unlocked", detail="by passphrase")
            if made is not None:
                made.put_log(session, new_key=True)
                audit.record(session, self._store.actor, "vault log key created")
            elif log is not None:
                self._mend_public_half(session, records, log)
        self._held.hold(key, "passphrase")
        self._log_damage = damage
        if log is not None:
            self._held_log.hold(log, "passphrase")

    def unlock_from(self, homes: Iterable[KeyHome]) -> str | None:
        """Take the key from the first home that holds the right one; returns its name, or None. Its log key
        comes too, where it holds one.

        `home_notes` tells of the homes before it that failed, or held a wrong or old key. One that has no
        key, or that does not exist here, is passed over without a note.

        Raises:
            VaultAbsent, VaultDamaged.
        """
        marks = _marks(self._records())
        notes: dict[str, str] = {}
        served = None
        for home in homes:
            report, held = examine(home, *marks)
            if held is not None:
                self._held.hold(held.credentials, home.name)
                if held.log is not None:
                    self._held_log.hold(held.log, home.name)
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
            records = Records.read(session)
        marks = _marks(records) if records else (None, None)
        return tuple(examine(home, *marks)[0] for home in homes)

    def lock(self) -> None:
        """Forget both keys in this process, even if the store then fails; homes keep theirs."""
        held = [self._held.clear(), self._held_log.clear()]
        if any(held):
            with self._store.write() as session:
                audit.record(session, self._store.actor, "vault locked")

    def change_passphrase(self, old: SecretStr, new: SecretStr) -> None:
        """Wrap the same keys under another passphrase; secrets, messages, homes and other processes go on as
        they are.

        Raises:
            PassphraseTooWeak, VaultAbsent, WrongPassphrase, VaultDamaged, VaultChanged.
        """
        require_strength(new)
        before = self._records()
        pair, made = self._pair(before, old)
        after = Records.make(pair, PassphraseKey.derive(new, self._strongest(before)))
        with self._store.write() as session:
            self._require_unchanged(session, before)
            vault_tables.put_wrapping(session, after.credentials, new_key=False)
            after.put_log(session, new_key=made)
            audit.record(session, self._store.actor, "vault passphrase changed")

    def rotate(self, passphrase: SecretStr, homes: Iterable[KeyHome] = ()) -> int:
        """Make new keys, seal every secret and wrap every data key of the log anew, in one transaction;
        leaves the vault open. Messages stay as they are: their data keys do.

        Homes that held the old keys get the new ones after the commit; `home_notes` names those that could
        not be brought up to date. Returns how many secrets there are.

        Raises:
            VaultAbsent, WrongPassphrase, VaultDamaged, VaultChanged. SecretUnreadable: one does not open
            under the old key. After any of them all is as it was.
        """
        before = self._records()
        old, _made = self._pair(before, passphrase)
        holding = [(home, held) for home in homes if (held := examine(home, *_marks(before))[1]) is not None]
        new = old.renewed()
        after = Records.make(new, PassphraseKey.derive(passphrase, self._strongest(before)))
        with self._store.read() as session:
            wrapped = log_opener.rewrapped(session, old.log, new.log)
        with (
            self._held.rotated_to(new.credentials, "passphrase"),
            self._held_log.rotated_to(new.log, "passphrase"),
            self._store.write() as session,
        ):
            self._require_unchanged(session, before)
            count = vault_secrets.seal_anew(session, old.credentials, new.credentials)
            # Most were wrapped above, outside the transaction: 10,000 take 3 s, and mail waits for its end.
            wrapped = log_opener.rewrapped(session, old.log, new.log, wrapped)
            log_opener.put_rewrapped(session, wrapped, new.log.key_id)
            after.put(session, new_keys=True)
            told = f"generation {new.credentials.key_id}, secrets sealed anew: {count}"
            audit.record(session, self._store.actor, "vault key rotated", detail=told)
        self._renew(
            (home, HeldText(new.credentials, new.log if held.log else None)) for home, held in holding
        )
        return count

    def keep_in(self, home: KeyHome, *, log_key: bool = False) -> None:
        """Put the credentials key, unwrapped, into a home, so that the vault opens from it without a
        passphrase.

        Args:
            log_key: put the log key there too: then messages open as well. Without, one that it held goes.

        Raises:
            VaultAbsent. VaultLocked: a key that is to be kept is not in this process. HomeReadOnly,
            HomeNotUsable, HomeFault: it is not kept there.
        """
        with self._store.read() as session:
            held = HeldText(self._present(session), self._present_log(session) if log_key else None)
        vault_id = held.credentials.vault_id
        home.write(vault_id, held.to_text())
        with self._store.write() as session:
            self._present(session)
            where = home.where(vault_id) + (", with the log key" if log_key else "")
            audit.record(session, self._store.actor, "vault key kept", detail=where)

    def withdraw_from(self, home: KeyHome) -> bool:
        """Remove this vault's keys from a home, locked or not; returns whether any were there.

        Raises:
            VaultAbsent. HomeReadOnly, HomeNotUsable, HomeFault: they may still be there.
        """
        vault_id = self._records().credentials.id
        if not home.remove(vault_id):
            return False
        with self._store.write() as session:
            audit.record(session, self._store.actor, "vault key withdrawn", detail=home.where(vault_id))
        return True

    def _records(self) -> Records:
        with self._store.read() as session:
            records = Records.read(session)
        if records is None:
            raise VaultAbsent
        return records

    def _pair(self, records: Records, passphrase: SecretStr) -> tuple[Pair, bool]:
        """Both keys, and whether the log key was only made now."""
        key, by = records.open(passphrase)
        log, made = self._log_opened(records, passphrase, by)
        return Pair(key, log), made is not None

    def _log_opened(
        self, records: Records, passphrase: SecretStr, by: PassphraseKey
    ) -> tuple[VaultKey, Records | None]:
        """The log key, and its record where there was none and both were made now."""
        log = records.open_log(passphrase, by)
        if log is not None:
            return log, None
        log = fresh_log()
        return log, records.with_log(log, by)

    def _mend_public_half(self, session: Session, records: Records, log: VaultKey) -> None:
        """Whoever can write the store can put a public half of his own there, and read what comes then."""
        if records.public_half != public_half(log):
            vault_tables.put_public_half(session, public_half(log))
            told = "its public half was another's: mail sealed with that one cannot be opened"
            audit.record(session, self._store.actor, "vault log key mended", detail=told)

    def _strongest(self, records: Records) -> Kdf:
        """This program's parameters, or the record's where those cost an attacker more."""
        return max(self._kdf, records.credentials.parameters, key=lambda kdf: kdf.cost)

    def _renew(self, homes: Iterable[tuple[KeyHome, HeldText]]) -> None:
        notes: dict[str, str] = {}
        for home, held in homes:
            try:
                home.write(held.credentials.vault_id, held.to_text())
            except KeyHomeError as error:
                notes[home.name] = f"It still holds the key from before the rotation. {error}"
        self._notes = MappingProxyType(notes)

    @staticmethod
    def _require_unchanged(session: Session, records: Records) -> None:
        if Records.read(session) != records:
            raise VaultChanged


def _marks(records: Records) -> tuple[KeyMark, KeyMark | None]:
    return records.credentials.mark, records.log.mark if records.log else None
