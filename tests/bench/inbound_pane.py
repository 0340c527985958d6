"""The Inbound pane on 1,000,000 messages, against the same on 1,000: ready, page down, End and Home, memory;
and what a key costs while 500 messages a second arrive, against what it costs in quiet.

Each console has the store for itself; mail comes over SMTP to an agent of its own process, as in real life.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench import inbound_stores, smtp_load, stores
from tests.bench.first_frame import console
from tests.bench.harness import ROOT, Row, environment, in_turns, options, report
from tests.bench.memory import resident_mb
from tests.bench.receiving import receiver
from tests.bench.terminal import Terminal
from tests.bench.wire import DOWN, LAST_TEXT, PAGE_DOWN, ready

INBOUND = "4"
"""The key of the pane."""
PANE_TEXT = "messages"
HOME, END, UP = "\x1b[H", "\x1b[F", "\x1b[A"
FEW = 1_000
ASSETS = 300
READY_TIMES = 1.5
KEY_TIMES, KEY_MS = 3.0, 100.0
MEMORY_MB = 30.0
SLOW_S = 3.0
"""The pane may think for so long before it first writes."""
LOAD_TIMES = 1.5
PER_SECOND = 500
LOAD_SECONDS = 20
KEYS = 40
BURST_S = 0.03
"""What a key writes comes in one piece; what the mail writes comes once a second."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options(__doc__, repetitions=9)
    parser.add_argument("--messages", type=int, default=1_000_000, metavar="N")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        many = inbound_stores.made(Path(one), chosen.messages, assets=ASSETS)
        few = inbound_stores.made(Path(two), FEW, assets=ASSETS)
        opened(many)  # compiles what has not been imported before, warms the disk's cache
        ours, other = in_turns(chosen.repetitions, lambda: opened(many), lambda: opened(few))
        rows = [Row("key to list ready", ours, "ms", other, most_times=READY_TIMES)]
        rows += keys(many, few, chosen.repetitions)
    status = report(f"Inbound pane, {chosen.messages:,} messages, 120×40", f"with {FEW:,} messages", rows)
    return status | report(
        f"Keys while {PER_SECOND} messages a second arrive", "in quiet", [under_load(KEYS)]
    )


def shown(terminal: Terminal) -> float:
    """Milliseconds from the key to the last byte of the pane."""
    ready(terminal, stores.NAME, LAST_TEXT)
    terminal.settle(quiet=1.0)  # what a console does once at its start is over then
    settled = terminal.press(INBOUND, first=SLOW_S).settled * 1000
    terminal.seen(PANE_TEXT)
    return settled


def opened(store: Path) -> float:
    """`shown` of a console of its own."""
    with Terminal(console(store)) as terminal:
        return shown(terminal)


def keys(many: Path, few: Path, times: int) -> list[Row]:
    """Page down in the middle, End and Home; then how much more memory the large log takes."""
    with Terminal(console(many)) as ours, Terminal(console(few)) as other:
        for terminal in (ours, other):
            shown(terminal)
        rows = [
            _key_row("page down", PAGE_DOWN, ours, other, times),
            _key_row("End", END, ours, other, times),
            _key_row("Home", HOME, ours, other, times),
        ]
        more = [resident_mb(ours.pid) - resident_mb(other.pid)]
    return [*rows, Row("memory, more than with the few", more, "MB", most=MEMORY_MB)]


def _key_row(name: str, key: str, ours: Terminal, other: Terminal, times: int) -> Row:
    one, two = in_turns(times, lambda: _pressed(ours, key), lambda: _pressed(other, key))
    return Row(f"{name}, settled", one, "ms", two, most_times=KEY_TIMES, most_median=KEY_MS)


def _pressed(terminal: Terminal, key: str) -> float:
    """Press a key where it moves something: End and Home in turns."""
    if key in (HOME, END):
        terminal.press(HOME if key == END else END)
    return terminal.press(key).settled * 1000


def under_load(times: int) -> Row:
    """The cursor down and up again on the Inbound pane, first in quiet, then while mail arrives.

    It never reaches the edge of the screen: there a key scrolls the list, and costs twice as much.
    """
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        with receiver(path) as (port, recipient, _child), Terminal(console(path / "postroom.db")) as terminal:
            smtp_load.sent(port, recipient, smtp_load.messages(200, 4_096, "first"), 4)
            shown(terminal)
            for _ in range(5):
                _burst(terminal, DOWN)
            presses = [DOWN, UP] * (times // 2)
            quiet = [_burst(terminal, key) for key in presses]
            with _load(port, recipient):
                loaded = [_burst(terminal, key) for key in presses]
    return Row("cursor down or up, settled", loaded, "ms", quiet, most_times=LOAD_TIMES)


def _burst(terminal: Terminal, key: str) -> float:
    terminal.settle(quiet=BURST_S, first=0.2)
    return terminal.press(key, quiet=BURST_S).settled * 1000


@contextmanager
def _load(port: int, recipient: str) -> Iterator[None]:
    """`PER_SECOND` mails a second for the length of the block, by a process of its own."""
    command = [sys.executable, __file__, "--load", str(port), recipient]
    with subprocess.Popen(command, env=environment(), cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            yield
        finally:
            child.kill()


def send_evenly(port: int, recipient: str) -> None:
    """Send `PER_SECOND` mails a second until killed; says when it begins."""
    load = smtp_load.messages(PER_SECOND * LOAD_SECONDS, 4_096, "load")
    tick = threading.Event()
    print("begun", flush=True)
    part = PER_SECOND // 10
    for start in range(0, len(load), part):
        smtp_load.sent(port, recipient, load[start : start + part], 5)
        tick.wait(0.1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--load"]:
        send_evenly(int(sys.argv[2]), sys.argv[3])
    else:
        sys.exit(main())
