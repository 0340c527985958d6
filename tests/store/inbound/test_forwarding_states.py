"""Whether forwarding works, told from what came: by the clock, and through the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import asset_lines, assets
from store.database import Store
from store.forwarding_states import (
    Forwarding,
    ForwardingFigures,
    ForwardingState,
    figures,
    forwarding_state,
    state_of,
    states,
)
from store.inbound_kinds import MailKind, Via
from store.vault import Vault
from tests.store.inbound.kit import REQUEST, asset, keep, message
from tests.store.kit import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def after(*gaps: timedelta, start: datetime = NOON) -> ForwardingFigures:
    """The figures after mails so far apart."""
    found = ForwardingFigures().with_mail(start)
    for gap in gaps:
        assert found.last_at
        found = found.with_mail(found.last_at + gap)
    return found


def kind(found: ForwardingFigures, quiet: timedelta, *, asks: bool = False) -> Forwarding:
    return forwarding_state(found, asks, (found.last_at or NOON) + quiet).kind


def test_without_mail_there_was_never_any() -> None:
    never = ForwardingState(Forwarding.NEVER, "no forwarded mail has come yet", None)
    assert forwarding_state(None, False, NOON) == never
    assert forwarding_state(ForwardingFigures(messages=3, bytes=9), False, NOON) == never


def test_a_request_that_waits_goes_before_all_else() -> None:
    assert forwarding_state(None, True, NOON).kind is Forwarding.AWAITING
    assert kind(after(HOUR), 30 * DAY, asks=True) is Forwarding.AWAITING


def test_the_first_week_nobody_is_called_silent_over_a_weekend() -> None:
    first = after(*[HOUR] * 30)
    assert kind(first, 3 * DAY) is Forwarding.WORKING
    assert kind(first, 5 * DAY) is Forwarding.SILENT
    assert kind(first, 13 * DAY) is Forwarding.STOPPED


def test_a_desk_that_is_written_to_all_day_is_missed_soon() -> None:
    busy = after(*[timedelta(minutes=40)] * 300)
    assert kind(busy, 8 * HOUR) is Forwarding.WORKING
    assert kind(busy, 10 * HOUR) is Forwarding.SILENT
    assert kind(busy, 8 * DAY) is Forwarding.STOPPED


def test_a_desk_that_closes_at_weekends_is_not_silent_every_saturday() -> None:
    week = [*[HOUR] * 8, 16 * HOUR] * 4 + [*[HOUR] * 8, 64 * HOUR]
    closing = after(*week * 6, *week[:-1])
    assert kind(closing, 64 * HOUR) is Forwarding.WORKING
    assert kind(closing, 5 * DAY) is Forwarding.SILENT


def test_a_holiday_is_forgotten_in_time() -> None:
    rested = after(*[HOUR] * 300, 20 * DAY, *[HOUR] * 24 * 7 * 8)
    assert kind(rested, 6 * DAY) is Forwarding.SILENT


def test_the_words_say_for_how_long() -> None:
    def words(found: ForwardingFigures, quiet: timedelta) -> str:
        assert found.last_at
        return forwarding_state(found, False, found.last_at + quiet).words

    busy = after(*[timedelta(minutes=40)] * 300)
    assert words(busy, timedelta(minutes=12)) == "last mail 12 min ago"
    assert words(busy, timedelta(seconds=-5)) == "last mail 0 min ago"
    assert words(busy, 12 * HOUR) == "no mail for 12 h, usually 6 h at most"
    assert words(busy, 9 * DAY) == "no mail for 9 d, usually 6 h at most"


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=30), st.floats(0, 1e8))
def test_states_follow_each_other_as_time_goes_by(gaps: list[float], quiet: float) -> None:
    found = after(*(timedelta(seconds=gap) for gap in gaps))
    order = [Forwarding.WORKING, Forwarding.SILENT, Forwarding.STOPPED]
    now = kind(found, timedelta(seconds=quiet))
    later = kind(found, timedelta(seconds=quiet * 2))
    assert order.index(now) <= order.index(later)
    assert found.usual_gap <= max(gaps) + 1e-3
    assert kind(found, timedelta()) is Forwarding.WORKING


# through the store


@pytest.fixture
def log(store: Store, vault: Vault) -> Store:
    """A log with one asset."""
    asset(store)
    return store


def test_what_came_by_way_of_the_mailbox_counts(log: Store) -> None:
    keep(log, message(1), message(61, kind=MailKind.AUTOMATIC, via=Via.EXCHANGE))
    keep(log, message(31, kind=MailKind.BOUNCE, via=Via.OTHER))
    found = figures(log, 1)
    assert (found.first_at, found.last_at) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=61))
    assert (found.usual_gap, found.messages) == (3_600.0, 3)
    assert states(log, NOON + HOUR)[1].kind is Forwarding.WORKING


@pytest.mark.parametrize(
    "more",
    [
        {"source": "import"},
        {"via": Via.DIRECT},
        {"kind": MailKind.CONFIRMATION},
        {"kind": MailKind.LOOP},
    ],
)
def test_what_is_no_proof_does_not_count(log: Store, more: dict[str, Any]) -> None:
    keep(log, message(1, **more))
    assert states(log, NOON)[1].kind is Forwarding.NEVER
    assert (figures(log, 1).messages, figures(log, 1).last_at) == (1, None)


def test_a_request_waits_until_mail_comes(log: Store) -> None:
    asks = {"kind": MailKind.CONFIRMATION, "via": Via.DIRECT, "confirmation": REQUEST}
    keep(log, message(1, via=Via.EXCHANGE), message(5, **asks))
    assert states(log, NOON + HOUR)[1].kind is Forwarding.AWAITING
    keep(log, message(9, via=Via.EXCHANGE))
    assert states(log, NOON + HOUR)[1].kind is Forwarding.WORKING


def test_the_list_of_assets_tells_the_same(log: Store, vault: Vault) -> None:
    names = ["Never", "Awaits", "Works", "Silent", "Stopped"]
    made = {name: asset(log, name).id for name in names}
    asks = {"kind": MailKind.CONFIRMATION, "via": Via.DIRECT, "confirmation": REQUEST}
    now = NOON + 40 * DAY
    keep(log, message(1, made["Awaits"], **asks))
    keep(log, message(1, made["Works"], received_at=now - HOUR))
    keep(log, message(1, made["Silent"], received_at=now - 5 * DAY))
    keep(log, message(1, made["Stopped"], received_at=NOON))
    told = states(log, now)
    kinds = {name: told[made[name]].kind.value for name in names}
    assert list(kinds.values()) == ["never", "awaiting", "working", "silent", "stopped"]
    for lines in (assets.lines(log), asset_lines.glance(log.path)):
        assert {line.id: state_of(line, now) for line in lines} == told
    (line,) = assets.lines(log, made["Works"])
    assert line.last_mail_at == now - HOUR


def test_deleting_mail_does_not_make_forwarding_silent(log: Store) -> None:
    from store import inbound

    keep(log, message(1), message(2))
    before = states(log, NOON + HOUR)
    inbound.delete(log, [1, 2])
    assert states(log, NOON + HOUR) == before
