"""What the list of checks says."""

from __future__ import annotations

from datetime import timedelta

from store.checks import CheckStep, Outcome
from tests.tui.rows import NOW, failed_steps, passed_steps, run
from tui import check_list
from tui.check_list import cells, finding, headline
from tui.live_tests import LiveTest, LiveTests


def told(record: object) -> list[str]:
    return [cell.text for cell in cells(record, NOW)]  # type: ignore[arg-type]  # a run or a live test


def test_cells_of_a_passed_run() -> None:
    assert told(run(passed_steps(), started_at=NOW - timedelta(days=3))) == [
        "✓ passed",
        "Billing",
        "3 d ago",
        "431 ms",
        "",
        "",
    ]


def test_cells_of_a_failed_run() -> None:
    *before, cause = told(run(failed_steps()))
    assert before == ["✗ failed", "Billing", "4 min ago", "431 ms", "Sign-in"]
    assert cause == finding(run(failed_steps())) != ""


def test_cells_of_a_stopped_run() -> None:
    steps = (*passed_steps()[:3], CheckStep("certificate", Outcome.CANCELLED, 0.0))
    assert told(run(steps, outcome=Outcome.CANCELLED)) == [
        "■ stopped",
        "Billing",
        "4 min ago",
        "431 ms",
        "Certificate",
        "",
    ]


def test_cells_of_a_running_test() -> None:
    live = LiveTest(1, "Billing", ("resolve", "connect"), NOW, current="starttls")
    assert told(live) == ["↻ running", "Billing", "now", "", "", "STARTTLS"]
    assert told(LiveTest(1, "Billing", ("resolve",), NOW))[-1] == ""


def test_every_row_has_all_its_cells() -> None:
    for record in (run(passed_steps()), run(failed_steps()), LiveTest(1, "x", (), NOW)):
        assert len(told(record)) == len(check_list.COLUMNS)


def test_a_rung_of_a_newer_store_is_shown_as_it_is() -> None:
    steps = (CheckStep("quantum", Outcome.FAILED, 1.0, "no", (), "from-tomorrow"),)
    assert told(run(steps))[4] == "quantum"


def test_headline_counts() -> None:
    idle = LiveTests()
    assert headline(idle, 0) == "0 checks kept"
    assert headline(idle, 1) == "1 check kept"
    assert headline(idle, 4_200) == "4,200 checks kept"


def test_headline_while_tests_run_and_after() -> None:
    live = LiveTests()
    assert live.accept([1, 2, 3]) == [1, 2, 3]
    assert headline(live, 9) == "0 of 3 tested · Esc stops"
    live.ended, live.failed = 2, 1
    assert headline(live, 9) == "2 of 3 tested, 1 failed · Esc stops"
    live._waiting.clear()
    live.ended = 3
    assert headline(live, 9) == "3 tested: 2 passed, 1 failed · 9 checks kept"
    live.ended = 2
    assert headline(live, 9) == "2 tested: 1 passed, 1 failed, 1 stopped · 9 checks kept"


def test_what_is_being_tested_is_not_taken_up_twice() -> None:
    live = LiveTests()
    assert live.accept([1, 2, 2]) == [1, 2]
    assert live.accept([2, 3]) == [3]
    assert live.asked == 3
    assert live.accept([1]) == []
