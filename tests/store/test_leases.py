"""The agent's lease: one holder, seen by its heartbeat, and taken over whatever the clock says."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import leases
from store.database import Store, StoreError
from store.leases import STALE_S, Holder, Lease, Patience
from store.processes import is_gone, mark_of
from store.task_states import TaskStand, TaskState, as_text, from_text
from tests.store.kit import NOON, Program, without_privileges

SECOND = timedelta(seconds=1)
WELL = TaskState("refresh", TaskStand.WELL, NOON, "Last round: 3 renewed, 0 not.")


def holder(*, child: bool = False) -> Holder:
    return Holder.this_process("operator", child=child)


def elsewhere(*, child: bool = False) -> Holder:
    """Somebody whose life nobody here can look into, as in another container."""
    return replace(holder(child=child), mark="")


def dead() -> Holder:
    """A process of this machine that has ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as one:
        mark = mark_of(one.pid)
        assert one.stdin
        one.stdin.close()
        one.wait()
    return replace(holder(), pid=one.pid, mark=mark)


# one holder


def test_nobody_holds_what_was_never_taken(store: Store) -> None:
    assert leases.look(store) is None
    assert not leases.path_of(store).exists()


def test_the_first_gets_it_and_the_second_does_not(store: Store) -> None:
    first, second = holder(), holder()
    lease = leases.take(store, first, NOON)
    assert (lease.owner, lease.pid, lease.since) == (first.owner, os.getpid(), NOON)
    assert leases.take(store, second, NOON).owner == first.owner
    assert leases.take(store, first, NOON).owner == first.owner
    leases.release(store, second.owner)
    assert leases.look(store) is not None
    leases.release(store, first.owner)
    assert leases.look(store) is None
    assert leases.take(store, second, NOON).owner == second.owner


def test_of_many_threads_at_once_one_gets_it(store: Store) -> None:
    many = [holder() for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda one: leases.take(store, one, NOON).owner, many))
    assert len(set(found)) == 1


def test_of_two_programs_at_once_one_gets_it(store: Store) -> None:
    source = """
        from datetime import UTC, datetime
        from store import leases
        store = Store.open(Path(sys.argv[1]))
        say("ready")
        hear()
        mine = leases.Holder.this_process("somebody")
        say(str(leases.take(store, mine, datetime.now(UTC)).owner == mine.owner))
        hear()
        """
    with Program(source, store.path) as one, Program(source, store.path) as two:
        assert (one.hear(), two.hear()) == ("ready", "ready")
        one.say()
        two.say()
        assert sorted([one.hear(), two.hear()]) == ["False", "True"]


# heartbeats


def test_a_heartbeat_brings_the_tasks_along(store: Store) -> None:
    mine = holder()
    leases.take(store, mine, NOON)
    renewed = leases.renew(store, mine.owner, NOON + 5 * SECOND, (WELL,))
    assert renewed is not None
    assert renewed == leases.look(store)
    assert (renewed.beats, renewed.tasks, renewed.age(NOON + 8 * SECOND)) == (1, (WELL,), 3.0)


def test_a_heartbeat_wakes_nobody_who_watches_the_store(store: Store) -> None:
    watch = store.watch()
    mine = holder()
    leases.take(store, mine, NOON)
    leases.renew(store, mine.owner, NOON, (WELL,))
    leases.release(store, mine.owner)
    assert not watch.changed()
    watch.close()


def test_a_holder_that_lost_it_hears_so(store: Store) -> None:
    mine, other = elsewhere(), holder()
    held = leases.take(store, mine, NOON)
    assert leases.take(store, other, NOON, in_place_of=held).owner == other.owner
    assert leases.renew(store, mine.owner, NOON) is None
    leases.release(store, mine.owner)
    found = leases.look(store)
    assert found is not None
    assert found.owner == other.owner


def test_one_that_shows_itself_at_the_last_moment_keeps_it(store: Store) -> None:
    mine = elsewhere()
    held = leases.take(store, mine, NOON)
    leases.renew(store, mine.owner, NOON)
    assert leases.take(store, holder(), NOON, in_place_of=held).owner == mine.owner


def test_a_child_is_asked_to_give_way_and_nobody_else(store: Store) -> None:
    for child in (True, False):
        mine = holder(child=child)
        leases.want(store, leases.take(store, mine, NOON))
        renewed = leases.renew(store, mine.owner, NOON)
        assert renewed is not None
        assert renewed.wanted is child
        leases.release(store, mine.owner)


# who is alive


def test_a_process_that_has_ended_is_taken_from_at_once(store: Store) -> None:
    gone = dead()
    held = leases.take(store, gone, NOON)
    assert held.ended
    assert not held.alive(NOON)
    assert Patience().is_over(held)
    mine = holder()
    assert leases.take(store, mine, NOON).owner == mine.owner


