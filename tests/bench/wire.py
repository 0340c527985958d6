"""What goes over the wire for a key in the list of assets, and when it is there, against a bare DataTable of
as many rows."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench import bare_table, stores
from tests.bench.first_frame import console
from tests.bench.harness import Row, in_turns, options, report
from tests.bench.terminal import Terminal, Written

DOWN, PAGE_DOWN = "\x1b[B", "\x1b[6~"
DOWN_BYTES, PAGE_BYTES = 1_000, 12_000
SETTLE_TIMES = 2.0
IDLE_S = 5.0
LAST_TEXT = "vault open"
"""With it the console has said all that it has to say at its start."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options(__doc__, repetitions=15, assets=5_000)
    parser.add_argument("--idle", type=float, default=IDLE_S, metavar="SECONDS")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as directory:
        store = stores.made(Path(directory), chosen.assets)
        bare_command = [sys.executable, bare_table.__file__, str(chosen.assets)]
        with Terminal(console(store)) as ours, Terminal(bare_command) as bare:
            ready(ours, stores.NAME, LAST_TEXT)
            ready(bare, bare_table.FIRST_ROW)
            rows = [*keys(ours, bare, chosen.repetitions), idle(ours, bare, chosen.idle)]
    return report(f"Over the wire, 120×40, truecolor, {chosen.assets:,} assets", "bare DataTable app", rows)


def ready(terminal: Terminal, *texts: str) -> None:
    """Wait for these texts, and until nothing more is written."""
    for text in texts:
        terminal.seen(text)
    terminal.settle()


def keys(ours: Terminal, bare: Terminal, times: int) -> list[Row]:
    """Cursor down in the middle of the page, and page down."""
    down = in_turns(times, lambda: ours.press(DOWN), lambda: bare.press(DOWN))
    page = in_turns(times, lambda: ours.press(PAGE_DOWN), lambda: bare.press(PAGE_DOWN))
    return [
        Row("cursor down", sizes(down[0]), "bytes", sizes(down[1]), most=DOWN_BYTES),
        Row("cursor down, settled", settled(down[0]), "ms", settled(down[1]), most_times=SETTLE_TIMES),
        Row("page down", sizes(page[0]), "bytes", sizes(page[1]), most=PAGE_BYTES),
        Row("page down, settled", settled(page[0]), "ms", settled(page[1])),
    ]


def idle(ours: Terminal, bare: Terminal, seconds: float) -> Row:
    """Nothing happens, and nothing is written."""
    ours_idle, bare_idle = (terminal.settle(seconds, seconds) for terminal in (ours, bare))
    return Row(f"idle for {seconds:g} s", [ours_idle.size], "bytes", [bare_idle.size], most=0)


def sizes(written: Sequence[Written]) -> list[float]:
    """Bytes."""
    return [one.size for one in written]


def settled(written: Sequence[Written]) -> list[float]:
    """Milliseconds to the last byte.

    Raises:
        RuntimeError: a key was answered by nothing: the list was not what was measured.
    """
    if not all(one.size for one in written):
        raise RuntimeError("a key had no effect on the screen")
    return [one.settled * 1000 for one in written]


if __name__ == "__main__":
    sys.exit(main())
