"""The mail that asks an owner for consent: who asks, what to press, as whom, until when, and what then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from live.outgoing.consent_letter import WIDTH, Asking, moment, shown, subject, text

LINK = SecretStr("https://login.example.com/authorize?state=planted-state&scope=" + "x" * 600)
ASKING = Asking(
    address="support@example.com",
    sign_in_as="boss@example.com",
    provider="office365",
    asked_by="Ada Lovelace",
    link=LINK,
    ends_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
    comes_back=False,
    callback="http://localhost:8400",
    unverified=True,
)


def flowing(asking: Asking) -> str:
    return " ".join(text(asking).split())


def test_all_that_an_owner_must_know_is_there() -> None:
    told = flowing(ASKING)
    assert "Ada Lovelace looks after the mailbox support@example.com" in told
    assert f"The link is good until {moment(ASKING.ends_at)}." in told
    assert "It leads to Microsoft (login.example.com):" in told
    assert LINK.get_secret_value() in told
    assert "Sign in as boss@example.com, and as nobody else." in told
    assert 'Press "Accept".' in told
    assert "(it begins with http://localhost:8400), and send it back at once" in told
    assert "support@example.com" in subject(ASKING)
    assert "\n" not in subject(ASKING)


def test_where_the_answer_comes_back_by_itself_nothing_is_to_be_sent_back() -> None:
    told = flowing(replace(ASKING, comes_back=True))
    assert "The page then says that it is done." in told
    assert "send it back" not in told


def test_google_may_warn_of_an_app_of_ones_own() -> None:
    google = replace(ASKING, provider="gmail")
    assert "has not verified the app" in flowing(google)
    assert "Leave every box ticked" in flowing(google)
    assert "has not verified" not in flowing(replace(google, unverified=False))
    assert "has not verified" not in flowing(ASKING)


@pytest.mark.parametrize("provider", ["gmail", "office365", "custom"])
def test_the_link_stands_whole_on_a_line_and_all_others_are_short(provider: str) -> None:
    lines = text(replace(ASKING, provider=provider)).split("\n")
    assert LINK.get_secret_value() in lines
    assert all(len(line) <= WIDTH for line in lines if line != LINK.get_secret_value())
    steps = [line[0] for line in lines if line[1:3] == ". "]
    assert steps == [str(number) for number in range(1, len(steps) + 1)]


def test_a_screen_shows_where_the_link_leads_and_not_its_state() -> None:
    assert shown(LINK) == f"https://login.example.com/authorize?… ({len(LINK):,} characters)"
    assert "planted" not in text(ASKING, link=shown(LINK))
    assert "planted" not in repr(ASKING)
