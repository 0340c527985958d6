"""What ties a console's agent to its console: a pipe, whose end ends it, and through which the vault's key
comes while the console has it open.

A pipe is in no process list and in no environment, and goes with the console however that ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import ClassVar

from pydantic import SecretStr

from store.vault_errors import HomeNotUsable, HomeReadOnly
from store.vault_key import KEY_TEXT_CHARACTERS

KEY, LOCK = b"key ", b"lock"
"""How the lines begin; the rest of the first is the key's text."""
LONGEST_LINE = len(KEY) + KEY_TEXT_CHARACTERS + 1


class HandedKey:
    """The home of the key that the console has handed over; see `store.key_homes.KeyHome`."""

    name: ClassVar[str] = "console"
    writable: ClassVar[bool] = False

    def __init__(self) -> None:
        self.text: SecretStr | None = None

    def where(self, vault_id: str | None) -> str:
        return "the console that this agent belongs to"

    def read(self, vault_id: str) -> SecretStr | None:
        if self.text is None:
            raise HomeNotUsable("The console has not handed the key over.")
        return self.text

    def write(self, vault_id: str, text: SecretStr) -> None:
        raise HomeReadOnly("The console hands the key over by itself.")

    def remove(self, vault_id: str) -> bool:
        raise HomeReadOnly("The console takes the key back when it is locked.")


def follow(
    descriptor: int, handed: HandedKey, changed: Callable[[bool], None], ended: Callable[[], None]
) -> None:
    """Read the pipe in a thread until its end.

    Args:
        changed: called in the running loop when a key came (True), or was taken back (False).
        ended: called in the loop when the console has gone.
    """
    loop = asyncio.get_running_loop()

    def read() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the agent ends already
            for key in _keys(descriptor):
                loop.call_soon_threadsafe(_hold, handed, key, changed)
            loop.call_soon_threadsafe(ended)

    threading.Thread(target=read, name="postroom leash", daemon=True).start()


def _keys(descriptor: int) -> Iterator[SecretStr]:
    """The keys as they come, an empty one for the word to lock."""
    rest = SecretStr("")
    while len(piece := _piece(descriptor)):
        *lines, rest = _lines(rest, piece)
        yield from (taken for taken in map(_taken, lines) if taken is not None)


def _lines(rest: SecretStr, piece: SecretStr) -> list[SecretStr]:
    """The whole lines, and the begun one as the last."""
    lines = (rest.get_secret_value() + piece.get_secret_value()).split("\n")
    return [SecretStr(line[:LONGEST_LINE]) for line in lines]


def _piece(descriptor: int) -> SecretStr:
    """What has come, empty at the end. `os.read`, since a daemon thread inside a buffered reader makes the
    interpreter abort at exit."""
    try:
        return SecretStr(os.read(descriptor, 4096).decode("ascii", "replace"))
    except OSError:
        return SecretStr("")


def _taken(line: SecretStr) -> SecretStr | None:
    """The key in a line, empty for the word to lock; None for anything else."""
    plain = line.get_secret_value()
    if plain == LOCK.decode():
        return SecretStr("")
    return SecretStr(plain.removeprefix(KEY.decode())) if plain.startswith(KEY.decode()) else None


def _hold(handed: HandedKey, key: SecretStr, changed: Callable[[bool], None]) -> None:
    handed.text = key if len(key) else None
    changed(handed.text is not None)
