"""Searches: scripts without spaces, hostile words, times across many spans, and what is not counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from store import inbound
from store.database import Store
from store.inbound_kinds import MailKind
from store.inbound_query import ASSETS_AT_ONCE
from store.inbound_search import EVERYTHING, Search
from store.vault import Vault
from tests.store.inbound.kit import asset, ids, keep, message
from tests.store.kit import NOON


@pytest.fixture
def log(store: Store, vault: Vault) -> Store:
    """A log with one asset."""
    asset(store)
    return store


def test_the_sentences_of_scripts_without_spaces_are_found_by_any_part(log: Store) -> None:
    keep(
        log,
        message(1, subject="Gmail转发确认 - 从 x@gmail.com 接收邮件"),
        message(2, subject="お問い合わせありがとうございます", sender_name="山田太郎"),
        message(3, subject="Ihre Bestellung", attachments=("請求書 2026年.pdf",)),
        message(4, subject="การส่งต่อ Gmail"),
    )
    found = {
        "转发": [1],
        "确认": [1],
        "gmail": [4, 1],
        "Gmail转发": [1],
        "认从": [],
        "接收邮件": [1],
        "問い合わせ": [2],
        "subject:山田": [],
        "from:山田": [2],
        "from:太郎": [2],
        "請求書": [3],
        "2026年": [3],
        "ส่งต่อ": [4],
        '"转发确认"': [1],
        "转发 from:ann": [1],
        "发转": [],
    }
    assert {typed_: ids(log, typed_) for typed_ in found} == found


def test_what_stands_for_asset_and_kind_in_the_index_cannot_be_typed(log: Store) -> None:
    keep(log, message(1, kind=MailKind.BOUNCE, attachments=("x",)))
    assert [ids(log, word) for word in ("a1", "kbounce", "hasattachment", "a*")] == [[], [], [], [1]]


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '""',
        "'",
        "(",
        "a AND",
        "NOT",
        "NEAR(a b)",
        "{subject}: x",
        "-a",
        "a:b:c",
        "^a",
        "a + b",
        "\0",
        "\ud800",
    ],
)
def test_nothing_that_is_typed_is_taken_for_the_syntax_of_the_index(log: Store, text: str) -> None:
    keep(log, message(1, subject="plain"))
    assert ids(log, f"{text} ") in ([], [1])
    assert ids(log, f"subject:{text} ") in ([], [1])
    assert ids(log, f"asset:{text} ") in ([], [1])
    inbound.count(log, Search(words=(text,), from_=(text,), to=(text,), subject=(text,)))


def test_very_long_words_are_looked_for(log: Store) -> None:
    keep(log, message(1, subject="x" * 1_000))
    assert ids(log, Search(words=("x" * 100_000,))) == []
    assert ids(log, Search(words=("x" * 900 + "*",))) == [1]


def test_many_assets_of_one_name_are_searched_together(log: Store) -> None:
    more = [asset(log, f"Team {number}").id for number in range(ASSETS_AT_ONCE + 5)]
    keep(log, *(message(n, asset_id=one, subject=f"case {n % 2}") for n, one in enumerate(more)))
    assert inbound.count(log, Search(asset="team")) == len(more)
    assert inbound.count(log, Search(asset="team", words=("1",))) == len(more) // 2
    assert ids(log, Search(asset="team 7")) == [8]
    assert inbound.count(log, Search(asset="team 5")) == 1
    assert inbound.count(log, Search(asset="TEAM  5*")) == 0


def test_many_assets_with_little_of_the_mail_are_searched_too(log: Store) -> None:
    quiet = [asset(log, f"Quiet {number}").id for number in range(ASSETS_AT_ONCE + 5)]
    keep(log, *(message(n) for n in range(100)), message(100, asset_id=quiet[3]))
    assert ids(log, Search(asset="quiet")) == [101]
    assert inbound.count(log, Search(asset="quiet")) == 1


def test_a_renamed_asset_is_found_by_its_new_name(log: Store, vault: Vault) -> None:
    from store import assets

    keep(log, message(1))
    found = assets.by_name(log, vault, "Help desk")
    assert found
    changed = found.fields().model_copy(update={"name": "Front office", "pci_check": True})
    assets.update(log, vault, found.id, changed, version=found.version)
    assert (ids(log, "asset:front"), ids(log, "asset:desk ")) == ([1], [1])  # its address says desk still
    assert [(line.asset_name, line.pci) for line in inbound.page(log)] == [("Front office", True)]


def test_times_are_looked_for_across_many_spans(log: Store) -> None:
    """Mail of last year that was brought in today stands among today's."""
    year = timedelta(days=365)
    for part in range(4):
        start = part * 700
        keep(
            log,
            *(
                message(n, received_at=NOON + timedelta(seconds=n) - (year if n % 500 == 0 else timedelta()))
                for n in range(start, start + 700)
            ),
        )
    old = [n + 1 for n in range(0, 2_800, 500)][::-1]
    assert ids(log, Search(before=NOON)) == old
    assert ids(log, Search(before=NOON, words=("invoice",))) == old
    assert inbound.count(log, Search(after=NOON)) == 2_800 - len(old)
    assert ids(log, Search(after=NOON + timedelta(seconds=2_797))) == [2_800, 2_799, 2_798]
    assert ids(log, Search(after=NOON + year)) == []


def test_what_is_known_without_counting_is_not_counted(log: Store) -> None:
    other = asset(log, "Orders").id
    keep(log, message(1), message(2), message(3, asset_id=other))
    assert (inbound.count(log), inbound.count(log, EVERYTHING, 2)) == (3, 2)
    assert [inbound.count(log, Search(asset_id=one)) for one in (1, other, 99)] == [2, 1, 0]


def test_messages_come_in_the_order_asked_for(log: Store) -> None:
    keep(log, *(message(n) for n in range(1_200)))
    wanted = [*range(1_200, 0, -1), 5_000]
    assert [one.id for one in inbound.messages(log, wanted)] == wanted[:-1]


def test_a_search_says_itself_what_it_is() -> None:
    assert replace(EVERYTHING, words=("a",)) != EVERYTHING
    assert Search() == EVERYTHING
    assert {EVERYTHING: 1}[Search()] == 1


def test_a_page_of_everything_needs_no_sort(log: Store) -> None:
    keep(log, *(message(n) for n in range(10)))
    with log.read() as session:
        for search in (EVERYTHING, Search(words=("invoice",)), Search(words=("inv*",), kind="ordinary")):
            asked = inbound.query(session, search)
            statement = (
                f"SELECT m.id FROM {asked.tables(rows=True)} {asked.where()} ORDER BY {asked.key} DESC"
            )
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", asked.values).all()
            assert not any("TEMP B-TREE" in str(step) for step in plan)
