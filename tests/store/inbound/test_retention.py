"""Deleting: by hand, by age, by size; the space leaves the file, and writers are let in between."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store import assets, audit, connections, inbound
from store.database import Store, StoreBusy
from store.inbound_retention import AT_ONCE, PAGES_LEFT
from store.vault import Vault
from tests.store.inbound.kit import assert_whole, asset, ids, keep, message
from tests.store.kit import raw

MEGABYTE = 1_000_000


@pytest.fixture
def desk(store: Store, vault: Vault) -> int:
    """The id of an asset in a store whose vault can seal."""
    return asset(store).id


@pytest.fixture
def kept_at(store: Store, desk: int) -> Callable[..., None]:
    """Keeps messages as if it had been done so many days ago."""

    def keep_ago(days: float, *messages: Any) -> None:
        kept = [one.id for one in keep(store, *messages)]
        then = int((datetime.now(UTC) - timedelta(days=days)).timestamp() * 1_000)
        for message_id in kept:
            uid = raw(store.path, "SELECT uid FROM inbound_messages WHERE id = ?", message_id)[0][0]
            raw(
                store.path,
                "UPDATE inbound_messages SET uid = ? WHERE id = ?",
                then.to_bytes(6, "big") + uid[6:],
                message_id,
            )

    return keep_ago


def prune(store: Store, *, days: int | None = None, megabytes: int | None = None) -> int:
    return inbound.prune(store, datetime.now(UTC), days=days, megabytes=megabytes)


def free_pages(store: Store) -> int:
    return int(raw(store.path, "PRAGMA freelist_count")[0][0])


# by hand


def test_what_was_deleted_is_gone_with_its_body_and_from_the_index(store: Store, desk: int) -> None:
    keep(store, *(message(n, subject=f"case {n}") for n in range(1, 6)))
    assert inbound.delete(store, [2, 4, 4, 99]) == 2
    assert ids(store) == [5, 3, 1]
    assert ids(store, "case ") == [5, 3, 1]
    assert raw(store.path, "SELECT id FROM inbound_bodies ORDER BY id") == [(1,), (3,), (5,)]
    assert inbound.count(store) == 3
    assert audit.page(store)[0].detail == "2: 2, 4, 4, 99"
    assert audit.page(store)[0].asset_name
    assert inbound.delete(store, [2]) == 0
    assert inbound.delete(store, []) == 0
    assert [entry.action for entry in audit.page(store)].count("messages deleted") == 1
    assert_whole(store)


def test_deleting_gives_the_space_back(store: Store, desk: int) -> None:
    noise = random.Random(1)
    keep(store, *(message(n, content=noise.randbytes(100_000)) for n in range(100)))
    raw(store.path, "PRAGMA wal_checkpoint(TRUNCATE)")
    full = store.path.stat().st_size
    assert inbound.delete(store, range(1, 100)) == 99
    raw(store.path, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert full > 10 * MEGABYTE
    assert store.path.stat().st_size < 2 * MEGABYTE
    assert free_pages(store) <= PAGES_LEFT
    assert_whole(store)


def test_what_was_deleted_cannot_be_found_in_the_file(store: Store, desk: int) -> None:
    keep(store, *(message(n, rcpt_to=f"planted-{n}@example.com") for n in range(1, 9)))
    inbound.delete(store, [3])
    store.close()
    lying = b"".join(file.read_bytes() for file in store.path.parent.iterdir())
    assert b"planted-2@" in lying
    assert b"planted-3@" not in lying


def test_a_file_that_was_made_without_gives_no_space_back_and_nothing_hangs(store: Store, desk: int) -> None:
    keep(store, *(message(n, content=bytes([n]) + b"x y " * 30_000) for n in range(200)))
    keep(store, message(500, content=random.Random(1).randbytes(5_000_000)))
    store.close()
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA auto_vacuum=0")
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode=WAL")
    assert inbound.delete(store, ids(store)) == 201
    assert raw(store.path, "PRAGMA auto_vacuum") == [(0,)]
    assert free_pages(store) > PAGES_LEFT
    store.close()
    Store.open(store.path).close()
    assert raw(store.path, "PRAGMA auto_vacuum") == [(2,)]
    assert free_pages(store) == 0


# by age


def test_what_is_past_its_time_goes(store: Store, kept_at: Callable[..., None]) -> None:
    kept_at(91, *(message(n) for n in range(250)))
    kept_at(89, message(300))
    assert prune(store, days=90) == 250
    assert [line.subject for line in inbound.page(store)] == ["Invoice 300"]
    assert audit.page(store)[0].action == "messages expired"
    assert prune(store, days=90) == 0
    assert_whole(store)


@pytest.mark.parametrize("more", [{"keep_days": -1}, {"keep_days": 10**9}, {"keep_megabytes": -1}])
def test_a_retention_that_would_delete_everything_cannot_be_set(
    store: Store, desk: int, more: dict[str, int]
) -> None:
    with pytest.raises(ValueError, match="keep_"):
        asset(store, "Orders", **more)


@pytest.mark.parametrize("days", [None, 0])
def test_without_an_end_all_stays(store: Store, kept_at: Callable[..., None], days: int | None) -> None:
    kept_at(10_000, message(1))
    assert prune(store, days=days) == 0


def test_an_old_mail_that_was_brought_in_today_is_new(store: Store, kept_at: Callable[..., None]) -> None:
    kept_at(1, message(1, source="import", received_at=datetime(2001, 1, 1, tzinfo=UTC)))
    assert prune(store, days=90) == 0


def test_an_asset_may_have_a_time_of_its_own(store: Store, kept_at: Callable[..., None]) -> None:
    own = {days: asset(store, f"Keeps {days}", keep_days=days).id for days in (0, 10, 1_000)}
    for age in (5_000, 500, 50, 5):
        kept_at(age, message(age), *(message(age, asset_id=one) for one in own.values()))
    prune(store, days=90)
    left = {line.asset_name: 0 for line in inbound.page(store)}
    for line in inbound.page(store):
        left[line.asset_name] += 1
    assert left == {"Help desk": 2, "Keeps 0": 4, "Keeps 10": 1, "Keeps 1000": 3}
    assert_whole(store)


# by size


def test_beyond_its_share_the_oldest_of_an_asset_go(store: Store, desk: int) -> None:
    other = asset(store, "Orders").id
    keep(store, *(message(n, content=bytes([n]) * 300_000) for n in range(10)))
    keep(store, message(11, other, content=b"x" * 900_000))
    assert prune(store, megabytes=1) == 7
    assert ids(store) == [11, 10, 9, 8]
    assert prune(store, megabytes=1) == 0
    assert_whole(store)


def test_an_asset_may_have_a_share_of_its_own(store: Store, desk: int) -> None:
    own = {size: asset(store, f"Share {size}", keep_megabytes=size).id for size in (0, 2)}
    for one in (desk, *own.values()):
        keep(store, *(message(n, one, content=bytes([n]) * 900_000) for n in range(4)))
    assert prune(store, megabytes=1) == 3 + 2
    assert [inbound.count(store, inbound.Search(asset_id=one)) for one in (desk, *own.values())] == [1, 4, 2]
    assert prune(store) == 0


# together with others


def test_a_writer_is_let_in_between_two_parts(store: Store, desk: int) -> None:
    keep(store, *(message(n) for n in range(3 * AT_ONCE)))
    waited: list[float] = []

    def written(seconds: float) -> None:
        waited.append(seconds)
        keep(store, message(10_000 + len(waited)))

    later = datetime.now(UTC) + timedelta(days=2)
    assert inbound.prune(store, later, days=1, megabytes=None, sleep=written) >= 3 * AT_ONCE
    assert len(waited) >= 3
    assert_whole(store)


def test_a_lock_that_is_held_too_long_is_told_and_the_rest_stays(
    store: Store, desk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_MS", 50)
    keep(store, message(1))
    with store.write(), pytest.raises(StoreBusy):
        inbound.delete(store, [1])
    assert ids(store) == [1]


def test_readers_do_not_stand_in_the_way(store: Store, desk: int) -> None:
    keep(store, *(message(n) for n in range(200)))
    with store.read() as session:
        session.connection().exec_driver_sql("SELECT count(*) FROM inbound_messages").scalar()
        assert inbound.delete(store, range(1, 151)) == 150  # StoreBusy, if it had to wait for the reader
    assert inbound.count(store) == 50


def test_many_messages_of_an_asset_go_with_it(store: Store, vault: Vault, desk: int) -> None:
    keep(store, *(message(n) for n in range(5 * AT_ONCE)))
    assets.delete(store, vault, [desk])
    assert inbound.count(store) == 0
    assert raw(store.path, "SELECT count(*) FROM inbound_states") == [(0,)]
    assert_whole(store)


def test_mail_that_comes_while_its_asset_is_deleted_goes_too(store: Store, vault: Vault, desk: int) -> None:
    """The last of them by the foreign key, in the transaction that deletes the asset."""
    keep(store, message(1), message(2))
    raw(store.path, "PRAGMA foreign_keys=ON")
    with store.write() as session:
        row = session.get(assets.AssetRow, desk)
        session.delete(row)
    assert_whole(store)
    assert inbound.count(store) == 0


def test_spans_of_what_is_gone_are_forgotten(store: Store, desk: int) -> None:
    for start in range(0, 3_000, 1_000):
        keep(store, *(message(n) for n in range(start, start + 1_000)))
    inbound.delete(store, range(1, 2_500))
    assert raw(store.path, "SELECT span FROM inbound_spans ORDER BY span") == [(2,)]
    assert len(ids(store, "before:2026-06-01")) == 501
