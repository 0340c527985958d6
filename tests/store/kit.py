"""What the tests of the store share: samples, a look at the file as it lies, and programs of their own."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from pydantic import SecretStr

from store import checks
from store.assets import AssetFields, Provider, Security, SignIn
from store.checks import CheckRun, CheckStep, Outcome
from store.database import Store, StoreError
from store.vault import Kdf

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
"""Longer than anything here takes; a program that is still silent then is killed, and its test fails."""

CHEAP = Kdf(n=2**14)
"""The cheapest derivation that is allowed: 50 ms."""

PASSPHRASE = SecretStr("four words of a passphrase")
PASSWORD = SecretStr("planted-Secret-47c1!")

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


EVERYTHING = AssetFields(
    name="Billing",
    address="billing@example.com",
    provider=Provider.OFFICE365,
    sign_in=SignIn.OAUTH,
    host="smtp.example.com",
    port=465,
    security=Security.SSL,
    username="user",
    login_id="login@example.com",
    owner="owner@example.com",
    note="line one\nline two \x1b[31m \N{RIGHT-TO-LEFT OVERRIDE} [/b] %s",
    ca_pem="-----BEGIN CERTIFICATE-----",
    cleartext_agreed=True,
)
"""An asset with something in every field, some of it hostile."""


def fields(name: str = "Help desk", **more: Any) -> AssetFields:
    """The fields of an asset; its address follows from its name."""
    given: dict[str, Any] = {
        "address": f"{name.replace(' ', '.')}@example.com",
        "host": "smtp.example.com",
        "port": 587,
    }
    return AssetFields(name=name, **(given | more))


def keep_check(
    store: Store,
    asset_id: int,
    outcome: Outcome = Outcome.PASSED,
    *,
    steps: tuple[CheckStep, ...] = (),
    **more: Any,
) -> CheckRun:
    """Record a check in a transaction of its own."""
    kept: dict[str, Any] = {
        "asset_name": "Help desk",
        "started_at": NOON,
        "ms": 12.5,
        "transcript": "S: 220 ready",
    } | more
    with store.write() as session:
        return checks.record(session, asset_id, outcome=outcome, steps=steps, **kept)


def raw(path: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """As somebody with another program would: past the store, straight into the file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement, values).fetchall()


def contents(directory: Path) -> dict[str, bytes]:
    """Every file of a directory with its bytes, but for SQLite's empty log and its index, which come with
    any look at a database that has a write-ahead log."""
    return {
        file.name: data
        for file in sorted(directory.iterdir())
        if not file.name.endswith("-shm") and ((data := file.read_bytes()) or not file.name.endswith("-wal"))
    }


def assert_told(error: StoreError | str, path: Path) -> None:
    """One sentence for a person, that names the path."""
    text = str(error)
    assert str(path) in text
    assert text.endswith(".")
    assert "\n" not in text
    assert not any(word in text for word in ("sqlite3", "sqlalche", "Errno", "Traceback"))


class Program:
    """A program of its own on this checkout, spoken with line by line; killed at the end of the block."""

    def __init__(self, source: str, *arguments: object, inside: tuple[str, ...] = ()) -> None:
        self._process = subprocess.Popen(
            [*inside, sys.executable, "-c", PRELUDE + textwrap.dedent(source), *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._patience = threading.Timer(PATIENCE_S, self._process.kill)
        self._patience.start()

    def hear(self) -> str:
        """Its next line; "" when it has ended."""
        assert self._process.stdout
        return self._process.stdout.readline().removesuffix("\n")

    def say(self, line: str = "") -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        """SIGKILL, at once: no handler and no clean-up of its own runs."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._patience.cancel()
        self._process.kill()
        self._process.communicate()


PRELUDE = """
import os, sys
from pathlib import Path
from pydantic import SecretStr
from sqlalchemy import event
from store import assets, audit, checks
from store.database import Store, StoreError
from store.vault import Kdf
from store.vault import Kdf, Vault
from tests.store import kit

def say(*words): print(*words, flush=True)
def hear(): return sys.stdin.readline().strip()
def attempt(act):
    try: act()
    except StoreError as error: say(f"{type(error).__name__}: {error}")
    else: say("done")
"""


def spoken(source: str, *arguments: object, inside: tuple[str, ...] = ()) -> list[str]:
    """All lines of a program that ends by itself."""
    with Program(source, *arguments, inside=inside) as program:
        return list(iter(program.hear, ""))


@functools.cache
def _works(*command: str) -> bool:
    return (
        shutil.which(command[0]) is not None
        and not subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False).returncode
    )


def without_privileges() -> tuple[str, ...]:
    """What a program is started with so that the modes of files bind it; root's own pass them over."""
    if os.geteuid() != 0:
        return ()
    command = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    if not _works(*command, "true"):
        pytest.skip("root, and no setpriv to give up its privileges")
    return command


def with_mount(*mount: str) -> tuple[str, ...]:
    """What a program is started with so that it sees a mount that nobody else sees."""
    unshare = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--mount", "--map-root-user")
    probe = (*unshare, "mount", "-t", "tmpfs", "none", "/tmp")
    if not _works(*probe):
        pytest.skip("no mounts of its own are allowed here")
    steps = " && ".join(mount)
    return (*unshare, "sh", "-c", f'{steps} && exec "$@"', "sh")
