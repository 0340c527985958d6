"""What the commands on inbound mail share: the search as typed, the reason for reading, the log key."""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import UTC, datetime

from store.inbound_search import FIELDS, Search, SearchError, parse
from store.vault import VaultAbsent, VaultLocked, VaultState
from tui.commandline.faults import UsageError
from tui.commandline.opening import PASSPHRASE_OPTIONS, ask, given_passphrase
from tui.commandline.printing import narrate
from tui.commandline.secret_input import someone_is_there
from tui.desk import Desk

SEALED = (
    "The bodies of messages are sealed, and no home of the vault's keys holds the log key that opens them; "
    f"use {PASSPHRASE_OPTIONS}, or keep it at hand with `postroom vault unlock --keep file --log-key`."
)

_FIELD = re.compile(rf"(?:{'|'.join(filter(None, FIELDS))}):", re.IGNORECASE)


def search_of(options: Namespace) -> Search:
    """The search that the words of the command line make. What a shell's quotes hold together stays so:
    `"two words"`, `subject:"two words"`.

    Raises:
        UsageError: a value cannot be understood; the text says which ones can.
    """
    text = "".join(f"{_quoted(word)} " for word in options.words)  # the last space: no word is being typed
    try:
        return parse(text, datetime.now(UTC))
    except SearchError as error:
        raise UsageError(str(error)) from None


def _quoted(word: str) -> str:
    if '"' in word or not re.search(r"\s", word):
        return word
    field = _FIELD.match(word)
    place = field.end() if field else 0
    return f'{word[:place]}"{word[place:]}"'


def require_reason(desk: Desk, options: Namespace) -> None:
    """Refuse to read without a reason where the configuration asks for one.

    Raises:
        UsageError: there is none.
    """
    if desk.settings.reading_needs_reason and not options.reason.strip():
        raise UsageError("The configuration asks for a reason (reading_needs_reason); say it with --reason.")


def unlock_log(desk: Desk, options: Namespace) -> None:
    """Open the log key: by what the options name, from its homes, or by asking a person.

    Raises:
        VaultAbsent, WrongPassphrase, VaultDamaged. VaultLocked: it stays locked; the text says how to unlock.
    """
    if desk.vault.state() is VaultState.ABSENT:
        raise VaultAbsent
    passphrase = given_passphrase(options)
    if passphrase is not None:
        desk.vault.unlock(passphrase)
        return
    desk.unlock_from_homes()
    for home, words in desk.vault.home_notes.items():
        narrate(f"The {home} did not open the vault. {words}")
    if desk.vault.log_state() is VaultState.OPEN:
        return
    if not someone_is_there():
        raise VaultLocked(SEALED)
    ask(desk)
