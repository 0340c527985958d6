"""Rotation of the key: all secrets or none, among threads, among processes, and when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from store.database import Store
from store.vault import SecretUnreadable, Vault, VaultChanged, VaultLocked, VaultState, WrongPassphrase
from tests.store.vault.kit import CHEAP, OTHER, PASSPHRASE, PASSWORD, ROOT, as_it_lies, raw, reveal, seal


def test_rotation_seals_every_secret_anew(store: Store, vault: Vault) -> None:
    with store.write() as session:
        for number in range(1_203):  # more than two batches
            vault.seal(session, f"asset:{number}", "password", SecretStr(f"secret {number}"))
    before = dict(raw(store, "SELECT owner, sealed FROM secrets"))
    times = raw(store, "SELECT owner, changed_at FROM secrets ORDER BY owner")
    assert vault.rotate(PASSPHRASE) == 1_203
    after = raw(store, "SELECT owner, sealed, key_id FROM secrets")
    assert all(before[owner] != sealed and key_id == 2 for owner, sealed, key_id in after)
    assert raw(store, "SELECT owner, changed_at FROM secrets ORDER BY owner") == times
    fresh = Vault(store)
    fresh.unlock(PASSPHRASE)
    for number in (0, 499, 500, 501, 1_202):
        assert reveal(store, fresh, f"asset:{number}") == f"secret {number}"
        assert reveal(store, vault, f"asset:{number}") == f"secret {number}"


def test_rotation_works_locked_and_leaves_the_vault_open(store: Store, vault: Vault) -> None:
    seal(store, vault)
    vault.lock()
    assert vault.rotate(PASSPHRASE) == 1
    assert vault.state() is VaultState.OPEN
    assert vault.rotate(PASSPHRASE) == 1
    assert reveal(store, vault) == PASSWORD.get_secret_value()


def test_a_failing_rotation_leaves_all_as_it_was(store: Store, vault: Vault) -> None:
    for number in range(600):
        seal(store, vault, f"asset:{number}")
    raw(store, "UPDATE secrets SET sealed = zeroblob(40) WHERE owner = 'asset:599'")
    before = as_it_lies(store)
    with pytest.raises(SecretUnreadable, match="password of asset:599"):
        vault.rotate(PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        vault.rotate(OTHER)
    assert as_it_lies(store) == before
    assert vault.state() is VaultState.OPEN
    assert reveal(store, vault, "asset:0") == PASSWORD.get_secret_value()
    vault.lock()
    with pytest.raises(SecretUnreadable):
        vault.rotate(PASSPHRASE)
    assert (vault.state(), vault.served_by) == (VaultState.LOCKED, None)
    with pytest.raises(VaultLocked, match="unlock it with its passphrase"):
        reveal(store, vault, "asset:0")


def test_a_key_rotated_elsewhere_is_noticed_in_the_transaction(store: Store, vault: Vault) -> None:
    seal(store, vault)
    elsewhere = Vault(store, kdf=CHEAP)
    elsewhere.rotate(PASSPHRASE)
    assert vault.state() is VaultState.LOCKED
    with pytest.raises(VaultLocked, match="rotated elsewhere; unlock the vault again"):
        reveal(store, vault)
    with pytest.raises(VaultLocked, match="rotated elsewhere"):
        seal(store, vault)
    vault.unlock(PASSPHRASE)
    assert reveal(store, vault) == PASSWORD.get_secret_value()


def test_threads_read_and_write_through_rotations(store: Store, vault: Vault) -> None:
    seal(store, vault)
    done = threading.Event()
    failures: list[BaseException] = []
    rounds = [0, 0, 0]

    def work(number: int) -> None:
        try:
            while not done.is_set() or not rounds[number]:
                seal(store, vault, f"asset:9{number}")
                assert reveal(store, vault) == PASSWORD.get_secret_value()
                rounds[number] += 1
        except BaseException as error:  # noqa: BLE001 - a thread's failures are for the test to see
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(6):
            vault.rotate(PASSPHRASE)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []


CHILD = """
import sys
from pathlib import Path
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.engine import Engine
from store.database import Store
from store.vault import Kdf, Vault, VaultError

def say(word):
    print(word, flush=True)

passphrase = SecretStr(sys.stdin.readline().rstrip("\\n"))
store = Store.open(Path(sys.argv[1]))
stops = sys.argv[2] == "stop"

@event.listens_for(Engine, "rollback")
def key_record_was_read(connection):
    say("read")

@event.listens_for(Engine, "commit")
def about_to_commit(connection):
    say("committing")
    if stops:
        sys.stdin.readline()

try:
    say(Vault(store, kdf=Kdf(n=2**14)).rotate(passphrase))
except VaultError as error:
    say(type(error).__name__)
"""


class Rotator:
    """Another process that rotates, and may be held just before its commit."""

    def __init__(self, store: Store, *, stops: bool) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(store.path), "stop" if stops else "go"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.tell(PASSPHRASE.get_secret_value())

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait_for(self, word: str) -> None:
        while (line := self.line()) != word:
            assert line, "the process ended before it said so"

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def rotators() -> Iterator[list[Rotator]]:
    running: list[Rotator] = []
    yield running
    for rotator in running:
        rotator.end()


def test_a_process_killed_inside_the_rotation_leaves_all_as_it_was(
    store: Store, vault: Vault, rotators: list[Rotator]
) -> None:
    with store.write() as session:
        for number in range(700):
            vault.seal(session, f"asset:{number}", "password", PASSWORD)
    before = as_it_lies(store)
    rotators.append(Rotator(store, stops=True))
    rotators[0].wait_for("committing")
    rotators[0].process.send_signal(signal.SIGKILL)
    assert rotators[0].process.wait() == -signal.SIGKILL
    assert as_it_lies(store) == before
    assert raw(store, "PRAGMA integrity_check") == [("ok",)]
    assert reveal(store, vault, "asset:699") == PASSWORD.get_secret_value()
    assert vault.rotate(PASSPHRASE) == 700


def test_of_two_processes_that_rotate_at_once_the_second_does_nothing(
    store: Store, vault: Vault, rotators: list[Rotator]
) -> None:
    seal(store, vault)
    rotators.append(Rotator(store, stops=True))
    rotators[0].wait_for("committing")
    rotators.append(Rotator(store, stops=False))
    rotators[1].wait_for("read")
    rotators[0].tell("go on")
    rotators[0].wait_for("1")
    rotators[1].wait_for("VaultChanged")
    assert raw(store, "SELECT key_id FROM vault_keys") == [(2,), (2,)]
    with pytest.raises(VaultLocked, match="rotated elsewhere"):
        reveal(store, vault)
    vault.unlock(PASSPHRASE)
    assert reveal(store, vault) == PASSWORD.get_secret_value()


def test_a_passphrase_changed_during_an_unlock_is_noticed(store: Store, vault: Vault) -> None:
    late = Vault(store, kdf=CHEAP)
    records = late._records()
    vault.change_passphrase(PASSPHRASE, OTHER)
    with pytest.raises(VaultChanged, match="try again"), store.write() as session:
        late._require_unchanged(session, records)
