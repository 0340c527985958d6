"""Keeping messages: all or none, each once, whatever a stranger wrote."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from store import connections, inbound
from store.database import Store, StoreBusy
from store.inbound import Kept
from store.inbound_kinds import MailKind, Mark, Via
from store.inbound_writer import AssetMissing, InboundWriter
from store.log_key import LogSealer
from store.vault import Vault, VaultAbsent
from tests.store.inbound.kit import assert_whole, asset, ids, keep, message
from tests.store.kit import NOON, assert_told, raw


@pytest.fixture
def desk(store: Store, vault: Vault) -> int:
    """The id of an asset in a store whose vault can seal."""
    return asset(store).id


def test_a_message_is_kept_with_all_that_is_known_of_it(store: Store, vault: Vault, desk: int) -> None:
    new = message(
        3,
        attachments=("offer.pdf", "Bild ü.png"),
        kind=MailKind.BOUNCE,
        via=Via.INBOX_RULE,
        marks=(Mark.MISMATCH, Mark.CARDS),
        detail="5.1.1 nobody@example.net",
        source="lmtp",
    )
    assert keep(store, new) == [Kept(1, repeat=False)]
    found = inbound.message(store, 1)
    assert found
    same = (
        *("asset_id", "received_at", "sender_name", "subject", "source", "mail_from", "rcpt_to", "peer"),
        *("recipients", "message_id", "sent_at", "forwarded_by", "detail", "digest"),
    )
    assert [getattr(found, name) for name in same] == [getattr(new, name) for name in same]
    assert (found.kind, found.via, found.marks) == ("bounce", "inbox rule", ("mismatch", "cards"))
    assert (found.sender, found.asset_name) == ("ann.ärger@example.org", "Help desk")
    assert (found.attachments, found.attachment_names) == (2, new.attachments)
    assert (found.size, found.repeats, found.pci) == (len(new.content), 0, False)
    assert inbound.opened(store, vault, 1) == new.content
    (line,) = inbound.page(store)
    assert all(getattr(line, name) == getattr(found, name) for name in line.__slots__)
    assert_whole(store)


def test_no_message_is_none(store: Store, desk: int) -> None:
    assert keep(store) == []
    assert (inbound.newest_id(store), inbound.count(store), inbound.page(store)) == (0, 0, [])
    assert inbound.message(store, 1) is None


def test_content_lies_sealed_and_headers_lie_in_the_clear(store: Store, desk: int) -> None:
    keep(store, message(content=b"Subject: Planted\r\n\r\n" + b"nothing-of-this-is-readable " * 50))
    store.close()
    lying = store.path.read_bytes()
    assert b"ann.\xc3\xa4rger@example.org" in lying
    assert b"nothing-of-this" not in lying
    assert b"Planted" not in lying


def test_a_reader_is_shown_card_numbers_masked_where_the_asset_asks_for_it(
    store: Store, vault: Vault
) -> None:
    one = asset(store, pci_check=True)
    keep(store, message(asset_id=one.id))
    assert [line.pci for line in inbound.page(store)] == [True]


# repeats


def test_the_same_content_for_the_same_asset_is_a_repeat(store: Store, desk: int) -> None:
    other = asset(store, "Orders").id
    first = message(1)
    assert keep(store, first, message(2), first) == [Kept(1, False), Kept(2, False), Kept(1, True)]
    assert keep(store, first, message(3), message(1, other)) == [
        Kept(1, True),
        Kept(3, False),
        Kept(4, False),
    ]
    assert [row.repeats for row in inbound.messages(store, [1, 2, 3, 4])] == [2, 0, 0, 0]
    assert inbound.count(store) == 4
    assert_whole(store)


def test_the_same_message_id_with_another_content_is_another_message(store: Store, desk: int) -> None:
    first = message(1, content=b"one")
    assert keep(store, first, message(1, content=b"two")) == [Kept(1, False), Kept(2, False)]


def test_digests_that_begin_alike_are_told_apart(store: Store, desk: int) -> None:
    alike = [message(number, digest=b"same" + bytes([number]) * 28) for number in (1, 2)]
    assert [one.repeat for one in keep(store, *alike)] == [False, False]
    assert [one.repeat for one in keep(store, *alike)] == [True, True]
    assert inbound.known(store, desk, [alike[0].digest, b"same" + b"x" * 28]) == {alike[0].digest}
    assert inbound.known(store, desk + 1, [alike[0].digest]) == set()


def test_many_digests_are_asked_for_at_once(store: Store, desk: int) -> None:
    new = [message(number) for number in range(30)]
    keep(store, *new)
    strangers = [bytes([1, number % 256]) + bytes(30) for number in range(1_500)]
    assert inbound.known(store, desk, [*strangers, *(one.digest for one in new)]) == {
        one.digest for one in new
    }


# all or none


def test_mail_for_an_asset_that_is_gone_is_told_and_none_of_its_batch_is_kept(
    store: Store, desk: int
) -> None:
    writer = InboundWriter(store, LogSealer(store))
    with pytest.raises(AssetMissing) as caught:
        writer.write([message(1), message(2, asset_id=77), message(3)])
    assert caught.value.asset_id == 77
    assert inbound.count(store) == 0
    assert [one.id for one in writer.write([message(1), message(3)])] == [1, 2]
    writer.close()
    assert_whole(store)


class Failing(LogSealer):
    """Fails at the third message, as where the vault is changed in the middle."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.calls = 0

    def seal(self, connection: sqlite3.Connection, uid: bytes, content: bytes) -> tuple[int, bytes]:
        self.calls += 1
        if self.calls == 3:
            raise VaultAbsent
        return super().seal(connection, uid, content)


