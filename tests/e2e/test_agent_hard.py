"""The agent as a real process under hard conditions: killed at any moment, on a disk that is full, watched by
a service manager."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
import pytest

from live.oauth.refresh import refresh
from live.platform.addresses import path_of
from live.rehearsal.authorization.issuer import Pace
from store import assets, leases, platform_sources, webhooks
from store.assets import Asset
from store.database import Store
from store.key_file import KeyFile
from store.leases import Lease
from store.settings import FILE_NAME
from store.vault import Vault
from store.webhooks import EndpointFields, Event
from tests.live.oauth.stock import http_for, only, running_for_others, stock, told
from tests.live.platform.kit import SECRET as PLATFORM_SECRET
from tests.live.platform.kit import body_of, signature
from tests.live.webhooks.kit import OK, SECRET, answering, receiving
from tests.store.kit import CHEAP, PASSPHRASE, fields, raw, with_mount
from tests.tui.command_line import COMMAND, PATIENCE_S, ROOT, child, environment

SETTINGS = (
    "keyring = false\nkey_file = 'vault.key'\nreceiver_port = 0\nagent_http_port = 0\ninbound_size_mb = 1\n"
    "webhook_allow_private = true\ninbound_domain = 'in.example.com'\n"
)
STOP_S = 5.0
DONE = "SELECT o.uid FROM deliveries d JOIN outbox o ON o.id = d.outbox_id WHERE d.state = 'done'"
LEFT = "SELECT count(*) FROM deliveries WHERE state != 'done'"
NOT_RENEWED = "SELECT count(*) FROM grants WHERE rotation < 2"
DUE = "UPDATE grants SET next_refresh_at = '2020-01-01T00:00:00.000+00:00', claimed_by = ''"


@dataclass(slots=True)
class Desk:
    """A store in a directory, with a vault that opens by itself."""

    store: Store
    vault: Vault
    asset: Asset
    home: Path

    @property
    def path(self) -> Path:
        return self.store.path

    def agent(self, **more: Any) -> Any:
        return child("--store", str(self.path), "agent", home=self.home, stderr=None, stdout=None, **more)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    directory = tmp_path / "desk"
    directory.mkdir()
    (directory / FILE_NAME).write_text(SETTINGS, encoding="utf-8")
    store = Store.open(directory / "postroom.db")
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    vault.keep_in(KeyFile(directory / "vault.key"))
    asset = assets.create(store, vault, fields("Help desk"), inbound_domain="in.example.com")
    yield Desk(store, vault, asset, tmp_path / "home")
    store.close()


async def held(store: Store, pid: int, condition: Callable[[Lease], object]) -> Lease:
    """Wait until the process holds the lease, and it looks so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            lease = await asyncio.to_thread(leases.look, store)
            if lease is not None and lease.pid == pid and lease.alive(datetime.now(UTC)) and condition(lease):
                return lease
            await asyncio.sleep(0.02)


def listens(lease: Lease) -> bool:
    return bool(lease.addresses("receiver") and lease.addresses("http"))


def smtp_port(lease: Lease) -> int:
    return int(lease.addresses("receiver")[0].rpartition(":")[2])


def mail(number: str) -> bytes:
    return f"From: ann@example.net\r\nSubject: Order {number}\r\n\r\nIt has not come.\r\n".encode()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S * 2):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.05)


# killed


@dataclass(slots=True)
class Sender:
    """Sends mail and platform events without an end, and keeps what was answered with a yes."""

    desk: Desk
    path: str
    accepted: set[str] = field(default_factory=set)
    number: int = 0

    async def by_smtp(self, port: int) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=5) as client:
            while True:
                self.number += 1
                name = f"smtp-{self.number}"
                await client.sendmail("ann@example.net", [self.desk.asset.forwarding_address], mail(name))
                self.accepted.add(f"Order {name}")

    async def by_http(self, base: str) -> None:
        async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=5) as client:
            while True:
                self.number += 1
                name = f"Order http-{self.number}"
                body = body_of(subject=name, transid=str(self.number))
                headers = {"x-hub-signature": signature(body)}
                answer = await client.post(self.path, content=body, headers=headers)
                if answer.status_code == 200:
                    self.accepted.add(name)

    async def until_it_is_gone(self, lease: Lease) -> None:
        roads = (self.by_smtp(smtp_port(lease)), self.by_http(lease.addresses("http")[0]))
        await asyncio.gather(*roads, return_exceptions=True)


