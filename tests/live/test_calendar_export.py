"""The calendar of deadlines, read back by the library: stable ids, and nothing that steers a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from live.calendar_export import REMINDER_DAYS, deadlines_calendar
from store.token_lines import TokenLine

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENDS = "The client secret ends then: make a new one at the provider, and enter it here."


def line(number: int, at: datetime | None, *, client: str | None = None, **changed: str) -> TokenLine:
    given_words = {"name": f"Asset {number}", "address": f"a{number}@example.com", "reason": ENDS, **changed}
    return TokenLine(
        asset_id=number,
        name=given_words["name"],
        address=given_words["address"],
        provider="office365",
        sign_in="oauth" if client else "password",
        owner="",
        client_id=7 if client else None,
        client_name=client,
        state="valid",
        expires_at=None,
        next_refresh_at=None,
        has_refresh=True,
        failures=0,
        diagnosis=None,
        deadline_at=at,
        deadline_reason=given_words["reason"],
        deadline_who="operator",
    )


def events(*lines: TokenLine, now: datetime = NOW) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(deadlines_calendar(lines, now)).events)


def reminders(event: icalendar.Event) -> list[int]:
    return [-alarm["TRIGGER"].dt.days for alarm in event.walk("VALARM")]


def test_an_event_has_the_moment_the_reason_and_all_reminders() -> None:
    at = NOW + timedelta(days=90)
    (event,) = events(line(1, at), line(2, None))
    assert event.start == at
    assert str(event["SUMMARY"]) == "Asset 1: sending stops"
    assert str(event["DESCRIPTION"]).split("\n") == [
        ENDS,
        "Who can act: operator",
        "Asset 1 <a1@example.com>",
    ]
    assert reminders(event) == list(REMINDER_DAYS) == [60, 30, 15, 7, 3, 2, 1, 0]
    assert event["DTSTAMP"].dt == NOW


def test_reminders_whose_time_has_passed_are_left_out() -> None:
    (soon,) = events(line(1, NOW + timedelta(days=7)))
    assert reminders(soon) == [3, 2, 1, 0]
    (past,) = events(line(1, NOW - timedelta(days=1)))
    assert reminders(past) == []


def test_an_event_keeps_its_id_when_its_deadline_moves() -> None:
    first, later = (
        line(1, NOW + timedelta(days=9)),
        line(99, NOW + timedelta(days=80), address="A1@example.com"),
    )
    (before,), (after,) = events(first), events(later, now=NOW + timedelta(days=3))
    assert before["UID"] == after["UID"]
    assert before.start != after.start


def test_one_cause_is_one_event() -> None:
    at = NOW + timedelta(days=20)
    together = [line(number, at, client="Branches") for number in range(12)]
    (event,) = events(*together)
    assert str(event["SUMMARY"]) == "Branches (12 mailboxes): sending stops"
    assert str(event["DESCRIPTION"]).count("@example.com") == 12
    moved = [line(number, at + timedelta(days=365), client="Branches") for number in range(3)]
    assert events(*moved)[0]["UID"] == event["UID"]
    many = events(*(line(number, at, client="Branches") for number in range(60)))
    assert str(many[0]["DESCRIPTION"]).endswith("and 10 more")


def test_two_causes_of_one_client_have_different_ids() -> None:
    secret = [line(number, NOW + timedelta(days=20), client="Branches") for number in (1, 2)]
    other = [line(n, NOW + timedelta(days=30), client="Branches", reason="It ends.") for n in (3, 4)]
    found = events(*secret, *other)
    assert len({str(event["UID"]) for event in found}) == len(found) == 3


def test_an_empty_desk_is_a_calendar_too() -> None:
    assert events() == []
    assert deadlines_calendar([], NOW).startswith(b"BEGIN:VCALENDAR\r\n")


@given(
    name=st.text(max_size=60),
    address=st.text(max_size=60),
    reason=st.text(max_size=200),
    days=st.integers(-400, 4_000),
)
def test_hostile_names_are_read_back_harmless(name: str, address: str, reason: str, days: int) -> None:
    found = events(line(1, NOW + timedelta(days=days), name=name, address=address, reason=reason))
    assert len(found) == 1
    said = f"{found[0]['SUMMARY']}{found[0]['DESCRIPTION']}"
    assert all(char.isprintable() or char == "\n" for char in said)
    assert len(found[0].walk("VALARM")) <= len(REMINDER_DAYS)


def test_a_name_cannot_add_a_property() -> None:
    (event,) = events(line(1, NOW + timedelta(days=1), name="x\r\nATTACH:http://example.net/\r\nSUMMARY:y"))
    assert "ATTACH" not in event
