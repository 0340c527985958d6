"""Opens the desk for a command, and its vault: from its homes, by what the options name, or by asking."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from store.vault import VaultAbsent, VaultLocked, VaultState, WrongPassphrase
from tui.commandline import secret_input
from tui.commandline.printing import narrate
from tui.desk import Desk

PASSPHRASE = "passphrase of the vault"
PASSPHRASE_OPTIONS = "--passphrase-stdin or --passphrase-file FILE"
HOW_TO_UNLOCK = f"run `postroom vault unlock` first, or use {PASSPHRASE_OPTIONS}"

TRIES = 3
"""How often a mistyped passphrase may be typed again."""


@contextmanager
def opened(options: Namespace) -> Iterator[Desk]:
    """The desk that the global options name; the key, if there is one, goes with the process.

    Raises:
        SettingsError, StoreError: one sentence with the path and the remedy.
    """
    desk = Desk.open(options.store, options.config)
    try:
        yield desk
    finally:
        desk.store.close()


def given_passphrase(options: Namespace) -> SecretStr | None:
    """The passphrase that the options name, None where they name none."""
    found = given_passphrases(options, lines=1)
    return found[0] if found else None


def given_passphrases(options: Namespace, *, lines: int) -> tuple[SecretStr, ...]:
    """So many passphrases, one a line, from where the options name; empty where they name nothing."""
    if options.passphrase_stdin:
        return secret_input.from_stdin(PASSPHRASE, lines)
    if options.passphrase_file is not None:
        return secret_input.from_file(options.passphrase_file, PASSPHRASE, lines)
    return ()


def try_unlock(desk: Desk, options: Namespace) -> bool:
    """Open the vault: by the passphrase that the options name, from its homes, or by asking a person.

    Raises:
        VaultAbsent, WrongPassphrase, VaultDamaged.
    """
    if desk.vault.state() is VaultState.ABSENT:
        raise VaultAbsent
    passphrase = given_passphrase(options)
    if passphrase is not None:
        desk.vault.unlock(passphrase)
        return True
    served = desk.unlock_from_homes()
    for home, words in desk.vault.home_notes.items():
        narrate(f"The {home} did not open the vault. {words}")
    if served is not None:
        return True
    if not secret_input.someone_is_there():
        return False
    ask(desk)
    return True


def unlock(desk: Desk, options: Namespace) -> None:
    """As `try_unlock`, for what cannot go on with a locked vault.

    Raises:
        VaultLocked: it stays locked; the text says how to unlock it.
    """
    if not try_unlock(desk, options):
        raise VaultLocked(f"The vault is locked; {HOW_TO_UNLOCK}.")


def ask(desk: Desk) -> SecretStr:
    """Ask for the passphrase until it opens the vault, `TRIES` times at most; returns it.

    Raises:
        WrongPassphrase: the last one was wrong too.
    """
    for left in reversed(range(TRIES)):
        passphrase = secret_input.prompted(PASSPHRASE, PASSPHRASE_OPTIONS)
        try:
            desk.vault.unlock(passphrase)
        except WrongPassphrase:
            if not left:
                raise
            narrate("That is not the passphrase; try again.")
        else:
            return passphrase
    raise AssertionError("unreachable")
