"""The agent as real processes: two at once, killed, stopped, and as a child of the console."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import time
import urllib.request
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from store import leases
from store.database import Store
from store.leases import STALE_S, Holder, Lease
from store.settings import FILE_NAME
from store.vault import Vault
from tests.store.kit import PASSPHRASE
from tests.store.oauth_kit import consent, made_asset, made_client
from tests.tui.command_line import PATIENCE_S, Terminal, child, finished, terminal

SETTINGS = "keyring = false\nreceiver = false\nagent_http_port = 0\n"
STOP_S = 5.0
OWN = {"POSTROOM_AGENT_CHILD": "true"}
"""For a console that starts an agent of its own."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with a vault that opens by its passphrase alone."""
    store = Store.open(tmp_path / "desk" / "postroom.db")
    Vault(store).initialise(PASSPHRASE)
    store.close()
    (tmp_path / "desk" / FILE_NAME).write_text(SETTINGS, encoding="utf-8")
    return tmp_path / "desk" / "postroom.db"


@contextmanager
def opened(path: Path) -> Any:
    store = Store.open(path)
    try:
        yield store
    finally:
        store.close()


def held(path: Path, condition: Callable[[Lease], object] = lambda lease: lease.tasks) -> Lease:
    """Wait until the lease looks so."""
    with opened(path) as store:
        until = time.monotonic() + PATIENCE_S
        while True:
            lease = leases.look(store)
            if lease is not None and lease.alive(datetime.now(UTC)) and condition(lease):
                return lease
            assert time.monotonic() < until, lease
            time.sleep(0.02)


def agent(path: Path, *words: str, **more: Any) -> Any:
    return child("--store", str(path), "agent", *words, home=path.parent.parent / "home", **more)


def told(path: Path) -> tuple[int, dict[str, Any]]:
    done = finished("--store", str(path), "agent", "status", "--json", home=path.parent.parent / "home")
    return done.status, json.loads(done.out)


# processes


def test_two_at_once_and_one_works(path: Path) -> None:
    with agent(path) as one, agent(path) as two:
        lease = held(path)
        assert lease.pid in (one.pid, two.pid)
        worker, waiter = (one, two) if lease.pid == one.pid else (two, one)
        status, said = told(path)
        assert (status, said["state"], said["agent"]["pid"]) == (0, "well", worker.pid)
        os.kill(worker.pid, signal.SIGKILL)
        held(path, lambda lease: lease.pid == waiter.pid and lease.tasks)
        waiter.send_signal(signal.SIGTERM)
        assert waiter.wait(PATIENCE_S) == 0
    assert told(path)[0] == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_in_time(path: Path, number: signal.Signals) -> None:
    with agent(path) as process:
        lease = held(path, lambda lease: lease.addresses("http"))
        (base,) = lease.addresses("http")
        host, port = base.removeprefix("http://").split(":")
        with socket.create_connection(
            (host, int(port))
        ) as half_open:  # a client that never says what it wants
            half_open.sendall(b"GET /healthz")
            began = time.monotonic()
            process.send_signal(number)
            assert process.wait(PATIENCE_S) == 0
            assert time.monotonic() - began < STOP_S
    with opened(path) as store:
        assert leases.look(store) is None


def test_a_kill_leaves_a_lease_that_the_next_one_takes_at_once(path: Path) -> None:
    with agent(path) as process:
        held(path)
        process.kill()
        process.wait()
    assert told(path) == (2, {"postroom": 1, "state": "none", "agent": None, "waiting": None})
    with agent(path) as process:
        assert held(path, lambda lease: lease.pid == process.pid)


def test_one_that_was_killed_and_whose_parent_has_not_asked_is_taken_from_at_once(path: Path) -> None:
    with agent(path) as one:
        held(path, lambda lease: lease.pid == one.pid)
        with agent(path) as two:
            until = time.monotonic() + PATIENCE_S
            with opened(path) as store:
                while (seen := leases.look(store, leases.NEXT)) is None or seen.pid != two.pid:
                    assert time.monotonic() < until
                    time.sleep(0.02)
            began = time.monotonic()
            os.kill(one.pid, signal.SIGKILL)
            held(path, lambda lease: lease.pid == two.pid)
            assert time.monotonic() - began < STALE_S / 2


def test_one_that_waits_for_a_silent_one_is_told_of(path: Path) -> None:
    """The one before is in another container, so that nobody here sees that it has ended."""
    with opened(path) as store:
        gone = replace(Holder.this_process("operator"), mark="")
        leases.take(store, gone, datetime.now(UTC) - timedelta(seconds=STALE_S + 1))
        with agent(path) as waiter:
            until = time.monotonic() + PATIENCE_S
            while (answer := told(path))[1]["waiting"] is None:
                assert time.monotonic() < until
            assert answer[0] == 2
            assert (answer[1]["state"], answer[1]["waiting"]["pid"]) == ("none", waiter.pid)
            said = finished("--store", str(path), "agent", "status", home=path.parent.parent / "home").out
            assert said.startswith(f"No agent works, but one waits: process {waiter.pid} of ")
            held(path, lambda lease: lease.pid == waiter.pid)
            assert leases.look(store, leases.NEXT) is None


def test_one_that_is_stopped_in_its_tracks_loses_its_lease_and_waits(path: Path) -> None:
    """As a virtual machine that was paused: when it wakes, another one works."""
    with agent(path) as first:
        held(path)
        first.send_signal(signal.SIGSTOP)
        with agent(path) as second:
            held(path, lambda lease: lease.pid == second.pid)
            first.send_signal(signal.SIGCONT)
            first.send_signal(signal.SIGTERM)
            assert first.wait(PATIENCE_S) == 0
            assert held(path).pid == second.pid


