"""Times as people say them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.rows import NOW
from tui.times import ago, exact, took


@pytest.fixture
def helsinki(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Helsinki")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(0), "now"),
        (timedelta(seconds=59.9), "now"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1), "1 d ago"),
        (timedelta(days=59, hours=23), "59 d ago"),
        (timedelta(days=60), "2026-01-08"),
        (timedelta(seconds=-5), "now"),
    ],
)
def test_ago(before: timedelta, words: str) -> None:
    assert ago(NOW - before, NOW) == words


def test_a_date_is_the_local_one(helsinki: None) -> None:
    late = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert ago(late, NOW) == "2026-01-01"


def test_exact_time_has_seconds_and_offset(helsinki: None) -> None:
    assert exact(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02 05:04:05 +0200"


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0.0, "0.0 ms"),
        (0.44, "0.4 ms"),
        (9.94, "9.9 ms"),
        (9.99, "10 ms"),
        (10.0, "10 ms"),
        (999.4, "999 ms"),
        (999.6, "1.0 s"),
        (2_600, "2.6 s"),
        (61_000, "61.0 s"),
    ],
)
def test_took(ms: float, words: str) -> None:
    assert took(ms) == words


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_ago_fits_its_column(before: timedelta) -> None:
    assert len(ago(NOW - before, NOW)) <= 10


@given(st.floats(min_value=0, max_value=10_000_000))
def test_took_fits_its_column(ms: float) -> None:
    assert len(took(ms)) <= 9
