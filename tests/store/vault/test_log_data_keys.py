"""The data keys of the log: how long one serves, and what becomes of it in a rollback and in a kill."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from store import log_key
from store.database import Store
from store.log_key import LogSealer
from store.vault import (
    Vault,
)
from tests.store.vault.kit import (
    MAIL,
    ROOT,
    data_keys,
    opened_mail,
    raw,
    sealed_mail,
    uid,
    writing,
)


def test_one_data_key_serves_many_messages_and_a_new_process_takes_its_own(
    store: Store, vault: Vault, sealer: LogSealer
) -> None:
    rows = [sealed_mail(store, sealer, number) for number in range(20)]
    assert data_keys(store) == 1
    rows.append(sealed_mail(store, LogSealer(store), 20))
    assert data_keys(store) == 2
    assert opened_mail(store, vault, *rows) == [MAIL] * 21


def test_a_data_key_ends_after_an_hour_or_so_many_messages(
    store: Store, vault: Vault, sealer: LogSealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_key, "DATA_KEY_MESSAGES", 3)
    rows = [sealed_mail(store, sealer, number) for number in range(7)]
    assert [row[1] for row in rows] == [1, 1, 1, 2, 2, 2, 3]
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 3_599)
    rows.append(sealed_mail(store, sealer, 7))
    monkeypatch.setattr(time, "monotonic", lambda: now + 3_601)
    rows.append(sealed_mail(store, sealer, 8))
    assert [row[1] for row in rows[7:]] == [3, 4]
    assert opened_mail(store, vault, *rows) == [MAIL] * 9


@pytest.mark.parametrize("forgets", [True, False], ids=["told", "not told"])
def test_after_a_rollback_a_new_data_key_is_begun(
    store: Store, vault: Vault, sealer: LogSealer, forgets: bool
) -> None:
    def seal_and_fail() -> None:
        with writing(store) as connection:
            sealer.seal(connection, uid(), MAIL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        seal_and_fail()
    if forgets:
        sealer.forget()
    # Another writer's data key takes the number that was not kept.
    other = sealed_mail(store, LogSealer(store), 2)
    mine = sealed_mail(store, sealer, 3)
    assert (other[1], mine[1]) == (1, 2)
    assert opened_mail(store, vault, other, mine) == [MAIL] * 2


def test_a_seal_that_fails_leaves_no_half_made_data_key(store: Store, sealer: LogSealer) -> None:
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA query_only=ON")
        with pytest.raises(sqlite3.OperationalError):
            sealer.seal(connection, uid(), MAIL)
    row = sealed_mail(store, sealer)
    assert row[1] == 1


def test_many_data_keys_are_not_all_remembered(
    store: Store, vault: Vault, sealer: LogSealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.log_opener.REMEMBERED", 3)
    rows = []
    for number in range(8):
        sealer.forget()
        rows.append(sealed_mail(store, sealer, number))
    assert opened_mail(store, vault, *rows) == [MAIL] * 8
    (remembered,) = vault._opener._ciphers.values()
    assert len(remembered) <= 3
    assert opened_mail(store, vault, *rows) == [MAIL] * 8


# A process that is killed


KILLED = """
import os, signal, sys
from pathlib import Path
from store.connections import writing_connection
from store.database import Store
from store.log_key import LogSealer

store = Store.open(Path(sys.argv[1]))
sealer = LogSealer(store)
connection = writing_connection(store.path)
for number in range(2):
    connection.execute("BEGIN IMMEDIATE")
    uid = bytes([number]) * 16
    data_key_id, sealed = sealer.seal(connection, uid, b"mail")
    connection.execute("CREATE TABLE IF NOT EXISTS kept (uid, data_key_id, sealed)")
    connection.execute("INSERT INTO kept VALUES (?, ?, ?)", (uid, data_key_id, sealed))
    if number == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    connection.execute("COMMIT")
"""


@pytest.fixture
def killed(store: Store, vault: Vault) -> Callable[[int], list[Any]]:
    def run(after: int) -> list[Any]:
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(store.path), str(after)], cwd=ROOT, timeout=60, check=False
        )
        assert done.returncode == -9
        made = raw(store, "SELECT 1 FROM sqlite_master WHERE name = 'kept'")
        return raw(store, "SELECT * FROM kept") if made else []

    return run


@pytest.mark.parametrize("after", [0, 1])
def test_a_process_killed_between_sealing_and_commit_leaves_what_was_committed(
    store: Store, vault: Vault, killed: Callable[[int], list[Any]], after: int
) -> None:
    kept = killed(after)
    assert (len(kept), data_keys(store)) == (after, after)
    assert opened_mail(store, vault, *kept) == [b"mail"] * after
    assert raw(store, "PRAGMA integrity_check") == [("ok",)]
    row = sealed_mail(store, LogSealer(store), 7)
    assert opened_mail(store, vault, *kept, row) == [b"mail"] * after + [MAIL]
