"""The SQLite file: opening, pragmas, transactions, and "has it changed?".

Every fault of the file is one sentence with its path (`StoreError`), and a file that cannot be used is left
untouched.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, create_engine

from store.audit import Actor
from store.migrations import APPLICATION_ID, HEAD, migrate

BUSY_MS = 5_000
"""How long a writer waits for another process's transaction; ours take milliseconds."""


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
        path = path.expanduser().absolute()
        _prepare_file(path)
        try:
            _check_identity(path)
            migrate(path, busy_ms=BUSY_MS)
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

    See https://www.sqlite.org/pragma.html#pragma_data_version. May be used from several threads, one at a
    time.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True, check_same_thread=False)
        self._seen = self._version()

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def changed(self) -> bool:
        """True once for any number of commits since the last call."""
        before, self._seen = self._seen, self._version()
        return self._seen != before

    def close(self) -> None:
        self._connection.close()


def explained(error: sqlite3.Error, path: Path) -> StoreError:
    """A fault of SQLite as one sentence with the path and the remedy."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL"):
        return StoreNotWritable(f"The disk that holds {path} is full; free some space, nothing was changed.")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return StoreUnusable(
            f"{path} is not a usable store ({error}); restore a copy or choose another path."
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


def _quoted(path: Path) -> str:
    return quote(str(path))


def _prepare_file(path: Path) -> None:
    """Make directory (0700) and file (0600) where they are missing; an existing file keeps its mode."""
    if path.is_dir():
        raise StoreUnusable(
            f"{path} is a directory; name the store's file, for instance {path / 'postroom.db'}."
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreNotWritable(f"The store {path} cannot be opened for writing: {error.strerror}.") from None


def _check_identity(path: Path) -> None:
    """Refuse, before anything is written, a file that is not ours or that a newer postroom wrote."""
    with contextlib.closing(sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True)) as connection:
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


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own BEGIN comes too late for IMMEDIATE; the "begin" hook below issues it.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        # FULL: a commit that was answered survives a loss of power, NORMAL may lose the last ones.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # A replaced password's ciphertext is overwritten, not left behind in a free page.
        connection.execute("PRAGMA secure_delete=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
