"""Receiving mail durably, by 20 connections: ours, a bare aiosmtpd, and Postfix delivering to a Maildir.

Ours reads, sorts, seals and indexes each message before the commit that its 250 waits for. The bare one keeps
plain bytes in SQLite, many in one commit (with uvloop where that is installed); Postfix is done when the last
message lies in the Maildir. All three hear the same conversation, from a client in a process of its own.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from tests.bench import bare_receiver, postfix, smtp_load, stores
from tests.bench.harness import ROOT, Row, environment, options, report

CONNECTIONS = 20
SIZES = {"4 KB": 4_096, "50 KB": 51_200}
BARE_TIMES = 1 / 0.6
POSTFIX_TIMES = 1 / 1.5
SLOWEST_TIMES = 4.0
MEMORY_TIMES = 1.1
PARTS = 10
"""The messages for the look at memory come in so many parts; the first fills buffers and caches."""
BARE_LOOP = "uvloop" if importlib.util.find_spec("uvloop") else "asyncio"


@dataclass(frozen=True, slots=True)
class Took:
    """What one of them took."""

    each: float
    """Milliseconds a message, all connections together."""
    median: float
    """Milliseconds from the end of a message to its 250."""
    slowest: float
    """The same of the slowest hundredth."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options(__doc__, repetitions=5)
    parser.add_argument("--messages", type=int, default=4_000, metavar="N")
    parser.add_argument("--memory", type=int, default=100_000, metavar="N", help="0: no look at memory")
    chosen = parser.parse_args(arguments)
    missing = postfix.why_not()
    if missing:
        print(f"\nPostfix is left out: {missing}.")
    others: dict[str, Callable[[int, int], Took]] = {"bare": bare}
    if not missing:
        others["postfix"] = by_postfix
    status = 0
    for name, size in SIZES.items():
        took: dict[str, list[Took]] = {who: [] for who in ("ours", *others)}
        for _ in range(chosen.repetitions):
            took["ours"].append(ours(chosen.messages, size))
            for who, measured in others.items():
                took[who].append(measured(chosen.messages, size))
        title = f"{chosen.messages:,} messages of {name} by {CONNECTIONS} connections, bare with {BARE_LOOP}"
        status |= report(title, "bare aiosmtpd or Postfix", _rows(took))
    if chosen.memory:
        status |= memory(chosen.memory)
    return status


def _rows(took: dict[str, list[Took]]) -> list[Row]:
    one, bare_ = took["ours"], took["bare"]
    each, medians = [x.each for x in one], [x.median for x in bare_]
    slowest = [x.slowest for x in one]
    rows = [
        Row("a message, against bare", each, "ms", [x.each for x in bare_], BARE_TIMES),
        Row("slowest hundredth, against bare's median", slowest, "ms", medians, SLOWEST_TIMES),
        Row("median, against bare's median", [x.median for x in one], "ms", medians),
    ]
    if "postfix" in took:
        by = [x.each for x in took["postfix"]]
        rows.append(Row("a message, against Postfix to a Maildir", each, "ms", by, POSTFIX_TIMES))
    return rows


def ours(count: int, size: int) -> Took:
    """The receiver, with a store of 200 assets."""
    with _directory() as directory, receiver(directory) as (port, recipient, _):
        return warmed(port, recipient, count, size)


def bare(count: int, size: int) -> Took:
    """A bare aiosmtpd."""
    with _directory() as directory:
        command = [sys.executable, bare_receiver.__file__, str(directory / "bare.db"), BARE_LOOP]
        with _process(command) as child:
            return warmed(int(_line(child)), "desk@in.example.net", count, size)


def by_postfix(count: int, size: int) -> Took:
    """Postfix, until the last message is in the Maildir."""
    with _directory() as directory, postfix.running(directory) as running:
        sent(running.port, running.recipient, CONNECTIONS, size, "warm")
        began = perf_counter()
        took = sent(running.port, running.recipient, count, size)
        generated = perf_counter() - began - took.each * count / 1_000
        running.wait_for(CONNECTIONS + count)
        return replace(took, each=(perf_counter() - began - generated) * 1_000 / count)


def warmed(port: int, recipient: str, count: int, size: int) -> Took:
    """What so many take when the first of each connection has gone before."""
    sent(port, recipient, CONNECTIONS, size, "warm")
    return sent(port, recipient, count, size)


def memory(count: int) -> int:
    """What the receiver has in memory after the first tenth of so many messages, and after the last."""
    with _directory() as directory, receiver(directory) as (port, recipient, child):
        resident = []
        for part in range(PARTS):
            sent(port, recipient, count // PARTS, SIZES["4 KB"], f"part-{part}")
            resident.append(_resident_mb(child.pid))
    row = Row("memory after all, and after a tenth", [resident[-1]], "MB", [resident[0]], MEMORY_TIMES)
    return report(f"{count:,} messages of 4 KB", "after a tenth", [row])


def sent(port: int, recipient: str, count: int, size: int, run: str = "run") -> Took:
    """Send so many, from a process of its own.

    Raises:
        RuntimeError: one was not taken.
    """
    given = [str(port), recipient, str(count), str(size), str(min(count, CONNECTIONS)), run]
    done = subprocess.run(
        [sys.executable, smtp_load.__file__, *given],
        capture_output=True,
        text=True,
        env=environment(),
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    seconds, median, slowest = map(float, done.stdout.split())
    return Took(seconds * 1_000 / count, median, slowest)


@contextlib.contextmanager
def receiver(directory: Path) -> Iterator[tuple[int, str, subprocess.Popen[str]]]:
    """Ours, in a process of its own; gives port, recipient and process, and checks at the end that every
    message that was answered was kept.

    Raises:
        RuntimeError: one was not.
    """
    path = stores.made(directory, 200)
    command = [sys.executable, "-m", "tests.live.inbound.serving", str(path)]
    with _process(command) as child:
        yield int(_line(child)), "desk-7.abcdefghijklmnopqrst@in.example.net", child
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.close()
        told = json.loads(child.stdout.readline())
    if told["messages"] != told["mails"] or told["faults"] or told["repeats"]:
        raise RuntimeError(f"what was answered is not what was kept: {told}")


@contextlib.contextmanager
def _process(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """One that ends with its input."""
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(), cwd=ROOT
    )
    try:
        yield child
    finally:
        assert child.stdin is not None
        if not child.stdin.closed:
            child.stdin.close()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def _line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline()


@contextlib.contextmanager
def _directory() -> Iterator[Path]:
    """A directory that Postfix's own user may enter, on the disk of temporary files."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)  # nothing in it is anybody's
        yield Path(name)


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1_024


if __name__ == "__main__":
    sys.exit(main())
