"""The two keys of a vault, that of credentials and that of the log, under one passphrase."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from pydantic import SecretStr
from sqlmodel import Session

from store import vault_tables
from store.log_key import public_half
from store.vault_errors import LogKeyDamaged, VaultDamaged, WrongPassphrase
from store.vault_key import VaultKey
from store.vault_tables import LOG
from store.vault_wrapping import PassphraseKey, Wrapping


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Both keys, unwrapped."""

    credentials: VaultKey
    log: VaultKey

    @classmethod
    def fresh(cls) -> Pair:
        """Two new keys."""
        return cls(VaultKey.fresh(uuid.uuid4().hex, 1), fresh_log())

    def renewed(self) -> Pair:
        """The next generation of both."""
        return Pair(*(VaultKey.fresh(key.vault_id, key.key_id + 1) for key in (self.credentials, self.log)))


def fresh_log() -> VaultKey:
    """A new log key: its 32 bytes are the private half of an X25519 pair."""
    return VaultKey.fresh(uuid.uuid4().hex, 1)


@dataclass(frozen=True, slots=True)
class Records:
    """Both records as they are stored. They share salt and parameters, so that one derivation opens both."""

    credentials: Wrapping
    log: Wrapping | None
    """None in a vault from before the log, and where it is damaged."""
    log_damage: str = ""
    """What is wrong with the log key's record."""
    public_half: bytes | None = None
    """The public half of the log key as it lies in the store."""

    @classmethod
    def read(cls, session: Session) -> Records | None:
        """The records of a store, None where it has no vault.

        Raises:
            VaultDamaged: that of the credentials key is none.
        """
        credentials = vault_tables.wrapping(session)
        if credentials is None:
            return None
        try:
            log = vault_tables.wrapping(session, LOG)
        except VaultDamaged as damage:
            return cls(credentials, None, damage.what)
        return cls(credentials, log, "", vault_tables.public_half(session))

    @classmethod
    def make(cls, pair: Pair, by: PassphraseKey) -> Records:
        """Wrap both keys."""
        log = Wrapping.make(pair.log, by)
        return cls(Wrapping.make(pair.credentials, by), log, "", public_half(pair.log))

    def with_log(self, key: VaultKey, by: PassphraseKey) -> Records:
        """The same with a log key."""
        return Records(self.credentials, Wrapping.make(key, by), "", public_half(key))

    def open(self, passphrase: SecretStr) -> tuple[VaultKey, PassphraseKey]:
        """Unwrap the credentials key; what was derived for that serves for the log key too.

        Raises:
            VaultDamaged, WrongPassphrase.
        """
        by = self.credentials.derived(passphrase)
        return self.credentials.open_by(by), by

    def open_log(self, passphrase: SecretStr, by: PassphraseKey) -> VaultKey | None:
        """Unwrap the log key, by the passphrase that opened the credentials key; None where there is none.

        Raises:
            LogKeyDamaged.
        """
        if self.log_damage:
            raise LogKeyDamaged(self.log_damage)
        if self.log is None:
            return None
        try:
            return self.log.open_by(self.log.derived(passphrase, by))
        except WrongPassphrase:
            raise LogKeyDamaged("it is under another passphrase than the credentials key") from None
        except VaultDamaged as damage:
            raise LogKeyDamaged(damage.what) from None

    def put(self, session: Session, *, new_keys: bool) -> None:
        """Keep both in the places of those before; `new_keys`: they wrap others than those did."""
        vault_tables.put_wrapping(session, self.credentials, new_key=new_keys)
        self.put_log(session, new_key=new_keys)

    def put_log(self, session: Session, *, new_key: bool) -> None:
        """Keep that of the log key, with its public half."""
        assert self.log is not None
        vault_tables.put_wrapping(
            session, self.log, new_key=new_key, purpose=LOG, public_key=self.public_half
        )
