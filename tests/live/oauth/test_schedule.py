"""When a grant is refreshed and tried again, as pure arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.oauth.schedule import chance, ends_at, is_fresh, next_refresh, next_try, nothing, renewed
from store.grants import GrantState, Tokens
from tests.live.oauth.kit import ACCESS, NOON

JITTER = st.floats(0, 1)


@pytest.mark.parametrize(
    ("validity", "before_the_end"),
    [
        (7_200, 720),  # a tenth
        (3_600, 360),
        (3_000, 300),  # 5 minutes are the larger
        (700, 300),
        (600, 300),
        (599, 299.5),  # half of a brief life
        (90, 45),
        (1, 0.5),
        (None, 1_800),  # taken for an hour
    ],
)
def test_the_margin_is_the_larger_of_five_minutes_and_a_tenth(
    validity: int | None, before_the_end: float
) -> None:
    life = validity if validity is not None else 3_600
    due = next_refresh(NOON, validity, jitter=lambda: 0.0)
    assert due == NOON + timedelta(seconds=life - before_the_end)
    early = next_refresh(NOON, validity, jitter=lambda: 1.0)
    assert due - early == timedelta(seconds=before_the_end / 4)


@given(st.one_of(st.none(), st.integers(1, 366 * 86_400)), JITTER)
def test_a_refresh_lies_between_beginning_and_margin(validity: int | None, jitter: float) -> None:
    due = next_refresh(NOON, validity, jitter=lambda: jitter)
    assert NOON < due < NOON + timedelta(seconds=validity or 3_600)


@given(st.integers(0, 10_000), st.one_of(st.none(), st.floats(0, 86_400)), JITTER)
def test_another_try_comes_neither_at_once_nor_late_nor_before_the_server_wants(
    failures: int, retry_after: float | None, jitter: float
) -> None:
    wait = next_try(NOON, failures, retry_after, jitter=lambda: jitter) - NOON
    asked = timedelta(seconds=retry_after or 0)
    assert max(timedelta(seconds=15), asked) <= wait <= max(timedelta(minutes=15), asked * 1.1)


def test_tries_wait_longer_each_time_up_to_a_quarter_of_an_hour() -> None:
    waits = [(next_try(NOON, failures, None, jitter=lambda: 1.0) - NOON) for failures in range(8)]
    assert [wait.total_seconds() for wait in waits] == [30, 60, 120, 240, 480, 900, 900, 900]


def test_chance_is_a_part_of_one() -> None:
    assert all(0 <= chance() < 1 for _ in range(100))


@pytest.mark.parametrize(
    ("validity", "after", "fresh"),
    [(3_600, 3_539, True), (3_600, 3_541, False), (90, 44, True), (90, 46, False), (None, 1_799, True),
     (None, 1_801, False)],
)  # fmt: skip
def test_a_token_is_fresh_while_a_sign_in_fits_in(validity: int | None, after: int, fresh: bool) -> None:
    tokens = Tokens(ACCESS, None, "scope", validity)
    grant = renewed(nothing(1), tokens, NOON, next_refresh(NOON, validity))
    assert is_fresh(grant, NOON + timedelta(seconds=after)) is fresh
    assert (grant.state, grant.expires_at) == (GrantState.VALID, ends_at(NOON, validity))
    assert not is_fresh(nothing(1), NOON)
    assert is_fresh(grant, NOON, left=timedelta(0))
    assert grant.next_refresh_at is not None
    assert grant.next_refresh_at.tzinfo is UTC
    assert isinstance(grant.obtained_at, datetime)
