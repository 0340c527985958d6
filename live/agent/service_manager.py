"""Tells the service manager how the agent stands: ready, alive, stopping (sd_notify(3)); silent where none
asked. The protocol is a few lines in one datagram."""

from __future__ import annotations

import os
import re
import socket

STATUS_CHARACTERS = 200
"""`systemctl status` shows one line."""
PATIENCE_US = 30_000_000
"""How much longer a start may take, each time that one waits for another agent's lease."""
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class ServiceManager:
    """One for each process."""

    def __init__(self, address: str = "") -> None:
        """
        Args:
            address: of the manager's socket: a path, or "@" and an abstract name; "": nobody listens.
        """
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._last = ""

    @classmethod
    def of_environment(cls) -> ServiceManager:
        """The one that started this process; its variable is taken away, so that no child speaks for us."""
        address = os.environ.pop("NOTIFY_SOCKET", "")
        return cls(address if address.startswith(("/", "@")) else "")

    def waiting(self, words: str) -> None:
        """The start takes longer, for another agent works."""
        self._tell(f"EXTEND_TIMEOUT_USEC={PATIENCE_US}", "WATCHDOG=1", _status(words))

    def ready(self, words: str) -> None:
        """It works."""
        self._tell("READY=1", _status(words))

    def beat(self, words: str) -> None:
        """It lives; the words are told again only if they are new."""
        status = _status(words)
        self._tell("WATCHDOG=1", *([status] if status != self._last else []))
        self._last = status

    def stopping(self) -> None:
        """It ends."""
        self._tell("STOPPING=1", _status("It is stopping."))

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
                speaker.setblocking(False)  # a manager that hangs must not stop the heartbeat
                speaker.sendto("\n".join(lines).encode("utf-8", "replace"), self._address)
        except OSError:
            return  # nobody listens any more; there is nobody to tell of it


def _status(words: str) -> str:
    """The words as one line: whatever a server said, it starts no other."""
    return f"STATUS={_NOT_IN_A_LINE.sub(' ', words)[:STATUS_CHARACTERS]}"
