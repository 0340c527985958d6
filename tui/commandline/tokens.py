"""`postroom tokens`: whose token dies next, and who must act."""

from __future__ import annotations

import os
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from live import deadlines
from live.calendar_export import deadlines_calendar
from store.token_lines import TokenLine, token_lines
from tui import token_list
from tui.commandline.opening import opened
from tui.commandline.printing import moment, narrate, print_json, print_line, print_table
from tui.token_list import Group, TokenRow

STATUS = {Group.NOW: 2, Group.SOON: 1, Group.WELL: 0}
"""Exit status by the most urgent group that anything is in."""
HEADS = ("NEEDED", *(column.title.upper() for column in token_list.COLUMNS))
MOST_NAMED = 12
"""Mailboxes of one cause that are named in its line."""


def show(options: Namespace) -> int:
    """Print every asset with a deadline or a grant, those that need a person now first."""
    now = datetime.now(UTC)
    with opened(options) as desk:
        deadlines.restate(desk.store, now)  # rules and secrets move on while nobody looks
        lines = token_lines(desk.store)
    rows = judged(lines, now, options.within)
    if options.ics is not None:
        _write(options.ics, deadlines_calendar(lines, now))
        dated = sum(line.deadline_at is not None for line in lines)
        narrate(f"Wrote the deadlines of {dated} asset{'' if dated == 1 else 's'} to {options.ics}.")
    if options.json:
        print_json(**_as_json(rows, options.within))
    else:
        _print(rows, options.within, now)
    return STATUS[min((row.group for row in rows), default=Group.WELL)]


def judged(lines: Sequence[TokenLine], now: datetime, within: timedelta) -> list[TokenRow]:
    """Rows in three groups, where what is soon ends within that time; each group by its deadline."""
    found = [token_list.row(line, now) for line in lines]
    return sorted((replace(row, group=_group(row, now, within)) for row in found), key=lambda row: row.group)


def _group(row: TokenRow, now: datetime, within: timedelta) -> Group:
    at = row.line.deadline_at
    if row.group is Group.NOW or at is None:
        return row.group
    return Group.SOON if at - now <= within else Group.WELL


def _print(rows: Sequence[TokenRow], within: timedelta, now: datetime) -> None:
    counts = _counts(rows)
    needed = counts[Group.NOW]
    first = f"{needed:,} need{'s' if needed == 1 else ''} a person now" if needed else "Nobody is needed now"
    print_line(f"{first} · {counts[Group.SOON]:,} within {span(within)} · {counts[Group.WELL]:,} well")
    for cause in _causes(rows):
        print_line(cause)
    words = {Group.NOW: "now", Group.SOON: f"within {span(within)}", Group.WELL: "–"}
    if rows:
        print_table(
            HEADS,
            ((words[row.group], *(cell.text for cell in token_list.cells(row, now))) for row in rows),
        )
    else:
        narrate("No asset signs in by OAuth 2.0, and no password has a known end.")


def _causes(rows: Sequence[TokenRow]) -> Iterator[str]:
    """One line for each OAuth client that stops several mailboxes by the same cause."""
    stopped = [row for row in rows if row.group is Group.NOW and row.line.client_name]
    stopped.sort(key=_cause)
    for (client, why), group in groupby(stopped, key=_cause):
        names = [row.line.name for row in group]
        if len(names) > 1:
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            named = ", ".join(names[:MOST_NAMED])
            yield f"One cause for {len(names)} mailboxes, {client}: {why} ({named}{more})"


def _cause(row: TokenRow) -> tuple[str, str]:
    return row.line.client_name or "", row.why


def _counts(rows: Sequence[TokenRow]) -> dict[Group, int]:
    return {group: sum(row.group is group for row in rows) for group in Group}


def span(within: timedelta) -> str:
    """A time as `--within` takes it: "7 d", "36 h"."""
    hours = int(within.total_seconds() // 3_600)
    return f"{hours // 24} d" if hours % 24 == 0 else f"{hours} h"


def _as_json(rows: Sequence[TokenRow], within: timedelta) -> dict[str, Any]:
    counts = _counts(rows)
    return {
        "within_hours": int(within.total_seconds() // 3_600),
        "needs_now": counts[Group.NOW],
        "soon": counts[Group.SOON],
        "well": counts[Group.WELL],
        "tokens": [_row_as_json(row) for row in rows],
    }


def _row_as_json(row: TokenRow) -> dict[str, Any]:
    line = row.line
    return {
        "asset": line.name,
        "asset_id": line.asset_id,
        "address": line.address,
        "provider": line.provider,
        "sign_in": line.sign_in,
        "oauth_client": line.client_name,
        "group": row.group.name.lower(),
        "state": line.state,
        "expires_at": moment(line.expires_at),
        "next_refresh_at": moment(line.next_refresh_at),
        "deadline_at": moment(line.deadline_at),
        "why": row.why,
        "who": row.who,
        "has_refresh": line.has_refresh,
        "failures": line.failures,
        "diagnosis": line.diagnosis,
    }


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place in one step, so that whoever reads it at that moment reads a whole one.

    Raises:
        OSError: it cannot be written there.
    """
    path = path.expanduser()
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            umask = os.umask(0)
            os.umask(umask)
            os.fchmod(file.fileno(), 0o666 & ~umask)  # a calendar program of another user may be its reader
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
