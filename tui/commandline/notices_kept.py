"""`postroom notices list`, `show`, `ack` and `send`: what needs a person, and who was told of it."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from datetime import UTC, datetime

from live.notices import rounds
from live.notices.courier import Courier
from live.notices.rounds import NoSuchNotice
from store import leases, notices
from store.notices import Notice
from tui import notice_list
from tui.commandline import notice_shapes, opening
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate, print_json, print_line, print_pairs, print_table
from tui.desk import Desk

NOT_SENT = 1
MOST = 100_000
"""Notices that are printed at once; those that are over go after 90 days."""


def list_all(options: Namespace) -> int:
    """Print the open notices, or all."""
    with opening.opened(options) as desk:
        found = notices.page(desk.store, limit=MOST, words=options.filter.split() if options.filter else ())
    if not options.all:
        found = [line for line in found if line.ended_at is None]
    if options.json:
        print_json(notices=[notice_shapes.of_line(line) for line in found])
    elif found:
        now = datetime.now(UTC)
        print_table(notice_shapes.TITLES, (notice_shapes.cells(line, now) for line in found))
    else:
        narrate("There are no such notices." if options.filter else "Nobody is needed.")
    return 0


def show(options: Namespace) -> int:
    """Print everything about one notice."""
    with opening.opened(options) as desk:
        notice = _named(desk, options.notice)
    if options.json:
        print_json(notices=[notice_shapes.in_full(notice)])
        return 0
    now = datetime.now(UTC)
    print_line(f"{notice.line.id}. {notice_list.cause(notice.line, now)}")
    print_pairs(notice_list.pairs(notice, now), "  ")
    if notice.members:
        print_line("  Assets:")
        for one in notice.members:
            print_line(f"    {notice_list.member(one, now)}")
    print_line("  Told:" if notice.rounds else f"  {notice_list.NOT_TOLD}")
    for each in notice.rounds:
        print_line(f"    {notice_list.round_head(each)}")
        for sending in each.sendings:
            glyph, _ = notice_list.SENDINGS[sending.state]
            print_line(f"      {glyph} {notice_list.sending(sending)}")
        if each.words:
            print_line(f"      {each.words}")
    return 0


def acknowledge(options: Namespace) -> int:
    """Acknowledge notices, or take that back."""
    with opening.opened(options) as desk:
        for number in options.notice:
            _named(desk, number)
        now = datetime.now(UTC)
        for number in options.notice:
            done = notices.acknowledge(desk.store, number, now, back=options.back)
            words = "is open again" if options.back else "is acknowledged"
            narrate(f"Notice {number} {words}." if done else f"Notice {number}: nothing was to be changed.")
    return 0


def send(options: Namespace) -> int:
    """Tell everybody of a notice now; 1 when something did not go."""
    with opening.opened(options) as desk:
        if desk.settings.notices.operators or desk.settings.notices.to != "operators":
            opening.unlock(desk, options)
        try:
            many = rounds.send_again(desk.store, desk.settings.notices, options.notice, datetime.now(UTC))
        except NoSuchNotice as error:
            raise UsageError(str(error)) from None
        lease = leases.look(desk.store)
        if many and not (lease is not None and lease.alive(datetime.now(UTC))):
            asyncio.run(Courier(desk.store, desk.vault, desk.settings).send_due())
        elif many:
            narrate("The agent that works for this store sends it now.")
            return 0
        notice = _named(desk, options.notice)
    latest = notice.rounds[0]
    for sending in latest.sendings:
        glyph, _ = notice_list.SENDINGS[sending.state]
        narrate(f"{glyph} {notice_list.sending(sending)}")
    if not many:
        narrate(f"No mail and no hook. {latest.words}".rstrip())
    return NOT_SENT if any(one.state not in ("sent", "in doubt") for one in latest.sendings) else 0


def _named(desk: Desk, number: int) -> Notice:
    notice = notices.one(desk.store, number)
    if notice is None:
        raise UsageError(f"There is no notice {number}; see: postroom notices list --all")
    return notice
