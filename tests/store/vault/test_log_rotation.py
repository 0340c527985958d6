"""A new log key pair: data keys are wrapped anew, messages stay, and receiver and readers go on meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from store.database import Store
from store.log_key import LogSealer
from store.vault import (
    LogKeyDamaged,
    MessageUnreadable,
    SecretUnreadable,
    Vault,
    VaultChanged,
    VaultLocked,
    VaultState,
)
from tests.store.vault.kit import (
    CHEAP,
    MAIL,
    OTHER,
    PASSPHRASE,
    ROOT,
    Sealed,
    as_it_lies,
    opened_mail,
    private,
    raw,
    seal,
    sealed_mail,
)


def several(store: Store, count: int = 5) -> list[Sealed]:
    """Messages under data keys of their own."""
    return [sealed_mail(store, LogSealer(store), number) for number in range(count)]


def test_rotation_wraps_the_data_keys_anew_and_leaves_the_messages(store: Store, vault: Vault) -> None:
    rows = several(store)
    old = private(vault)
    public = raw(store, "SELECT public_key FROM vault_keys WHERE purpose = 'log'")
    before = raw(store, "SELECT wrapped, log_key_id FROM inbound_data_keys")
    vault.rotate(PASSPHRASE)
    after = raw(store, "SELECT wrapped, log_key_id FROM inbound_data_keys")
    assert not {row[0] for row in before} & {row[0] for row in after}
    assert [row[1] for row in after] == [2] * 5
    assert raw(store, "SELECT public_key FROM vault_keys WHERE purpose = 'log'") != public
    assert raw(store, "SELECT id, key_id FROM vault_keys WHERE purpose = 'log'") == [(old.vault_id, 2)]
    assert opened_mail(store, vault, *rows) == [MAIL] * 5
    fresh = Vault(store, kdf=CHEAP)
    fresh.unlock(PASSPHRASE)
    assert opened_mail(store, fresh, *rows) == [MAIL] * 5
    with (
        store.read() as session,
        pytest.raises(MessageUnreadable, match="generation 2 of the log key, not 1"),
    ):
        fresh._opener.open(session, old, rows)


def test_a_sealer_begins_a_new_data_key_after_a_rotation(
    store: Store, vault: Vault, sealer: LogSealer
) -> None:
    first = sealed_mail(store, sealer)
    vault.rotate(PASSPHRASE)
    second = sealed_mail(store, sealer, 2)
    assert (first[1], second[1]) == (1, 2)
    assert opened_mail(store, vault, first, second) == [MAIL] * 2


def test_a_change_of_passphrase_leaves_pair_and_data_keys(
    store: Store, vault: Vault, sealer: LogSealer
) -> None:
    row = sealed_mail(store, sealer)
    before = raw(store, "SELECT * FROM inbound_data_keys")
    public = raw(store, "SELECT id, key_id, public_key, created_at FROM vault_keys")
    vault.change_passphrase(PASSPHRASE, OTHER)
    assert raw(store, "SELECT * FROM inbound_data_keys") == before
    assert raw(store, "SELECT id, key_id, public_key, created_at FROM vault_keys") == public
    assert opened_mail(store, vault, row) == [MAIL]
    assert sealed_mail(store, sealer, 2)[1] == row[1]
    fresh = Vault(store, kdf=CHEAP)
    fresh.unlock(OTHER)
    assert opened_mail(store, fresh, row) == [MAIL]


def test_a_log_key_rotated_elsewhere_is_noticed(store: Store, vault: Vault, sealer: LogSealer) -> None:
    row = sealed_mail(store, sealer)
    Vault(store, kdf=CHEAP).rotate(PASSPHRASE)
    assert vault.log_state() is VaultState.LOCKED
    with pytest.raises(VaultLocked, match="rotated elsewhere"):
        opened_mail(store, vault, row)
    vault.unlock(PASSPHRASE)
    assert opened_mail(store, vault, row) == [MAIL]


def test_a_data_key_that_is_lost_does_not_hold_up_a_rotation(store: Store, vault: Vault) -> None:
    rows = several(store, 3)
    raw(store, "UPDATE inbound_data_keys SET wrapped = zeroblob(80) WHERE id = 2")
    raw(store, "INSERT INTO inbound_data_keys VALUES (4, 'one', 'text', '2026-01-01 00:00:00.000000')")
    vault.rotate(PASSPHRASE)
    assert opened_mail(store, vault, rows[0], rows[2]) == [MAIL] * 2
    with pytest.raises(MessageUnreadable):
        opened_mail(store, vault, rows[1])


def test_a_rotation_that_fails_leaves_the_pair(store: Store, vault: Vault, sealer: LogSealer) -> None:
    seal(store, vault)
    row = sealed_mail(store, sealer)
    raw(store, "UPDATE secrets SET sealed = zeroblob(40)")
    before = as_it_lies(store)
    with pytest.raises(SecretUnreadable):
        vault.rotate(PASSPHRASE)
    assert as_it_lies(store) == before
    assert opened_mail(store, vault, row) == [MAIL]
    assert sealed_mail(store, sealer, 2)[1] == row[1]


# A damaged record of the log key


def test_a_damaged_log_key_leaves_the_secrets_open_and_is_told(store: Store, vault: Vault) -> None:
    seal(store, vault)
    row = sealed_mail(store, LogSealer(store))
    raw(store, "UPDATE vault_keys SET wrapped_key = zeroblob(60) WHERE purpose = 'log'")
    fresh = Vault(store, kdf=CHEAP)
    fresh.unlock(PASSPHRASE)
    assert (fresh.state(), fresh.log_state()) == (VaultState.OPEN, VaultState.LOCKED)
    with pytest.raises(LogKeyDamaged, match="Passwords and tokens are not touched"):
        opened_mail(store, fresh, row)
    before = as_it_lies(store)
    for act in (lambda: fresh.rotate(PASSPHRASE), lambda: fresh.change_passphrase(PASSPHRASE, OTHER)):
        with pytest.raises(LogKeyDamaged):
            act()
    assert as_it_lies(store) == before
    assert opened_mail(store, vault, row) == [MAIL]


@pytest.mark.parametrize(
    ("column", "value"), [("id", "F" * 32), ("kdf_n", "many"), ("salt", "text"), ("digest", b"")]
)
def test_a_log_key_of_wrong_types_leaves_the_secrets_open(
    store: Store, vault: Vault, column: str, value: object
) -> None:
    raw(store, f"UPDATE vault_keys SET {column} = ? WHERE purpose = 'log'", value)
    fresh = Vault(store, kdf=CHEAP)
    fresh.unlock(PASSPHRASE)
    assert fresh.state() is VaultState.OPEN
    with pytest.raises(LogKeyDamaged):
        fresh.rotate(PASSPHRASE)


def test_a_log_key_under_another_passphrase_is_damage(store: Store, vault: Vault) -> None:
    names = "salt, wrapped_key, digest"
    old = raw(store, f"SELECT {names} FROM vault_keys WHERE purpose = 'log'")[0]
    vault.change_passphrase(PASSPHRASE, OTHER)
    raw(store, f"UPDATE vault_keys SET ({names}) = (?, ?, ?) WHERE purpose = 'log'", *old)
    fresh = Vault(store, kdf=CHEAP)
    fresh.unlock(OTHER)
    with pytest.raises(LogKeyDamaged, match="another passphrase"):
        opened_mail(store, fresh, *several(store, 1))


# Under load


@contextmanager
def at_work(*jobs: Callable[[], None]) -> Iterator[None]:
    """Each job again and again in a thread, once at least; the block fails where one did."""
    done = threading.Event()
    failures: list[BaseException] = []

    def work(job: Callable[[], None]) -> None:
        try:
            job()
            while not done.is_set():
                job()
        except BaseException as error:  # noqa: BLE001 - a thread's failures are for the test to see
            failures.append(error)

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []


def test_mail_is_sealed_and_read_through_rotations(store: Store, vault: Vault) -> None:
    rows = several(store)
    sealer = LogSealer(store)
    came: list[Sealed] = []

    def receive() -> None:
        came.append(sealed_mail(store, sealer, 100 + len(came)))

    def read() -> None:
        assert opened_mail(store, vault, *rows) == [MAIL] * 5
        newest = came[-3:]
        assert opened_mail(store, vault, *newest) == [MAIL] * len(newest)

    with at_work(receive, read, read):
        for _ in range(6):
            vault.rotate(PASSPHRASE)
    assert opened_mail(store, vault, *rows, *came) == [MAIL] * (5 + len(came))
    assert len({row[1] for row in came}) >= 2


def test_a_reader_in_the_middle_of_a_rotation_sees_what_it_began_with(store: Store, vault: Vault) -> None:
    rows = several(store)
    with store.read() as session:
        assert vault.open_messages(session, rows[:1]) == [MAIL]
        vault.rotate(PASSPHRASE)
        assert vault.open_messages(session, rows) == [MAIL] * 5
    assert opened_mail(store, vault, *rows) == [MAIL] * 5


# Among processes


CHILD = """
import sys
from pathlib import Path
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.engine import Engine
from store.database import Store
from store.vault import Kdf, Vault

