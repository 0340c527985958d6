"""A disk that is full or read-only: one sentence with the path, and what was kept stays as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from store import assets
from store.database import Store
from store.vault import Vault
from tests.store.kit import assert_told, contents, fields, spoken, with_mount, without_privileges

SAVE = """
path = Path(sys.argv[1])
def save(store, name="Another"):
    assets.create(store, Vault(store), kit.fields(name, note="x" * 100_000))
def names(store): return [line.name for line in assets.lines(store)]
def fill():
    with open(path.parent / "fill", "wb", buffering=0) as stream:
        try:
            while True: stream.write(bytes(4096))
        except OSError: pass
"""
"""What the programs here do with the store that is their first argument."""


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A store with one asset, closed."""
    path = tmp_path / "desk" / "postroom.db"
    store = Store.open(path)
    assets.create(store, Vault(store), fields())
    store.close()
    return path


# read-only


@pytest.mark.parametrize(
    ("directory", "file"), [(0o500, 0o600), (0o700, 0o400), (0o500, 0o400), (0o700, 0o000), (0o600, 0o600)]
)
def test_what_this_user_may_not_write_is_told_and_stays(kept: Path, directory: int, file: int) -> None:
    before = contents(kept.parent)
    kept.chmod(file)
    kept.parent.chmod(directory)
    heard = spoken("attempt(lambda: Store.open(Path(sys.argv[1])))", kept, inside=without_privileges())
    kept.parent.chmod(0o700)
    kept.chmod(0o600)
    assert heard[0].startswith("StoreNotWritable: ")
    assert_told(heard[0], kept)
    assert contents(kept.parent) == before


def test_a_directory_where_nothing_can_be_made_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    for path in (tmp_path / "postroom.db", tmp_path / "deeper" / "postroom.db"):
        heard = spoken("attempt(lambda: Store.open(Path(sys.argv[1])))", path, inside=without_privileges())
        assert heard[0].startswith("StoreNotWritable: ")
        assert_told(heard[0], path)
    tmp_path.chmod(0o700)
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_disk_is_told(kept: Path) -> None:
    before = contents(kept.parent)
    inside = with_mount(
        f"mount --bind {kept.parent} {kept.parent}", f"mount -o remount,bind,ro {kept.parent}"
    )
    heard = spoken(
        """
        for path in (Path(sys.argv[1]), Path(sys.argv[1]).with_name("new.db")):
            attempt(lambda: Store.open(path))
        """,
        kept,
        inside=inside,
    )
    assert [told.partition(": ")[0] for told in heard] == ["StoreNotWritable"] * 2
    assert_told(heard[0], kept)
    assert_told(heard[1], kept.with_name("new.db"))
    assert contents(kept.parent) == before


# full


def test_a_new_store_on_a_full_disk_is_told_and_can_be_made_later(tmp_path: Path) -> None:
    path = tmp_path / "postroom.db"
    heard = spoken(
        SAVE
        + """
fill()
attempt(lambda: Store.open(path))
say(*(f"{file.name}:{file.stat().st_size}" for file in path.parent.iterdir() if file.name != "fill"))
os.unlink(path.parent / "fill")
attempt(lambda: save(Store.open(path)))
""",
        path,
        inside=with_mount(f"mount -t tmpfs -o size=1m none {tmp_path}"),
    )
    assert heard[0].startswith("StoreNotWritable: ")
    assert "full" in heard[0]
    assert_told(heard[0], path)
    assert heard[1:] == ["postroom.db:0", "done"]


@pytest.mark.parametrize("first_look", ["before", "after"])
def test_a_save_on_a_full_disk_is_told_and_nothing_is_changed(tmp_path: Path, first_look: str) -> None:
    """Both where SQLite's shared index lies on the disk already, and where there is no room to make it."""
    path = tmp_path / "postroom.db"
    heard = spoken(
        SAVE
        + """
store = Store.open(path)
save(store, "Kept")
if sys.argv[2] == "after":
    store.close()
    store = Store.open(path)
before = path.read_bytes()
fill()
attempt(lambda: save(store))
say(path.read_bytes() == before)
os.unlink(path.parent / "fill")
say(*names(store))
attempt(lambda: save(store))
say(*names(store))
store.close()
say(*(file.name for file in path.parent.iterdir()))
""",
        path,
        first_look,
        inside=with_mount(f"mount -t tmpfs -o size=1m none {tmp_path}"),
    )
    assert heard[0].startswith("StoreNotWritable: ")
    assert "full" in heard[0]
    assert_told(heard[0], path)
    assert heard[1:] == ["True", "Kept", "done", "Another Kept", "postroom.db"]


def test_an_existing_store_on_a_full_disk_is_told_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "postroom.db"
    heard = spoken(
        SAVE
        + """
store = Store.open(path)
save(store, "Kept")
store.close()
before = path.read_bytes()
fill()
attempt(lambda: Store.open(path))
say(path.read_bytes() == before)
os.unlink(path.parent / "fill")
say(*names(Store.open(path)))
""",
        path,
        inside=with_mount(f"mount -t tmpfs -o size=1m none {tmp_path}"),
    )
    assert heard[0].startswith("StoreNotWritable: ")
    assert "full" in heard[0]
    assert_told(heard[0], path)
    assert heard[1:] == ["True", "Kept"]


LIMIT = """
import resource
def limit(size): resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
"""
"""A limit on the size of files, as a quota is one: needs no privilege, so it is tried everywhere."""


@pytest.mark.parametrize("size", [0, 1_000, 20_000, 60_000])
def test_a_new_store_beyond_the_limit_is_told_and_can_be_made_later(tmp_path: Path, size: int) -> None:
    path = tmp_path / "postroom.db"
    heard = spoken(
        SAVE
        + LIMIT
        + f"""
limit({size})
attempt(lambda: Store.open(path))
limit(resource.RLIM_INFINITY)
attempt(lambda: save(Store.open(path)))
""",
        path,
    )
    assert heard[0].startswith("StoreNotWritable: ")
    assert_told(heard[0], path)
    assert heard[1:] == ["done"]


def test_a_save_beyond_the_limit_is_told_and_nothing_is_changed(kept: Path) -> None:
    before = kept.read_bytes()
    heard = spoken(
        SAVE
        + LIMIT
        + """
store = Store.open(path)
assets.lines(store)
limit(10_000)
attempt(lambda: save(store))
limit(resource.RLIM_INFINITY)
say(*names(store))
""",
        kept,
    )
    assert heard[0].startswith("StoreNotWritable: ")
    assert_told(heard[0], kept)
    assert heard[1:] == ["Help desk"]
    assert kept.read_bytes() == before
    store = Store.open(kept)
    assert [line.name for line in assets.lines(store)] == ["Help desk"]
    store.close()
    assert os.listdir(kept.parent) == ["postroom.db"]
