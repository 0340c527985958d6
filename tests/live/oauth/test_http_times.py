"""What the times that a server tells are taken for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from live.oauth.http import OAuthHttp
from live.oauth.http_answer import LONGEST_WAIT, clock_words
from tests.live.oauth.kit import NOON, SHORT, reply, serving, tokens
from tests.live.oauth.posting import FORM


@pytest.mark.parametrize(
    ("date", "skew", "off"),
    [
        ("Mon, 02 Mar 2026 12:00:00 GMT", 0, False),
        ("Mon, 02 Mar 2026 11:50:00 GMT", 600, True),
        ("Mon, 02 Mar 2026 12:05:00 GMT", -300, True),
        ("Mon, 02 Mar 2026 12:04:59 GMT", -299, False),
        ("Monday, 02-Mar-26 11:00:00 GMT", 3600, True),
        ("soon", None, False),
        ("Mon, 99 Mar 2026 12:00:00 GMT", None, False),
        ("", None, False),
    ],
)
async def test_the_servers_date_tells_of_a_clock_that_is_off(
    date: str, skew: float | None, off: bool
) -> None:
    async with (
        serving(reply(tokens(), "200 OK", f"Date: {date}")) as server,
        OAuthHttp(SHORT, clock=lambda: NOON) as http,
    ):
        answer = await http.post(server.url(), FORM)
    assert answer.skew_seconds == skew
    assert answer.clock_off is off


def test_a_clock_that_is_off_is_said_in_minutes() -> None:
    assert clock_words(600) == "This machine's clock is 10 minutes ahead of the authorization server's."
    assert clock_words(-7_201) == "This machine's clock is 120 minutes behind the authorization server's."


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999999", LONGEST_WAIT),
        ("99999999999999999999", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("Mon, 02 Mar 2026 12:01:30 GMT", 90),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
        ("Tue, 02 Mar 2027 12:00:00 GMT", LONGEST_WAIT),
    ],
)
async def test_retry_after_goes_by_the_servers_own_clock(
    http: OAuthHttp, said: str, seconds: float | None
) -> None:
    date = "Date: Mon, 02 Mar 2026 12:00:00 GMT"
    async with serving(reply(b"", "503 Busy", date, f"Retry-After: {said}")) as server:
        assert (await http.post(server.url(), FORM)).retry_after == seconds


async def test_retry_after_without_a_date_goes_by_ours(http: OAuthHttp) -> None:
    at = (datetime.now(NOON.tzinfo) + timedelta(seconds=100)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    async with serving(reply(b"", "503 Busy", f"Retry-After: {at}")) as server:
        seconds = (await http.post(server.url(), FORM)).retry_after
    assert seconds is not None
    assert 90 < seconds <= 100