def test_a_process_number_that_was_given_to_another_is_no_life() -> None:
    mine = holder()
    boot, namespace, started = mine.mark.split(" ")
    assert not is_gone(mine.pid, mine.mark)
    assert is_gone(mine.pid, f"{boot} {namespace} {int(started) + 1}")
    assert is_gone(mine.pid, f"another-boot {namespace} {started}")
    assert not is_gone(mine.pid, f"{boot} pid:[1] {started}")
    assert not is_gone(mine.pid, "")


@pytest.mark.parametrize(
    ("ahead", "who", "alive"),
    [
        (0, elsewhere, True),
        (-STALE_S, elsewhere, True),
        (-STALE_S - 1, elsewhere, False),
        (-STALE_S - 1, holder, False),
        (STALE_S, elsewhere, True),
        (3600, elsewhere, False),
        (3600, holder, True),
    ],
)
def test_alive_by_one_look(store: Store, ahead: float, who: object, alive: bool) -> None:
    """`ahead`: seconds by which the heartbeat is ahead of the clock, as after the clock was set back."""
    assert callable(who)
    lease = leases.take(store, who(), NOON)
    assert lease.alive(NOON - timedelta(seconds=ahead)) is alive
    assert lease.age(NOON - timedelta(seconds=ahead)) >= 0


def test_patience_counts_by_its_own_clock(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("store.leases.time.monotonic", lambda: clock[0])
    mine, patience = elsewhere(), Patience()
    held = leases.take(store, mine, NOON + timedelta(days=400))  # a clock that was wrong then
    assert not patience.is_over(held)
    clock[0] += STALE_S
    assert not patience.is_over(held)
    beaten = leases.renew(store, mine.owner, NOON - timedelta(days=400))
    assert beaten is not None
    clock[0] += 1
    assert not patience.is_over(beaten)
    clock[0] += STALE_S + 0.1
    assert patience.is_over(beaten)


# the file


def test_it_is_for_the_same_people_as_the_store(store: Store) -> None:
    store.path.chmod(0o660)
    leases.take(store, holder(), NOON)
    assert stat.S_IMODE(leases.path_of(store).stat().st_mode) == 0o660


def test_one_that_was_damaged_is_made_anew(store: Store) -> None:
    leases.take(store, holder(), NOON)
    leases.path_of(store).write_bytes(b"what a loss of power left " * 400)
    assert leases.look(store) is None
    mine = holder()
    assert leases.take(store, mine, NOON).owner == mine.owner


def test_an_empty_one_is_none(store: Store) -> None:
    leases.path_of(store).touch()
    assert leases.look(store) is None


def test_one_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    source = """
        from datetime import UTC, datetime
        from store import leases
        store = Store.open(Path(sys.argv[1]))
        os.chmod(store.path.parent, 0o500)
        attempt(lambda: leases.take(store, leases.Holder.this_process("x"), datetime.now(UTC)))
        os.chmod(store.path.parent, 0o700)
        """
    with Program(source, tmp_path / "desk" / "postroom.db", inside=without_privileges()) as program:
        told = program.hear()
    assert told.startswith("StoreNotWritable: ")
    assert "postroom.db.agent" in told


def test_one_that_is_held_locked_is_told_and_can_be_tried_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BUSY_S", 0.05)
    mine = holder()
    leases.take(store, mine, NOON)
    with closing(sqlite3.connect(leases.path_of(store), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            leases.renew(store, mine.owner, NOON)
    assert leases.renew(store, mine.owner, NOON) is not None


# states as text

STATES = st.builds(
    TaskState,
    st.text(max_size=20),
    st.sampled_from(TaskStand),
    st.datetimes(timezones=st.just(NOON.tzinfo)).map(lambda at: at.replace(microsecond=0)),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200),
    st.integers(0, 10**6),
    st.lists(st.text(max_size=30), max_size=3).map(tuple),
)


@given(st.lists(STATES, max_size=4))
def test_states_come_back_as_they_were(states: list[TaskState]) -> None:
    assert from_text(as_text(states)) == tuple(states)


@given(st.text(max_size=200) | st.sampled_from(["[1]", "{}", '[{"name": 1}]', "null", '[[], "x"]']))
def test_what_is_no_states_is_none(text: str) -> None:
    assert from_text(text) == ()


def test_a_lease_knows_where_a_task_listens(store: Store) -> None:
    mine = holder()
    leases.take(store, mine, NOON)
    there = replace(WELL, name="http", addresses=("http://127.0.0.1:8025",))
    lease = leases.renew(store, mine.owner, NOON, (WELL, there))
    assert isinstance(lease, Lease)
    assert (lease.addresses("http"), lease.addresses("refresh"), lease.addresses("x")) == (
        there.addresses,
        (),
        (),
    )