async def test_killed_at_any_moment_nothing_that_was_accepted_is_lost(desk: Desk) -> None:
    source = platform_sources.add(desk.store, desk.vault, "Connect", PLATFORM_SECRET)
    sender, chance = Sender(desk, path_of(source)), random.Random(11)
    pace = Pace(token_delay=0.02, reuse_grace=3600)
    async with receiving(answering(OK)) as endpoint, running_for_others(pace) as server:
        given = EndpointFields(name="hook", url=endpoint.url, events=(Event.EMAIL_RECEIVED,))
        webhooks.create(desk.store, desk.vault, given, SECRET)
        granted = stock(desk.store, desk.vault, server, 150)
        for _ in range(4):
            with desk.agent() as process:
                lease = await held(desk.store, process.pid, listens)
                sending = asyncio.create_task(sender.until_it_is_gone(lease))
                before, enough = len(sender.accepted), chance.randint(3, 60)
                await until(lambda: len(sender.accepted) - before >= enough)  # noqa: B023
                process.kill()
                process.wait()
                await sending
            done = {uid for (uid,) in raw(desk.path, DONE)}
            assert done <= {request.headers["webhook-id"] for request in endpoint.requests}
        with desk.agent() as process:
            await held(desk.store, process.pid, listens)
            await until(
                lambda: raw(desk.path, "SELECT count(*) FROM deliveries WHERE state != 'done'") == [(0,)]
            )
            await until(lambda: raw(desk.path, "SELECT count(*) FROM grants WHERE rotation < 2") == [(0,)])
        heard = {request.told["data"]["subject"] for request in endpoint.requests}
        assert sender.accepted <= heard
        assert {name.partition("-")[0] for name in sender.accepted} == {"Order smtp", "Order http"}
        kept = raw(desk.path, "SELECT count(*), count(DISTINCT subject) FROM inbound_messages")
        assert kept[0][0] == kept[0][1] == raw(desk.path, "SELECT count(*) FROM outbox")[0][0]
        # Every refresh token in the store is one that the provider still takes.
        async with http_for(server) as http:
            raw(
                desk.path,
                "UPDATE grants SET next_refresh_at = '2020-01-01T00:00:00.000+00:00', claimed_by = ''",
            )
            rest = await told(refresh(desk.store, desk.vault, granted, http=http))
            assert {only([event]).well for event in rest} == {True}
        assert server.issuer.book.uses().dead == 0
    assert raw(desk.path, "PRAGMA integrity_check") == [("ok",)]


# a full disk


def _inside(pid: int, desk: Desk, *words: str) -> dict[str, Any]:
    """What a command says that sees the disk of that process."""
    command = ["nsenter", f"--target={pid}", "--mount", *COMMAND, "--store", str(desk.path), *words, "--json"]
    done = subprocess.run(command, env=environment(desk.home), capture_output=True, check=False)
    return dict(json.loads(done.stdout)) if done.stdout else {}


