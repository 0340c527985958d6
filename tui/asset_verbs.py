"""What the keys do to assets from more than one screen: test, edit, delete. Each is awaited in a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from live.smtp.names import address_on_wire
from store import assets, grants, oauth_clients
from store.registrations import AssetRegistered
from tui import engage_verbs
from tui.desk import Desk
from tui.dialogs.ask_line import AskLine
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.base import confirmation
from tui.dialogs.base import message as words_of
from tui.main_screen import MainScreen
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from tui.hub import Hub

NAMED = 10
"""Assets that the question before deleting names; the rest are counted."""


async def in_use(console: Hub, desk: Desk, asset_ids: Sequence[int]) -> list[int]:
    """These assets without the retired ones, which a word tells of."""
    lines = await asyncio.to_thread(assets.lines, desk.store)
    left_out = {line.id: line.name for line in lines if line.engage == "retired" and line.id in asset_ids}
    if len(left_out) == 1:
        (name,) = left_out.values()
        words = f"{name} is retired, and not used; R takes it back into use."
        console.notify(visible(words), severity="warning", markup=False)
    elif left_out:
        console.notify(f"{len(left_out):,} are retired, and left out.", severity="warning", markup=False)
    return [asset_id for asset_id in asset_ids if asset_id not in left_out]


async def run_tests(console: Hub, desk: Desk, asset_ids: Sequence[int], *, message: bool = False) -> None:
    """Test these assets, asking for the passphrase first where a password is kept and the vault is locked.

    Args:
        message: also send a real message, to an address that is asked for.
    """
    asset_ids = await in_use(console, desk, asset_ids)
    if not asset_ids:
        return
    send_to = None
    if message:
        send_to = await console.push_screen_wait(_asked_address(len(asset_ids)))
        if send_to is None:
            return
    wanted = set(asset_ids)
    lines = await asyncio.to_thread(assets.lines, desk.store)
    if any(line.has_password for line in lines if line.id in wanted):
        await console.unlocked("The connection test signs in with the password that is kept in the vault.")
    accepted = console.tests.accept(asset_ids)
    pane: Any = await console.to_pane("checks")
    pane.table.cursor = 0
    if not accepted:
        console.notify("This test is running already.", severity="warning", markup=False)
        return
    console.run_worker(
        console.tests.run(desk, accepted, console.progressed, send_to),
        group="tests",
        exit_on_error=False,
        description="test connections",
    )


def _asked_address(count: int) -> AskLine:
    mails = "one message" if count == 1 else f"{count:,} messages, one from each asset,"
    return AskLine(
        "Test with a real message",
        f"After the usual test, {mails} will be sent to this address:",
        "test and send",
        placeholder="for instance you@example.com",
        check=lambda text: address_on_wire(text.strip()),
    )


async def edit(console: Hub, desk: Desk, asset_id: int | None) -> None:
    """The form, for a new asset or an existing one; afterwards the cursor is on it."""
    asset = None
    if asset_id is not None:
        asset = await asyncio.to_thread(assets.by_id, desk.store, desk.vault, asset_id)
        if asset is None:
            console.notify("This asset was deleted by somebody else.", severity="warning", markup=False)
            return
    taken = await asyncio.to_thread(assets.lines, desk.store)
    found = await asyncio.to_thread(oauth_clients.all_clients, desk.store, desk.vault)
    grant = await asyncio.to_thread(grants.of, desk.store, asset_id) if asset_id is not None else None
    chosen = await console.push_screen_wait(AssetForm(desk, asset, taken, found, grant))
    if chosen is not None and isinstance(console.screen, MainScreen):
        pane: Any = await console.to_pane("assets")
        pane.select(chosen)


async def delete(console: Hub, desk: Desk, asset_ids: Sequence[int]) -> None:
    """Delete, after a question that names them."""
    wanted = set(asset_ids)
    lines = [line for line in await asyncio.to_thread(assets.lines, desk.store) if line.id in wanted]
    registered = [line for line in lines if line.engage]
    lines = [line for line in lines if not line.engage]
    if registered and not await engage_verbs.not_deleted(console, desk, registered, others=len(lines)):
        return
    if not lines:
        return
    asset_ids = [line.id for line in lines]
    more = f"\n… and {len(lines) - NAMED:,} more" if len(lines) > NAMED else ""
    named = "\n".join(f"{line.name} <{line.address}>" for line in lines[:NAMED])
    title = "Delete this asset?"
    kept = "Its password, forwarding address, checks and inbound mail go with it."
    if len(lines) != 1:
        title = f"Delete these {len(lines):,} assets?"
        kept = "Their passwords, forwarding addresses, checks and inbound mail go with them."
    words = f"{named}{more}\n\n{kept}"
    if await console.push_screen_wait(confirmation(title, words, "Delete")):
        try:
            count = await asyncio.to_thread(assets.delete, desk.store, desk.vault, asset_ids)
        except AssetRegistered as error:  # by another console, while the question stood
            console.push_screen(words_of("Nothing was deleted", str(error)))
            return
        console.notify(f"{count:,} deleted.", markup=False)
        await console.to_pane("assets")