passphrase = SecretStr(sys.stdin.readline().rstrip("\\n"))
store = Store.open(Path(sys.argv[1]))

@event.listens_for(Engine, "commit")
def about_to_commit(connection):
    print("committing", flush=True)
    sys.stdin.readline()

Vault(store, kdf=Kdf(n=2**14)).rotate(passphrase)
"""


def test_a_process_killed_inside_the_rotation_leaves_all_mail_open(store: Store, vault: Vault) -> None:
    rows = several(store)
    before = as_it_lies(store)
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(store.path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as rotator:
        assert rotator.stdin is not None
        assert rotator.stdout is not None
        rotator.stdin.write(PASSPHRASE.get_secret_value() + "\n")
        rotator.stdin.flush()
        assert rotator.stdout.readline() == "committing\n"
        rotator.send_signal(signal.SIGKILL)
        assert rotator.wait() == -signal.SIGKILL
    assert as_it_lies(store) == before
    assert opened_mail(store, vault, *rows) == [MAIL] * 5
    vault.rotate(PASSPHRASE)
    assert opened_mail(store, vault, *rows) == [MAIL] * 5


def test_a_pair_made_elsewhere_during_an_unlock_is_noticed(store: Store, vault: Vault) -> None:
    raw(store, "DELETE FROM vault_keys WHERE purpose = 'log'")
    late = Vault(store, kdf=CHEAP)
    records = late._records()
    Vault(store, kdf=CHEAP).unlock(PASSPHRASE)
    with pytest.raises(VaultChanged), store.write() as session:
        late._require_unchanged(session, records)
