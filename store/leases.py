"""The agent's lease: one process at a time holds it, and shows by a heartbeat that it lives.

It lies in a small database beside the store: a heartbeat in the store itself would make every console read
its lists again each five seconds (0.1 s of a processor for 10,000 assets). It tells of running processes
only, so that no copy of the store needs it, and nothing of it must survive a loss of power.

Who may take a lease from somebody does not depend on the wall clock, which may be set: the process has
provably ended, or its count of heartbeats stood still for `STALE_S` of the waiting one's own clock.
"""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from store.columns import utc_text
from store.database import Store, StoreUnusable, explained
from store.processes import is_gone, mark_of
from store.task_states import TaskState, as_text, from_text

HEARTBEAT_S = 5.0
STALE_S = 15.0
"""Without a heartbeat for so long the holder is dead, or hangs: three of them did not come."""
BUSY_S = 2.0
"""How long one waits for another process at the same file; each is done within milliseconds."""

TABLE = """
CREATE TABLE IF NOT EXISTS leases (
    name TEXT PRIMARY KEY, owner TEXT NOT NULL, pid INTEGER NOT NULL, mark TEXT NOT NULL, host TEXT NOT NULL,
    user TEXT NOT NULL, child INTEGER NOT NULL, since TEXT NOT NULL, heartbeat_at TEXT NOT NULL,
    beats INTEGER NOT NULL, wanted INTEGER NOT NULL, tasks TEXT NOT NULL)
"""
COLUMNS = "owner, pid, mark, host, user, child, since, heartbeat_at, beats, wanted, tasks"
NAME = "agent"
NEXT = "next agent"
"""Who waits for the lease."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks for a lease."""

    owner: str
    pid: int
    mark: str
    host: str
    user: str
    child: bool
    """Belongs to a console; gives way to one that stands by itself."""

    @classmethod
    def this_process(cls, user: str, *, child: bool = False) -> Holder:
        """A name for one attempt of this process."""
        pid = os.getpid()
        return cls(secrets.token_hex(16), pid, mark_of(pid), platform.node(), user, child)


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease as it is held."""

    owner: str
    pid: int
    mark: str
    host: str
    user: str
    child: bool
    since: datetime
    heartbeat_at: datetime
    beats: int
    """Counts up with each heartbeat."""
    wanted: bool
    """Somebody who stands by itself waits for this child's lease."""
    tasks: tuple[TaskState, ...]

    def addresses(self, task: str) -> tuple[str, ...]:
        """Where a task listens."""
        return next((state.addresses for state in self.tasks if state.name == task), ())

    @property
    def ended(self) -> bool:
        """Whether its process has certainly ended."""
        return is_gone(self.pid, self.mark)

    def age(self, now: datetime) -> float:
        """Seconds since the last heartbeat. One from the future counts as new: the clock was set back, and
        the holder's next heartbeat will have the new time."""
        return max(0.0, (now - self.heartbeat_at).total_seconds())

    def alive(self, now: datetime) -> bool:
        """Whether somebody works under it, as far as one look can tell."""
        if self.ended or self.age(now) > STALE_S:
            return False
        ahead = (self.heartbeat_at - now).total_seconds()
        return ahead <= STALE_S or bool(self.mark)  # far in the future: only a process that is there counts


@dataclass(slots=True)
class Patience:
    """Watches a lease that somebody else holds, by this process's own clock, until it may be taken."""

    _seen: tuple[str, int] | None = None
    _since: float = 0.0
    seconds: float = field(default=STALE_S)

    def is_over(self, lease: Lease) -> bool:
        """Whether the lease is free by now: its process has ended, or its heartbeat stands still for long."""
        if lease.ended:
            return True
        now, seen = time.monotonic(), (lease.owner, lease.beats)
        if seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since > self.seconds


def path_of(store: Store) -> Path:
    """Where the leases of a store lie."""
    return store.path.with_name(f"{store.path.name}.agent")


def look(store: Store, name: str = NAME) -> Lease | None:
    """The lease as it is held, alive or not; None: nobody holds it.

    Args:
        name: with `NEXT`, who waits for it.

    Raises:
        StoreError: it cannot be read.
    """
    path = path_of(store)
    if not path.exists():
        return None
    try:
        with _connected(path) as connection:
            return _read(connection, name)
    except StoreUnusable:
        return None  # it was damaged; see `_connected`


