"""Where secrets come from: a prompt that does not show them, standard input, or a file. Never an argument."""

from __future__ import annotations

import contextlib
import getpass
import os
import stat
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pydantic import SecretStr

from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate

MOST = 65_536
"""Bytes read for a secret; the longest that the vault seals has as many characters."""


def someone_is_there() -> bool:
    """Whether a person can be asked: this process has a terminal, and not all is redirected away from it."""
    if not (sys.stdin.isatty() or sys.stderr.isatty()):
        return False
    with contextlib.suppress(OSError):
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
        return True
    return False


def prompted(label: str, option: str) -> SecretStr:
    """Ask for a secret in the terminal, without showing it.

    Args:
        option: what to use instead, said where there is no terminal.

    Raises:
        UsageError: there is no terminal, or it was closed.
    """
    if not someone_is_there():
        raise UsageError(f"There is no terminal to ask for the {label} in; use {option}.")
    try:
        return SecretStr(getpass.getpass(f"{label[0].upper()}{label[1:]}: "))
    except EOFError:
        raise UsageError(f"No {label} was typed.") from None
    except KeyboardInterrupt:
        narrate("")  # ends the prompt's line
        raise


def prompted_twice(label: str, option: str) -> SecretStr:
    """Ask for a new secret, and once more so that a slip is noticed.

    Raises:
        UsageError: the two differ, or there is no terminal.
    """
    first = prompted(label, option)
    if prompted(f"{label} once more", option) != first:
        raise UsageError(f"The two differ; the {label} was not taken.")
    return first


def from_stdin(label: str, lines: int = 1) -> tuple[SecretStr, ...]:
    """Read standard input to its end.

    Raises:
        UsageError: it is not exactly so many lines.
    """
    return _read(sys.stdin.buffer, label, "standard input", lines)


def from_file(path: Path, label: str, lines: int = 1) -> tuple[SecretStr, ...]:
    """Read a file; says so when other users of the machine can read it too.

    Raises:
        UsageError: it is not exactly so many lines. OSError: it cannot be read.
    """
    with _opened(path) as file:
        return _read(file, label, str(path), lines)


def given_password(options: Namespace) -> SecretStr | None:
    """An asset's password from where the options say; None where they say nothing."""
    if options.password_prompt:
        return prompted_twice("password", "--password-stdin or --password-file FILE")
    if options.password_stdin:
        if options.passphrase_stdin:
            raise UsageError("Standard input cannot bring both; use --passphrase-file for the passphrase.")
        return from_stdin("password")[0]
    return from_file(options.password_file, "password")[0] if options.password_file else None


def given_client_secret(options: Namespace, *, whole: bool) -> SecretStr | None:
    """An OAuth client's secret from where the options say; None where they say nothing.

    Args:
        whole: it is a service account's key file, which has many lines.

    Raises:
        UsageError: there is none, or a key file is to be typed.
    """
    if options.secret_prompt:
        if whole:
            raise UsageError(
                "Nobody can type a service account's key file; use --secret-file or --secret-stdin."
            )
        return prompted_twice("client secret", "--secret-stdin or --secret-file FILE")
    if options.secret_stdin:
        if options.passphrase_stdin:
            raise UsageError("Standard input cannot bring both; use --passphrase-file for the passphrase.")
        return whole_stdin("key file") if whole else from_stdin("client secret")[0]
    if not options.secret_file:
        return None
    return (
        whole_file(options.secret_file, "key file")
        if whole
        else from_file(options.secret_file, "client secret")[0]
    )


def whole_stdin(label: str) -> SecretStr:
    """Read standard input to its end as one secret of many lines.

    Raises:
        UsageError: it is empty, too long, or no text.
    """
    return _whole(_text(sys.stdin.buffer, "standard input"), label, "standard input")


def whole_file(path: Path, label: str) -> SecretStr:
    """Read a file as one secret of many lines; says so when others can read it too.

    Raises:
        UsageError: as `whole_stdin`. OSError: it cannot be read.
    """
    with _opened(path) as file:
        return _whole(_text(file, str(path)), label, str(path))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.expanduser().open("rb") as file:
        found = os.fstat(file.fileno())
        if stat.S_ISREG(found.st_mode) and found.st_mode & 0o077:
            narrate(f"Others may read {path} (mode {stat.S_IMODE(found.st_mode):04o}); run: chmod 600 {path}")
        yield file


def _text(file: IO[bytes], place: str) -> str:
    raw = file.read(MOST + 1)
    if len(raw) > MOST:
        raise UsageError(f"What {place} holds is longer than a secret can be ({MOST:,} bytes).")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"What {place} holds is not text in UTF-8.") from None


def _whole(text: str, label: str, place: str) -> SecretStr:
    if not text.strip():
        raise UsageError(f"For the {label}, {place} must not be empty.")
    return SecretStr(text)


def _read(file: IO[bytes], label: str, place: str, lines: int) -> tuple[SecretStr, ...]:
    # Not splitlines(): a secret may hold what Unicode counts as the end of a line.
    found = _text(file, place).replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(found) != lines or not all(found):
        wanted = "one line" if lines == 1 else f"{lines} lines"
        raise UsageError(f"For the {label}, {place} must hold exactly {wanted}, none empty.")
    return tuple(map(SecretStr, found))
