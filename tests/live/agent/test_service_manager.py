"""What the service manager hears: ready once the agent listens under its lease, alive, stopping."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from live.agent import agent as agent_module
from live.agent.service_manager import STATUS_CHARACTERS, ServiceManager
from live.agent.task import TaskFault
from store import leases
from store.database import Store
from store.vault import Vault
from tests.live.agent.kit import Toy, agent_of, ground_of, running, shown, until


class Manager:
    """A service manager's socket, and what came to it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.setblocking(False)
        self.heard: list[str] = []

    def hear(self) -> list[str]:
        """All datagrams so far."""
        while True:
            try:
                self.heard.append(self.socket.recv(65_536).decode())
            except BlockingIOError:
                return self.heard

    def said(self, words: str) -> bool:
        return any(words in one for one in self.hear())


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    name = f"@postroom-test-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify")
    made = Manager(name)
    yield made
    made.socket.close()


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_module, "WAIT_S", 0.02)
    monkeypatch.setattr(agent_module, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(agent_module, "GATHER_S", 0.01)


async def test_ready_alive_and_stopping(store: Store, vault: Vault, manager: Manager) -> None:
    agent = agent_of(ground_of(store, vault), Toy("toy"), manager=ServiceManager(manager.address))
    async with running(agent):
        await until(lambda: manager.said("READY=1\nSTATUS=All tasks are well."))
        assert leases.look(store) is not None
        await until(lambda: sum("WATCHDOG=1" in one for one in manager.hear()) > 3)
        assert sum("STATUS" in one for one in manager.hear()) <= 2  # what is told stays told
        assert not manager.said("STOPPING")
    assert manager.said("STOPPING=1")


class Late(Toy):
    """Begins to listen when it is told to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.go_on = asyncio.Event()

    async def run(self, told):  # type: ignore[no-untyped-def]
        await self.go_on.wait()
        await super().run(told)


async def test_not_ready_before_the_receiver_listens(store: Store, vault: Vault, manager: Manager) -> None:
    late = Late("receiver")
    agent = agent_of(ground_of(store, vault), late, Toy("toy"), manager=ServiceManager(manager.address))
    async with running(agent):
        await shown(store, lambda lease: lease.beats > 3)
        assert not manager.said("READY")
        late.go_on.set()
        await until(lambda: manager.said("READY=1"))


async def test_what_fails_is_told_in_one_line(store: Store, vault: Vault, manager: Manager) -> None:
    """A port in use is no start that failed: all else works, and it is tried again."""
    bad = Toy("receiver", *[TaskFault("Port 25 is in use.\nREADY=0\nMAINPID=1 " + "x" * 900)] * 50)
    agent = agent_of(ground_of(store, vault), bad, manager=ServiceManager(manager.address))
    async with running(agent):
        await until(lambda: manager.said("READY=1"))
        told = next(one for one in manager.hear() if "READY=1" in one)
        lines = told.split("\n")
        assert lines[0] == "READY=1"
        assert lines[1].startswith("STATUS=receiver: Port 25 is in use. READY=0 MAINPID=1 x")
        assert len(lines) == 2
        assert len(lines[1]) <= len("STATUS=") + STATUS_CHARACTERS


async def test_one_that_waits_for_the_lease_asks_for_patience(
    store: Store, vault: Vault, manager: Manager
) -> None:
    toy = Toy("toy")
    async with running(agent_of(ground_of(store, vault), Toy("toy"))):
        await shown(store, lambda lease: lease.beats)
        second = agent_of(ground_of(store, vault), toy, manager=ServiceManager(manager.address))
        async with running(second):
            await until(lambda: manager.said("EXTEND_TIMEOUT_USEC="))
            assert manager.said(f"Waiting for the agent of process {os.getpid()}")
            assert not manager.said("READY")
    assert toy.runs == 0


@pytest.mark.parametrize(
    "address", ["", "/nowhere/at/all", "@nobody-listens-here", "/" + "x" * 300, "vsock:2:1"]
)
async def test_nobody_who_listens_stops_nothing(store: Store, vault: Vault, address: str) -> None:
    agent = agent_of(ground_of(store, vault), Toy("toy"), manager=ServiceManager(address))
    async with running(agent):
        await shown(store, lambda lease: lease.beats > 2)


def test_the_variable_is_taken_once(monkeypatch: pytest.MonkeyPatch, manager: Manager) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", manager.address)
    ServiceManager.of_environment().ready("x")
    assert manager.said("READY=1")
    assert "NOTIFY_SOCKET" not in os.environ
    ServiceManager.of_environment().stopping()
    assert not manager.said("STOPPING")
    monkeypatch.setenv("NOTIFY_SOCKET", "vsock:2:1")
    ServiceManager.of_environment().ready("x")
