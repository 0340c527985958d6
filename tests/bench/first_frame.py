"""Start-up: the console's first painted frame against a bare app with one DataTable, and `--version` against
an interpreter that does nothing.

A frame counts as painted once the terminal has received a text that only a painted screen holds: the tabs of
the console, a title of the table. The list is usable once the first asset can be read.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench import bare_table, stores
from tests.bench.harness import Row, in_turns, options, process_cost, report
from tests.bench.terminal import Terminal

TABS = "1 Assets"
FRAME_TIMES, USABLE_TIMES, VERSION_TIMES = 1.3, 2.5, 3.0
BARE_ROWS = 5
CHEAP = 4
"""So many times more repetitions for `--version`, which takes milliseconds."""


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = options(__doc__, repetitions=9, assets=5_000).parse_args(arguments)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        empty = stores.made(Path(one), 0)
        full = stores.made(Path(two), chosen.assets)
        painted(console(empty), TABS)  # compiles what has not been imported before, warms the disk's cache
        painted(BARE, bare_table.FIRST_TEXT)
        rows = []
        for name, store in (("empty store", empty), (f"{chosen.assets:,} assets", full)):
            usable = stores.NAME if store is full else None
            ours, bare = in_turns(
                chosen.repetitions,
                lambda store=store, usable=usable: started(console(store), TABS, usable),  # type: ignore[misc]
                lambda: started(BARE, bare_table.FIRST_TEXT, None),
            )
            rows += compared(name, ours, bare)
    rows.append(version(chosen.repetitions * CHEAP))
    return report("Start-up, terminal of 120×40", "bare DataTable app, or python -c pass", rows)


BARE = [sys.executable, bare_table.__file__, str(BARE_ROWS)]


def console(store: Path) -> list[str]:
    """The command that opens the console on this store."""
    return [sys.executable, "-m", "tui", "--store", str(store)]


def painted(command: Sequence[str], text: str) -> float:
    """Milliseconds from the start of the process to this text."""
    return started(command, text, None)[0]


def started(command: Sequence[str], text: str, later: str | None) -> tuple[float, float]:
    """Milliseconds from the start of the process to the one text, and to the other (0 without one)."""
    with Terminal(command) as terminal:
        first = terminal.seen(text) * 1000
        return first, terminal.seen(later) * 1000 if later else 0.0


def compared(
    name: str, ours: Sequence[tuple[float, float]], bare: Sequence[tuple[float, float]]
) -> list[Row]:
    """The rows of one store."""
    other = [first for first, _ in bare]
    rows = [Row(f"first frame, {name}", [first for first, _ in ours], "ms", other, most_times=FRAME_TIMES)]
    usable = [later for _, later in ours if later]
    if usable:
        rows.append(Row(f"list usable, {name}", usable, "ms", other, most_times=USABLE_TIMES))
    return rows


def version(times: int) -> Row:
    """`--version` against an interpreter that starts and ends."""
    ours, other = in_turns(
        times,
        lambda: process_cost([sys.executable, "-m", "tui", "--version"]).wall * 1000,
        lambda: process_cost([sys.executable, "-c", "pass"]).wall * 1000,
    )
    return Row("--version", ours, "ms", other, most_times=VERSION_TIMES)


if __name__ == "__main__":
    sys.exit(main())