@pytest.mark.skipif(shutil.which("nsenter") is None, reason="nsenter is not installed")
async def test_a_full_disk_puts_all_off_and_ends_nothing(desk: Desk, tmp_path: Path) -> None:
    """The store's disk fills up under an agent that works: it says so, and works again when there is room."""
    source = platform_sources.add(desk.store, desk.vault, "Connect", PLATFORM_SECRET)
    directory, path = desk.path.parent, path_of(source)
    desk.store.close()
    mount = f"mount -t tmpfs -o size=12m none {directory}"
    inside = with_mount(
        f"cp -a {directory} {directory}.aside", mount, f"cp -a {directory}.aside/. {directory}"
    )
    command = [*inside, *COMMAND, "--store", str(desk.path), "agent"]
    log = tmp_path / "log"
    with log.open("wb") as lines:
        started = await asyncio.to_thread(
            subprocess.Popen, command, env=environment(desk.home), stdin=subprocess.DEVNULL, stderr=lines
        )
    with started as process:
        try:
            await _short_of_room(desk, process)
            told = [line for line in log.read_text().splitlines() if " mail=" in line or "=receiver" in line]
            said = [found[0] for line in told if (found := re.findall(r"state=\w+|mail=put off.*", line))]
            assert said == ["state=well", "state=failing", "mail=put off count=1", "state=well"]
            await _filled_and_emptied(desk, process, path)
            process.terminate()
            assert await asyncio.to_thread(process.wait, PATIENCE_S) == 0
        finally:
            process.kill()


def _tasks(desk: Desk, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    status = _inside(process.pid, desk, "agent", "status").get("agent") or {"tasks": []}
    return {task["name"]: task for task in status["tasks"]}


async def _short_of_room(desk: Desk, process: subprocess.Popen[bytes]) -> None:
    """Less is free than the reserve: the receiver says so until there is room again, mail or no mail."""
    disk = Path(f"/proc/{process.pid}/root{desk.path.parent}")

    def receiver() -> dict[str, Any]:
        return dict(_tasks(desk, process).get("receiver", {"state": "", "words": ""}))

    await until(lambda: receiver()["state"] == "well")
    port = int(receiver()["addresses"][0].rpartition(":")[2])
    free = os.statvfs(disk)
    await asyncio.to_thread((disk / "fill").write_bytes, bytes(free.f_bavail * free.f_frsize - 1_200_000))
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=30) as client:
        with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
            await client.mail("ann@example.net")
    assert refused.value.code == 452
    await until(lambda: receiver()["state"] == "failing")
    words = receiver()["words"]
    assert re.match(r"Mail is put off: [01] MB are free on the disk of /.*, and 1\.5 MB are kept", words)
    assert words.endswith("Free some space there; the senders try again by themselves.")
    (disk / "fill").unlink()
    await until(lambda: receiver()["state"] == "well")


async def _filled_and_emptied(desk: Desk, process: subprocess.Popen[bytes], path: str) -> None:
    disk = Path(f"/proc/{process.pid}/root{desk.path.parent}")
    body, to = body_of(), [desk.asset.forwarding_address]
    headers = {"x-hub-signature": signature(body)}

    def tasks() -> dict[str, Any]:
        return _tasks(desk, process)

    await until(lambda: all(tasks().get(name, {}).get("addresses") for name in ("receiver", "http")))
    found = await asyncio.to_thread(tasks)
    port = int(found["receiver"]["addresses"][0].rpartition(":")[2])
    async with httpx.AsyncClient(base_url=found["http"]["addresses"][0], trust_env=False, timeout=30) as http:
        await asyncio.to_thread(_filled, disk)
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=30) as client:
            with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
                await client.sendmail("ann@example.net", to, mail("1"))
        assert refused.value.code // 100 == 4
        assert (await http.post(path, content=body, headers=headers)).status_code == 503
        async with asyncio.timeout(PATIENCE_S):
            while (await http.get("/health")).json()["tasks"]["platform"]["state"] != "failing":
                await asyncio.sleep(0.1)
        assert process.poll() is None
        (disk / "fill").unlink()
        async with asyncio.timeout(PATIENCE_S):
            while (await http.post(path, content=body, headers=headers)).status_code != 200:
                await asyncio.sleep(0.1)
    async with asyncio.timeout(PATIENCE_S):
        while not await _taken(port, to):  # free space is looked at each second
            await asyncio.sleep(0.1)
    kept = await asyncio.to_thread(_inside, process.pid, desk, "inbound", "list")
    assert sorted(one["subject"] for one in kept["messages"]) == ["Order 2", "Where is my order?"]
    await until(lambda: (found := tasks()) and all(task["state"] != "failing" for task in found.values()))


