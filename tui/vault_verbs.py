"""What the console does with the vault: looks for its key at the start, asks for the passphrase, locks. For
workers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from store.vault import VaultState
from tui.desk import Desk
from tui.dialogs.passphrase import PassphraseDialog

if TYPE_CHECKING:
    from tui.hub import Hub

WORDS = {
    VaultState.OPEN: ("vault open", "$text-success"),
    VaultState.LOCKED: ("vault locked", "$text-warning"),
    VaultState.ABSENT: ("no vault yet", "$text-warning"),
}
"""Text and style for the status line."""


async def show(console: Hub, desk: Desk) -> VaultState:
    """Bring the status line's word on the vault up to date."""
    state = await asyncio.to_thread(desk.vault.state)
    console.say_vault(*WORDS[state])
    return state


async def begin(console: Hub, desk: Desk) -> None:
    """At the start: a key that one of its homes holds opens the vault; a store without a vault is given
    one."""
    await asyncio.to_thread(desk.unlock_from_homes)
    if await show(console, desk) is VaultState.ABSENT:
        await unlocked(console, desk, "")


async def unlocked(console: Hub, desk: Desk, why: str) -> bool:
    """Whether the vault is open, after asking where it is not.

    Args:
        why: the sentence that says what needs it.
    """
    state = await asyncio.to_thread(desk.vault.state)
    if state is not VaultState.OPEN:
        await console.push_screen_wait(PassphraseDialog(desk, state, why))
        state = await show(console, desk)
    return state is VaultState.OPEN


async def toggle(console: Hub, desk: Desk) -> None:
    """Lock an open vault, else unlock it."""
    if await asyncio.to_thread(desk.vault.state) is VaultState.OPEN:
        await asyncio.to_thread(desk.vault.lock)
        console.notify("The vault is locked in this console; lists and headers stay visible.", markup=False)
        await show(console, desk)
    else:
        await unlocked(console, desk, "Unlock the vault to use the passwords that are kept in it.")
