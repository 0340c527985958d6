"""The schema's history, run by Alembic at opening after a copy of the old file.

Revisions are numbered ("0001", "0002", …) so that "newer than this program" can be told by comparing. Alembic
costs a third of a second to import, so it is imported only when there is something to do.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

HEAD = "0001"
"""The newest revision; a test holds it against the scripts in `versions/`."""

APPLICATION_ID = 0x506F7374
"""SQLite's application_id of a store ("Post"), so that no other program's database is taken for one."""


def migrate(path: Path, *, busy_ms: int) -> Path | None:
    """Bring the store at `path` to `HEAD`; returns the copy made of an older store, if one was.

    The write lock is held from the look at the version to the commit: of two programs that open an old store
    at the same moment, one migrates and the other finds the work done. A failure rolls the whole change back.

    Raises:
        sqlite3.Error: the file cannot be read or written.
        OSError: the copy cannot be written.
    """
    with contextlib.closing(
        sqlite3.connect(path, timeout=busy_ms / 1000, isolation_level=None)
    ) as connection:
        if _revision(connection) == HEAD:
            return None
        connection.execute("PRAGMA journal_mode=WAL")
        with _alembic(connection) as upgrade:
            connection.execute("BEGIN IMMEDIATE")
            old = _revision(connection)
            if old == HEAD:
                return None
            copy = _copy_aside(path, old) if old else None
            upgrade()
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            return copy


def _revision(connection: sqlite3.Connection) -> str | None:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return str(row[0]) if row else None


def _copy_aside(path: Path, revision: str | None) -> Path:
    """Copy the store next to itself by SQLite's backup; a half-made copy is removed."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy = path.with_name(f"{path.name}.schema-{revision}.{stamp}")
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except BaseException:
        copy.unlink()
        raise
    return copy


@contextlib.contextmanager
def _alembic(connection: sqlite3.Connection) -> Iterator[Callable[[], None]]:
    """What runs the pending revisions on `connection`, in the transaction that the block begins; an error
    undoes it all.

    SQLAlchemy rolls back when it first sees a connection, so it sees it before the block begins its
    transaction; and
    Alembic leaves the commit to a transaction that SQLAlchemy believes to be open.
    """
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as bound, bound.begin():
        config.attributes["connection"] = bound
        yield lambda: command.upgrade(config, "head")
