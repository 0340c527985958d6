"""The agent: one lease, tasks that fail by themselves, and a stop that ends in time."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from live.agent import agent as agent_module
from live.agent import task_keeper
from live.agent.agent import Ended
from store import leases
from store.database import Store
from store.leases import Holder
from store.task_states import TaskStand
from store.vault import Vault, VaultLocked
from tests.live.agent.kit import Off, TaskFault, Toy, agent_of, ground_of, running, shown, state, until
from tests.store.kit import raw


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_module, "WAIT_S", 0.05)
    monkeypatch.setattr(agent_module, "CHILD_BEAT_S", 0.1)
    monkeypatch.setattr(agent_module, "GATHER_S", 0.02)
    monkeypatch.setattr(task_keeper, "FIRST_WAIT_S", 0.2)


async def test_it_works_under_a_lease_and_gives_it_up(store: Store, vault: Vault) -> None:
    toy = Toy("toy")
    agent = agent_of(ground_of(store, vault), toy, Off())
    async with running(agent) as ended:
        lease = await shown(store, lambda lease: len(lease.tasks) == 2 and lease.beats > 1)
        assert lease.alive(datetime.now(UTC))
        assert (lease.user, lease.child) == ("operator", False)
        assert state(lease.tasks, "toy").stand is TaskStand.WELL
        assert lease.addresses("toy") == ("toy 127.0.0.1:1",)
        assert state(lease.tasks, "off").stand is TaskStand.OFF
    assert ended.result() is Ended.STOPPED
    assert toy.stopped
    assert leases.look(store) is None


async def test_a_task_that_fails_is_told_and_the_others_go_on(store: Store, vault: Vault) -> None:
    traces: list[BaseException] = []
    faults = (TaskFault("Port 25 is in use."), RuntimeError("secret words"), VaultLocked())
    bad, good = Toy("bad", *faults), Toy("good")
    agent = agent_of(ground_of(store, vault), bad, good, traces=traces)
    async with running(agent):
        lease = await shown(store, lambda lease: state(lease.tasks, "bad").failures == 1)
        failing = state(lease.tasks, "bad")
        assert (failing.stand, failing.words) == (TaskStand.FAILING, "Port 25 is in use.")
        lease = await shown(store, lambda lease: state(lease.tasks, "bad").failures == 2)
        assert state(lease.tasks, "bad").words == "It stopped on an error of its own (RuntimeError)."
        assert state(lease.tasks, "bad").since == failing.since
        assert [type(error) for error in traces] == [RuntimeError]
        lease = await shown(store, lambda lease: state(lease.tasks, "bad").stand is TaskStand.WELL)
        assert state(lease.tasks, "bad").failures == 0
        assert (bad.runs, good.runs) == (4, 1)


async def test_a_second_one_waits_and_then_works(store: Store, vault: Vault) -> None:
    first, second = Toy("toy"), Toy("toy")
    one, two = agent_of(ground_of(store, vault), first), agent_of(ground_of(store, vault), second)
    async with running(two), running(one):
        # Either may be first; the other one has not begun.
        await shown(store, lambda lease: lease.beats)
        assert first.runs + second.runs == 1
        (two if second.runs else one).stop()
        await until(lambda: first.runs + second.runs == 2)


async def test_one_that_died_is_taken_over_from_at_once(store: Store, vault: Vault) -> None:
    holder = Holder.this_process("somebody")
    boot, namespace, started = holder.mark.split(" ")
    gone = replace(holder, mark=f"{boot} {namespace} {int(started) + 1}")
    leases.take(store, gone, datetime.now(UTC))
    async with running(agent_of(ground_of(store, vault), Toy("toy"))):
        await shown(store, lambda lease: lease.owner != gone.owner)


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=1), timedelta(hours=-1)])
async def test_one_that_hangs_is_taken_over_from_whatever_the_clock_says(
    store: Store, vault: Vault, ahead: timedelta
) -> None:
    hung = Holder.this_process("somebody")  # lives: it is this process
    leases.take(store, hung, datetime.now(UTC) + ahead)
    agent = agent_of(ground_of(store, vault), Toy("toy"), stale_s=0.3)
    began = time.monotonic()
    async with running(agent):
        await shown(store, lambda lease: lease.owner != hung.owner)
        assert time.monotonic() - began >= 0.3


async def test_one_that_beats_keeps_its_lease_when_the_clock_is_set(store: Store, vault: Vault) -> None:
    """Its heartbeats come from an hour before and an hour after, as if the clock went to and fro."""
    holder, toy = Holder.this_process("somebody"), Toy("toy")
    leases.take(store, holder, datetime.now(UTC))
    async with running(agent_of(ground_of(store, vault), toy, stale_s=0.3)):
        ends, hours = time.monotonic() + 1.0, 1
        while time.monotonic() < ends:
            hours = -hours
            at = datetime.now(UTC) + timedelta(hours=hours)
            assert leases.renew(store, holder.owner, at) is not None
            await asyncio.sleep(0.05)
        assert toy.runs == 0


async def test_one_that_loses_its_lease_stops_and_waits(store: Store, vault: Vault) -> None:
    toy = Toy("toy")
    agent = agent_of(ground_of(store, vault), toy)
    async with running(agent):
        held = await shown(store, lambda lease: lease.beats)
        other = Holder.this_process("other")
        while leases.take(store, other, datetime.now(UTC), in_place_of=held).owner != other.owner:
            held = await shown(store, lambda lease: lease.beats)  # a heartbeat came between
        agent._dirty.set()  # the next heartbeat need not be waited for
        await until(lambda: toy.stopped)
        assert toy.runs == 1
        leases.release(store, other.owner)
        await until(lambda: toy.runs == 2)


async def test_a_child_gives_way_to_one_that_stands_by_itself(store: Store, vault: Vault) -> None:
    child_toy, toy = Toy("toy"), Toy("toy")
    child = agent_of(ground_of(store, vault, child=True), child_toy)
    async with running(child) as ended:
        await shown(store, lambda lease: lease.child and lease.beats)
        async with running(agent_of(ground_of(store, vault), toy)):
            lease = await shown(store, lambda lease: not lease.child)
            assert not lease.wanted
            await until(lambda: toy.runs)
            assert child_toy.stopped
            assert await ended is Ended.NOT_NEEDED


@pytest.mark.parametrize("child", [True, False])
async def test_a_child_does_not_wait(store: Store, vault: Vault, child: bool) -> None:
    async with running(agent_of(ground_of(store, vault, child=child), Toy("toy"))):
        held = await shown(store, lambda lease: lease.beats)
        other = agent_of(ground_of(store, vault, child=True), Toy("toy"))
        assert await other.run() is Ended.NOT_NEEDED
        now = leases.look(store)
        assert now is not None
        assert (now.owner, now.wanted) == (held.owner, False)


async def test_once_does_each_once(store: Store, vault: Vault) -> None:
    one, two = Toy("one"), Toy("two")
    assert await agent_of(ground_of(store, vault), one, two).run(once=True) is Ended.DONE
    assert (one.runs, two.runs) == (1, 1)
    assert leases.look(store) is None


async def test_once_tells_a_failure_and_does_the_rest(store: Store, vault: Vault) -> None:
    one, two = Toy("one", TaskFault("No.")), Toy("two")
    agent = agent_of(ground_of(store, vault), one, two)
    assert await agent.run(once=True) is Ended.FAILED
    assert state(agent.states, "one").words == "No."
    assert state(agent.states, "two").stand is TaskStand.WELL


async def test_once_does_nothing_where_another_works(store: Store, vault: Vault) -> None:
    toy = Toy("toy")
    async with running(agent_of(ground_of(store, vault), Toy("toy"))):
        await shown(store, lambda lease: lease.beats)
        assert await agent_of(ground_of(store, vault), toy).run(once=True) is Ended.NOT_NEEDED
    assert toy.runs == 0


async def test_a_task_that_does_not_end_holds_up_the_stop_for_a_bounded_time(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_module, "STOP_S", 0.3)
    slow, quick = Toy("slow", slow_s=60), Toy("quick")
    agent = agent_of(ground_of(store, vault), slow, quick)
    task = asyncio.create_task(agent.run())
    await shown(store, lambda lease: lease.beats)
    began = time.monotonic()
    agent.stop()
    assert await task is Ended.STOPPED
    assert 0.25 < time.monotonic() - began < 5
    assert (quick.stopped, slow.stopped) == (True, False)
    assert leases.look(store) is None


async def test_a_lease_that_cannot_be_written_for_a_while_stops_nobody(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(leases, "BUSY_S", 0.05)
    toy = Toy("toy")
    agent = agent_of(ground_of(store, vault), toy)
    async with running(agent):
        before = await shown(store, lambda lease: lease.beats)
        with closing(sqlite3.connect(leases.path_of(store), isolation_level=None)) as locked:
            locked.execute("BEGIN IMMEDIATE")
            agent._dirty.set()  # the next heartbeat need not be waited for
            await until(lambda: "heartbeat=failed" in caplog.text)
        agent._dirty.set()
        await shown(store, lambda lease: lease.beats > before.beats)
        assert (toy.runs, toy.stopped) == (1, False)


async def test_nothing_of_it_is_in_the_store_itself(store: Store, vault: Vault) -> None:
    async with running(agent_of(ground_of(store, vault), Toy("toy"))):
        await shown(store, lambda lease: lease.beats)
    assert raw(store.path, "SELECT name FROM sqlite_master WHERE name LIKE '%lease%'") == []
