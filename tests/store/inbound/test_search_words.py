"""What a person types, read as a search; what cannot be read is told with what can."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.inbound_search import EVERYTHING, TERMS, Search, SearchError, parse

NOW = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("", EVERYTHING),
        ("   ", EVERYTHING),
        ("invoice ", Search(words=("invoice",))),
        ("free wor", Search(words=("free", "wor*"))),
        ("wor* x ", Search(words=("wor*", "x"))),
        ('"two words"', Search(words=("two words",))),
        ('"two wor', Search(words=("two wor*",))),
        ('subject:"two words" x ', Search(subject=("two words",), words=("x",))),
        ('subject:"two', Search(subject=("two*",))),
        ("from:a@example.com to:b@example.com ", Search(from_=("a@example.com",), to=("b@example.com",))),
        ("from:a@ex", Search(from_=("a@ex*",))),
        ("FROM:a Subject:b ", Search(from_=("a",), subject=("b",))),
        ("from:a from:b ", Search(from_=("a", "b"))),
        ("from:", EVERYTHING),
        ("* ", EVERYTHING),
        ("Re: invoice ", Search(words=("Re:", "invoice"))),
        ("http://example.com/a?b=c ", Search(words=("http://example.com/a?b=c",))),
        ("12:30 ", Search(words=("12:30",))),
        ("xfrom:a ", Search(words=("xfrom:a",))),
        ('asset:"Help desk" ', Search(asset="Help desk")),
        ("asset:help", Search(asset="help")),
        ("kind:bounce ", Search(kind="bounce")),
        ("kind:BOUNCE", Search(kind="bounce")),
        ("kind:bou", Search(kind="bounce")),
        ("kind:", EVERYTHING),
        ("has:attachment ", Search(has_attachment=True)),
        ("has:att", Search(has_attachment=True)),
        ("has:attachments ", Search(has_attachment=True)),
        ("mark:mismatch mark:cards ", Search(marks=("mismatch", "cards"))),
        ("after:2d ", Search(after=NOW - 2 * DAY)),
        ("before:1w", Search(before=NOW - 7 * DAY)),
        ("after:30m ", Search(after=NOW - timedelta(minutes=30))),
        ("after:8h ", Search(after=NOW - timedelta(hours=8))),
        ("before:2026-11", EVERYTHING),
        ("before:20", EVERYTHING),
        ("after:yest", EVERYTHING),
        ("before:", EVERYTHING),
    ],
)
def test_what_is_typed_means(text: str, search: Search) -> None:
    assert parse(text, NOW) == search


def test_days_and_times_are_local_ones() -> None:
    midnight = datetime(2026, 11, 1).astimezone()
    assert parse("before:2026-11-01 ", NOW).before == midnight
    assert parse("before:2026-11-01", NOW).before == midnight
    assert parse("after:2026-11-01T08:15 ", NOW).after == midnight + timedelta(hours=8, minutes=15)
    today = NOW.astimezone().replace(hour=0, minute=0)
    assert parse("after:today ", NOW).after == today
    assert (
        parse("after:yesterday ", NOW).after
        == datetime.combine(today.date() - DAY, datetime.min.time()).astimezone()
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kind:spam ", "ordinary, confirmation, bounce, automatic, probe or loop, not spam"),
        ("kind: ", "not nothing"),
        ("kind:bou ", "not bou"),
        ("kind:x", "not x"),
        ("has:money ", "has: takes attachment, not money"),
        ("mark:evil ", "mark: takes direct, mismatch, unreadable or cards, not evil"),
        ("before:soon ", "before: takes a day (2026-11-30)"),
        ("after:2026-02-30 ", "not 2026-02-30"),
        ("after:2026-13-01", "not 2026-13-01"),
        ("before:999999w ", "not 999999w"),
        ("before:2026-11 ", "not 2026-11"),
        ("before:-1d ", "not -1d"),
        ("x" * 1_001, "1,000 characters"),
        ("a " * (TERMS + 1), f"{TERMS} words"),
    ],
)
def test_what_cannot_be_looked_for_is_told_with_what_can(text: str, told: str) -> None:
    with pytest.raises(SearchError) as caught:
        parse(text, NOW)
    assert told in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@given(st.text(max_size=80) | st.text(alphabet='fromsubject:"*kindbefore afthas2026-11-0dT', max_size=40))
def test_anything_typed_is_a_search_or_a_sentence(text: str) -> None:
    with contextlib.suppress(SearchError):
        assert isinstance(hash(parse(text, NOW)), int)


@pytest.mark.parametrize(
    "text", ["from:ann@example.com", "kind:bounce", "before:2026-11-01T08:00", '"a b" c']
)
def test_at_every_key_a_search_is_had_or_a_sentence(text: str) -> None:
    for end in range(len(text) + 1):
        parse(text[:end], NOW)
