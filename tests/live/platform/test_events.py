"""The platform's events are read with every trap that their documentation has."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.platform.events import MOST_ATTACHMENTS, EventUnreadable, PlatformMail, mail_of, read
from tests.live.platform.kit import CONTENT, body_of, event


def mail(**more: Any) -> PlatformMail:
    found = mail_of(event(**more))
    assert found is not None
    return found


def test_the_documented_event() -> None:
    found = read(body_of(ts="2026-11-24T10:00:00.123+05:30"))
    assert found is not None
    assert found.sender == "ann@example.net"
    assert found.to == (("Help desk", "Help.desk@example.com"),)
    assert (found.subject, found.text, found.html) == tuple(CONTENT.values())
    zone = timezone(timedelta(hours=5, minutes=30))
    assert found.at == datetime(2026, 11, 24, 10, 0, 0, 123_000, zone)
    assert found.transaction == "7a1c2e7e-8a52-4f3e-9d8c-2f0f5be0a001"
    assert "Where" in repr(found)
    assert "has not come" not in repr(found)


def test_bodies_that_are_escaped_twice() -> None:
    once = {name: json.dumps(text)[1:-1] for name, text in CONTENT.items()}
    found = mail(**once)
    assert (found.text, found.html) == (CONTENT["textMessage"], CONTENT["htmlMessage"])


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a path: C:\\new\nand a line", ""),
        ("C:\\new", '<a href="x">'),
        ("C:\\data", ""),
        ("plain", "<p>plain</p>"),
        ('say "\\n"', ""),
    ],
)
def test_bodies_that_are_escaped_once_stay_as_they_are(text: str, html: str) -> None:
    found = mail(textMessage=text, htmlMessage=html)
    assert (found.text, found.html) == (text, html)


@given(st.text(), st.text())
def test_either_way_of_escaping_gives_the_same_text(text: str, html: str) -> None:
    html = f'<p title="{html}">'  # whatever a mail program writes has a quotation mark
    twice = mail(textMessage=json.dumps(text)[1:-1], htmlMessage=json.dumps(html)[1:-1])
    once = mail(textMessage=text, htmlMessage=html)
    assert (twice.text, twice.html) == (once.text, once.html) == (text, html)


@pytest.mark.parametrize(
    "to",
    [
        '["Desk <a@example.com>", "b@example.com"]',
        ["Desk <a@example.com>", "b@example.com"],
        json.dumps('["Desk <a@example.com>", "b@example.com"]'),
        "Desk <a@example.com>, b@example.com",
        '["Desk\n <a@example.com>", "b@example.com"]',
        [{"email": "a@example.com"}, {"address": "b@example.com"}],
    ],
)
def test_recipients_in_every_form(to: Any) -> None:
    assert mail(to=to).addresses == ("a@example.com", "b@example.com")


@pytest.mark.parametrize("to", [None, "", "[]", "[", "[[]]", "[null, 7, true]", {}, {"x": 1}, 7, True])
def test_recipients_that_are_none(to: Any) -> None:
    assert mail(to=to).addresses == ()


def test_attachments_in_a_string() -> None:
    told = [{"name": "a.pdf", "contentType": "application/pdf", "url": "https://files.example.com/a"}]
    for given_ in (json.dumps(told), told):
        (found,) = mail(attachments=given_).attachments
        assert (found.name, found.content_type, found.url) == tuple(told[0].values())
    assert len(mail(attachments=json.dumps(told * 1_000)).attachments) == MOST_ATTACHMENTS


@pytest.mark.parametrize(
    ("ts", "at"),
    [
        ("2026-11-24T10:00:00Z", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("2026-11-24T10:00:00.5+0530", datetime(2026, 11, 24, 4, 30, 0, 500_000, UTC)),
        (1_795_514_400_000, datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("1795514400", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("2026-11-24T10:00:00", None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        (True, None),
        (1e300, None),
        ({}, None),
    ],
)
def test_times(ts: Any, at: datetime | None) -> None:
    assert mail(ts=ts).at == at


@pytest.mark.parametrize(
    "more",
    [
        {"event": "Subscribe"},
        {"event": "Unsubscribe", "event_identifier": "MO"},
        {"event": "Submitted", "event_identifier": "DR"},
        {"channel": "SMS"},
        {"event": None, "event_identifier": None, "from": None},
        {"event": 7, "event_identifier": []},
    ],
)
def test_what_is_no_mail(more: dict[str, Any]) -> None:
    assert mail_of(event(**more)) is None


def test_an_event_that_does_not_say_what_it_is_is_known_by_its_fields() -> None:
    bare = {"event": None, "event_identifier": None, "channel": None, "channel_identifier": None}
    assert mail(**bare).sender == "ann@example.net"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[1]", "no object"),
        (b'"x"', "no object"),
        (b"[" * 200_000, "nested"),
        (b'{"a":' * 100_000, "nested"),
        (b'{"from": ' + b"9" * 5_000 + b"}", "not JSON"),
    ],
    ids=["empty", "broken", "list", "string", "deep list", "deep object", "long number"],
)
def test_what_is_no_event(body: bytes, why: str) -> None:
    with pytest.raises(EventUnreadable, match=why):
        read(body)


def test_a_slip_in_the_encoding_loses_nothing_else() -> None:
    found = read(body_of().replace(b"order", b"ord\xe9r"))
    assert found is not None
    assert found.subject == "Where is my ord\N{REPLACEMENT CHARACTER}r?"
    assert read(b"\xef\xbb\xbf" + body_of()) == read(body_of())


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted([*event(), "cc", "senderName", "postroom", "ts"])), values))
def test_nothing_that_json_can_say_is_an_error(told: dict[str, Any]) -> None:
    mail_of(event(**told))
