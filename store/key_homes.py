"""Where the vault's key may be held unwrapped, in the order in which the homes are asked.

1. a systemd credential (`$CREDENTIALS_DIRECTORY/postroom-vault-key`), 2. the environment
(`POSTROOM_VAULT_KEY`), 3. a key file, 4. the operating system's keyring. What an administrator sets for one
service comes before what a person left on the machine. All hold the same text (`HeldText.to_text`), so a key
file can serve as a systemd credential as it is. The text holds the credentials key, and the log key only
where a person asked for that.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol

from pydantic import SecretStr

from store.key_file import KeyFile, SystemdCredential
from store.key_text import HeldText
from store.os_keyring import OsKeyring
from store.vault_errors import HomeFault, HomeNotUsable, HomeReadOnly
from store.vault_key import KeyMark, NotAKey

ENVIRONMENT_VARIABLE = "POSTROOM_VAULT_KEY"

NO_VAULT = "0" * 32
"""A vault id that no vault has: under it homes are asked whether they work while the store has no vault."""


class KeyHome(Protocol):
    """A place for the unwrapped key. Methods take the vault's id."""

    @property
    def name(self) -> str:
        """A short name, such as "key file"."""

    @property
    def writable(self) -> bool:
        """Whether postroom may put a key there; the others are filled by an administrator."""

    def where(self, vault_id: str | None) -> str:
        """The place in human words; without a vault yet, in general."""

    def read(self, vault_id: str) -> SecretStr | None:
        """The text that is held, None where there is none.

        Raises:
            HomeNotUsable: there is no such place here. HomeFault: it does not work, or is not safe.
        """

    def write(self, vault_id: str, text: SecretStr) -> None:
        """Put a key there; returns only after it was read back.

        Raises:
            HomeReadOnly, HomeNotUsable, HomeFault: it is not kept there.
        """

    def remove(self, vault_id: str) -> bool:
        """Take the key away; returns whether there was one.

        Raises:
            HomeReadOnly, HomeNotUsable, HomeFault: it may still be there.
        """


class EnvironmentKey:
    """The key in an environment variable, for a service or a container; read only."""

    name: ClassVar[str] = "environment"
    writable: ClassVar[bool] = False

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def where(self, vault_id: str | None) -> str:
        return f"environment variable {ENVIRONMENT_VARIABLE}"

    def read(self, vault_id: str) -> SecretStr | None:
        if not self._environ.get(ENVIRONMENT_VARIABLE):
            raise HomeNotUsable(f"{ENVIRONMENT_VARIABLE} is not set.")
        return SecretStr(self._environ[ENVIRONMENT_VARIABLE])

    def write(self, vault_id: str, text: SecretStr) -> None:
        raise HomeReadOnly(f"{ENVIRONMENT_VARIABLE} is only read; set it where the service is configured.")

    def remove(self, vault_id: str) -> bool:
        raise HomeReadOnly(
            f"{ENVIRONMENT_VARIABLE} is only read; take it away where the service is configured."
        )


class HomeState(StrEnum):
    """What was found in a home."""

    SERVES = "serves"
    """It holds this vault's present key."""
    EMPTY = "empty"
    """It works, and holds no key."""
    WRONG = "wrong"
    """It holds something else: an older key, another vault's, or no key at all."""
    FAULT = "fault"
    """It does not work, or is not safe."""
    UNUSABLE = "unusable"
    """There is no such place here."""


@dataclass(frozen=True, slots=True)
class HomeReport:
    """One home as it is shown."""

    name: str
    where: str
    writable: bool
    state: HomeState
    words: str
    """A sentence for a person; no key in it."""
    log_key: bool = False
    """Whether it holds the present log key too."""

    @property
    def usable(self) -> bool:
        return self.state not in (HomeState.FAULT, HomeState.UNUSABLE)

    @property
    def holds(self) -> bool:
        return self.state in (HomeState.SERVES, HomeState.WRONG)

    @property
    def matches(self) -> bool:
        return self.state is HomeState.SERVES


def homes(
    *,
    key_file: Path | None,
    keyring: bool,
    environ: Mapping[str, str] | None = None,
    keyring_seconds: float = 3.0,
) -> tuple[KeyHome, ...]:
    """All homes in the order in which they are asked; nothing is looked at yet.

    Args:
        key_file: the key file; by default `vault-<vault id>.key` in the user's configuration directory.
        keyring: whether the operating system's keyring may be asked at all.
        environ: the environment, by default this process's.
        keyring_seconds: after so long a keyring is given up.
    """
    environ = os.environ if environ is None else environ
    always: tuple[KeyHome, ...] = (SystemdCredential(environ), EnvironmentKey(environ), KeyFile(key_file))
    return (*always, OsKeyring(keyring_seconds)) if keyring else always


def examine(
    home: KeyHome, mark: KeyMark | None, log_mark: KeyMark | None = None
) -> tuple[HomeReport, HeldText | None]:
    """Look into a home: what is there in words, and the keys where the credentials key is the one that left
    the mark (None: no vault yet); of a log key that did not leave `log_mark`, only the words tell."""
    held = None
    vault_id = mark.vault_id if mark else None
    try:
        text = home.read(vault_id or NO_VAULT)
    except HomeNotUsable as error:
        state, words = HomeState.UNUSABLE, str(error)
    except HomeFault as error:
        state, words = HomeState.FAULT, str(error)
    else:
        state, words, held = _judged(text, mark)
    log_key = False
    if held is not None and held.log is not None:
        log_key = log_mark is not None and held.log.fits(log_mark)
        words = words[:-1] + (" and the log key." if log_key else ", and a log key that is not the vault's.")
        held = held if log_key else HeldText(held.credentials)
    return HomeReport(home.name, home.where(vault_id), home.writable, state, words, log_key), held


def _judged(text: SecretStr | None, mark: KeyMark | None) -> tuple[HomeState, str, HeldText | None]:
    if text is None:
        return HomeState.EMPTY, "It holds no key.", None
    try:
        held = HeldText.from_text(text)
    except NotAKey:
        return HomeState.WRONG, "What it holds is not a key of postroom, or is cut short.", None
    if mark is None:
        return HomeState.WRONG, "It holds a key, and the store has no vault yet.", None
    key = held.credentials
    if key.fits(mark):
        return HomeState.SERVES, f"It holds the vault's key (generation {key.key_id}).", held
    if key.vault_id != mark.vault_id:
        return HomeState.WRONG, "It holds the key of another vault.", None
    if key.key_id < mark.key_id:
        return (
            HomeState.WRONG,
            f"It holds an old key (generation {key.key_id}, the vault is at {mark.key_id}).",
            None,
        )
    if key.key_id > mark.key_id:
        words = f"It holds a newer key (generation {key.key_id}): the store is an older copy."
        return HomeState.WRONG, words, None
    return HomeState.WRONG, "It holds a key that does not fit this vault.", None
