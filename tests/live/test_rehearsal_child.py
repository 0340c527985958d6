"""The rehearsal provider as a child process: it tells its ports, serves, and goes when its parent does."""

import shlex
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from live.rehearsal import child
from live.rehearsal.accounts import SAMPLES
from live.rehearsal.child import ROOT, RehearsalError, running_provider
from live.rehearsal.endpoints import Endpoints, Listener

BILLING = next(sample for sample in SAMPLES if sample.asset_name == "Billing")
PATIENCE_S = 30.0
PARENT = """
import sys
from live.rehearsal.child import running_provider
with running_provider() as endpoints:
    print(endpoints.to_line(), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def strict_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child finds its packages, and any warning ends it."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONWARNINGS", "error")


def provider() -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", "live.rehearsal"], stdin=pipe, stdout=pipe, stderr=pipe)


def connected(endpoints: Endpoints) -> socket.socket:
    """A connection whose end tells that the provider has gone: it drops connections after its listeners."""
    return socket.create_connection(("127.0.0.1", endpoints.ports[Listener.GMAIL_STARTTLS]), PATIENCE_S)


def wait_for_end(connection: socket.socket) -> None:
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        pass


def assert_nobody_listens(endpoints: Endpoints) -> None:
    for port in endpoints.ports.values():
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), PATIENCE_S)


def test_the_child_serves_and_goes_with_the_block() -> None:
    with running_provider() as endpoints:
        with smtplib.SMTP(
            "localhost", endpoints.ports[Listener.GMAIL_STARTTLS], timeout=PATIENCE_S
        ) as client:
            client.starttls(context=ssl.create_default_context(cadata=endpoints.ca_pem))
            client.login(BILLING.login, BILLING.password.get_secret_value())
            assert (
                client.sendmail(BILLING.address, ["somebody@example.com"], "Subject: hello\r\n\r\nhello\r\n")
                == {}
            )
        left = connected(endpoints)
    with left:
        wait_for_end(left)
    assert_nobody_listens(endpoints)


@pytest.mark.parametrize("end", ["stdin", "SIGTERM", "SIGINT", "SIGHUP"])
def test_the_child_ends_in_peace(end: str) -> None:
    running = provider()
    assert running.stdin is not None
    assert running.stdout is not None
    endpoints = Endpoints.from_line(running.stdout.readline())
    with connected(endpoints) as left:
        if end == "stdin":
            running.stdin.close()
            running.stdin = None
        else:
            running.send_signal(getattr(signal, end))
        wait_for_end(left)
        told, complaints = running.communicate(timeout=PATIENCE_S)
    assert (running.returncode, told, complaints) == (0, b"", b"")
    assert_nobody_listens(endpoints)


def test_a_parent_that_is_killed_takes_the_child_along() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        endpoints = Endpoints.from_line(parent.stdout.readline())
        with connected(endpoints) as left:
            parent.kill()
            wait_for_end(left)
    assert parent.returncode == -signal.SIGKILL
    assert_nobody_listens(endpoints)


def test_an_error_in_the_block_ends_the_child() -> None:
    with pytest.raises(ZeroDivisionError), running_provider() as endpoints:
        raise ZeroDivisionError
    assert_nobody_listens(endpoints)


def test_a_child_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -I -S "$@"\n')  # sees no other packages
    bare.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(RehearsalError, match="No module named 'live'"), running_provider():
        pass


def test_a_child_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "START_S", 0.0)
    with pytest.raises(RehearsalError, match="did not tell its ports"), running_provider():
        pass


def test_an_interpreter_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(RehearsalError, match="could not be started"), running_provider():
        pass
