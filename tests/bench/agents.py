"""An agent in a process of its own, for benchmarks: the real command on a store, until the block ends."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from store import leases
from store.database import Store
from store.leases import Lease
from store.settings import FILE_NAME
from tests.bench.harness import ROOT, environment

SETTINGS = "receiver_port = 0\nagent_http_port = 0\nwebhook_allow_private = true\n"
START_S = 120.0
"""On a loaded machine, with a store of some gigabytes."""
LISTENING = ("receiver", "http")
TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def running(path: Path) -> Iterator[tuple[int, Lease]]:
    """An agent on this store that listens at free ports of loopback: its process and its lease."""
    settings = path.with_name(FILE_NAME)
    before = settings.read_text(encoding="utf-8")
    if SETTINGS not in before:
        settings.write_text(before + SETTINGS, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "--store", str(path), "agent"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        cwd=ROOT,
    )
    try:
        yield process.pid, _working(path, process)
    finally:
        process.terminate()
        process.wait()


def _working(path: Path, process: subprocess.Popen[bytes]) -> Lease:
    """Wait until it listens."""
    until = time.monotonic() + START_S
    with contextlib.closing(Store.open(path)) as store:
        while process.poll() is None and time.monotonic() < until:
            lease = leases.look(store)
            if (
                lease is not None
                and lease.pid == process.pid
                and lease.alive(datetime.now(UTC))
                and all(lease.addresses(task) for task in LISTENING)
            ):
                return lease
            time.sleep(0.05)
    raise RuntimeError(f"the agent did not begin; its exit status is {process.poll()}")


def processor(pid: int) -> float:
    """Seconds of a processor that a process has taken (proc_pid_stat(5), so on Linux alone)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
