"""A check drawn as a ladder: what is said, and that it fits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from store.check_changes import Change
from store.checks import CheckStep, Outcome
from tests.tui.rows import NOW, failed_steps, passed_steps, run
from tui import diagnosis_text
from tui.live_tests import LiveTest
from tui.widgets.ladder_view import Ladder, drawn

CHANGES = (Change("certificate", "names", "smtp.gmail.com", "mx.example.net"),)
FAILED = Ladder.of_run(run(failed_steps()), CHANGES)
PASSED = Ladder.of_run(run(passed_steps()))
PARTS = ("What happened", "Why", "What to do", "Who can do it", "Trying again", "Since it worked")


def lines(content: Content) -> list[str]:
    return content.plain.split("\n")


def test_a_passed_ladder_has_a_line_for_every_rung() -> None:
    told = lines(drawn(PASSED, 76, NOW, height=20))
    assert told[0].startswith("Billing  ✓ passed after 431 ms  4 min ago, 20")
    assert [line[:1] for line in told[1:]] == ["✓"] * len(PASSED.rungs)
    assert "Sign-in" in told[7]
    assert "mechanism PLAIN" in told[7]


def test_a_failed_ladder_explains_itself() -> None:
    told = drawn(FAILED, 76, NOW, height=40).plain
    places = [told.index(part) for part in PARTS]
    assert places == sorted(places)
    assert "535-5.7.8 Username and Password not accepted." in told
    assert "Certificate names: smtp.gmail.com → mx.example.net" in " ".join(told.split())
    assert "not tried" in told


@pytest.mark.parametrize("height", [9, 12, 13])
def test_where_room_is_scarce_the_explanation_is_what_is_seen(height: int) -> None:
    """At 80×24 the panes leave nine to fourteen lines to the ladder."""
    told = lines(drawn(FAILED, 76, NOW, height=height))[:height]
    assert told[1].startswith("✓ passed: Resolve, Connect, TLS")
    seen = [part for part in PARTS if any(line.strip().startswith(part) for line in told)]
    assert seen[:2] == ["What happened", "Why"]
    if height > 9:
        assert "Who can do it" in seen
        assert "What to do" in seen


def test_the_full_view_has_facts_and_transcript() -> None:
    told = drawn(FAILED, 76, NOW).plain
    assert "2001:db8::10" in told
    assert "Source" in told
    assert "C: AUTH PLAIN ********" in told
    assert "Transcript, credentials replaced" in told


def test_a_running_ladder_shows_where_it_is() -> None:
    rungs = tuple(step.name for step in passed_steps())
    live = LiveTest(1, "Billing", rungs, NOW, list(passed_steps()[:2]), current="tls")
    told = lines(drawn(Ladder.of_live(live), 76, NOW, height=20))
    assert told[0] == "Billing  ↻ running"
    assert [line[:1] for line in told[1:]] == ["✓", "✓", "↻", "·", "·", "·", "·", "·"]


def test_a_stopped_ladder_says_where() -> None:
    steps = (*passed_steps()[:3], CheckStep("certificate", Outcome.CANCELLED, 0.0))
    told = lines(drawn(Ladder.of_run(run(steps, outcome=Outcome.CANCELLED)), 76, NOW, height=20))
    assert told[0].startswith("Billing  ■ stopped")
    assert told[4].startswith("■ Certificate")
    assert told[4].endswith("stopped")


def test_a_server_that_said_nothing() -> None:
    steps = (CheckStep("banner", Outcome.FAILED, 30_000.0, "", (), "any-banner-timeout"),)
    told = drawn(Ladder.of_run(run(steps)), 76, NOW, height=30).plain
    assert "said nothing" in told


@pytest.mark.parametrize("ladder", [FAILED, PASSED], ids=["failed", "passed"])
@pytest.mark.parametrize("height", [None, 8, 13, 40])
def test_no_line_is_wider_than_the_screen(ladder: Ladder, height: int | None) -> None:
    for width in range(20, 301, 7):
        for line in lines(drawn(ladder, width, NOW, height=height)):
            assert cell_len(line) <= max(width, 38), (width, line)


@given(words=st.text(max_size=300), fact=st.text(max_size=60), name=st.text(max_size=40))
def test_any_words_can_be_drawn(words: str, fact: str, name: str) -> None:
    steps = (CheckStep("ehlo", Outcome.FAILED, 1.0, words, ((fact, words),), None),)
    hostile = replace(Ladder.of_run(run(steps, transcript=words)), asset_name=name)
    for height in (None, 10):
        told = drawn(hostile, 60, NOW, height=height).plain
        assert all(cell_len(line) <= 60 for line in told.split("\n"))
        assert not set("\x1b\x9b\u202e\x07\r") & set(told)


def test_the_diagnosis_as_text_can_be_sent_on() -> None:
    told = diagnosis_text.as_text(run(failed_steps()), CHANGES).splitlines()
    assert told[0].startswith("Connection test of Billing, 20")
    assert told[0].endswith(": failed")
    assert told[1] == "Stopped at: Sign-in"
    assert [line.partition(":")[0] for line in told if line[:2] != "  "][2:] == [
        "What happened",
        *["535 5.7.8  https"],
        "Why",
        "What to do",
        "Who can do it",
        "Trying again",
        "Changed since it last worked",
    ]
    assert diagnosis_text.as_text(run(passed_steps())).count("\n") == 0
