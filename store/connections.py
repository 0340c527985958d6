"""Connections to the store's file, and what every one of them is told."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from store.folding import folded

BUSY_MS = 5_000
"""How long a writer waits for another process's transaction; ours take milliseconds."""


def connection(path: Path, mode: str) -> sqlite3.Connection:
    """A connection that begins and ends no transaction by itself, and never makes the file.

    Args:
        mode: "ro" or "rw".

    Raises:
        sqlite3.Error: see `store.database.explained`.
    """
    return sqlite3.connect(
        f"file:{quote(os.fsencode(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_MS / 1000,
        isolation_level=None,
        check_same_thread=False,
    )


def writing_connection(path: Path) -> sqlite3.Connection:
    """A connection to an open store for plain SQL that is too frequent for a session.

    Raises:
        sqlite3.Error: see `store.database.explained`.
    """
    made = connection(path, "rw")
    set_up(made)
    return made


def set_up(made: sqlite3.Connection) -> None:
    """What a connection needs that writes: durable commits, foreign keys, deletion that leaves nothing."""
    # FULL: a commit that was answered survives a loss of power, NORMAL may lose the last ones.
    made.execute("PRAGMA synchronous=FULL")
    made.execute("PRAGMA foreign_keys=ON")
    # What is deleted is written over: an old message must not be found in the file.
    made.execute("PRAGMA secure_delete=ON")
    made.create_function("folded", 1, folded, deterministic=True)
