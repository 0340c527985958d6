"""What keeping a message costs: compressed, sealed, indexed and on disk, 50 in a transaction, on one core.

The other is a bare table of the plain bytes, 50 in a transaction, as durable. And whether a commit beside a
million messages takes longer than one into an empty log.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from store.database import Store
from store.inbound import NewMessage
from store.inbound_writer import InboundWriter
from store.log_key import LogSealer
from tests.bench import inbound_stores, stores
from tests.bench.harness import Row, in_turns, options, report
from tests.bench.inbound_stores import Desk

BATCH = 50
LEAST_A_SECOND = {4_096: 2_500, 51_200: 900}
"""What the receiver's target leaves for keeping, on the machine it was set for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    parser = options(__doc__, repetitions=5)
    parser.add_argument("--commits", type=int, default=40, metavar="N", help="transactions of 50 in a round")
    parser.add_argument(
        "--beside", type=int, default=1_000_000, metavar="N", help="messages of the large log"
    )
    given = parser.parse_args(arguments)
    status = 0
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        status |= report(
            f"keeping messages, {BATCH} in a transaction",
            "plain bytes in a table",
            [_against_bare(directory, size, given.repetitions, given.commits) for size in LEAST_A_SECOND],
        )
        status |= report(
            f"a commit of {BATCH} messages of 4 KB beside {given.beside:,}",
            "into an empty log",
            [_beside_many(directory, given.repetitions, given.commits, given.beside)],
        )
    return status


def _against_bare(directory: Path, size: int, repetitions: int, commits: int) -> Row:
    store, bare = _empty(directory / f"kept-{size}"), _bare(directory / f"bare-{size}.db")
    desk = Desk(300, seed=size)
    with closing(store), closing(bare), closing(InboundWriter(store, LogSealer(store))) as writer:

        def ours() -> float:
            return _written(writer, _batches(desk, size, commits)) / commits / BATCH * 1e6

        def other() -> float:
            return _inserted(bare, _batches(desk, size, commits)) / commits / BATCH * 1e6

        ours()
        one, two = in_turns(repetitions, ours, other)
    return Row(
        f"{size:,} octets (a second: {1e6 / sorted(one)[len(one) // 2]:,.0f})",
        one,
        "µs",
        two,
        wanted=1e6 / LEAST_A_SECOND[size],
    )


def _beside_many(directory: Path, repetitions: int, commits: int, many: int) -> Row:
    large = Store.open(inbound_stores.made(_new(directory / "large"), many))
    empty = _empty(directory / "empty")
    desk = Desk(300, seed=99)
    with (
        closing(large),
        closing(empty),
        closing(InboundWriter(large, LogSealer(large))) as to_large,
        closing(InboundWriter(empty, LogSealer(empty))) as to_empty,
    ):

        def ours() -> float:
            return _written(to_large, _batches(desk, 4_096, commits)) / commits * 1e3

        def other() -> float:
            return _written(to_empty, _batches(desk, 4_096, commits)) / commits * 1e3

        ours(), other()
        one, two = in_turns(repetitions, ours, other)
    return Row("a commit", one, "ms", two, most_times=1.6)


def _new(directory: Path) -> Path:
    directory.mkdir()
    return directory


def _empty(directory: Path) -> Store:
    return Store.open(stores.made(_new(directory), 300))


def _batches(desk: Desk, size: int, commits: int) -> list[list[NewMessage]]:
    return [
        [desk.message(number, BATCH, desk.content(size)) for number in range(BATCH)] for _ in range(commits)
    ]


def _written(writer: InboundWriter, batches: Sequence[Sequence[NewMessage]]) -> float:
    began = time.perf_counter()
    for batch in batches:
        writer.write(batch)
    return time.perf_counter() - began


def _bare(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, content BLOB)")
    return connection


def _inserted(connection: sqlite3.Connection, batches: Sequence[Sequence[NewMessage]]) -> float:
    began = time.perf_counter()
    for batch in batches:
        connection.execute("BEGIN IMMEDIATE")
        rows = [(message.content,) for message in batch]
        connection.executemany("INSERT INTO messages (content) VALUES (?)", rows)
        connection.execute("COMMIT")
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
