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

HEAD = "0005"
"""The newest revision; a test holds it against the scripts in `versions/`."""

APPLICATION_ID = 0x506F7374
"""SQLite's application_id of a store ("Post"), so that no other program's database is taken for one."""

VERSIONS = Path(__file__).parent / "versions"


def migrate(
    connection: sqlite3.Connection, path: Path, *, head: str = HEAD, versions: Path = VERSIONS
) -> Path | None:
    """Bring the store at `path` to `head`; returns the copy made of an older store, if one was.

    The write lock is held from the look at the version to the commit: of two programs that open an old store
    at the same moment, one migrates and the other finds the work done. A failure rolls the whole change back,
    and takes the copy away again.

    Args:
        connection: to that store, in autocommit and without a transaction.
        head, versions: the newest revision and the scripts' directory, where they are not the program's own.

    Raises:
        sqlite3.Error: the file cannot be read or written.
        OSError: the copy cannot be written.
    """
    if _revision(connection) == head:
        return None
    copy = None
    try:
        with _alembic(connection, versions) as upgrade:
            connection.execute("BEGIN IMMEDIATE")
            old = _revision(connection)
            if old == head:
                return None
            copy = _copy_aside(path, old) if old else None
            upgrade(head)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    except BaseException:
        if copy is not None:
            copy.unlink()
        raise
    return copy


def _revision(connection: sqlite3.Connection) -> str | None:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return str(row[0]) if row else None


def _copy_aside(path: Path, revision: str) -> Path:
    """Copy the store next to itself by SQLite's backup; a half-made copy is removed."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
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
def _alembic(connection: sqlite3.Connection, versions: Path) -> Iterator[Callable[[str], None]]:
    """What runs the pending revisions on `connection`, in the transaction that the block begins; an error
    undoes it all.

    SQLAlchemy rolls back when it first sees a connection, so it sees it before the block begins its
    transaction; and Alembic leaves the commit to a transaction that SQLAlchemy believes to be open.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import StaticPool

    config = Config()
    for option, directory in (("script_location", Path(__file__).parent), ("version_locations", versions)):
        config.set_main_option(option, str(directory).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")  # none of the others may not occur in a path
    engine = create_engine(
        "sqlite://", creator=lambda: connection, poolclass=StaticPool, hide_parameters=True
    )
    try:
        with engine.connect() as bound, bound.begin():
            config.attributes["connection"] = bound
            yield lambda head: command.upgrade(config, head)
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise error.orig from None
        raise
    except CommandError as error:  # a revision between the known ones that no script has
        raise sqlite3.DatabaseError(str(error)) from None
