"""The process that is counted by the benchmark of connection tests: tests every asset of a store, and prints
the seconds and the processor seconds that the tests alone took."""

import asyncio
import sys
import time
from pathlib import Path

from live import connection_tests
from store import assets
from store.checks import Outcome
from store.database import Store
from store.key_file import KeyFile
from store.vault import Vault


async def climb(path: Path, at_once: int) -> int:
    """Test all assets; returns how many did not pass."""
    store = Store.open(path)
    vault = Vault(store)
    vault.unlock_from([KeyFile(path.with_name("vault.key"))])
    ids = list(assets.names(store).values())
    failed = 0
    # All are of one login, since one account of the rehearsal passes for any sender.
    bounds = connection_tests.Bounds(at_once, per_host=at_once, per_login=at_once)
    began, used = time.perf_counter(), time.process_time()
    async for event in connection_tests.run(store, vault, ids, bounds=bounds):
        if isinstance(event, connection_tests.TestEnded):
            failed += event.run is None or event.run.outcome is not Outcome.PASSED
    print(time.perf_counter() - began, time.process_time() - used)
    store.close()
    return failed


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(climb(Path(sys.argv[1]), int(sys.argv[2]))) else 0)
