"""The Tokens pane on 10,000 grants: how long after its key it is ready, against one on 100; and what keeping
its figures up to date each second costs while nothing changes.

Ready is the pane once its key has been answered to the last byte: its headline with the counts of all, and
its first page. Each time a console of its own opens it, since a pane that was shown before is there at once.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from live import deadlines
from store.database import Store
from store.settings import FILE_NAME
from tests.bench import refresh, stores
from tests.bench.first_frame import console
from tests.bench.harness import Row, in_turns, options, report
from tests.bench.terminal import Terminal
from tests.bench.wire import LAST_TEXT, ready

TOKENS = "3"
"""The key of the pane."""
PANE_TEXT = "this week"
"""In its headline, and nowhere else."""
FEW = 100
READY_TIMES = 1.5
IDLE_S = 10.0
IDLE_PERCENT = 2.0
SLOW_S = 3.0
"""It may think for so long before it first writes."""
LOOK_S, RESTING = 0.5, 0.05
"""A console is at rest that takes less than a twentieth of a core for half a second."""
NOWHERE = "http://127.0.0.1:9/token"
AHEAD = timedelta(hours=5, minutes=30)
"""Until a grant is refreshed: "in 5 h" does not change, and is not repainted, while the benchmark runs."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options(__doc__, repetitions=9, assets=10_000)
    parser.add_argument("--idle", type=float, default=IDLE_S, metavar="SECONDS")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        many, few = granted(Path(one), chosen.assets), granted(Path(two), FEW)
        opened(many)  # compiles what has not been imported before, warms the disk's cache
        ours, other = in_turns(chosen.repetitions, lambda: opened(many), lambda: opened(few))
        rows = [Row("key to list ready", ours, "ms", other, most_times=READY_TIMES)]
        rows += idle(many, few, chosen.idle)
    return report(f"Tokens pane, {chosen.assets:,} grants, 120×40", f"with {FEW} grants", rows)


def granted(directory: Path, count: int) -> Path:
    """A store with so many grants, whose figures stay as they are for an hour; returns its path."""
    path = refresh.granted(directory, count, NOWHERE)
    with (directory / FILE_NAME).open("a", encoding="utf-8") as settings:
        settings.write("agent_child = false\n")  # it is a process of its own, and not what is measured
    now = datetime.now(UTC)
    at = (now + AHEAD).isoformat(timespec="milliseconds")
    with closing(Store.open(path)) as store:
        with store.write() as session:
            session.connection().exec_driver_sql(
                "UPDATE grants SET state = 'valid', expires_at = ?, next_refresh_at = ?", (at, at)
            )
        deadlines.restate(store, now)
    return path


def shown(terminal: Terminal) -> float:
    """Milliseconds from the key to the last byte of the pane."""
    ready(terminal, stores.NAME, LAST_TEXT)
    at_rest(terminal)
    settled = terminal.press(TOKENS, first=SLOW_S).settled * 1000
    terminal.seen(PANE_TEXT)
    return settled


def at_rest(terminal: Terminal) -> None:
    """Wait until the console has done what it does once at its start, such as working out the deadlines."""
    before = terminal.processor
    while True:
        terminal.settle(LOOK_S, LOOK_S)
        if terminal.processor - before < RESTING * LOOK_S:
            return
        before = terminal.processor


def opened(store: Path) -> float:
    """`shown` of a console of its own."""
    with Terminal(console(store)) as terminal:
        return shown(terminal)


def idle(many: Path, few: Path, seconds: float) -> list[Row]:
    """Nothing changes: nothing is written, and little is done."""
    with Terminal(console(many)) as ours, Terminal(console(few)) as other:
        for terminal in (ours, other):
            shown(terminal)
        ours_spent, other_spent = spent(ours, seconds), spent(other, seconds)
    return [
        Row(f"idle for {seconds:g} s", [ours_spent[0]], "bytes", [other_spent[0]], most=0),
        Row("idle, of a core", [ours_spent[1]], "%", [other_spent[1]], most=IDLE_PERCENT),
    ]


def spent(terminal: Terminal, seconds: float) -> tuple[float, float]:
    """Bytes that are written, and percent of a core that are taken, while nobody does anything."""
    before, began = terminal.processor, time.perf_counter()
    written = terminal.settle(seconds, seconds).size
    return written, (terminal.processor - before) / (time.perf_counter() - began) * 100


if __name__ == "__main__":
    sys.exit(main())
