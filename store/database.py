"""The SQLite file: opening, pragmas, transactions, and "has it changed?".

Every fault of the file is one sentence with its path (`StoreError`), and a file that cannot be used is left
untouched.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, create_engine

from store.actor import Actor
from store.connections import BUSY_MS, set_up
from store.connections import connection as _connection
from store.migrations import APPLICATION_ID, HEAD, migrate

INCREMENTAL = 2
"""SQLite's auto_vacuum that gives pages back when it is asked to."""


class StoreError(Exception):
    """The store cannot be used; the text is one sentence that names the path and the remedy."""


class StoreUnusable(StoreError):
    """The file is not a store of postroom, belongs to a newer postroom, or is damaged."""


class StoreNotWritable(StoreError):
    """The directory or the file cannot be written, or its disk is full."""


class StoreBusy(StoreError):
    """Another process holds a transaction for longer than `BUSY_MS`."""


class Store:
    """An open store. Sessions may be used from any thread, one session by one thread at a time."""

    def __init__(self, path: Path, engine: Engine, actor: Actor) -> None:
        self.path = path
        self.actor = actor
        self._engine = engine

    @classmethod
    def open(cls, path: Path, actor: Actor | None = None) -> Store:
        """Open the store at `path`, creating or migrating it (after a copy of the old file) as needed.

        Raises:
            StoreError: with one sentence that names the path and the remedy; the file is then as it was.
        """
        path = _prepared(path)
        try:
            _check_identity(path)
            with contextlib.closing(_connection(path, "rw")) as connection:
                if not connection.execute("PRAGMA page_count").fetchone()[0]:
                    connection.execute(f"PRAGMA auto_vacuum={INCREMENTAL}")
                _keep_a_write_ahead_log(connection, path)
                migrate(connection, path)
                _give_space_back(connection)
        except sqlite3.Error as error:
            raise explained(error, path) from None
        except OSError as error:
            raise StoreNotWritable(f"The store {path} cannot be written: {error.strerror}.") from None
        return cls(path, _engine(path), actor or Actor.current())

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A session for queries; what it sees is one consistent moment.

        Raises:
            StoreError: the file has become unreadable.
        """
        with self._translated(), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """A session holding the write lock from its start (BEGIN IMMEDIATE); committed at the end, else
        rolled back.

        Raises:
            StoreError: the disk is full, the file read-only, or another process holds the lock for too long.
        """
        with self._translated(), Session(self._engine, expire_on_commit=False) as session:
            session.connection(execution_options={"immediate": True})
            yield session
            session.commit()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            if isinstance(error.orig, sqlite3.IntegrityError) or not isinstance(error.orig, sqlite3.Error):
                raise
            raise explained(error.orig, self.path) from None

    def watch(self) -> ChangeWatch:
        """A watch that notices every committed change of the file, by this process or another."""
        return ChangeWatch(self.path)

    def close(self) -> None:
        """Close the connections. SQLite folds the write-ahead log back when the last process closes."""
        self._engine.dispose()


class ChangeWatch:
    """Tells whether anyone has committed since the last look, by `PRAGMA data_version` (a few microseconds).

    See https://www.sqlite.org/pragma.html#pragma_data_version. May be used from several threads; closing it
    waits for one that is asking, since SQLite frees the connection under its feet otherwise. Making it and
    asking it raise `StoreError` where the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._in_use = threading.Lock()
        try:
            # Not "ro": the last one to close folds the write-ahead log back, and may have to be this one.
            self._connection = _connection(path, "rw")
            self._connection.execute("PRAGMA query_only=ON")
        except sqlite3.Error as error:
            raise explained(error, path) from None
        self._seen = self._version()

    def _version(self) -> int:
        try:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise explained(error, self._path) from None

    def changed(self) -> bool:
        """True once for any number of commits since the last call."""
        with self._in_use:
            before, self._seen = self._seen, self._version()
            return self._seen != before

    def close(self) -> None:
        with self._in_use:
            self._connection.close()


