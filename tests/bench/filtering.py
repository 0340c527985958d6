"""Filtering as one types: the filter itself against a plain comprehension; and from the key to the last byte
of the repaint, against a plain list that is filled anew with each key."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from store import assets
from store.database import Store
from tests.bench import bare_list, stores
from tests.bench.first_frame import console
from tests.bench.harness import Row, in_turns, options, report
from tests.bench.terminal import Terminal
from tests.bench.wire import LAST_TEXT, ready
from tui import asset_list
from tui.asset_list import AssetRow

FILTER_TIMES, REPAINT_TIMES = 3.0, 3.0
WANTED_MS = 50
TYPED = "billing 1"
"""Typed key by key: from nothing to one team to its assets with a digit."""
BACKSPACE = "\x7f"
SLOW_S = 1.0
"""The plain list may think for so long before it first writes."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options(__doc__, repetitions=3, assets=5_000)
    parser.add_argument("--typed", default=TYPED, metavar="TEXT")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as directory:
        store = stores.made(Path(directory), chosen.assets)
        rows = [filtered(store, chosen.typed, chosen.repetitions * 10)]
        bare_command = [sys.executable, "-m", "tests.bench.bare_list", str(chosen.assets)]
        with Terminal(console(store)) as ours, Terminal(bare_command) as bare:
            ready(ours, stores.NAME, LAST_TEXT)
            ready(bare, bare_list.FIRST_TEXT)
            ours.press("/", first=SLOW_S)
            rows += repainted(ours, bare, chosen.typed, chosen.repetitions)
    return report(f"Filtering {chosen.assets:,} assets", "plain list", rows)


def filtered(path: Path, typed: str, times: int) -> Row:
    """The pure filter with its order, over every beginning of what is typed."""
    store = Store.open(path)
    try:
        rows = asset_list.rows(assets.lines(store), datetime.now(UTC))
    finally:
        store.close()
    lowered = [row.haystack for row in rows]
    texts = [typed[: length + 1] for length in range(len(typed))]
    ours, plain = in_turns(
        times,
        lambda: milliseconds(lambda: [chosen(rows, text) for text in texts]),
        lambda: milliseconds(lambda: [plainly(lowered, text) for text in texts]),
    )
    per_key = [[value / len(texts) for value in values] for values in (ours, plain)]
    return Row("filter alone, each key", per_key[0], "ms", per_key[1], most_times=FILTER_TIMES)


def chosen(rows: Sequence[AssetRow], text: str) -> list[AssetRow]:
    """What the pane does for a key."""
    return asset_list.chosen(rows, text, asset_list.ORDERS[0])


def plainly(lowered: Sequence[str], text: str) -> list[str]:
    """The same words, in any order, on plain strings."""
    words = text.lower().split()
    return [line for line in lowered if all(word in line for word in words)]


def milliseconds(act: Callable[[], object]) -> float:
    """What one call takes."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def repainted(ours: Terminal, bare: Terminal, typed: str, times: int) -> list[Row]:
    """Keys typed and taken back in turns, each until the screen has settled."""
    took: tuple[list[float], list[float]] = ([], [])
    for key in (*typed, *[BACKSPACE] * len(typed)) * times:
        pair = in_turns(1, lambda key=key: press(ours, key), lambda key=key: press(bare, key))  # type: ignore[misc]
        for all_of_it, one in zip(took, pair, strict=True):
            all_of_it += one
    return [Row("key to settled repaint", took[0], "ms", took[1], most_times=REPAINT_TIMES, wanted=WANTED_MS)]


def press(terminal: Terminal, key: str) -> float:
    """Milliseconds from the key to the last byte."""
    return terminal.press(key, first=SLOW_S).settled * 1000


if __name__ == "__main__":
    sys.exit(main())
