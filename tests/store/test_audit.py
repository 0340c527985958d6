"""The audit log: who did what, kept with the act or not at all, and never a secret in it."""

from __future__ import annotations

import base64
import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from store import assets, audit
from store.actor import Actor
from store.audit import AuditEntry
from store.database import Store
from store.folding import folded
from store.vault import Vault
from tests.store.kit import PASSPHRASE, PASSWORD, fields, keep_check

HOSTILE = "aAzZ0%_/\\'\"äÄßẞé[];*?"
"""What could be taken for a pattern, an end of a string, or a letter of another case."""


def keep(store: Store, action: str, **more: Any) -> None:
    with store.write() as session:
        audit.record(session, store.actor, action, **more)


# who


def test_the_actor_is_who_the_system_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody else")
    assert Actor.current() == Actor(pwd.getpwuid(os.getuid()).pw_name, "")


def test_a_user_without_a_name_is_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 54_321_012)
    assert Actor.current().user == "uid 54321012"


@pytest.mark.parametrize(
    ("variable", "client"),
    [
        ("192.0.2.7 51234 198.51.100.1 22", "192.0.2.7"),
        ("fe80::1%eth0 51234 fe80::2%eth0 22", "fe80::1%eth0"),
        ("", ""),
        ("\x1b[31m192.0.2.7\x07\udcff 1 2 3", "[31m192.0.2.7"),
        ("x" * 9_999, "x" * 64),
    ],
)
def test_the_client_is_the_first_word_that_sshd_sets(
    store: Store, monkeypatch: pytest.MonkeyPatch, variable: str, client: str
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", variable)
    assert Actor.current().client == client
    second = Store.open(store.path)
    keep(second, "came")
    second.close()
    assert audit.page(store)[0].client == client


# what


def test_an_entry_comes_back_as_it_was_recorded(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, fields(), inbound_domain="in.example.com")
    entry = audit.page(store)[0]
    assert entry == AuditEntry(
        entry.id, entry.at, "operator", "192.0.2.7", "asset created", asset.id, "Help desk", asset.address
    )
    assert abs(entry.at - asset.created_at).total_seconds() < 60


def test_a_long_detail_is_cut(store: Store) -> None:
    keep(store, "wrote", detail="é" * 5_000)
    assert audit.page(store)[0].detail == "é" * 1_000


def test_an_act_that_is_rolled_back_takes_its_entry_along(store: Store, vault: Vault) -> None:
    first = assets.create(store, vault, fields("One"))
    before = audit.count(store)
    with pytest.raises(assets.AssetTaken):
        assets.create(store, vault, fields("one"))
    with pytest.raises(assets.EditConflict):
        assets.update(store, vault, first.id, fields("Two"), version=9)
    vault.lock()
    with pytest.raises(Exception, match="locked"):
        assets.update(store, vault, first.id, fields("Two"), version=1, password=PASSWORD)
    assert audit.count(store) == before + 1  # the vault was locked


def test_an_entry_that_cannot_be_kept_rolls_its_act_back(store: Store, vault: Vault) -> None:
    with store.write() as session:
        session.connection().exec_driver_sql(
            "CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    with pytest.raises(Exception, match="no"):
        assets.create(store, vault, fields(), password=PASSWORD)
    assert assets.lines(store) == []
    with store.read() as session:
        assert not vault.has(session, assets.owner_of_secrets(1), assets.PASSWORD)


# pages


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Entries that hold every pair of the hostile characters."""
    store = Store.open(tmp_path_factory.mktemp("audit") / "postroom.db", Actor("operator", "192.0.2.7"))
    with store.write() as session:
        for number, first in enumerate(HOSTILE):
            pairs = " ".join(first + second for second in HOSTILE)
            audit.record(session, store.actor, f"act {number % 3}", asset_name=pairs[:9], detail=pairs[9:])
    yield store
    store.close()


@given(
    before=st.none() | st.integers(-1, 30),
    after=st.none() | st.integers(-1, 30),
    limit=st.integers(1, 30),
    words=st.lists(st.text(HOSTILE, min_size=1, max_size=3), max_size=2),
)
def test_a_page_is_a_slice_of_the_whole(
    mixed: Store, before: int | None, after: int | None, limit: int, words: list[str]
) -> None:
    whole = audit.page(mixed, limit=10**6, words=words)
    assert len(whole) == audit.count(mixed, words)
    older = [entry for entry in whole if before is None or entry.id < before][:limit]
    assert audit.page(mixed, before=before, limit=limit, words=words) == older
    if after is not None:
        newer = [entry for entry in whole if entry.id > after][-limit:]
        assert audit.page(mixed, after=after, limit=limit, words=words) == newer


@given(st.lists(st.text(HOSTILE, min_size=1, max_size=3), min_size=1, max_size=2))
def test_words_are_looked_for_as_they_are_in_any_case(mixed: Store, words: list[str]) -> None:
    def has(entry: AuditEntry, word: str) -> bool:
        texts = (entry.user, entry.client, entry.action, entry.asset_name, entry.detail)
        if word.isascii():
            return any(word.lower() in text.lower() for text in texts)
        return any((folded(word) or "") in (folded(text) or "") for text in texts)

    found = audit.page(mixed, words=words, limit=10**6)
    assert found == [entry for entry in audit.page(mixed) if all(has(entry, word) for word in words)]


def test_words_find_who_what_and_where_from(store: Store) -> None:
    keep(store, "asset created", asset_name="Hilfe", detail="hilfe@example.com")
    for word in ("OPERATOR", "192.0.2", "created", "hilfe", "@example"):
        assert audit.count(store, [word]) == 1
    assert audit.count(store, ["created", "hilfe"]) == 1
    assert audit.count(store, ["created", "other"]) == 0
    assert audit.count(store, ["';--"]) == 0


# never a secret


def everything_on_disk(directory: Path) -> bytes:
    return b"".join(file.read_bytes() for file in directory.iterdir())


def test_no_secret_lies_in_any_file_of_the_store(store: Store, vault: Vault) -> None:
    new, next_passphrase = SecretStr("planted-Secret-b822?"), SecretStr("yet another passphrase")
    asset = assets.create(store, vault, fields(), password=PASSWORD)
    keep_check(store, asset.id)
    asset = assets.update(store, vault, asset.id, fields(note="n"), version=1, password=new)
    vault.change_passphrase(PASSPHRASE, next_passphrase)
    vault.rotate(next_passphrase)
    with pytest.raises(assets.EditConflict):
        assets.update(store, vault, asset.id, fields(), version=1, password=PASSWORD)
    while_open = everything_on_disk(store.path.parent)
    assets.delete(store, vault, [asset.id])
    vault.lock()
    deleted = everything_on_disk(store.path.parent)
    store.close()
    closed = everything_on_disk(store.path.parent)
    for secret in (PASSWORD, new, PASSPHRASE, next_passphrase):
        plain = secret.get_secret_value().encode()
        for form in (plain, plain[::-1], base64.b64encode(plain)[:-4], plain.hex().encode()):
            for found in (while_open, deleted, closed):
                assert form not in found
    assert b"Help desk" in while_open
