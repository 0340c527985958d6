"""What the agent's tasks stand on: store, settings, and a vault that opens from its homes where it can."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from live.agent.changes import Changes
from live.agent.tallies import Tallies
from store.database import Store
from store.key_homes import KeyHome
from store.settings import Settings
from store.vault import Vault, VaultState

AGAIN_S = 10.0
"""Between two rounds through the homes while the vault is locked: a keyring that hangs takes 3 s."""


@dataclass(slots=True)
class Ground:
    """Made in the loop that the agent runs in."""

    store: Store
    settings: Settings
    vault: Vault
    homes: Sequence[KeyHome]
    child: bool = False
    """Whether this agent belongs to a console."""
    changes: Changes = field(init=False)
    tallies: Tallies = field(default_factory=Tallies, init=False)
    _looked_at: float = field(default=float("-inf"), init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        self.changes = Changes(self.store)

    async def vault_state(self) -> VaultState:
        """How the vault stands, after a try to open it where it is locked.

        Raises:
            StoreError: the store cannot be read. VaultDamaged: the key record is not one.
        """
        async with self._lock:
            state = await asyncio.to_thread(self.vault.state)
            if state is VaultState.LOCKED and time.monotonic() - self._looked_at >= AGAIN_S:
                self._looked_at = time.monotonic()
                if await asyncio.to_thread(self.vault.unlock_from, self.homes) is not None:
                    state = VaultState.OPEN
            return state

    def look_at_homes_again(self) -> None:
        """Something about the homes is new: the next `vault_state` looks at once."""
        self._looked_at = float("-inf")
        self.changes.wake()

    @property
    def how_to_unlock(self) -> str:
        """What a person does about a locked vault."""
        if self.child:
            return "Press v in the console and type the passphrase."
        return (
            "Give the agent the key: `postroom vault unlock --keep file` as its user, or the systemd "
            "credential postroom-vault-key."
        )
