"""What the status line and its dialog say of the agent, and where a consent's answer goes; all pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from store.leases import Lease
from store.task_states import TaskStand, TaskState
from tests.store.kit import NOON
from tests.tui.test_cli_oauth_ways import client
from tui import agent_words, token_ways

CALLBACK = "https://desk.example.com/oauth/callback"


def task(name: str, stand: TaskStand = TaskStand.WELL, words: str = "") -> TaskState:
    return TaskState(name, stand, NOON, words)


LEASE = Lease(
    "x", 1, "", "desk", "operator", False, NOON, NOON, 7, False, (task("refresh"), task("receiver"))
)
FAILING = task("receiver", TaskStand.FAILING, "Port 2525 is in use; choose another receiver_port.")


@pytest.mark.parametrize(
    ("age", "said"),
    [(0, "agent ● ≤5 s"), (4.9, "agent ● ≤5 s"), (5.1, "agent ● ≤10 s"), (15, "agent ● ≤15 s")],
)
def test_ages_go_in_steps_so_that_nothing_is_repainted(age: float, said: str) -> None:
    assert agent_words.words(LEASE, NOON + timedelta(seconds=age))[0] == said


def test_a_clock_that_was_set_back_makes_nobody_younger_than_nothing() -> None:
    assert agent_words.words(LEASE, NOON - timedelta(seconds=9))[0] == "agent ● ≤5 s"


def test_what_fails_is_named() -> None:
    one = replace(LEASE, tasks=(task("refresh"), FAILING))
    assert agent_words.words(one, NOON)[0] == "agent ▲ receiver failing"
    two = replace(LEASE, tasks=(replace(FAILING, name="refresh"), FAILING))
    assert agent_words.words(two, NOON)[0] == "agent ▲ 2 tasks failing"


@pytest.mark.parametrize("lease", [None, LEASE])
def test_none_runs(lease: Lease | None) -> None:
    later = NOON + timedelta(seconds=16)
    assert agent_words.words(lease, later)[0] == "no agent"
    assert agent_words.words(lease, later, starting=True)[0] == "agent ○ starting"
    assert agent_words.words(lease, later, starting=True, trouble="x")[0] == "agent ✗ not started"


def test_the_whole_story() -> None:
    told = agent_words.detail(replace(LEASE, tasks=(task("refresh"), FAILING)), NOON)
    assert "Process 1 of operator on desk. It runs by itself." in told
    assert "▲ receiver: failing. Port 2525 is in use" in told
    assert "ends with it" in agent_words.detail(replace(LEASE, child=True), NOON)
    none = agent_words.detail(None, NOON, trouble="It did not start.")
    assert none.startswith("It did not start.\n\nNo agent runs: no token is renewed by itself")


def test_an_answer_comes_by_itself_where_the_addresses_are_the_same_and_an_agent_listens() -> None:
    web = client(callback_url=CALLBACK)
    assert token_ways.answer_comes(web, CALLBACK, listens=True) == (
        True,
        f"The answer comes back by itself: the agent takes it at {CALLBACK}, checks the token, and says in "
        "the browser how that went.",
    )
    by_itself, words = token_ways.answer_comes(web, CALLBACK, listens=False)
    assert not by_itself
    assert "no agent listens there now" in words
    assert "sends that address back" in words


@pytest.mark.parametrize(
    "ours", ["", "https://desk.example.com/oauth/callback/", "https://other.example.com/"]
)
def test_an_answer_is_sent_back_where_they_differ(ours: str) -> None:
    by_itself, words = token_ways.answer_comes(client(callback_url=CALLBACK), ours, listens=True)
    assert not by_itself
    assert "sends that address back" in words
    assert (CALLBACK in words) is bool(ours)
