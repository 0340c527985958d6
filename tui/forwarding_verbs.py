"""What the keys do about the forwarding of assets: check it, or set its heartbeat. Awaited in a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from store.checks import FORWARDING
from tui.asset_verbs import in_use
from tui.desk import Desk
from tui.dialogs.base import Choice, Question, confirmation
from tui.forwarding_words import CHOICES, every_words
from tui.times import now

if TYPE_CHECKING:
    from tui.hub import Hub

ASK_FROM = 10
"""Probes that are sent without asking: each is a mail that a mailbox's owner sees."""
WHY = "The probe is sent through another asset, which signs in with what is kept in the vault."


async def check(console: Hub, desk: Desk, asset_ids: Sequence[int]) -> None:
    """Send a probe to each of these assets' addresses, and wait for it at the forwarding address."""
    from live import forwarding_check  # with aiosmtplib, which only those pay who ask for it

    asset_ids = await in_use(console, desk, asset_ids)
    if not asset_ids:
        return
    if len(asset_ids) >= ASK_FROM:
        words = f"One mail is sent to each of these {len(asset_ids):,} mailboxes. Their owners see it there."
        title = f"Check the forwarding of {len(asset_ids):,} assets?"
        if not await console.push_screen_wait(confirmation(title, words, "Send the probes")):
            return
    await console.unlocked(WHY)
    accepted = console.tests.accept(asset_ids)
    pane: Any = await console.to_pane("checks")
    pane.table.cursor = 0
    if not accepted:
        console.notify("A check of this asset is running already.", severity="warning", markup=False)
        return
    running = forwarding_check.run(desk.store, desk.vault, accepted, plain=desk.settings.notice_smtp)
    console.run_worker(
        console.tests.watch(running, accepted, console.progressed, FORWARDING),
        group="tests",
        exit_on_error=False,
        description="check forwardings",
    )


async def heartbeat(console: Hub, desk: Desk, asset_ids: Sequence[int]) -> None:
    """Ask how often the forwarding of these assets is to be proved by itself."""
    from store import heartbeats

    asset_ids = await in_use(console, desk, asset_ids)
    if not asset_ids:
        return
    known = await asyncio.to_thread(heartbeats.every, desk.store)
    on = {known[id_].every_hours for id_ in asset_ids if id_ in known}
    one = len(asset_ids) == 1
    stands = f"It is {every_words(on.pop() if on else 0)} now. " if one else ""
    words = (
        f"{stands}A heartbeat is a probe that the agent sends by itself, and waits for at the forwarding "
        "address. Each is recorded as a forwarding check; silence is a notice."
    )
    choices = [Choice(key, label, hours) for hours, key, label in CHOICES]
    title = "Heartbeat" if one else f"Heartbeat of {len(asset_ids):,} assets"
    hours = await console.push_screen_wait(
        Question[int](title, words, [*choices, Choice("o", "Off", 0)], -1, stacked=True)
    )
    if hours < 0:
        return
    changed = await asyncio.to_thread(heartbeats.put, desk.store, asset_ids, hours, now())
    told = f"Heartbeat {every_words(hours)}" + ("" if one else f": {changed:,} changed")
    console.notify(f"{told}.", markup=False)
