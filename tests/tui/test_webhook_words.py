"""What is said of webhooks and deliveries: pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.deliveries import DeliveryLine, DeliveryState, Which
from store.settings import Settings
from store.webhook_kinds import Event, RawSource, Style
from store.webhook_tables import COUNTED
from store.webhooks import Endpoint, EndpointFields, Health
from tests.live.webhooks.kit import SECRET
from tests.tui.rows import NOW
from tui import delivery_list, delivery_search, webhook_list, webhook_saving, webhook_words
from tui.delivery_search import SearchError, parse
from tui.widgets.text_view import TextLine, wrapped

URL = "https://hooks.example.com/in"


def endpoint(name: str = "Helpdesk", *, health: Health | None = None, **more: Any) -> Endpoint:
    about: dict[str, Any] = {"has_secret": True, "is_rotating": False, "off_why": ""}
    about |= {key: more.pop(key) for key in tuple(more) if key in about}
    fields = EndpointFields(name, URL, (Event.EMAIL_RECEIVED,), **more)
    return Endpoint(1, 1, NOW, NOW, fields=fields, health=health or Health(), **about)


def line(**more: Any) -> DeliveryLine:
    values: dict[str, Any] = {
        "id": 7,
        "webhook_id": 1,
        "webhook_name": "Helpdesk",
        "event": "email.received",
        "at": NOW - timedelta(hours=3),
        "asset_id": 1,
        "asset_name": "Billing",
        "state": DeliveryState.WAITING,
        "tries": 0,
        "next_at": None,
        "under_way": False,
        "done_at": None,
        "status": None,
        "words": "",
    }
    return DeliveryLine(**values | more)


def test_the_words_are_those_of_the_store() -> None:
    assert [*webhook_words.EVENTS] == [event for event in Event if event is not Event.TEST_PING]
    assert [*webhook_words.STYLES] == [*Style]
    assert [*webhook_words.RAWS] == [*RawSource]
    assert {*webhook_words.DELIVERY_LOOKS} == {*DeliveryState}
    assert {*delivery_list.STATES} == {"", *DeliveryState}
    assert webhook_words.COUNTED == COUNTED


@pytest.mark.parametrize(
    ("one", "words", "tone"),
    [
        (endpoint(health=Health(last_ok_at=NOW)), "✓ well", "good"),
        (endpoint(), "○ unused", "quiet"),
        (endpoint(health=Health(failures=2)), "✗ failing", "bad"),
        (endpoint(enabled=False), "○ off", "quiet"),
        (endpoint(enabled=False, off_why="It answered 410 Gone."), "✗ stopped", "bad"),
        (endpoint(has_secret=False), "✗ no secret", "bad"),
    ],
)
def test_how_a_webhook_is(one: Endpoint, words: str, tone: str) -> None:
    assert webhook_words.state_words(one) == words
    assert webhook_words.look(one)[2] == tone
    assert webhook_list.cells(one, NOW)[0].text == words


def test_those_that_need_somebody_come_first() -> None:
    ill = endpoint("Ill", health=Health(failures=1, waiting=12, waiting_since=NOW - timedelta(hours=3)))
    well = endpoint("Well", health=Health(last_ok_at=NOW, dead=3))
    off = endpoint("Off", enabled=False)
    found = webhook_list.ordered([off, well, ill])
    assert [one.name for one in found] == ["Ill", "Well", "Off"]
    words = "1 endpoint is failing · 12 wait, oldest 3 h · 3 dead letters · 1 well · 1 off"
    assert webhook_list.headline(found, NOW) == words
    assert webhook_list.cells(ill, NOW)[2].text == "12, 3 h"
    assert webhook_list.chosen(found, "HOOKS.example off") == [off]


def test_a_count_that_ended_early_says_so() -> None:
    much = endpoint(health=Health(failures=1, waiting=COUNTED, dead=COUNTED))
    assert webhook_list.headline([much], NOW) == "1 endpoint is failing · 10,000+ wait · 10,000+ dead letters"
    assert webhook_list.cells(much, NOW)[3].text == "10,000+"
    assert "10,000+ deliveries that wait for it are lost." in webhook_words.removal(much)
    one = endpoint(health=Health(waiting=1))
    assert "1 delivery that waits for it is lost." in webhook_words.removal(one)


def test_what_to_do_is_said_beside_the_state() -> None:
    rests = Health(failures=3, last_words="It answered 503.", rests_until=NOW + timedelta(minutes=41))
    labels = [one.text.split("  ")[0] for one in webhook_list.below(endpoint(health=rests), {}, NOW)]
    assert labels[:4] == ["State", "Failed since", "What to do", "URL"]
    assert "in 41 min" in webhook_list.below(endpoint(health=rests), {}, NOW)[2].text
    over = replace(rests, rests_until=NOW - timedelta(minutes=1))
    assert not [one for one in webhook_list.below(endpoint(health=over), {}, NOW) if "Left alone" in one.text]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "○ waiting"),
        ({"tries": 2}, "! retrying"),
        ({"under_way": True, "tries": 2}, "↻ under way"),
        ({"state": DeliveryState.HELD}, "· held"),
        ({"state": DeliveryState.DONE}, "✓ done"),
        ({"state": DeliveryState.DEAD}, "✗ dead"),
    ],
)
def test_how_a_delivery_stands(more: dict[str, Any], words: str) -> None:
    assert delivery_list.cells(line(**more), NOW)[3].text == words


def test_the_next_try_stands_before_what_came_of_the_last() -> None:
    told = delivery_list.came(line(next_at=NOW + timedelta(minutes=5), words="It answered 500."), NOW)
    assert told == "Next try in 5 min. It answered 500."


# What is typed


def test_a_filter() -> None:
    typed = parse('state:de event:email.b asset:"Returns EU" after:2d half "two words"', NOW)
    assert typed.asset == "Returns EU"
    assert typed.which == Which(
        state=DeliveryState.DEAD,
        event=Event.EMAIL_BOUNCED,
        since=NOW - timedelta(days=2),
        words=("half", "two words"),
    )
    names = {"Returns EU": 3, "Returns US": 4}
    assert typed.resolved(names).asset_id == names["Returns EU"]
    assert parse("asset:returns", NOW).which == Which()
    with pytest.raises(SearchError, match="2 assets begin so"):
        parse("asset:returns", NOW).resolved(names)


@given(st.text(max_size=80))
def test_any_text_is_a_filter_or_is_refused_in_words(text: str) -> None:
    try:
        parse(text, NOW)
    except SearchError as error:
        assert str(error)  # noqa: PT017


def test_a_filter_is_bounded() -> None:
    with pytest.raises(SearchError, match="at most"):
        parse("x" * (delivery_search.TEXT_CHARACTERS + 1), NOW)
    assert len(parse("x " * 100, NOW).which.words) == delivery_search.WORDS


def remarked(before: Endpoint | None, draft: EndpointFields, secret: Any = SECRET) -> list[tuple[str, str]]:
    found = webhook_saving.remarks(before, draft, secret, Settings())
    return [(remark.field, remark.severity) for remark in found]


def test_what_is_wrong_with_a_webhook() -> None:
    good = EndpointFields("Helpdesk", URL, (Event.EMAIL_RECEIVED,))
    assert remarked(None, good) == []
    bad = EndpointFields(" ", "http://hooks.example.com", (), asset_ids=())
    assert remarked(None, bad) == [
        ("name", "error"),
        ("url", "error"),
        ("events", "error"),
        ("asset_ids", "error"),
    ]
    platform = replace(good, style=Style.PLATFORM_SHA256)
    assert remarked(endpoint(), platform, None) == [(webhook_saving.NO_SECRET, "error")]
    sha512 = replace(good, style=Style.PLATFORM_SHA512)
    assert remarked(endpoint(style=Style.PLATFORM_SHA256), sha512, None) == []
    confirms = replace(good, opt_in_confirmation=True, raw=RawSource.LINK)
    assert remarked(None, confirms) == [("opt_in_confirmation", "warning"), ("raw", "warning")]


# The text's rows


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z", "M"]) | st.just(" "), max_size=200))
def test_a_hanging_line_loses_nothing(text: str) -> None:
    width, hang = 30, 8
    found = wrapped([TextLine(text, hang=hang)], width)
    assert "".join("".join(row.text for row in found).split()) == "".join(text.split())
    assert all(row.text.startswith(" " * hang) for row in found[1:])