def test_a_failure_half_way_keeps_nothing_and_the_next_batch_can_be_read(
    store: Store, vault: Vault, desk: int
) -> None:
    writer = InboundWriter(store, Failing(store))
    with pytest.raises(VaultAbsent):
        writer.write([message(number) for number in range(5)])
    assert (inbound.count(store), inbound.page(store)) == (0, [])
    assert raw(store.path, "SELECT count(*) FROM inbound_data_keys") == [(0,)]
    writer.write([message(number) for number in range(5)])
    assert [content for _, content in inbound.contents(store, vault, [2])] == [message(1).content]
    writer.close()
    assert_whole(store)


def test_a_store_without_a_vault_keeps_nothing(store: Store) -> None:
    asset(store)
    with pytest.raises(VaultAbsent):
        LogSealer(store)


def test_a_lock_that_is_held_too_long_is_told(
    store: Store, desk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_MS", 50)
    writer = InboundWriter(store, LogSealer(store))
    with store.write(), pytest.raises(StoreBusy) as caught:
        writer.write([message()])
    assert_told(caught.value, store.path)
    assert writer.write([message()]) == [Kept(1, repeat=False)]
    writer.close()


def test_what_is_answered_is_on_the_disk(store: Store, desk: int) -> None:
    """FULL: the write-ahead log is flushed with every commit (https://www.sqlite.org/pragma.html)."""
    writer = InboundWriter(store, LogSealer(store))
    assert writer.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert writer.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    writer.close()


def test_ids_are_never_used_again(store: Store, desk: int) -> None:
    keep(store, message(1), message(2))
    inbound.delete(store, [1, 2])
    assert keep(store, message(3)) == [Kept(3, repeat=False)]


def test_what_binds_a_content_to_its_row_grows_with_time(store: Store, desk: int) -> None:
    keep(store, *(message(number) for number in range(20)))
    keep(store, *(message(number) for number in range(20, 40)))
    uids = [row[0] for row in raw(store.path, "SELECT uid FROM inbound_messages ORDER BY id")]
    assert len(set(uids)) == 40
    assert max(uids[:20])[:6] <= min(uids[20:])[:6]
    assert all(len(uid) == 16 for uid in uids)


def test_the_log_is_read_while_a_batch_is_being_written(store: Store, desk: int) -> None:
    keep(store, message(1))
    writer = InboundWriter(store, LogSealer(store))
    writer.connection.execute("BEGIN IMMEDIATE")
    assert ids(store) == [1]
    writer.connection.execute("ROLLBACK")
    writer.close()


def test_a_writer_may_be_used_by_another_thread_than_made_it(store: Store, desk: int) -> None:
    from concurrent.futures import ThreadPoolExecutor

    writer = InboundWriter(store, LogSealer(store))
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(writer.write, [message()]).result() == [Kept(1, repeat=False)]
    writer.close()


def test_times_of_arrival_may_go_back(store: Store, desk: int) -> None:
    received: list[Any] = [NOON, NOON - timedelta(days=4_000), NOON + timedelta(days=1)]
    keep(store, *(message(n, received_at=at) for n, at in enumerate(received)))
    assert [line.received_at for line in inbound.page(store)] == received[::-1]
