"""`postroom audit`: who did what, and when."""

from __future__ import annotations

from argparse import Namespace

from store import audit
from tui.commandline.opening import opened
from tui.commandline.printing import moment, narrate, print_json, print_table
from tui.times import exact


def show(options: Namespace) -> int:
    """Print the newest entries that hold all the words, newest first."""
    with opened(options) as desk:
        entries = audit.page(desk.store, limit=options.limit, words=options.words)
        if options.json:
            print_json(
                entries=[
                    {
                        "id": entry.id,
                        "at": moment(entry.at),
                        "user": entry.user,
                        "client": entry.client,
                        "action": entry.action,
                        "asset_id": entry.asset_id,
                        "asset": entry.asset_name,
                        "detail": entry.detail,
                    }
                    for entry in entries
                ]
            )
            return 0
        if entries:
            print_table(
                ("WHEN", "WHO", "FROM", "WHAT", "ASSET", "DETAIL"),
                (
                    (
                        exact(entry.at),
                        entry.user,
                        entry.client or "here",
                        entry.action,
                        entry.asset_name,
                        entry.detail,
                    )
                    for entry in entries
                ),
            )
        left = audit.count(desk.store, options.words) - len(entries)
    if left > 0:
        narrate(f"{left} older entries are not shown; see --limit.")
    elif not entries:
        narrate("No entries hold these words." if options.words else "Nothing was done here yet.")
    return 0
