"""Starts the provider and the forwarder of the rehearsal as child processes, and ends them."""

import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from live.rehearsal.endpoints import Endpoints, EndpointsError

START_S = 20.0  # measured 0.2 s; a loaded machine of the smallest kind takes twenty times that
LINE_LIMIT = 65_536  # octets; the line has about 1,500
END_S = 5.0  # from end of input to exit; measured 0.1 s
ROOT = Path(__file__).resolve().parents[2]


class RehearsalError(Exception):
    """The rehearsal provider could not be started; the message is one sentence with its last words."""


@contextmanager
def running_provider() -> Iterator[Endpoints]:
    """Run the provider in a child process for the length of the block.

    The child lives in a session of its own, so that Ctrl+C reaches this process only. It goes when the pipe
    to its standard input ends: at the end of the block, or with this process, even by SIGKILL.

    Raises:
        RehearsalError: it did not start, or did not tell its ports within START_S seconds.
    """
    with tempfile.TemporaryFile() as complaints:
        child = _start(complaints, "live.rehearsal")
        try:
            yield _endpoints(child, complaints)
        finally:
            _end(child)


@contextmanager
def running_forwarder(store: Path, port: int, per_minute: float) -> Iterator[None]:
    """Forward sample mail to the assets of `store` for the length of the block (see `forwarder.forward`).

    Raises:
        RehearsalError: it could not be started.
    """
    with tempfile.TemporaryFile() as complaints:
        child = _start(complaints, "live.rehearsal.forwarder", str(store), str(port), str(per_minute))
        try:
            yield
        finally:
            _end(child)


def _start(complaints: IO[bytes], module: str, *arguments: str) -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    try:
        return subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
    except OSError as error:
        raise RehearsalError(f"The rehearsal could not be started: {error}.") from error


def _endpoints(child: "subprocess.Popen[bytes]", complaints: IO[bytes]) -> Endpoints:
    try:
        return Endpoints.from_line(_first_line(child))
    except EndpointsError as error:
        complaints.seek(0, os.SEEK_END)
        complaints.seek(max(0, complaints.tell() - 2_000))  # a traceback's last line is enough
        words = complaints.read().decode("utf-8", "replace").strip().rpartition("\n")[2] or str(error)
        raise RehearsalError(f"The rehearsal provider did not start: {words}") from error


def _first_line(child: "subprocess.Popen[bytes]") -> bytes:
    """Read one line within START_S seconds; what there is of it when time, size or child come to an end."""
    assert child.stdout is not None
    descriptor, until, line = child.stdout.fileno(), time.monotonic() + START_S, b""
    while not line.endswith(b"\n") and len(line) < LINE_LIMIT:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
        piece = os.read(descriptor, LINE_LIMIT) if ready else b""
        if not piece:
            break
        line += piece
    return line


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Close the child's input and wait; end it harder where that is not enough."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.close()
        for harder in (child.terminate, child.kill):
            try:
                child.wait(END_S)
                return
            except subprocess.TimeoutExpired:
                harder()
        child.wait()
    finally:
        child.stdout.close()
