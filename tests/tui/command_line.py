"""Runs the command line for tests: in this process, as a child process, and in a pseudo-terminal."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyte
import pytest

from tui import cli

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "tui")
PATIENCE_S = 30.0
NO_KEYRING = "keyring.backends.fail.Keyring"


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left behind."""

    status: int
    out: str
    err: str


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment without anything of the person at this machine: no settings, no keyring, no store; and
    no agent that a console starts, where a test does not ask for one."""
    home.mkdir(parents=True, exist_ok=True)
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHON_KEYRING_BACKEND": NO_KEYRING,
        "PYTHONWARNINGS": "error",
        "POSTROOM_AGENT_CHILD": "false",
        "LANG": "C.UTF-8",
        **more,
    }


class InProcess:
    """`main` in this process, with a home of its own: quick, for what does not depend on the process."""

    def __init__(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.home = home
        self._patch = monkeypatch
        self._capsys = capsys
        for name in [name for name in os.environ if name.startswith(("POSTROOM_", "XDG_"))]:
            monkeypatch.delenv(name)
        for name, value in environment(home).items():
            monkeypatch.setenv(name, value)

    def __call__(self, *words: str, stdin: str = "") -> Result:
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        self._capsys.readouterr()
        status = cli.main(words)
        told = self._capsys.readouterr()
        return Result(status, told.out, told.err)


@contextmanager
def child(
    *words: str, home: Path, stdin: bytes | None = None, environ: Mapping[str, str] | None = None, **more: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """The real program for the block, in a session of its own, so that it has no terminal to ask in."""
    process = subprocess.Popen(
        [*COMMAND, *words],
        stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
        stdout=more.pop("stdout", subprocess.PIPE),
        stderr=more.pop("stderr", subprocess.PIPE),
        env=environment(home, **(environ or {})),
        start_new_session=True,
        bufsize=0,
        **more,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def finished(*words: str, home: Path, stdin: bytes | None = None, **more: Any) -> Result:
    """Run the real program to its end."""
    with child(*words, home=home, stdin=stdin, **more) as process:
        out, err = process.communicate(stdin, timeout=PATIENCE_S)
    return Result(process.returncode, (out or b"").decode(), (err or b"").decode())


@contextmanager
def serving(home: Path, environ: dict[str, str], *options: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """`postroom rehearse --serve --json` and what it tells."""
    with child("rehearse", "--serve", "--json", *options, home=home, environ=environ) as process:
        told = json.loads(line_of(process))
        assert told["postroom"] == 1
        yield process, told["rehearsal"]


def line_of(process: subprocess.Popen[bytes]) -> str:
    """The next line of a child's stdout."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
    assert ready, "no line came"
    return process.stdout.readline().decode()


class Terminal:
    """The real program in a pseudo-terminal, as a person sees it."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int, rows: int, columns: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self._open = True
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def shows(self, words: str, times: int = 1) -> None:
        """Wait until the words are on the screen, so many times."""
        self._wait(lambda: self.text.count(words) >= times, f"{words!r} on the screen")

    def hides(self, words: str) -> None:
        """Wait until the words are no longer on the screen."""
        self._wait(lambda: words not in self.text, f"screen without {words!r}")

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows what is typed, and takes it line by line."""
        modes = termios.tcgetattr(self._descriptor)[3]
        return bool(modes & termios.ECHO) and bool(modes & termios.ICANON)

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        if self._open:
            self._open = False
            os.close(self._descriptor)

    def ends(self) -> int:
        """Wait for the end of the program; its exit status, or minus the signal that killed it."""
        self._wait(lambda: self.process.poll() is not None, "end of the program")
        self._read(0.0)
        return self.process.returncode

    def _wait(self, done: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < until, f"no {what}:\n{self.text}"
            self._read(0.05)

    def _read(self, patience: float) -> None:
        while self._open and select.select([self._descriptor], [], [], patience)[0]:
            try:
                piece = os.read(self._descriptor, 65_536)
            except OSError:  # EIO: the program has closed the other end
                return
            self.raw += piece
            self._stream.feed(piece)
            patience = 0.0


OWN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes stdin the controlling terminal, so that prompts and SIGHUP arrive as in a real one."""


@contextmanager
def terminal(
    *words: str,
    home: Path,
    rows: int = 30,
    columns: int = 110,
    environ: Mapping[str, str] | None = None,
    command: Sequence[str] = COMMAND,
) -> Iterator[Terminal]:
    """The real program in a pseudo-terminal; killed at the end of the block if it still runs."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", OWN_TERMINAL, *command, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(home, **{"TERM": "xterm-256color", **(environ or {})}),
        start_new_session=True,
    )
    os.close(theirs)
    seen = Terminal(process, ours, rows, columns)
    try:
        yield seen
    finally:
        process.kill()
        process.wait()
        seen.hang_up()
