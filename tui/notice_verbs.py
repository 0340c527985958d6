"""What the keys do to notices. Each is awaited in a worker."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from live.notices import rounds, trial
from live.notices.rounds import NoSuchNotice
from store import leases, notices
from tui import times
from tui.desk import Desk
from tui.dialogs.base import confirmation, message
from tui.panes.list_pane import read_anew

if TYPE_CHECKING:
    from tui.hub import Hub

NO_AGENT = "No agent works now: it is sent as soon as one does."
SENDS = "The agent sends it now."
TESTS = (
    "A short mail goes to each operator, the hook is run, and the bell rings here. Owners get nothing. "
    "Webhooks have a test of their own: pane 5, t."
)


async def acknowledge(console: Hub, desk: Desk, notice_id: int) -> None:
    """Acknowledge a notice, or take that back."""
    notice = await asyncio.to_thread(notices.one, desk.store, notice_id)
    if notice is None:
        return
    back = notice.line.acked_at is not None
    done = await asyncio.to_thread(notices.acknowledge, desk.store, notice_id, times.now(), back=back)
    await read_anew(console)
    if not done:
        console.notify("Somebody else was first; nothing was changed.", severity="warning", markup=False)
    elif back:
        console.notify("It is open again, with its reminders.", markup=False)
    else:
        console.notify("Acknowledged: no reminder before it gets worse.", markup=False)


async def send(console: Hub, desk: Desk, notice_id: int) -> None:
    """Tell everybody of a notice now, after asking."""
    words = (
        "Everybody whom the configuration names is told of it once more, owners by a mail with a new link."
    )
    if not await console.push_screen_wait(confirmation(f"Send notice {notice_id} now", words, "Send")):
        return
    try:
        many = await asyncio.to_thread(
            rounds.send_again, desk.store, desk.settings.notices, notice_id, times.now()
        )
    except NoSuchNotice as error:
        console.notify(str(error), severity="warning", markup=False)
        return
    lease = await asyncio.to_thread(leases.look, desk.store)
    works = lease is not None and lease.alive(datetime.now(UTC))
    if not many:
        told = "The configuration names nobody ([notices]); webhooks that want it are told."
        console.notify(told, severity="warning", markup=False)
    else:
        console.notify(
            SENDS if works else NO_AGENT, severity="information" if works else "warning", markup=False
        )


async def open_asset(console: Hub, desk: Desk, notice_id: int) -> None:
    """Open the asset of a notice; of several, the one that is due first."""
    notice = await asyncio.to_thread(notices.one, desk.store, notice_id)
    if notice is None or not notice.members:
        console.notify("Its assets are gone.", severity="warning", markup=False)
        return
    console.open_asset(notice.members[0].asset_id)


async def test(console: Hub, desk: Desk) -> None:
    """Try every way by which people are told, after asking, and show how it went."""
    if not await console.push_screen_wait(confirmation("Test the ways", TESTS, "Send the test")):
        return
    if desk.settings.notices.operators and not await console.unlocked(
        "Mail through an asset takes its secret."
    ):
        return
    console.notify("Trying all ways; this takes some seconds …", markup=False)
    console.let_type()
    tried = await trial.trial(desk.store, desk.vault, desk.settings)
    if desk.settings.notices.bell:
        console.bell()
    bell = (
        "✓ the bell\n  It rang here."
        if desk.settings.notices.bell
        else "– the bell\n  It is off (bell = false)."
    )
    lines = [f"{'✓' if one.well else '✗'} {one.what}\n  {one.words}" for one in tried]
    console.push_screen(message("How the test went", "\n".join([*lines, bell])))


async def show_tokens(console: Hub, _desk: Desk, text: str) -> None:
    """The tokens of a client or an asset, on their pane."""
    pane = await console.to_pane("tokens")
    await pane.set_filter(text)
    pane.table.focus()
