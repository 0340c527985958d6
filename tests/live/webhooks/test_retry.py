"""When a delivery is tried again: the plan of Standard Webhooks, whatever the receiver says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from live.webhooks.retry import JITTER, LONGEST_RETRY_AFTER, TRIES, WAITS, next_try, retry_after

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CHANCES = st.floats(0, 1)


def test_the_plan_is_the_published_one() -> None:
    moments, at = [timedelta(0)], NOW
    for tries in range(1, TRIES + 1):
        following = next_try(tries, at, chance=lambda: 0.0)
        if following is None:
            break
        moments.append(following - NOW)
        at = following
    assert len(moments) == TRIES == 10
    assert moments[-1] == timedelta(hours=75, minutes=35, seconds=5)


@given(st.integers(1, 30), CHANCES, st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=400))))
def test_it_is_never_early_and_never_late_beyond_the_bounds(
    tries: int, chance: float, asked: timedelta | None
) -> None:
    following = next_try(tries, NOW, asked, lambda: chance)
    if tries >= TRIES:
        assert following is None
        return
    assert following
    wait, planned = following - NOW, WAITS[tries - 1]
    assert wait >= planned
    assert wait >= min(asked or timedelta(0), LONGEST_RETRY_AFTER)
    assert wait <= max(planned * (1 + JITTER), LONGEST_RETRY_AFTER) + timedelta(seconds=1)


@given(st.text())
def test_any_retry_after_is_bounded_or_nothing(value: str) -> None:
    found = retry_after(value, NOW)
    assert found is None or timedelta(0) <= found <= LONGEST_RETRY_AFTER


def test_both_forms_of_retry_after_are_known() -> None:
    assert retry_after("120", NOW) == timedelta(minutes=2)
    assert retry_after("Wed, 25 Nov 2026 12:05:00 GMT", NOW) == timedelta(minutes=5)
    assert retry_after("Wed, 25 Nov 2026 11:00:00 GMT", NOW) == timedelta(0)
    assert retry_after("999999999", NOW) == LONGEST_RETRY_AFTER
    assert retry_after("-5", NOW) is None
    assert retry_after("", NOW) is None
