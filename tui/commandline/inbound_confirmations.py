"""`postroom inbound confirmations`: providers' requests to confirm a forwarding address."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from store import confirmations
from store.confirmations import Confirmation
from tui.commandline.faults import UsageError
from tui.commandline.opening import opened
from tui.commandline.printing import moment, narrate, print_json, print_table
from tui.times import exact

HEADS = ("MESSAGE", "CAME", "ASSET", "ASKED BY", "ITS MAILBOX", "SIGNATURE", "DONE", "CODE", "LINK")


def show(options: Namespace) -> int:
    """Print the requests, or mark one as done; 1 where one waits."""
    with opened(options) as desk:
        if options.done is not None:
            if not confirmations.confirmation_done(desk.store, options.done):
                raise UsageError(f"Message {options.done} is no confirmation that waits.")
            narrate("Marked as done. A forwarded mail that arrives is the proof.")
            if not options.json:
                return 0
        found = confirmations.confirmations(desk.store, open_only=not options.all)
    if options.json:
        print_json(confirmations=[_shape(one) for one in found])
    elif found:
        print_table(HEADS, map(_cells, found))
    else:
        narrate("No confirmation waits." if not options.all else "No confirmation was asked for.")
    return int(options.done is None and any(one.done_at is None for one in found))


def _shape(one: Confirmation) -> dict[str, Any]:
    return {
        "message": one.message_id,
        "asset": one.asset_name,
        "arrived_at": moment(one.arrived_at),
        "link": one.link,
        "cancel_link": one.cancel_link,
        "code": one.code,
        "requester": one.requester,
        "matches": one.matches,
        "dkim": one.dkim,
        "done_at": moment(one.done_at),
        "done_by": one.done_by,
    }


def _cells(one: Confirmation) -> tuple[str, ...]:
    done = f"{exact(one.done_at)} {one.done_by or 'by itself'}" if one.done_at else "waits"
    return (
        str(one.message_id),
        exact(one.arrived_at),
        one.asset_name,
        one.requester,
        "yes" if one.matches else "NO",
        one.dkim,
        done,
        one.code or "-",
        one.link or "-",
    )
