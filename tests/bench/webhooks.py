"""Webhooks: 5,000 mails delivered to an endpoint on loopback that takes 20 ms, against as many requests by a
bare httpx client with the same number at a time; and ten endpoints of which one never answers.

Ours takes each delivery out of the store, opens and reads the mail, writes and signs the body, and has the
result committed before it counts. The bare one posts a body of the same size.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from live.inbound.filing import Envelope, filed
from live.webhooks.roster import AT_ONCE
from live.webhooks.signing import new_secret
from store import assets, webhooks
from store.addressees import Addressee
from store.database import Store
from store.inbound_writer import InboundWriter
from store.key_file import KeyFile
from store.log_key import LogSealer
from store.outbox_mail import MailOutbox
from store.vault import Vault
from store.webhooks import EndpointFields, Event
from tests.bench import bare_hooks, hook_server, stores
from tests.bench.harness import ROOT, Row, environment, in_turns, options, process_cost, report

DELAY_S = 0.02
WALL_TIMES, DEAD_TIMES = 1.5, 1.1
ENDPOINTS = 10
ASSETS = 200
BATCH = 500
TEXT = "Dear desk, the parcel of order 4711 has not come, and nobody answers the telephone. " * 18


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options(__doc__, repetitions=3)
    parser.add_argument("--events", type=int, default=5_000, metavar="N")
    parser.add_argument("--delay", type=float, default=DELAY_S, metavar="SECONDS")
    chosen = parser.parse_args(arguments)
    with served(chosen.delay) as url:
        one, other = in_turns(
            chosen.repetitions, lambda: ours(chosen.events, [url])[0], lambda: bare(chosen.events, url)
        )
    wall = Row("wall time", one, "s", other, WALL_TIMES)
    title = (
        f"{chosen.events:,} mails to an endpoint that takes {chosen.delay * 1000:g} ms, {AT_ONCE} at a time"
    )
    status = report(title, "bare httpx client", [wall])
    return max(status, with_a_dead_one(chosen.repetitions, chosen.events // ENDPOINTS, chosen.delay))


def with_a_dead_one(repetitions: int, events: int, delay_s: float) -> int:
    """Nine endpoints beside one that accepts and never answers, against the nine alone."""
    with contextlib.ExitStack() as stack:
        urls = [stack.enter_context(served(delay_s)) for _ in range(ENDPOINTS - 1)]
        dead = stack.enter_context(silent())
        with_dead, alone = in_turns(repetitions, lambda: ours(events, urls, dead), lambda: ours(events, urls))
    rows = [
        Row("wall time of the nine", [x[0] for x in with_dead], "s", [x[0] for x in alone], DEAD_TIMES),
        Row("processor time", [x[1] for x in with_dead], "s", [x[1] for x in alone]),
    ]
    return report(f"{events:,} mails to each of nine endpoints, and one that is dead", "without it", rows)


def ours(count: int, urls: Sequence[str], dead: str | None = None) -> tuple[float, float]:
    """Seconds, and the processor's, to deliver so many mails to each of these."""
    with tempfile.TemporaryDirectory() as name:
        path = filled(Path(name), count, urls, dead)
        with tempfile.TemporaryFile() as told:
            process_cost([sys.executable, "-m", "tests.bench.hook_deliverer", str(path)], stdout=told)
            told.seek(0)
            wall, processor = map(float, told.read().split())
            return wall, processor


def bare(count: int, url: str) -> float:
    """The same of the bare client."""
    with tempfile.TemporaryFile() as told:
        process_cost([sys.executable, bare_hooks.__file__, url, str(count), str(AT_ONCE)], stdout=told)
        told.seek(0)
        return float(told.read())


def filled(directory: Path, count: int, urls: Sequence[str], dead: str | None) -> Path:
    """A store of 200 assets with so many mails that wait for each of these endpoints; returns its path."""
    path = stores.made(directory, ASSETS)
    store = Store.open(path)
    vault = Vault(store)
    vault.unlock_from([KeyFile(path.with_name("vault.key"))])
    given = [(f"hook {number}", url) for number, url in enumerate(urls)]
    for name, url in [*given, *([("dead", dead)] if dead else [])]:
        fields = EndpointFields(name=name, url=url, events=(Event.EMAIL_RECEIVED,))
        webhooks.create(store, vault, fields, new_secret())
    receive(store, count)
    store.close()
    return path


def receive(store: Store, count: int) -> None:
    """Keep mails as the receiver does."""
    ids = list(assets.names(store).values())
    writer = InboundWriter(store, LogSealer(store), MailOutbox(store))
    for start in range(0, count, BATCH):
        now = datetime.now(UTC)
        envelope = Envelope("customer@example.net", "desk@in.example.net", "192.0.2.1", now, "smtp")
        writer.write(
            [
                filed(envelope, Addressee(ids[number % len(ids)], "desk@example.com", False), mail(number))
                for number in range(start, min(start + BATCH, count))
            ]
        )
    writer.close()


def mail(number: int) -> bytes:
    """One of 2 KB, as large as most are without their HTML."""
    return (
        f"From: Ann Customer <customer@example.net>\r\nTo: desk@example.com\r\nSubject: Order {number}\r\n"
        f"Message-ID: <{number}@mail.example.net>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\n{TEXT}\r\n"
    ).encode("ascii")


@contextlib.contextmanager
def served(delay_s: float) -> Iterator[str]:
    """An endpoint in a process of its own; gives its URL."""
    child = subprocess.Popen(
        [sys.executable, hook_server.__file__, str(delay_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=ROOT,
    )
    try:
        assert child.stdout is not None
        yield f"http://127.0.0.1:{child.stdout.readline().strip()}/hook"
    finally:
        child.communicate()  # its input ends, and so does it


@contextlib.contextmanager
def silent() -> Iterator[str]:
    """An endpoint that accepts, by the system's own hands, and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"


if __name__ == "__main__":
    began = time.monotonic()
    status = main()
    print(f"\nTook {time.monotonic() - began:.0f} s.")
    sys.exit(status)
