"""The forwarding check and heartbeats by keys and on the command line, with an agent that really receives."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Static

from live.rehearsal.desk import tell_forwarding
from live.rehearsal.endpoints import Endpoints
from store import asset_lines, heartbeats, leases
from store.checks import FORWARDING
from store.database import Store
from tests.store.kit import PATIENCE_S, ROOT
from tests.tui.command_line import InProcess
from tests.tui.person import Person, at_console
from tui.commandline import grammar_heartbeat
from tui.dialogs.base import Question
from tui.dialogs.run_screen import RunScreen
from tui.live_tests import LiveTest
from tui.widgets.ladder_view import LadderView


@pytest.fixture
def received(desk_store: Path, endpoints: Endpoints) -> Iterator[Path]:
    """A desk whose mailboxes forward, as their samples want it, to an agent in a process of its own."""
    agent = subprocess.Popen(
        [sys.executable, "-m", "tui", "--store", str(desk_store), "agent"],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    store = Store.open(desk_store)
    try:
        until = time.monotonic() + PATIENCE_S
        while not ((lease := leases.look(store)) and lease.addresses("receiver")):
            assert time.monotonic() < until
            assert agent.poll() is None
            time.sleep(0.05)
        port = int(lease.addresses("receiver")[0].rpartition(":")[2])
        tell_forwarding(endpoints.authorization, asset_lines.lines(store), port)
        yield desk_store
    finally:
        store.close()
        agent.terminate()
        agent.wait(PATIENCE_S)


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


def ladder(person: Person) -> str:
    view = person.console.screen.query_one(LadderView)
    return " ".join(str(view.query_one("#ladder", Static).content).split())


async def ended(person: Person, count: int = 1) -> None:
    await person.until(lambda: person.pane.id == "checks" and person.console.tests.ended >= count, "the end")
    await person.until(lambda: not person.console.tests.busy, "rest")
    await person.until(
        lambda: (
            getattr(person.pane.table.current, "kind", "") == FORWARDING
            and not isinstance(person.pane.table.current, LiveTest)
        ),
        "a recorded check",
    )
    await person.settled()


async def test_by_one_key_and_opened_like_other_checks(received: Path) -> None:
    async with at_console(received, size=(120, 40)) as person:
        await person.goes_to("Press")
        await person.press("f")
        await ended(person)
        assert "Press ✓ forwarding check passed" in ladder(person)
        for title in ("Receiver", "Probe sent", "At the mailbox", "Forwarded", "Arrived here"):
            assert f"✓ {title}" in ladder(person)
        await person.press("enter")
        await person.at(RunScreen)
        assert "Forwarding check of Press" in person.lines[0]
        assert "through" in ladder(person)
        assert "by the mailbox's server of press@example.net" in ladder(person)
        await person.press("escape")
        await person.press("a")
        await person.sees("Press")
        await person.sees("checked now: ✓ passed")


async def test_what_is_wrong_is_explained_and_checked_again(received: Path) -> None:
    async with at_console(received, size=(80, 24)) as person:
        await person.goes_to("Returns EU")
        await person.press("enter")
        await person.sees("Never tested")
        await person.press("f")
        await ended(person)
        assert "forwarding check failed" in ladder(person)
        assert "550 5.7.520 Access denied" in ladder(person)
        assert "The organisation does not allow external forwarding" in ladder(person)
        await person.press("x")
        await person.is_told("the diagnosis")
        await person.press("t")
        await person.until(lambda: person.console.tests.asked == 1 and not person.console.tests.busy, "again")
        await ended(person)


async def test_marked_assets_are_checked_together_and_escape_stops(received: Path) -> None:
    async with at_console(received, size=(120, 40)) as person:
        for name in ("Careers", "Partners", "Billing"):
            await person.goes_to(name)
            await person.press("space")
        await person.press("f")
        await person.until(lambda: person.console.tests.ended == 1, "Billing's probe")
        await person.until(
            lambda: any("waiting for" in test.note for test in person.console.tests.running.values()),
            "a word",
        )
        await person.press("escape")
        await person.until(lambda: not person.console.tests.busy, "rest")
        await person.sees("2 stopped")


async def test_without_an_agent_it_is_said_before_anything_is_sent(desk_store: Path) -> None:
    async with at_console(desk_store, size=(120, 40)) as person:
        await person.goes_to("Press")
        await person.press("f")
        await ended(person)
        assert "✗ Receiver" in ladder(person)
        assert "No agent runs, so nobody receives" in ladder(person)
        assert "Probe sent" not in ladder(person)


async def test_many_are_asked_about_first(desk_store: Path) -> None:
    async with at_console(desk_store, size=(120, 40)) as person:
        await person.press("asterisk")
        await person.press("f")
        await person.at(Question)
        await person.sees("Check the forwarding of 14 assets?")
        await person.press("n")
        await person.until(lambda: not isinstance(person.console.screen, Question), "the list")
        assert not person.console.tests.busy


async def test_a_heartbeat_by_one_key(desk_store: Path) -> None:
    async with at_console(desk_store, size=(80, 24)) as person:
        await person.goes_to("Press")
        await person.press("H")
        await person.at(Question)
        await person.sees("It is off now.")
        await person.press("d")
        await person.is_told("Heartbeat daily.")
        await person.press("enter")
        await person.sees("heartbeat daily")
        await person.press("H")
        await person.at(Question)
        await person.sees("It is daily now.")
        await person.press("escape")
        await person.sees("heartbeat daily")


def test_on_the_command_line(received: Path, postroom: InProcess) -> None:
    words = ("--store", str(received), "test", "--forwarding")
    told = postroom(*words, "Press")
    assert told.status == 0, told.err
    assert "✓ Arrived here" in told.out
    (one,) = json.loads(postroom(*words, "Press", "--json").out)["tests"]
    assert (one["kind"], one["outcome"]) == ("forwarding", "passed")
    assert [step["rung"] for step in one["steps"]] == ["receiver", "send", "mailbox", "forward", "arrive"]
    told = postroom(*words, "Careers", "--wait", "1")
    assert told.status == 1
    assert "Nothing came within 1 s" in told.out
    assert "2. the forwarding address still waits to be confirmed" in told.out


def test_wrong_usage(desk_store: Path, postroom: InProcess) -> None:
    words = ("--store", str(desk_store), "test", "Press")
    for more in (
        ("--forwarding", "--domain"),
        ("--forwarding", "--send-to", "a@example.com"),
        ("--wait", "5"),
        ("--forwarding", "--wait", "0"),
        ("--forwarding", "--wait", "1e9"),
    ):
        assert postroom(*words, *more).status == 2
    words = ("--store", str(desk_store), "heartbeat")
    for more in (
        ("--off",),
        ("Press", "--every", "0"),
        ("Press", "--every", "1", "--off"),
        ("Press", "--all"),
    ):
        assert postroom(*words, *more).status == 2


def test_heartbeats_on_the_command_line(desk_store: Path, postroom: InProcess) -> None:
    words = ("--store", str(desk_store), "heartbeat")
    assert postroom(*words).out == "No heartbeat is on.\n"
    told = postroom(*words, "Press", "billing@example.com", "--every", "24")
    assert told.status == 0, told.err
    assert told.out.splitlines()[0] == "Billing: daily, next now, not checked yet"
    (one, _) = json.loads(postroom(*words, "--json").out)["heartbeats"]
    assert (one["asset"], one["every_hours"], one["last"]) == ("Billing", 24, None)
    assert postroom(*words, "--all", "--off").out == "No heartbeat is on.\n"


def test_the_grammar_repeats_the_stores_bound() -> None:
    assert grammar_heartbeat.MOST_HOURS == heartbeats.MOST_HOURS
