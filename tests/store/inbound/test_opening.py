"""Reading a message is an act: who, which, when and why are kept, or nothing is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store import assets, audit, inbound
from store.database import Store, StoreError
from store.inbound import MessageGone, audit_name
from store.inbound_bodies import packed
from store.vault import SecretUnreadable, Vault, VaultLocked
from tests.store.inbound.kit import asset, keep, message
from tests.store.kit import PASSPHRASE, raw


@pytest.fixture
def log(store: Store, vault: Vault) -> Store:
    """A log with 120 messages, newest 120."""
    asset(store)
    keep(store, *(message(number) for number in range(1, 121)))
    return store


def opened_entries(store: Store) -> list[audit.AuditEntry]:
    return [entry for entry in audit.page(store) if entry.action == "message opened"]


def test_who_read_which_message_and_why_is_kept(log: Store, vault: Vault) -> None:
    assert inbound.opened(log, vault, 7, reason="asked for by the customer") == message(7).content
    (entry,) = opened_entries(log)
    assert (entry.user, entry.client, entry.asset_name) == ("operator", "192.0.2.7", "Help desk")
    assert entry.detail == "message 7: asked for by the customer"
    assert audit.page(log, words=[audit_name(7)]) == [entry]


def test_each_reading_is_kept_and_a_reason_is_not_needed(log: Store, vault: Vault) -> None:
    for message_id in (1, 11, 1):
        inbound.opened(log, vault, message_id)
    assert [entry.detail for entry in opened_entries(log)] == ["message 1:", "message 11:", "message 1:"]
    assert len(audit.page(log, words=[audit_name(1)])) == 2


def test_a_message_that_is_gone_is_told(log: Store, vault: Vault) -> None:
    inbound.delete(log, [5])
    with pytest.raises(MessageGone, match="Message 5 is gone"):
        inbound.opened(log, vault, 5)
    assert opened_entries(log) == []


def test_locked_nothing_is_read_and_nothing_is_kept(log: Store, vault: Vault) -> None:
    vault.lock()
    with pytest.raises(VaultLocked):
        inbound.opened(log, vault, 1)
    with pytest.raises(VaultLocked):
        list(inbound.contents(log, vault, [1]))
    assert opened_entries(log) == []
    assert inbound.count(log) == 120
    keep(log, message(500))  # sealing needs no key
    vault.unlock(PASSPHRASE)
    assert inbound.opened(log, vault, 121) == message(500).content


def test_where_the_entry_cannot_be_kept_nothing_is_read(
    log: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw(log.path, "CREATE TRIGGER refused BEFORE INSERT ON audit BEGIN SELECT raise(FAIL, 'no'); END")
    with pytest.raises(Exception, match="no"):
        inbound.opened(log, vault, 1)


@pytest.mark.parametrize("where", ["content", "another row", "cut"])
def test_what_was_altered_or_moved_does_not_open(log: Store, vault: Vault, where: str) -> None:
    change = {
        "content": "UPDATE inbound_bodies SET sealed = CAST(sealed || x'00' AS BLOB) WHERE id = 3",
        "another row": "UPDATE inbound_bodies SET sealed = (SELECT sealed FROM inbound_bodies WHERE id = 4) "
        "WHERE id = 3",
        "cut": "UPDATE inbound_bodies SET sealed = x'01' WHERE id = 3",
    }
    raw(log.path, change[where])
    with pytest.raises(SecretUnreadable):
        inbound.opened(log, vault, 3)
    assert opened_entries(log) == []
    assert inbound.opened(log, vault, 4) == message(4).content


def test_contents_come_in_the_order_asked_for_without_those_that_are_gone(log: Store, vault: Vault) -> None:
    wanted = [*range(120, 0, -1), 999]
    inbound.delete(log, [60, 61])
    found = list(inbound.contents(log, vault, wanted))
    assert [message_id for message_id, _ in found] == [one for one in wanted if one not in (60, 61, 999)]
    assert all(content == message(message_id).content for message_id, content in found)


def test_contents_are_opened_as_they_are_wanted(log: Store, vault: Vault) -> None:
    def numbers() -> Iterator[int]:
        yield from range(1, 51)
        raise StoreError("not asked for yet")

    assert next(inbound.contents(log, vault, numbers()))[0] == 1


def test_large_contents_are_not_all_in_memory_at_once(log: Store, vault: Vault) -> None:
    large = [message(n, content=bytes([n]) * 15_000_000) for n in (200, 201, 202)]
    kept = [one.id for one in keep(log, *large)]
    found = inbound.contents(log, vault, kept)
    assert [len(content) for _, content in found] == [15_000_000] * 3


def test_an_asset_takes_its_messages_with_it(log: Store, vault: Vault) -> None:
    other = asset(log, "Orders").id
    keep(log, message(900, asset_id=other))
    first = assets.by_name(log, vault, "Help desk")
    assert first
    assert assets.delete(log, vault, [first.id]) == 1
    assert [line.id for line in inbound.page(log)] == [121]
    assert raw(log.path, "SELECT id FROM inbound_bodies") == [(121,)]
    assert inbound.count(log, inbound.Search(words=("invoice",))) == 1


def test_encoded_contents_are_packed_nearly_as_small_as_by_looking_for_repetitions() -> None:
    import base64
    import random
    import zlib

    encoded = base64.encodebytes(random.Random(1).randbytes(40_000))
    assert len(packed(encoded)) < 1.02 * len(zlib.compress(encoded, 1))
    words = b"some words that are said again and again " * 1_000
    assert packed(words) == zlib.compress(words, 1)