def take(store: Store, holder: Holder, now: datetime, *, in_place_of: Lease | None = None) -> Lease:
    """Take the lease if it is free, and return it as it is held then: by `holder`, or by whoever has it.

    Args:
        in_place_of: a lease that may be taken away (see `Patience`); if its holder has shown itself since, it
            keeps it.

    Raises:
        StoreError: the lease cannot be written.
    """
    with _connected(_made(store)) as connection, _writing(connection):
        held = _read(connection)
        if held is not None and not held.ended and held.owner != holder.owner:
            before = in_place_of and (in_place_of.owner, in_place_of.beats)
            if before != (held.owner, held.beats):
                return held
        _put(connection, NAME, holder, now)
        connection.execute("DELETE FROM leases WHERE name = ? AND owner = ?", (NEXT, holder.owner))
        taken = _read(connection)
        assert taken is not None
        return taken


def renew(store: Store, owner: str, now: datetime, tasks: tuple[TaskState, ...] = ()) -> Lease | None:
    """A heartbeat, with how the tasks stand; None: the lease is somebody else's by now.

    Raises:
        StoreError: it cannot be written; the lease is held on, if nobody takes it.
    """
    with _connected(_made(store)) as connection, _writing(connection):
        changed = connection.execute(
            "UPDATE leases SET heartbeat_at = ?, beats = beats + 1, tasks = ? WHERE name = ? AND owner = ?",
            (utc_text(now), as_text(tasks), NAME, owner),
        )
        return _read(connection) if changed.rowcount else None


def want(store: Store, lease: Lease) -> None:
    """Ask a console's child to give the lease up; it does so at its next look, within a second."""
    with _connected(_made(store)) as connection, _writing(connection):
        connection.execute(
            "UPDATE leases SET wanted = 1 WHERE name = ? AND owner = ? AND child", (NAME, lease.owner)
        )


def wait(store: Store, holder: Holder, now: datetime) -> None:
    """Show that one waits for the lease; of several, the last that says so is seen."""
    with _connected(_made(store)) as connection, _writing(connection):
        _put(connection, NEXT, holder, now)


def release(store: Store, owner: str) -> None:
    """Give the lease up, if it is still this owner's, or wait no longer."""
    with _connected(_made(store)) as connection, _writing(connection):
        connection.execute("DELETE FROM leases WHERE owner = ?", (owner,))


def _put(connection: sqlite3.Connection, name: str, holder: Holder, now: datetime) -> None:
    at = utc_text(now)
    row = (holder.owner, holder.pid, holder.mark, holder.host, holder.user, holder.child, at, at)
    connection.execute(
        f"INSERT OR REPLACE INTO leases (name, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '[]')",  # noqa: S608
        (name, *row),
    )


def _read(connection: sqlite3.Connection, name: str = NAME) -> Lease | None:
    try:
        row = connection.execute(f"SELECT {COLUMNS} FROM leases WHERE name = ?", (name,)).fetchone()  # noqa: S608
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):  # made by another process at this very moment
            return None
        raise
    if row is None:
        return None
    owner, pid, mark, host, user, child, since, heartbeat_at, beats, wanted, tasks = row
    return Lease(
        owner,
        pid,
        mark,
        host,
        user,
        bool(child),
        datetime.fromisoformat(since),
        datetime.fromisoformat(heartbeat_at),
        beats,
        bool(wanted),
        from_text(tasks),
    )


def _made(store: Store) -> Path:
    """The file, made where it is missing, for the same people as the store."""
    path = path_of(store)
    if not path.exists():
        with contextlib.suppress(FileExistsError, OSError):  # what is wrong, SQLite tells
            mode = store.path.stat().st_mode & 0o666
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.fchmod(descriptor, mode)
            finally:
                os.close(descriptor)
    return path


@contextlib.contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for one act. A file that a loss of power has damaged is thrown away: the processes that it
    told of are gone."""
    try:
        with contextlib.closing(_connection(path)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            with contextlib.suppress(OSError):
                path.unlink()
        raise explained(error, path) from None


def _connection(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path))}?mode=rw", uri=True, timeout=BUSY_S, isolation_level=None
    )
    connection.execute("PRAGMA synchronous=OFF")  # no sync of the disk each five seconds
    return connection


@contextlib.contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(TABLE)
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
