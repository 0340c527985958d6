"""`postroom vault`: the state of the vault, and every change to its passphrase, its key and its homes."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator

from pydantic import SecretStr

from store.key_file import KeyFile
from store.key_homes import HomeReport, HomeState, KeyHome
from store.os_keyring import OsKeyring
from store.vault import KeyHomeError, VaultAbsent, VaultDamaged, VaultExists, VaultState
from tui.commandline import opening, secret_input
from tui.commandline.faults import UsageError
from tui.commandline.opening import PASSPHRASE_OPTIONS, opened
from tui.commandline.printing import narrate, print_json, print_line, print_table
from tui.desk import Desk

NEW = "new passphrase"
KEPT_BY = {"keyring": OsKeyring.name, "file": KeyFile.name}
"""What `--keep` says, and the name of the home that it means."""

FOUND = {
    HomeState.SERVES: "holds the key",
    HomeState.EMPTY: "empty",
    HomeState.WRONG: "wrong key",
    HomeState.FAULT: "fault",
    HomeState.UNUSABLE: "not here",
}


DAMAGED = "damaged"
LOG_WORDS = {
    VaultState.OPEN.value: "Inbound messages open by themselves too: the log key comes from the {home}.",
    VaultState.LOCKED.value: "Inbound messages are sealed: the log key opens with the passphrase alone "
    "(`postroom vault unlock --log-key` keeps it at hand).",
    VaultState.ABSENT.value: "There is no log key yet to seal inbound messages with; it is made when the "
    "vault is next unlocked with its passphrase (`postroom vault unlock`).",
    DAMAGED: "The record of the log key is damaged: inbound messages cannot be opened; restore the store "
    "from a copy.",
}


def status(options: Namespace) -> int:
    """Print the vault's state and every home of its key in the order in which they are asked."""
    with opened(options) as desk:
        served = desk.unlock_from_homes()
        state = desk.vault.state()
        log_state, log_served = _log_standing(desk)
        reports = desk.vault.describe(desk.homes)
    if options.json:
        print_json(
            vault={
                "state": state.value,
                "served_by": served,
                "log_key": {"state": log_state, "served_by": log_served},
                "homes": [
                    {
                        "name": report.name,
                        "state": report.state.value,
                        "where": report.where,
                        "words": report.words,
                        "writable": report.writable,
                        "served": report.name == served,
                        "log_key": report.log_key,
                    }
                    for report in reports
                ],
            }
        )
        return 0
    print_line(_state_words(state, served))
    if state is not VaultState.ABSENT:
        print_line(LOG_WORDS[log_state].format(home=log_served))
    print_line("Homes of its key, in the order in which they are asked:")
    print_table(("", "HOME", "FOUND", ""), _home_rows(reports, served))
    return 0


def init(options: Namespace) -> int:
    """Make the vault; keep its key in a home only where that was asked for."""
    if options.log_key and options.keep == "nowhere":
        raise UsageError("--log-key is about what is kept; say where to keep it with --keep.")
    with opened(options) as desk:
        if desk.vault.state() is not VaultState.ABSENT:
            raise VaultExists
        passphrase = opening.given_passphrase(options)
        desk.vault.initialise(passphrase or secret_input.prompted_twice(NEW, PASSPHRASE_OPTIONS))
        narrate(
            "The vault is made. Nobody can recover a lost passphrase: write it down where only you find it."
        )
        if options.keep != "nowhere":
            _keep(desk, _home(desk, KEPT_BY[options.keep]), log_key=options.log_key)
        else:
            narrate(
                "Its key is kept nowhere: the passphrase is asked for when it is needed, or "
                "`postroom vault unlock` keeps the key at hand."
            )
    return 0


def unlock(options: Namespace) -> int:
    """Keep the key in a home, so that commands and consoles open the vault without asking; where a vault from
    before the log has no log key, the passphrase makes it."""
    with opened(options) as desk:
        if desk.vault.state() is VaultState.ABSENT:
            raise VaultAbsent
        passphrase = opening.given_passphrase(options)
        if passphrase is not None:
            desk.vault.unlock(passphrase)
        elif (served := _opened_before(desk, options)) and options.keep in (None, *_options_for(served)):
            narrate(f"The vault is open already: its key comes from the {served}.")
            return 0
        home = _home(desk, KEPT_BY[options.keep]) if options.keep else _default_home(desk)
        _keep(desk, home, log_key=options.log_key)
    return 0


