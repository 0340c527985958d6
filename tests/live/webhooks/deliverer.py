"""A deliverer in a process of its own, to be killed: `python -m tests.live.webhooks.deliverer STORE`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from live.webhooks.deliver import Deliverer
from live.webhooks.roster import Roster
from store.database import Store
from store.vault import Vault
from tests.store.kit import CHEAP, PASSPHRASE


async def work(path: Path) -> None:
    """For ever."""
    store = Store.open(path)
    vault = Vault(store, kdf=CHEAP)
    vault.unlock(PASSPHRASE)
    deliverer = Deliverer(store, Roster(store, vault, allow_private=True))
    print("delivering", flush=True)
    while True:
        await deliverer.wait(min(await deliverer.turn(), 0.02))


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1])))
