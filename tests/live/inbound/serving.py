"""A receiver in a process of its own, to be killed, filled up and measured.

    python -m tests.live.inbound.serving STORE [LIMITS as JSON] [SETTINGS as JSON]

Prints its SMTP port, serves until its input ends, stops cleanly, and prints what it has done.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from live.inbound.limits import Limits
from live.inbound.receiver import Receiver
from store.database import Store
from store.settings import Settings
from tests.bench.memory import peak_mb
from tests.store.kit import ROOT


async def serve(path: Path, limits: Limits, settings: Settings) -> None:
    """Until standard input ends."""
    store = Store.open(path)
    receiver = Receiver(store, settings, limits)
    await receiver.start()
    print(receiver.addresses[0].rpartition(":")[2], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await receiver.stop()
    store.close()
    told = dataclasses.asdict(receiver.filed) | dataclasses.asdict(receiver.counters)
    print(json.dumps(told | {"peak_mb": peak_mb()}), flush=True)


class Served:
    """A receiver that runs in another process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the receiver has not started"
        self.port = int(line)

    def kill(self) -> None:
        """SIGKILL, at once."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> dict[str, float]:
        """End it; returns what it has done."""
        told, _ = self.process.communicate()
        assert self.process.returncode == 0
        return dict(json.loads(told))


@contextlib.contextmanager
def served(path: Path, inside: tuple[str, ...] = (), **limits: float) -> Iterator[Served]:
    """A receiver for the store at `path`, which exists; killed at the end of the block."""
    command = [*inside, sys.executable, "-m", "tests.live.inbound.serving", str(path), json.dumps(limits)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
        },
    )
    try:
        yield Served(process)
    finally:
        process.kill()
        process.communicate()


def main(path: str, limits: str = "{}", settings: str = "{}") -> None:
    given = {"store": path, "receiver_port": 0, "inbound_domain": "in.example.com"} | json.loads(settings)
    asyncio.run(serve(Path(path), Limits(**json.loads(limits)), Settings(**given)))


if __name__ == "__main__":
    main(*sys.argv[1:])