def explained(error: sqlite3.Error, path: Path) -> StoreError:
    """A fault of SQLite as one sentence with the path and the remedy."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL") or (name.startswith("SQLITE_IOERR") and _disk_is_full(path)):
        return StoreNotWritable(f"The disk that holds {path} is full; free some space, nothing was changed.")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return StoreUnusable(
            f"{path} is not a usable store ({error}); restore a copy or choose another path."
        )
    if name == "SQLITE_READONLY_ROLLBACK":
        return StoreUnusable(
            f"{path} was left in the middle of a change; let the program that wrote it open it, "
            "or choose another path."
        )
    if name.startswith("SQLITE_READONLY"):
        return StoreNotWritable(f"The store {path} or its directory is read-only for this user.")
    if name.startswith("SQLITE_CANTOPEN"):
        return StoreNotWritable(f"The store {path} cannot be opened; check the path and its permissions.")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"Another program keeps {path} locked; nothing was changed, try again.")
    if name.startswith("SQLITE_IOERR"):
        return StoreNotWritable(f"Reading or writing {path} failed ({name}); check the disk.")
    return StoreError(f"The store {path} answered: {error}.")


SHARED_MEMORY_BYTES = 32_768
"""What SQLite takes of the disk before it can read: without it the fault is named SQLITE_IOERR_SHMSIZE, not
SQLITE_FULL."""


def _disk_is_full(path: Path) -> bool:
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < SHARED_MEMORY_BYTES


def _prepared(path: Path) -> Path:
    """The path made absolute, with directory (0700) and file (0600) made where they are missing; an existing
    file keeps its mode."""
    try:
        path = path.expanduser().absolute()
        if path.parent.exists() and not path.parent.is_dir():
            raise StoreNotWritable(f"The store {path} cannot be made: {path.parent} is not a directory.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            return path
        _require_a_writable_file(path)
    except OSError as error:
        raise StoreNotWritable(f"The store {path} cannot be opened for writing: {error.strerror}.") from None
    except (RuntimeError, ValueError) as error:  # "~somebody" who has no home; a NUL in the name
        raise StoreNotWritable(f"The store {path} cannot be opened: {str(error).rstrip('.')}.") from None
    return path


def _require_a_writable_file(path: Path) -> None:
    """Refuse what cannot be a store. The file is looked at by name only: to open and close it would drop the
    locks that SQLite holds on it in this process (https://www.sqlite.org/howtocorrupt.html, 2.2)."""
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise StoreUnusable(
            f"{path} is a directory; name the store's file, for instance {path / 'postroom.db'}."
        )
    if not stat.S_ISREG(found.st_mode):
        raise StoreUnusable(f"{path} is not a regular file; choose another path for the store.")
    if found.st_size == 1:  # SQLite takes a file of one byte for an empty one, and would write over it
        raise StoreUnusable(f"{path} is not a usable store; restore a copy or choose another path.")
    if not os.access(path, os.R_OK | os.W_OK):
        raise StoreNotWritable(f"The store {path} cannot be read and written by this user.")


def _check_identity(path: Path) -> None:
    """Refuse, before anything is written, a file that is not ours or that a newer postroom wrote."""
    with contextlib.closing(_connection(path, "ro")) as connection:
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        identity = connection.execute("PRAGMA application_id").fetchone()[0]
        if not tables and not identity:
            return
        if identity != APPLICATION_ID:
            raise StoreUnusable(
                f"{path} is a database of another program; choose another path for the store."
            )
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if revision is not None and revision[0] > HEAD:
            raise StoreUnusable(
                f"{path} was written by a newer postroom (schema {revision[0]}, this one knows {HEAD}); "
                "update postroom, or restore the copy that lies beside it."
            )


def _keep_a_write_ahead_log(connection: sqlite3.Connection, path: Path) -> None:
    """Switch the file to WAL, once and for all. Needs the file to itself for a moment, and SQLite does not
    wait for that by itself."""
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                raise
            time.sleep(0.01)
    if mode != "wal":
        raise StoreUnusable(
            f"The disk that holds {path} cannot keep a write-ahead log, as a network share cannot; "
            "choose a path on a local disk."
        )


def _give_space_back(connection: sqlite3.Connection) -> None:
    """Let what is deleted leave the file (`PRAGMA incremental_vacuum`). A store that was made without is
    written anew, once: it holds no mail yet. Where that cannot be now, the next opening tries again."""
    if connection.execute("PRAGMA auto_vacuum").fetchone()[0] == INCREMENTAL:
        return
    with contextlib.suppress(sqlite3.OperationalError):  # in use elsewhere, or no room for a second copy
        connection.execute(f"PRAGMA auto_vacuum={INCREMENTAL}")
        connection.execute("VACUUM")


def _engine(path: Path) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connection(path, "rw"),
        poolclass=QueuePool,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _made(connection: sqlite3.Connection, _record: object) -> None:
        set_up(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # The driver's own BEGIN would come too late for IMMEDIATE.
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