async def _taken(port: int, to: list[str]) -> bool:
    with contextlib.suppress(aiosmtplib.SMTPResponseException):
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=30) as client:
            await client.sendmail("ann@example.net", to, mail("2"))
            return True
    return False


def _filled(disk: Path) -> None:
    """Until not an octet is left."""
    with contextlib.suppress(OSError), (disk / "fill").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4_096))


# a service manager


@pytest.mark.parametrize("address", ["path", "abstract"])
async def test_a_service_manager_hears_of_it(desk: Desk, tmp_path: Path, address: str) -> None:
    name = str(tmp_path / "notify") if address == "path" else f"@postroom-e2e-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name[1:] if name.startswith("@") else name)
        manager.settimeout(PATIENCE_S)
        with desk.agent(environ={"NOTIFY_SOCKET": name}) as process:
            heard = await asyncio.to_thread(manager.recv, 4_096)
            assert heard.startswith(b"READY=1\nSTATUS=")
            await held(desk.store, process.pid, listens)
            assert b"WATCHDOG=1" in await asyncio.to_thread(manager.recv, 4_096)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, PATIENCE_S) == 0
            assert time.monotonic() - began < STOP_S
            manager.setblocking(False)
            rest = b""
            with contextlib.suppress(BlockingIOError):
                while True:
                    rest += manager.recv(4_096)
            assert b"STOPPING=1" in rest


# a clock that is set back


async def test_a_clock_that_is_set_back_an_hour_delays_nothing(desk: Desk, tmp_path: Path) -> None:
    """A token is renewed when it was to be, a delivery that failed is tried again, mail comes and goes on,
    and the one that waits for the lease goes on waiting."""
    clock = tmp_path / "ahead"
    clock.write_text("3600")
    command = [sys.executable, str(ROOT / "tests" / "e2e" / "clock_shift.py"), str(clock)]
    command += ["--store", str(desk.path), "agent"]
    refused = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
    async with receiving(answering(refused, OK)) as endpoint, running_for_others(Pace()) as server:
        given = EndpointFields(name="hook", url=endpoint.url, events=(Event.EMAIL_RECEIVED,), ordered=False)
        webhooks.create(desk.store, desk.vault, given, SECRET)
        (granted,) = stock(desk.store, desk.vault, server, 1)
        raw(desk.path, "UPDATE grants SET next_refresh_at = ?", _in(3_600 + 20))
        with contextlib.ExitStack() as stack:
            processes = [stack.enter_context(_process(command, desk)) for _ in range(2)]
            await until(lambda: (lease := leases.look(desk.store)) is not None and listens(lease))
            lease = leases.look(desk.store)
            assert lease is not None
            assert lease.pid in [process.pid for process in processes]
            port = smtp_port(lease)
            async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
                await client.sendmail("ann@example.net", [desk.asset.forwarding_address], mail("1"))
                await until(
                    lambda: raw(desk.path, "SELECT count(*) FROM deliveries WHERE tries = 1") == [(1,)]
                )
                clock.write_text("0")
                await client.sendmail("ann@example.net", [desk.asset.forwarding_address], mail("2"))
                await until(lambda: raw(desk.path, "SELECT rotation FROM grants") == [(2,)])
                await until(lambda: raw(desk.path, LEFT) == [(0,)])
            after = leases.look(desk.store)
            assert after is not None
            assert (after.owner, after.alive(datetime.now(UTC))) == (lease.owner, True)
            assert after.beats > lease.beats
        heard = sorted({request.told["data"]["subject"] for request in endpoint.requests})
        assert heard == ["Order 1", "Order 2"]
        assert granted


def _in(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


@contextlib.contextmanager
def _process(command: list[str], desk: Desk) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, env=environment(desk.home), stdin=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                assert process.wait(PATIENCE_S) == 0
            finally:
                process.kill()
