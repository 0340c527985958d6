"""What the console does with the vault: looks for its key at the start, asks for the passphrase, locks. For
workers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from store.vault import VaultDamaged, VaultState
from tui.desk import Desk
from tui.dialogs.passphrase import PassphraseDialog

if TYPE_CHECKING:
    from tui.hub import Hub

Standing = tuple[VaultState, VaultState | None]
"""How the vault stands, and its log key: None where the record of that is damaged."""

WORDS: dict[Standing | VaultState, tuple[str, str]] = {
    (VaultState.OPEN, VaultState.OPEN): ("vault open", "$text-success"),
    (VaultState.OPEN, VaultState.LOCKED): ("vault open, mail sealed", "$text-success"),
    (VaultState.OPEN, VaultState.ABSENT): ("vault open, no log key yet", "$text-warning"),
    (VaultState.OPEN, None): ("vault open, log key damaged", "$text-error"),
    VaultState.LOCKED: ("vault locked", "$text-warning"),
    VaultState.ABSENT: ("no vault yet", "$text-warning"),
}
"""Text and style for the status line."""

LOCKED = "The vault is locked in this console; lists and headers stay visible."
UNLOCK = "Unlock the vault to use the passwords that are kept in it, and to open messages."
UNLOCK_LOG = {
    VaultState.LOCKED: "The key to passwords and tokens is here; what is in messages opens with the "
    "passphrase alone.",
    VaultState.ABSENT: "There is no key yet to seal inbound mail with: type the passphrase, and it is made.",
}
"""Where the credentials key alone is here."""


def standing(desk: Desk) -> Standing:
    """How the vault and its log key stand. Blocks for disk."""
    state = desk.vault.state()
    try:
        return state, desk.vault.log_state()
    except VaultDamaged:
        return state, None


async def show(console: Hub, desk: Desk) -> VaultState:
    """Bring the status line's word on the vault up to date."""
    stands = await asyncio.to_thread(standing, desk)
    console.say_vault(*(WORDS.get(stands) or WORDS[stands[0]]))
    return stands[0]


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


async def log_unlocked(console: Hub, desk: Desk, why: str) -> bool:
    """Whether messages can be opened, after asking for the passphrase where they cannot.

    Args:
        why: the sentence that says what needs it.
    """
    if await asyncio.to_thread(desk.vault.log_state) is not VaultState.OPEN:
        state = await asyncio.to_thread(desk.vault.state)
        asked = state if state is VaultState.ABSENT else VaultState.LOCKED
        await console.push_screen_wait(PassphraseDialog(desk, asked, why))
        await show(console, desk)
    return await asyncio.to_thread(desk.vault.log_state) is VaultState.OPEN


async def toggle(console: Hub, desk: Desk) -> None:
    """Lock an open vault, else unlock it. Where only the credentials key is here, ask which of the two."""
    state, log = await asyncio.to_thread(standing, desk)
    if state is not VaultState.OPEN:
        await unlocked(console, desk, UNLOCK)
        return
    why = UNLOCK_LOG.get(log) if log else None
    if why is not None:
        await console.push_screen_wait(PassphraseDialog(desk, VaultState.LOCKED, why, may_lock=True))
    else:
        await asyncio.to_thread(desk.vault.lock)
    if await show(console, desk) is VaultState.LOCKED:
        console.notify(LOCKED, markup=False)
