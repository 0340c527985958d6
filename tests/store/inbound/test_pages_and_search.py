"""Pages, counts and searches, held against a slow model of plain Python."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import inbound
from store.actor import Actor
from store.assets import Asset
from store.database import Store
from store.inbound import NewMessage
from store.inbound_kinds import MailKind, Mark
from store.inbound_query import ASSETS_AT_ONCE
from store.inbound_search import EVERYTHING, Search
from store.vault import Vault
from tests.store.inbound.kit import asset, ids, keep, message
from tests.store.kit import CHEAP, NOON, PASSPHRASE

WORDS = ["invoice", "Invo", "Rechnung", "über", "uber", "re", "a-b", "x.pdf", "ann", "example", "order 7"]
PEOPLE = ["ann@example.com", "joann@example.com", "ann@example.org", "x.ann@example.com", ""]
NAMES = ["Ann Ärger", "Ann-Sophie O'Hara", "", "INVOICE"]
DESKS = ["Help desk", "Orders", "Help"]
TIMES = [NOON + timedelta(hours=6 * step) for step in range(-8, 9)]


@dataclass(frozen=True)
class Log:
    """A store, and what the model knows of its messages: newest first, with their ids."""

    store: Store
    messages: list[tuple[int, NewMessage]]
    desks: dict[int, Asset]


words = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
messages = st.builds(
    dict,
    asset_id=st.integers(1, len(DESKS)),
    received_at=st.sampled_from(TIMES),
    subject=words,
    sender=st.sampled_from(PEOPLE),
    sender_name=st.sampled_from(NAMES),
    recipients=st.lists(st.sampled_from(PEOPLE), max_size=2).map(", ".join),
    attachments=st.lists(st.sampled_from(["x.pdf", "Rechnung 7.pdf", "über.png"]), max_size=2).map(tuple),
    kind=st.sampled_from(MailKind),
    marks=st.lists(st.sampled_from(Mark), max_size=2, unique=True).map(tuple),
)
typed = st.sampled_from([*WORDS, "inv*", "i*", "rech*", "ann@exam*", "a b", "order 7", "Ü*", "!", "*", '"'])
people = st.sampled_from([*PEOPLE[:-1], "ann", "example.com", "sophie o", "ann@example.c*", "o*"])
searches = st.builds(
    Search,
    words=st.lists(typed, max_size=2).map(tuple),
    from_=st.lists(people, max_size=1).map(tuple),
    to=st.lists(people, max_size=1).map(tuple),
    subject=st.lists(typed, max_size=1).map(tuple),
    asset=st.sampled_from(
        ["", "", "", "help", "HELP  DESK", "orders@example.com", "example.com", "nobody's"]
    ),
    asset_id=st.sampled_from([None, None, 1, 9]),
    kind=st.sampled_from(["", "", "", *MailKind]),
    before=st.sampled_from([None, None, *TIMES]),
    after=st.sampled_from([None, None, *TIMES]),
    has_attachment=st.booleans(),
    marks=st.lists(st.sampled_from([mark.value for mark in Mark]), max_size=1).map(tuple),
)


# the model


def tokens(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    return re.findall(r"[^\W_]+", bare)


def holds(word: str, *texts: str) -> bool:
    """Whether one of the texts has the tokens of the word side by side."""
    wanted, prefix = tokens(word), word.endswith("*")
    if not wanted:
        return True
    for text in texts:
        have = tokens(text)
        for at in range(len(have) - len(wanted) + 1):
            part = have[at : at + len(wanted)]
            if part[:-1] == wanted[:-1] and (
                part[-1].startswith(wanted[-1]) if prefix else part[-1] == wanted[-1]
            ):
                return True
    return False


def named(search: Search, desks: dict[int, Asset]) -> set[int]:
    wanted = " ".join(search.asset.casefold().split())
    exact = {id_ for id_, one in desks.items() if wanted in (one.name.casefold(), one.address.casefold())}
    part = {
        id_ for id_, one in desks.items() if wanted in one.name.casefold() or wanted in one.address.casefold()
    }
    return exact or part


def matches(search: Search, one: NewMessage, desks: dict[int, Asset]) -> bool:
    attached = "\n".join(one.attachments)
    sender = (one.sender, one.sender_name)
    return (
        all(holds(word, one.subject, *sender, one.recipients, attached) for word in search.words)
        and all(holds(word, *sender) for word in search.from_)
        and all(holds(word, one.recipients) for word in search.to)
        and all(holds(word, one.subject) for word in search.subject)
        and (not search.asset or one.asset_id in named(search, desks))
        and search.asset_id in (None, one.asset_id)
        and search.kind in ("", one.kind)
        and (search.before is None or one.received_at < search.before)
        and (search.after is None or one.received_at >= search.after)
        and (not search.has_attachment or bool(one.attachments))
        and all(mark in one.marks for mark in search.marks)
    )


# the store against the model


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[int, Asset]]]:
    """An empty log with three assets, emptied again by each example."""
    store = Store.open(tmp_path_factory.mktemp("log") / "postroom.db", Actor("operator"))
    Vault(store, kdf=CHEAP).initialise(PASSPHRASE)
    made = [asset(store, name) for name in DESKS]
    yield store, {one.id: one for one in made}
    store.close()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_pages_and_counts_are_what_the_model_says(desk: tuple[Store, dict[int, Asset]], data: Any) -> None:
    store, desks = desk
    log = filled(store, desks, data.draw(st.lists(messages, min_size=1, max_size=30)), data)
    for search in data.draw(st.lists(searches, min_size=1, max_size=8)):
        wanted = [id_ for id_, one in log.messages if matches(search, one, desks)]
        assert ids(store, search) == wanted
        assert inbound.count(store, search) == len(wanted)
        limit = data.draw(st.integers(1, 7))
        assert inbound.count(store, search, limit) == min(limit, len(wanted))
        edge = data.draw(st.sampled_from([0, *(id_ for id_, _ in log.messages), 1 << 40]))
        assert ids(store, search, before=edge, limit=limit) == [id_ for id_ in wanted if id_ < edge][:limit]
        assert ids(store, search, after=edge, limit=limit) == [id_ for id_ in wanted if id_ > edge][-limit:]
        assert walked(store, search, limit) == wanted


def filled(store: Store, desks: dict[int, Asset], given_: list[dict[str, Any]], data: Any) -> Log:
    """Forget what was there, keep these in several transactions, and delete some."""
    inbound.delete(store, ids(store))
    kept: list[tuple[int, NewMessage]] = []
    while given_:
        part, given_ = given_[:11], given_[11:]
        new = [message(n, content=repr((n, one)).encode(), **one) for n, one in enumerate(part, len(kept))]
        kept += [(one.id, new[at]) for at, one in enumerate(keep(store, *new))]
    gone = set(data.draw(st.lists(st.sampled_from([id_ for id_, _ in kept]), max_size=5)))
    assert inbound.delete(store, [*gone, *gone]) == len(gone)
    return Log(store, [one for one in kept[::-1] if one[0] not in gone], desks)


def walked(store: Store, search: Search, limit: int) -> list[int]:
    """All matches, page by page from the newest."""
    found: list[int] = []
    while page := ids(store, search, limit=limit, **({"before": found[-1]} if found else {})):
        found += page
    return found


# what the model does not say


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
