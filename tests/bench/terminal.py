"""A program in a pseudo-terminal of 120×40: what it writes, how much, and when."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.bench.harness import ROOT, environment

LINES, COLUMNS = 40, 120
QUIET_S = 0.4
"""A program that has written nothing for so long has settled: ours writes within 0.1 s of a key."""
PATIENCE_S = 30.0
"""For a text to come at all; the smallest machine under load takes a few seconds to a first frame."""
LEAVE_S = 5.0
"""For the program to leave after SIGTERM."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came after a key."""

    size: int
    """Bytes."""
    settled: float
    """Seconds to the last of them; 0 when nothing came."""


class Terminal:
    """Starts a program when entered, ends it when left.

    The program's questions to the terminal stay unanswered, as a plain terminal leaves them.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    def __enter__(self) -> Terminal:
        self._own, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._output = bytearray()
        self._began = time.perf_counter()
        self._child = subprocess.Popen(
            self._command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment(),
            cwd=ROOT,
            start_new_session=True,
        )
        os.close(theirs)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the program cleanly, so that it leaves a store behind that need not be recovered."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            self._child.send_signal(number)
            until = time.perf_counter() + LEAVE_S
            while self._child.poll() is None and time.perf_counter() < until:
                self._read(0.02)
            if self._child.poll() is not None:
                break
        os.close(self._own)

    def seen(self, text: str) -> float:
        """Wait for a text; returns the seconds from the program's start until it was written.

        Raises:
            TimeoutError: it does not come; the message has the end of what did.
        """
        sought = text.encode()
        until = time.perf_counter() + PATIENCE_S
        while sought not in self._output:
            if time.perf_counter() > until or not self._read(1.0, ended=True):
                raise TimeoutError(f"{text!r} was not written, but {bytes(self._output[-500:])!r}")
        return self._last - self._began

    def settle(self, quiet: float = QUIET_S, first: float = QUIET_S) -> Written:
        """Wait until nothing more is written.

        Args:
            quiet: seconds without output that count as settled.
            first: seconds to wait for the first output.
        """
        began, size = time.perf_counter(), len(self._output)
        last = began
        while time.perf_counter() - last < (quiet if len(self._output) > size else first):
            if self._read(0.01):
                last = self._last
        written = len(self._output) - size
        return Written(written, last - began if written else 0.0)

    def press(self, keys: str, first: float = QUIET_S, quiet: float = QUIET_S) -> Written:
        """Send keys and wait until the program has settled, at most `first` seconds for the first output."""
        os.write(self._own, keys.encode())
        return self.settle(quiet, first)

    @property
    def pid(self) -> int:
        """Of the program."""
        return self._child.pid

    @property
    def processor(self) -> float:
        """Seconds of processor time that the program itself has taken so far, without other processes."""
        stat = Path(f"/proc/{self._child.pid}/stat")
        if stat.exists():
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")  # utime, stime: proc(5)
        told = subprocess.check_output(["ps", "-o", "time=", "-p", str(self._child.pid)], text=True)
        minutes, _, seconds = told.strip().rpartition(":")
        return int(minutes.rpartition(":")[2] or 0) * 60 + float(seconds)

    def _read(self, seconds: float, *, ended: bool = False) -> bool:
        """Take what is there, or comes within so many seconds; whether anything came.

        Args:
            ended: count a quiet program that still runs as one from which something may come.
        """
        ready, _, _ = select.select([self._own], [], [], seconds)
        piece = b""
        if ready:
            with contextlib.suppress(OSError):  # EIO: the program has closed its end
                piece = os.read(self._own, 65_536)
            self._last = time.perf_counter()
            self._output += piece
        return bool(piece) or (ended and self._child.poll() is None)
