"""Notices in a process of its own, to be killed: `python -m tests.live.notices.sender STORE PORT HOOK`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from store.database import Store
from store.vault import Vault
from tests.live.notices.kit import desk
from tests.store.kit import CHEAP, PASSPHRASE


async def work(path: Path, port: int, hook: str) -> None:
    """For ever."""
    store = Store.open(path)
    vault = Vault(store, kdf=CHEAP)
    vault.unlock(PASSPHRASE)
    here = desk(store, vault, port, to="both", hook=("/bin/sh", hook) if hook else ())
    print("working", flush=True)
    while True:
        await here.round()
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
