"""The grammar of `postroom heartbeat`."""

from __future__ import annotations

import argparse

from tui.commandline.grammar_parts import Family, as_json

MOST_HOURS = 744
"""Repeated from the store, whose import would cost more than the whole help; a test compares them."""

SHAPE = """
JSON: {"postroom": 1, "heartbeats": [HEARTBEAT, ...]}, where a HEARTBEAT has
  asset, asset_id, every_hours, next_at (ISO 8601 in UTC),
  last (null, or the latest forwarding check: {started_at, outcome (passed|failed|cancelled), rung, diagnosis
  (where it failed, else null), late (true: it came after it had been given up)})
"""

EXAMPLES = """
Examples:
  postroom heartbeat                          those that are on
  postroom heartbeat Support Billing --every 24
  postroom heartbeat --all --off
"""

STATUS = """
Exit status: 0 done; without --every and --off: 1 the latest forwarding check of some of them failed.
"""

ABOUT = """
Have the agent prove the forwarding of assets by itself: every so many hours it sends a probe through another
asset to the mailbox, waits for it at the forwarding address, and records a forwarding check. Without --every
and --off: show the heartbeats that are on.
"""


def add(families: Family) -> None:
    """Add `postroom heartbeat`."""
    parser = families.command(
        "heartbeat",
        "heartbeat:run",
        "prove the forwarding of assets by a daily probe",
        EXAMPLES,
        SHAPE,
        STATUS,
        about=ABOUT.strip(),
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="name or address of an asset")
    parser.add_argument("--all", action="store_true", help="every asset")
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--every", type=_hours, metavar="HOURS", help="turn it on; 24 is a good measure")
    act.add_argument("--off", action="store_true", help="turn it off")
    as_json(parser)


def _hours(text: str) -> int:
    hours = int(text)
    if not 1 <= hours <= MOST_HOURS:
        raise argparse.ArgumentTypeError(f"must be from 1 to {MOST_HOURS}")
    return hours
