"""Starts an agent as a child of the console, hands it the vault's key, and ends it with the console."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import SecretStr

from live.agent.leash import KEY, LOCK
from store.vault_errors import HomeFault, HomeReadOnly

ROOT = Path(__file__).resolve().parents[2]
END_S = 6.0
"""From the end of the pipe to its exit: the 5 s that an agent has to stop, and one of a loaded machine."""
LOG_BYTES = 1_000_000
"""A log of this size is put aside at the next start; an agent writes a line where something changes."""


class ChildNotStarted(Exception):
    """The agent could not be started; the text says why."""


class AgentChild:
    """One child process. Also a home for the vault's key, into which an open vault can put it."""

    name: ClassVar[str] = "agent"
    writable: ClassVar[bool] = True

    def __init__(self, options: Sequence[str], log: Path) -> None:
        """Start it.

        Args:
            options: the command line's, that name store and configuration.
            log: where its words go; made with mode 0600.

        Raises:
            ChildNotStarted: the log cannot be written, or the system starts no process.
        """
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        try:
            with _opened(log) as output:
                self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                    [sys.executable, "-m", "tui", *options, "agent", "--child"],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    env={**os.environ, "PYTHONPATH": path},
                    start_new_session=True,  # Ctrl+C in the terminal is for the console
                    bufsize=0,
                )
        except OSError as error:
            raise ChildNotStarted(f"The agent could not be started: {error.strerror or error}.") from None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.poll()

    def where(self, vault_id: str | None) -> str:
        return f"the agent of this console (process {self.pid}), until the console is locked"

    def read(self, vault_id: str) -> SecretStr | None:
        return None

    def write(self, vault_id: str, text: SecretStr) -> None:
        """Hand the key over; it does not come back.

        Raises:
            HomeFault: the agent has ended.
        """
        if not self._say(SecretStr(f"{KEY.decode()}{text.get_secret_value()}\n")):
            raise HomeFault("The agent of this console has ended.")

    def remove(self, vault_id: str) -> bool:
        raise HomeReadOnly("The agent is locked with the console.")

    def lock(self) -> None:
        """Have it forget the key."""
        self._say(SecretStr(f"{LOCK.decode()}\n"))

    def _say(self, line: SecretStr) -> bool:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it has ended, or the pipe is closed
            self._process.stdin.write(line.get_secret_value().encode("ascii"))  # less than a pipe holds
            return True
        return False

    def let_go(self) -> None:
        """Close the pipe: it ends by itself, whether anybody waits or not."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def end(self) -> None:
        """Close the pipe and wait; end it harder where that is not enough."""
        self.let_go()
        for harder in (self._process.terminate, self._process.kill):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_S)
                return
            harder()
        self._process.wait()


@contextlib.contextmanager
def _opened(log: Path) -> Iterator[int]:
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES:
            log.replace(log.with_name(f"{log.name}.1"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
