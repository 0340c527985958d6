"""Each benchmark runs at its smallest, and prints its figures; how large they are is for a quiet machine."""

from __future__ import annotations

import shutil

import pytest

from tests.bench import (
    agent_at_rest,
    connection_tests,
    filtering,
    first_frame,
    hook_latency,
    inbound_reading,
    inbound_writing,
    refresh,
    tokens,
    webhooks,
    wire,
)
from tests.bench.harness import Row, in_turns, process_cost, report


def figures(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was printed, without the heading."""
    return capsys.readouterr().out.strip().splitlines()[2:]


def test_first_frame(capsys: pytest.CaptureFixture[str]) -> None:
    assert first_frame.main(["--repetitions", "1", "--assets", "3"]) in (0, 1)
    empty, few, usable, version = figures(capsys)
    assert all(" ms (" in line for line in (empty, few, usable, version))
    assert "list usable, 3 assets" in usable
    assert "--version" in version


def test_wire(capsys: pytest.CaptureFixture[str]) -> None:
    assert wire.main(["--repetitions", "1", "--assets", "60", "--idle", "0.1"]) in (0, 1)
    down, settled, page, page_settled, idle = figures(capsys)
    assert "each ≤ 1,000 bytes" in down
    assert "each ≤ 12,000 bytes" in page
    assert "≤ 2×" in settled
    assert " ms (" in page_settled
    assert "idle for 0.1 s" in idle


def test_filtering(capsys: pytest.CaptureFixture[str]) -> None:
    assert filtering.main(["--repetitions", "1", "--assets", "20", "--typed", "b"]) in (0, 1)
    alone, repaint = figures(capsys)
    assert "filter alone, each key" in alone
    assert "key to settled repaint" in repaint


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
def test_connection_tests(capsys: pytest.CaptureFixture[str]) -> None:
    assert connection_tests.main(["--repetitions", "1", "--tests", "2"]) in (0, 1)
    wall, processor, *whole = figures(capsys)
    assert wall.split()[:2] == ["wall", "time"]
    assert processor.split()[:2] == ["processor", "time"]
    assert all("with start-up" in line for line in whole)


def test_without_swaks_it_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert connection_tests.main([]) == 0
    assert "skipped: there is no swaks" in capsys.readouterr().out


def test_refresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh.main(["--repetitions", "1", "--assets", "30", "--delay", "0.01"]) in (0, 1)
    wall, memory, processor, alone = figures(capsys)
    assert "≤ 1.5×" in wall
    assert "≤ 1.5×" in memory
    assert " s (" in processor
    assert "nothing else" in alone


def test_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    assert tokens.main(["--repetitions", "1", "--assets", "300", "--idle", "0.5"]) in (0, 1)
    opened, idle, core = figures(capsys)
    assert "≤ 1.5×" in opened
    assert "each ≤ 0 bytes" in idle
    assert "each ≤ 2 %" in core


def test_inbound_writing(capsys: pytest.CaptureFixture[str]) -> None:
    assert inbound_writing.main(["--repetitions", "1", "--commits", "2", "--beside", "600"]) in (0, 1)
    small, large, _, _, _, beside = figures(capsys)
    assert small.split()[:2] == ["4,096", "octets"]
    assert large.split()[:2] == ["51,200", "octets"]
    assert "≤ 1.6×" in beside


def test_inbound_reading(capsys: pytest.CaptureFixture[str]) -> None:
    assert inbound_reading.main(["--repetitions", "1", "--messages", "1_100", "--shared", "300"]) in (0, 1)
    lines = figures(capsys)
    names = ("first page", "End", "count", "a rare word", "the worst prefix", "bounces")
    assert all(any(line.strip().startswith(name) for line in lines) for name in names)


def test_webhooks(capsys: pytest.CaptureFixture[str]) -> None:
    assert webhooks.main(["--repetitions", "1", "--events", "40", "--delay", "0.01"]) in (0, 1)
    wall, *rest = figures(capsys)
    assert "≤ 1.5×" in wall
    assert any("≤ 1.1×" in line for line in rest)


def test_hook_latency(capsys: pytest.CaptureFixture[str]) -> None:
    assert hook_latency.main(["--messages", "1"]) in (0, 1)
    median, _slowest = figures(capsys)
    assert "≤ 200 ms" in median


def test_agent_at_rest(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ["--assets", "20", "--messages", "300", "--endpoints", "2"]
    assert agent_at_rest.main([*sizes, "--settle", "0.5", "--seconds", "0.5"]) in (0, 1)
    core, memory, _before = figures(capsys)
    assert "each ≤ 1 %" in core
    assert "each ≤ 200 MB" in memory


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (Row("ratio kept", [3, 3, 9], "ms", [2, 2, 2], most_times=1.5), 0),
        (Row("ratio exceeded", [4, 4, 1], "ms", [2, 2, 2], most_times=1.5), 1),
        (Row("every one counts", [9, 10, 11], "bytes", most=10), 1),
        (Row("nothing is held against it", [9], "ms", [1]), 0),
    ],
)
def test_the_exit_status_tells_whether_a_limit_was_exceeded(row: Row, status: int) -> None:
    assert report("A title", "other", [row]) == status


def test_ours_and_the_other_are_measured_in_turns() -> None:
    calls: list[str] = []
    ours, other = in_turns(3, lambda: calls.append("ours"), lambda: calls.append("other"))
    assert calls == ["ours", "other"] * 3
    assert len(ours) == len(other) == 3


def test_a_program_that_fails_is_not_measured() -> None:
    with pytest.raises(RuntimeError, match="ended with status 1"):
        process_cost(["false"])