def test_once_does_the_work_and_ends(path: Path) -> None:
    done = finished("--store", str(path), "agent", "--once", home=path.parent / "home")
    assert done.status == 0, done.err
    assert done.out == ""
    assert "task=refresh state=well" in done.err


def test_health_over_http(path: Path) -> None:
    with agent(path):
        (base,) = held(path, lambda lease: lease.addresses("http")).addresses("http")
        with urllib.request.urlopen(f"{base}/healthz", timeout=10) as answer:
            assert json.loads(answer.read())["tasks"]["http"] == "well"


def test_a_task_that_fails_is_in_the_exit_status(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with agent(path, environ={"POSTROOM_AGENT_HTTP_PORT": str(port)}):
            held(path, lambda lease: any(task.stand == "failing" for task in lease.tasks))
            status, said = told(path)
            assert (status, said["state"]) == (1, "failing")
            tasks = {task["name"]: task for task in said["agent"]["tasks"]}
            assert tasks["http"]["state"] == "failing"
            assert f"port {port}" in tasks["http"]["words"]
            assert tasks["refresh"]["state"] == "well"
            assert tasks["receiver"]["state"] == "off"
            shown = finished("--store", str(path), "agent", "status", home=path.parent / "home")
            assert shown.status == 1
            assert "failing" in shown.out


# the console's own


def own(path: Path, **more: Any) -> Any:
    return terminal("--store", str(path), home=path.parent.parent / "home", environ=OWN, **more)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pid: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while alive(pid):
        assert time.monotonic() < until
        time.sleep(0.02)


def leave(screen: Terminal) -> None:
    screen.type("q")
    assert screen.ends() == 0


def test_a_console_without_an_agent_starts_one_and_takes_it_along(path: Path) -> None:
    with own(path) as screen:
        screen.shows("agent ● ≤5 s")
        lease = held(path)
        assert lease.child
        assert lease.pid != screen.process.pid
        leave(screen)
        assert not alive(lease.pid)
    log = path.with_name("postroom.db.agent.log")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "agent=begins" in log.read_text()
    assert "task=" not in screen.raw.decode("utf-8", "replace")
    with opened(path) as store:
        assert leases.look(store) is None


def test_a_console_that_is_killed_takes_it_along(path: Path) -> None:
    with own(path) as screen:
        lease = held(path)
        os.kill(screen.process.pid, signal.SIGKILL)
        gone(lease.pid)


def test_it_gives_way_to_one_that_stands_by_itself_and_comes_back(path: Path) -> None:
    with own(path) as screen:
        first = held(path)
        with agent(path) as process:
            assert not held(path, lambda lease: lease.pid == process.pid).child
            gone(first.pid)
            screen.shows("agent ●")
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0
        second = held(path, lambda lease: lease.child and lease.tasks)
        assert second.pid != first.pid
        leave(screen)
        gone(second.pid)


def test_none_is_started_where_one_works(path: Path) -> None:
    with agent(path) as process:
        held(path)
        with own(path) as screen:
            screen.shows("agent ●")
            leave(screen)
        assert held(path).pid == process.pid
        assert not path.with_name("postroom.db.agent.log").exists()


def test_a_console_that_wants_none_says_that_none_runs(path: Path) -> None:
    with terminal("--store", str(path), home=path.parent.parent / "home") as screen:
        screen.shows("no agent")
        leave(screen)


def test_of_two_consoles_one_has_it_and_the_other_follows(path: Path) -> None:
    with own(path) as one, own(path) as two:
        one.shows("agent ●")
        two.shows("agent ●")
        first = held(path)
        parent = int(Path(f"/proc/{first.pid}/stat").read_text().rpartition(")")[2].split()[1])
        with_it, without = (one, two) if one.process.pid == parent else (two, one)
        leave(with_it)
        gone(first.pid)
        second = held(path, lambda lease: lease.pid != first.pid and lease.tasks)
        assert second.child
        leave(without)
        gone(second.pid)


def test_the_key_that_a_person_types_reaches_it_unseen(path: Path) -> None:
    with opened(path) as store:
        vault = Vault(store)
        vault.unlock(PASSPHRASE)
        # Nothing listens at its token URL: what matters is that it is asked at all.
        client = made_client(store, vault, token_url="http://127.0.0.1:9/token")
        consent(store, vault, made_asset(store, vault, oauth_client_id=client.id))
    with own(path) as screen:
        screen.shows("agent ▲ refresh failing")
        lease = held(path)
        (task,) = (task for task in lease.tasks if task.name == "refresh")
        assert "Press v in the console" in task.words
        screen.type("v")
        screen.shows("Unlock the vault")
        screen.type(PASSPHRASE.get_secret_value() + "\r")
        screen.shows("vault open")
        held(path, lambda lease: all(task.stand != "failing" for task in lease.tasks))
        for name in ("cmdline", "environ"):
            assert b"postroom-key" not in Path(f"/proc/{lease.pid}/{name}").read_bytes()
        screen.type("v")
        screen.shows("vault locked")
        held(path, lambda lease: any(task.stand == "failing" for task in lease.tasks))
        leave(screen)
    assert "postroom-key" not in path.with_name("postroom.db.agent.log").read_text()
    said = subprocess.run(
        ["grep", "-r", "postroom-key-1", str(path.parent)], capture_output=True, check=False
    )
    assert said.stdout == b""