def _opened_before(desk: Desk, options: Namespace) -> str | None:
    """Open the vault from its homes or, for what they lack, by asking; the home that held all that is to be
    kept, else None."""
    served = desk.unlock_from_homes()
    log = desk.vault.log_state()
    lacking = options.log_key and log is not VaultState.OPEN
    if served is None or lacking or log is VaultState.ABSENT:
        opening.ask(desk)
    if log is VaultState.ABSENT:
        narrate("The log key is made; inbound messages can be sealed with it.")
    return None if lacking else served


def _options_for(home: str) -> list[str]:
    return [option for option, name in KEPT_BY.items() if name == home]


def lock(options: Namespace) -> int:
    """Remove the key from every home that postroom may write to."""
    removed, failed = [], []
    with opened(options) as desk:
        if desk.vault.state() is VaultState.ABSENT:
            raise VaultAbsent
        for home in desk.homes:
            if not home.writable:
                continue
            try:
                if desk.vault.withdraw_from(home):
                    removed.append(home.name)
            except KeyHomeError as error:
                if _is_there(desk, home):
                    failed.append(str(error))
        still = desk.vault.unlock_from(desk.homes)
    narrate(
        f"The key was removed from the {' and the '.join(removed)}." if removed else "No home held the key."
    )
    if failed:
        raise UsageError(" ".join(failed))
    if still:
        narrate(
            f"The {still} still opens the vault; postroom only reads it: take the key away where it is set."
        )
    return 0


def change_passphrase(options: Namespace) -> int:
    """Wrap the same key under another passphrase."""
    with opened(options) as desk:
        given = opening.given_passphrases(options, lines=2)
        if given:
            old, new = given
        else:
            if desk.vault.state() is VaultState.ABSENT:
                raise VaultAbsent
            old = opening.ask(desk)
            new = secret_input.prompted_twice(NEW, PASSPHRASE_OPTIONS)
        desk.vault.change_passphrase(old, new)
    narrate("The passphrase is changed; the key and its homes stay as they are.")
    return 0


def rotate(options: Namespace) -> int:
    """Make a new key, seal every secret under it, and bring the homes that held the old one up to date."""
    with opened(options) as desk:
        if desk.vault.state() is VaultState.ABSENT:
            raise VaultAbsent
        passphrase: SecretStr = opening.given_passphrase(options) or opening.ask(desk)
        count = desk.vault.rotate(passphrase, desk.homes)
        notes = desk.vault.home_notes
    narrate(f"The vault has a new key; {count} secret{'' if count == 1 else 's'} sealed anew.")
    for home, words in notes.items():
        narrate(f"The {home} was not brought up to date. {words}")
    return 0


def _log_standing(desk: Desk) -> tuple[str, str | None]:
    """The log key's state, or "damaged", and where it came from."""
    try:
        return desk.vault.log_state().value, desk.vault.log_served_by
    except VaultDamaged:
        return DAMAGED, None


def _state_words(state: VaultState, served: str | None) -> str:
    if state is VaultState.ABSENT:
        return "There is no vault yet; make one with `postroom vault init`."
    if served is None:
        return (
            "The vault is locked: no home gives its key, so the passphrase is asked for when one is needed."
        )
    return f"The vault opens by itself: its key comes from the {served}."


def _home_rows(reports: Iterable[HomeReport], served: str | None) -> Iterator[tuple[str, str, str, str]]:
    """Two lines for each home that is here, the second says where; one for those that are not."""
    for number, report in enumerate(reports, 1):
        found = "serves" if report.name == served else FOUND[report.state]
        yield f"{number}.", report.name, found, report.words
        if report.state is not HomeState.UNUSABLE:
            yield "", "", "", report.where


def _home(desk: Desk, name: str) -> KeyHome:
    home = next((home for home in desk.homes if home.name == name), None)
    if home is None:
        raise UsageError(
            f"The configuration does not allow the {name} as a home of the key; use --keep file."
        )
    return home


def _default_home(desk: Desk) -> KeyHome:
    """The keyring where it works, else the key file."""
    keyring = next((home for home in desk.homes if home.name == OsKeyring.name), None)
    if keyring is not None:
        (report,) = desk.vault.describe([keyring])
        if report.usable:
            return keyring
        narrate(f"The keyring is not used: {report.words}")
    return _home(desk, KeyFile.name)


def _keep(desk: Desk, home: KeyHome, *, log_key: bool) -> None:
    desk.vault.keep_in(home, log_key=log_key)
    (report,) = desk.vault.describe([home])
    kept = "The key and the log key are kept" if log_key else "The key is kept"
    narrate(f"{kept}: {report.where}. `postroom vault lock` removes {'them' if log_key else 'it'}.")


def _is_there(desk: Desk, home: KeyHome) -> bool:
    """Whether a home exists here at all: what does not exist need not be locked."""
    (report,) = desk.vault.describe([home])
    return report.state is not HomeState.UNUSABLE
