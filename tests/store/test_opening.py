"""Which paths are opened as a store, and that nobody else's file is touched."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store import assets
from store.database import Store, StoreError, StoreNotWritable, StoreUnusable
from store.vault import Vault
from tests.store.kit import Program, assert_told, contents, fields, raw

# paths


@pytest.mark.parametrize(
    "name", ["with space", "a?mode=ro", "a#b", "100%", "%41", "naïve 邮局", "a:b", "a\udcffb", "'\"\\"]
)
def test_any_path_is_that_path(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "post room?.db"
    store = Store.open(path)
    assets.create(store, Vault(store), fields())
    watch = store.watch()
    assert not watch.changed()
    watch.close()
    store.close()
    assert list(tmp_path.iterdir()) == [tmp_path / name]
    assert list(path.parent.iterdir()) == [path]
    store = Store.open(path)
    assert len(assets.lines(store)) == 1
    store.close()


def test_a_relative_path_and_a_home_are_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for typed, meant in ((Path("a.db"), tmp_path / "a.db"), (Path("~/b.db"), tmp_path / "home" / "b.db")):
        store = Store.open(typed)
        assert store.path == meant
        store.close()


def refused(path: Path, kind: type[StoreError]) -> str:
    """The one sentence with which a path is refused."""
    with pytest.raises(StoreError) as caught:
        Store.open(path)
    assert type(caught.value) is kind
    assert_told(caught.value, path)
    return str(caught.value)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    assert "postroom.db" in refused(tmp_path / "desk", StoreUnusable)
    assert list((tmp_path / "desk").iterdir()) == []


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (Path("/dev/null"), tmp_path / "pipe"):
        assert "not a regular file" in refused(path, StoreUnusable)


@pytest.mark.parametrize("name", ["file/postroom.db", "file/deeper/postroom.db", "x" * 300, "nul\0.db"])
def test_a_path_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("mine")
    refused(tmp_path / name, StoreNotWritable)
    assert contents(tmp_path) == {"file": b"mine"}


def test_the_home_of_nobody_is_refused() -> None:
    refused(Path("~nobody.of.that.name/postroom.db"), StoreNotWritable)


# other people's files


@pytest.mark.parametrize(
    "content",
    [
        b"x",
        b"Dear colleague,\n",
        b"SQLite format 3\0",
        b"SQLite format 3\0" + b"\xff" * 84,
        bytes(4096),
        b"\x7fELF" * 5_000,
    ],
    ids=["one byte", "a letter", "a beginning", "a bad header", "zeros", "a program"],
)
def test_a_file_that_is_no_database_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    assert "not a usable store" in refused(path, StoreUnusable)
    assert contents(tmp_path) == {"letter.txt": content}


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE addresses (id INTEGER)"],
        ["PRAGMA journal_mode=WAL", "CREATE TABLE addresses (id INTEGER)"],
        ["PRAGMA application_id=252006673", "CREATE TABLE addresses (id INTEGER)"],
        ["PRAGMA application_id=252006673"],
        ["CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('0001')"],
    ],
    ids=["plain", "with a write-ahead log", "with an identity", "empty with an identity", "of Alembic"],
)
def test_a_database_of_another_program_stays_as_it_is(tmp_path: Path, statements: list[str]) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    before = contents(tmp_path)
    assert "another program" in refused(path, StoreUnusable)
    assert contents(tmp_path) == before


def test_a_file_in_the_middle_of_another_programs_change_stays_as_it_is(tmp_path: Path) -> None:
    """A hot journal: whoever opens that file for writing has to roll it back first."""
    path = tmp_path / "theirs.db"
    raw(path, "CREATE TABLE addresses (id INTEGER)")
    with Program(
        """
        import sqlite3
        theirs = sqlite3.connect(sys.argv[1], isolation_level=None)
        theirs.execute("PRAGMA cache_size=1")
        theirs.execute("BEGIN")
        theirs.executemany("INSERT INTO addresses VALUES (?)", ((number,) for number in range(99_999)))
        say("in the middle")
        hear()
        """,
        path,
    ) as theirs:
        assert theirs.hear() == "in the middle"
        theirs.kill()
    before = contents(tmp_path)
    assert "theirs.db-journal" in before
    assert "in the middle of a change" in refused(path, StoreUnusable)
    assert contents(tmp_path) == before


def test_a_store_of_a_newer_program_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "postroom.db"
    Store.open(path).close()
    raw(path, "UPDATE alembic_version SET version_num = '9999'")
    before = contents(tmp_path)
    told = refused(path, StoreUnusable)
    assert "newer postroom" in told
    assert "9999" in told
    assert contents(tmp_path) == before


def test_a_store_of_a_revision_that_never_was_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "postroom.db"
    Store.open(path).close()
    raw(path, "UPDATE alembic_version SET version_num = '0000'")
    before = contents(tmp_path)
    assert "'0000'" in refused(path, StoreError)
    assert contents(tmp_path) == before
