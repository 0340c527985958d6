"""An open store: its file is for this user alone, its pragmas are in force, its transactions are whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from store import assets, audit, connections
from store.database import Store, StoreBusy, StoreNotWritable, StoreUnusable
from store.vault import Vault
from tests.store.kit import Program, assert_told, fields, keep_check


@pytest.fixture
def _no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def pragma(store: Store, name: str, *, write: bool = False) -> object:
    with store.write() if write else store.read() as session:
        return session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()


# who may read it


@pytest.mark.usefixtures("_no_umask")
def test_directory_and_files_are_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "made" / "here" / "postroom.db"
    store = Store.open(path)
    assets.create(store, Vault(store), fields())
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in path.parent.iterdir()}
    assert modes == {"postroom.db": "0o600", "postroom.db-wal": "0o600", "postroom.db-shm": "0o600"}
    assert path.parent.stat().st_mode & 0o777 == 0o700
    store.close()
    assert [file.name for file in path.parent.iterdir()] == ["postroom.db"]


@pytest.mark.usefixtures("_no_umask")
def test_a_mode_that_somebody_chose_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "postroom.db"
    Store.open(path).close()
    path.chmod(0o660)
    store = Store.open(path)
    assets.create(store, Vault(store), fields())
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o660}
    store.close()


# pragmas and transactions


@pytest.mark.parametrize("write", [False, True])
def test_every_connection_runs_under_the_pragmas(store: Store, write: bool) -> None:
    with store.read():  # takes a connection, so that the next one is new
        found = {
            name: pragma(store, name, write=write)
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5_000}


def test_a_row_that_points_nowhere_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError) as caught:
        keep_check(store, 12, transcript="planted")
    assert "planted" not in str(caught.value)


def test_an_error_rolls_all_of_a_write_back(store: Store) -> None:
    def act() -> None:
        with store.write() as session:
            audit.record(session, store.actor, "never")
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert audit.page(store) == []


def test_a_read_sees_one_moment(store: Store) -> None:
    other = Store.open(store.path)
    query = "SELECT count(*) FROM assets"
    with store.read() as session:
        assert session.connection().exec_driver_sql(query).scalar() == 0
        assets.create(other, Vault(other), fields())
        assert session.connection().exec_driver_sql(query).scalar() == 0
    assert len(assets.lines(store)) == 1
    other.close()


def test_a_lock_that_is_held_too_long_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BUSY_MS", 50)
    other = Store.open(store.path)
    with store.write(), pytest.raises(StoreBusy) as caught, other.write():
        pass
    assert_told(caught.value, store.path)
    with other.write():
        pass
    other.close()


def test_a_second_opening_does_not_drop_the_locks_of_the_first(store: Store) -> None:
    """POSIX drops a process's locks on a file whenever it closes any descriptor of it; then somebody else
    could take the log away from under the first."""
    with store.read() as session:
        session.connection().exec_driver_sql("SELECT * FROM assets").all()
        Store.open(store.path).close()
        with Program(
            """
            import sqlite3
            try:
                sqlite3.connect(sys.argv[1], timeout=0).execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as error:
                say(error)
            """,
            store.path,
        ) as other:
            assert other.hear() == "database is locked"


# faults while it is open


def test_damage_is_told_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "postroom.db"
    store = Store.open(path)
    for number in range(50):
        assets.create(store, Vault(store), fields(f"Desk {number}", note="x" * 500))
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xa5" * (len(whole) - 8192))
    with pytest.raises(StoreUnusable) as caught:
        assets.lines(store := Store.open(path))
    assert_told(caught.value, path)
    store.close()


def test_a_file_that_is_taken_away_is_not_made_anew(store: Store) -> None:
    store.close()
    store.path.unlink()
    with pytest.raises(StoreNotWritable) as caught:
        assets.lines(store)
    assert_told(caught.value, store.path)
    with pytest.raises(StoreNotWritable):
        store.watch()
    assert list(store.path.parent.iterdir()) == []
