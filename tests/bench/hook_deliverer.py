"""The process that is counted by the benchmark of webhooks: delivers all that waits in a store for endpoints
that are well, and prints the seconds that it took, and the processor's seconds."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from live.webhooks.deliver import Deliverer
from live.webhooks.roster import Roster
from store.database import Store
from store.key_file import KeyFile
from store.vault import Vault

LEFT = """
    SELECT count(*) FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id
     WHERE d.done_at IS NULL AND w.name NOT LIKE 'dead%'
"""


async def delivered(store: Store, vault: Vault) -> float:
    """Until nothing waits for an endpoint that is well; returns the seconds."""
    began = time.perf_counter()
    deliverer = Deliverer(store, Roster(store, vault, allow_private=True))
    with closing(sqlite3.connect(store.path)) as connection:
        count = connection.execute(LEFT).fetchone()[0]
        while deliverer.counters.delivered < count or connection.execute(LEFT).fetchone()[0]:
            await deliverer.wait(min(await deliverer.turn(), 0.05))
    took = time.perf_counter() - began
    await deliverer.close()  # which gives the dead one some more seconds
    return took


def main(path: Path) -> None:
    store = Store.open(path)
    vault = Vault(store)
    vault.unlock_from([KeyFile(path.with_name("vault.key"))])
    used = time.process_time()
    took = asyncio.run(delivered(store, vault))
    print(took, time.process_time() - used)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
