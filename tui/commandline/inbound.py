"""`postroom inbound list`, `search` and `tail`: the headers of the mail that came in, from a shell."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Sequence

from live.inbound import export as exports
from store import inbound
from store.inbound import InboundLine
from tui import inbound_list
from tui.commandline.inbound_access import search_of
from tui.commandline.opening import opened
from tui.commandline.printing import narrate, print_json, print_line, print_table
from tui.desk import Desk
from tui.times import exact

TAIL_SECONDS = 0.5
"""How often `tail` looks whether somebody committed; a look costs microseconds."""
TAIL_ROWS = 500
"""Messages printed at a look; the rest follow at the next."""
HEADS = ("ID", "WHEN", "ASSET", "FROM", "SUBJECT", "KIND", "SIZE", "MARKS")


def show_list(options: Namespace) -> int:
    """Print the newest messages that match, newest first."""
    search = search_of(options)
    with opened(options) as desk:
        lines = inbound.page(desk.store, search, limit=options.limit)
        total = inbound.count(desk.store, search)
        if options.json:
            rows = inbound.messages(desk.store, [line.id for line in lines])
            print_json(total=total, messages=[exports.described(row) for row in rows])
            return 0
    if lines:
        print_table(HEADS, map(_cells, lines))
    if lines and total > len(lines):
        narrate(f"{total - len(lines):,} older ones are not shown; see --limit.")
    elif not lines:
        narrate("No message matches." if options.words else "No mail has come in yet.")
    return 0


def _cells(line: InboundLine) -> tuple[str, ...]:
    return (
        str(line.id),
        exact(line.received_at),
        line.asset_name,
        exports.sender(line) or "<>",
        inbound_list.subject(line),
        line.kind,
        str(line.size),
        " ".join(line.marks),
    )


def tail(options: Namespace) -> int:
    """Print messages as they come, until interrupted."""
    search = search_of(options)
    with opened(options) as desk:
        watch = desk.store.watch()
        try:
            seen = inbound.newest_id(desk.store)
            narrate("Waiting for mail; Ctrl-C ends it.")
            while True:
                newest = inbound.newest_id(desk.store)
                lines = inbound.page(desk.store, search, after=seen, limit=TAIL_ROWS)
                _print_tail(desk, lines[::-1], as_json=options.json)
                whole = len(lines) < TAIL_ROWS
                # All up to `newest` was looked through, matching or not, unless the page was full.
                seen = max([seen, *(line.id for line in lines), *([newest] if whole else [])])
                while whole and not watch.changed():
                    time.sleep(TAIL_SECONDS)
        finally:
            watch.close()


def _print_tail(desk: Desk, lines: Sequence[InboundLine], *, as_json: bool) -> None:
    if as_json:
        for row in inbound.messages(desk.store, [line.id for line in lines]):
            print_json(one_line=True, message=exports.described(row))
    else:
        for line in lines:
            print_line("  ".join(_cells(line)))
    sys.stdout.flush()
