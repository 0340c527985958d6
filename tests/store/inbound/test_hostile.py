"""Whatever a stranger wrote is kept, cleaned and cut; contents of every size and kind come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import inbound
from store.database import Store
from store.inbound_texts import LENGTHS
from store.vault import Vault
from tests.store.inbound.kit import assert_whole, asset, ids, keep, message


@pytest.fixture
def desk(store: Store, vault: Vault) -> int:
    """The id of an asset in a store whose vault can seal."""
    return asset(store).id


TEXTS = st.text(st.characters(codec=None, categories=None), max_size=40) | st.sampled_from(
    [
        "\0",
        "a\0b",
        "\ud800",
        "\udcff",
        "\x1b[2J\x1b]0;x\x07",
        "\u202egnp.exe",
        "a\r\nb",
        '" OR 1',
        "确认\0确",
        "",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, content=st.binary(max_size=200), names=st.lists(TEXTS, max_size=3))
def test_any_text_is_kept_in_any_column(
    store: Store, vault: Vault, desk: int, text: str, content: bytes, names: list[str]
) -> None:
    columns = dict.fromkeys(LENGTHS, text)
    (kept,) = keep(store, message(content=content, attachments=tuple(names), **columns))
    found = inbound.message(store, kept.id)
    assert found
    assert inbound.opened(store, vault, kept.id) == content
    if not kept.repeat:
        assert found.attachments == len(found.attachment_names) == len(names)
        clean = text.encode("utf-8", "replace").decode() == text and "\0" not in text
        assert (found.subject == text) == clean
    assert found.id in ids(store)


def test_everything_hostile_together_leaves_the_log_whole(store: Store, desk: int) -> None:
    hostile = ("\0\x1b[31m", "\ud800 確認", "a" * 100_000, "x\u202ey", "\u2028", "\x7f\x80")
    keep(
        store,
        *(
            message(number, attachments=(text, ""), **dict.fromkeys(LENGTHS, text))
            for number, text in enumerate(hostile)
        ),
    )
    assert_whole(store)
    assert inbound.delete(store, [1, 3, 5]) == 3
    assert_whole(store)


def test_texts_are_cut_to_their_length(store: Store, desk: int) -> None:
    keep(store, message(attachments=("n" * 1_000,) * 1_000, **dict.fromkeys(LENGTHS, "x" * 10000)))
    found = inbound.message(store, 1)
    assert found
    assert all(len(getattr(found, name)) == length for name, length in LENGTHS.items())
    assert (found.attachments, len(found.attachment_names)) == (1_000, 100)
    assert len(found.attachment_names[0]) == 255


def test_a_name_of_an_attachment_is_one_line(store: Store, desk: int) -> None:
    keep(store, message(attachments=("a\nb\r\nc\u2028d.pdf", "e.pdf")))
    found = inbound.message(store, 1)
    assert found
    assert found.attachment_names == ("a b c d.pdf", "e.pdf")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (None, None),
        (datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), None),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))), None),
        (datetime(2026, 3, 1, 14), None),  # no zone: anybody's guess
    ],
)
def test_a_date_that_cannot_be_is_none(
    store: Store, desk: int, sent: datetime | None, kept: datetime | None
) -> None:
    keep(store, message(sent_at=sent))
    found = inbound.message(store, 1)
    assert found
    assert found.sent_at == kept


@pytest.mark.parametrize("size", [0, 1, 100, 70_000, 3_000_000])
@pytest.mark.parametrize("kind", ["text", "base64", "noise"])
def test_contents_of_every_size_and_kind_come_back(
    store: Store, vault: Vault, desk: int, size: int, kind: str
) -> None:
    import base64
    import random

    noise = random.Random(size).randbytes(size)
    content = {
        "text": b"some words of a text " * (size // 21),
        "base64": base64.encodebytes(noise),
        "noise": noise,
    }
    keep(store, message(content=content[kind]))
    assert inbound.opened(store, vault, 1) == content[kind]
