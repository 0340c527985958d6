"""The process that is counted by the benchmark of refreshes: refreshes all that is due in a store, and prints
the seconds, the processor seconds and the megabytes that it took."""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from live.oauth.http import OAuthHttp
from live.oauth.refresh import Refreshed, Result, refresh_due
from store import assets, grants
from store.database import Store
from store.key_file import KeyFile
from store.vault import Vault
from tests.bench.memory import peak_mb


async def refreshed(store: Store, vault: Vault, at_once: int) -> int:
    """Refresh what is due; returns how many were renewed."""
    renewed = 0
    async with OAuthHttp() as http:
        async for event in refresh_due(store, vault, http=http, at_once=at_once):
            renewed += isinstance(event, Refreshed) and event.result is Result.RENEWED
    return renewed


def main(path: Path, at_once: int) -> int:
    """Returns the exit status: 0 when all were renewed, and that is committed."""
    store = Store.open(path)
    vault = Vault(store)
    vault.unlock_from([KeyFile(path.with_name("vault.key"))])
    ids = list(assets.names(store).values())
    grants.make_due(store, ids, datetime.now(UTC))
    began, used = time.perf_counter(), time.process_time()
    renewed = asyncio.run(refreshed(store, vault, at_once))
    print(time.perf_counter() - began, time.process_time() - used, peak_mb())
    left = grants.due(store, datetime.now(UTC))
    store.close()
    return 0 if renewed == len(ids) and not left else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
