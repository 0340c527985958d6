"""An agent at rest: 10,000 grants that are not due yet, 1,000,000 messages in the log, 100 endpoints with
nothing to deliver. What it takes of a core while nothing happens, and of memory.

What it does once at its start, and then each quarter of an hour or each hour, comes before the measurement;
it is told as a figure of its own.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from live import deadlines
from live.webhooks.signing import new_secret
from store import webhooks
from store.database import Store
from store.key_file import KeyFile
from store.vault import Vault
from store.webhooks import EndpointFields, Event
from tests.bench import agents, inbound_stores, tokens
from tests.bench.harness import Row, options, report
from tests.bench.memory import resident_mb

PERCENT, MEGABYTES = 1.0, 200.0
SETTLE_S = 60.0
"""Retention begins 20 s after the start, what time has brought 15 s."""
SECONDS = 60.0
NOWHERE = "http://127.0.0.1:9/hook"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options(__doc__, repetitions=1, assets=10_000)
    parser.add_argument("--messages", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--endpoints", type=int, default=100, metavar="N")
    parser.add_argument("--settle", type=float, default=SETTLE_S, metavar="SECONDS")
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="SECONDS")
    parser.add_argument("--store", type=Path, metavar="DIRECTORY", help="made there, and used again")
    chosen = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        directory = chosen.store or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = directory / "postroom.db"
        if not path.exists():
            directory.mkdir(parents=True, exist_ok=True)
            made(directory, chosen.assets, chosen.messages, chosen.endpoints)
        found = [rested(path, chosen.settle, chosen.seconds) for _ in range(chosen.repetitions)]
    rows = [
        Row("of a core", [one[0] for one in found], "%", most=PERCENT),
        Row("memory", [one[1] for one in found], "MB", most=MEGABYTES),
        Row(f"processor in the first {chosen.settle:g} s", [one[2] for one in found], "s"),
    ]
    title = (
        f"An agent at rest for {chosen.seconds:g} s: {chosen.assets:,} grants, {chosen.messages:,} messages, "
        f"{chosen.endpoints:,} endpoints"
    )
    return report(title, "", rows)


def rested(path: Path, settle: float, seconds: float) -> tuple[float, float, float]:
    """Percent of a core, megabytes, and seconds of a processor up to then."""
    with agents.running(path) as (pid, _):
        time.sleep(settle)
        before, began = agents.processor(pid), time.perf_counter()
        time.sleep(seconds)
        after, took = agents.processor(pid), time.perf_counter() - began
        return (after - before) / took * 100, resident_mb(pid), before


def made(directory: Path, grants: int, messages: int, endpoints: int) -> Path:
    """A store with all that; returns its path."""
    path = tokens.granted(directory, grants)
    with contextlib.closing(Store.open(path)) as store:
        inbound_stores.fill(store, messages, assets=grants)
        vault = Vault(store)
        vault.unlock_from([KeyFile(path.with_name("vault.key"))])
        for number in range(endpoints):
            fields = EndpointFields(
                name=f"hook {number}", url=f"{NOWHERE}/{number}", events=(Event.EMAIL_RECEIVED,)
            )
            webhooks.create(store, vault, fields, new_secret())
        deadlines.restate(store, datetime.now(UTC))
    return path


if __name__ == "__main__":
    sys.exit(main())
