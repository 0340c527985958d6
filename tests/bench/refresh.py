"""2,000 due grants at a token server that takes 50 ms, against as many requests by a bare httpx client.

Both meet the same server on loopback, in a process of its own, with the same number of requests at a time.
Ours claims each grant, renews it, and has its new tokens sealed and committed, with history and deadline,
before it counts. Memory is the peak of the process, and the bare client has loaded the libraries of ours,
which a console has loaded anyhow; what it takes without them is printed besides.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from live.oauth.refresh import AT_ONCE
from store import assets, grants, oauth_clients
from store.database import Store
from store.grant_events import GrantEvent
from store.grants import Kept, Tokens
from store.key_file import KeyFile
from store.kinds import Provider
from store.oauth_clients import OAuthClientFields
from store.vault import Vault
from tests.bench import bare_refresh, stores, token_server
from tests.bench.harness import ROOT, Row, environment, in_turns, options, process_cost, report

DELAY_S = 0.05
WALL_TIMES, MEMORY_TIMES = 1.5, 1.5
SCOPE = "https://outlook.office.com/SMTP.Send offline_access"


@dataclass(frozen=True, slots=True)
class Took:
    """What one of the two took."""

    wall: float
    """Seconds, without the start of the process."""
    processor: float
    memory: float
    """Megabytes at the peak."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options(__doc__, repetitions=5, assets=2_000)
    parser.add_argument("--at-once", type=int, default=AT_ONCE, metavar="N")
    parser.add_argument("--delay", type=float, default=DELAY_S, metavar="SECONDS")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, served(chosen.delay) as url:
        store = granted(Path(name), chosen.assets, url)
        bare = [bare_refresh.__file__, url, str(chosen.assets), str(chosen.at_once)]

        def ours() -> Took:
            return took(["-m", "tests.bench.refresher", str(store), str(chosen.at_once)])

        one, other = in_turns(chosen.repetitions, ours, lambda: took([*bare, "loaded"]))
        alone = took(bare)
    rows = [
        Row("wall time", [x.wall for x in one], "s", [x.wall for x in other], WALL_TIMES),
        Row("memory", [x.memory for x in one], "MB", [x.memory for x in other], MEMORY_TIMES),
        Row("processor time", [x.processor for x in one], "s", [x.processor for x in other]),
        Row("memory, httpx with nothing else", [x.memory for x in one], "MB", [alone.memory]),
    ]
    title = (
        f"{chosen.assets:,} due grants, {chosen.at_once} at a time, a token server that takes "
        f"{chosen.delay * 1000:g} ms"
    )
    return report(title, "bare httpx client", rows)


@contextlib.contextmanager
def served(delay_s: float) -> Iterator[str]:
    """The token server in a process of its own; gives its URL."""
    child = subprocess.Popen(
        [sys.executable, token_server.__file__, str(delay_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=ROOT,
    )
    try:
        assert child.stdout is not None
        yield f"http://127.0.0.1:{child.stdout.readline().strip()}/token"
    finally:
        child.communicate()  # its input ends, and so does it


def took(arguments: Sequence[str]) -> Took:
    """Run one of the two in a process of its own.

    Raises:
        RuntimeError: it did not do all of it.
    """
    with tempfile.TemporaryFile() as told:
        process_cost([sys.executable, *arguments], stdout=told)
        told.seek(0)
        return Took(*map(float, told.read().split()))


def granted(directory: Path, count: int, url: str) -> Path:
    """A store with so many assets of one OAuth client, each with a grant; returns its path."""
    path = stores.made(directory, count)
    store = Store.open(path)
    vault = Vault(store)
    vault.unlock_from([KeyFile(path.with_name("vault.key"))])
    fields = OAuthClientFields(
        name="Desk app",
        provider=Provider.OFFICE365,
        client_id="aaaaaaaa-0000-4000-8000-000000000001",
        token_url=url,
        scope=SCOPE,
    )
    client = oauth_clients.create(store, vault, fields, secret=SecretStr("benchmark"))
    with store.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE assets SET sign_in = 'oauth', provider = 'office365', oauth_client_id = ?", (client.id,)
        )
    now = datetime.now(UTC)
    news = [_kept(asset_id, now) for asset_id in assets.names(store).values()]
    grants.keep_tokens(store, vault, news)
    store.close()
    return path


def _kept(asset_id: int, now: datetime) -> Kept:
    access, refresh = SecretStr("EwB.".ljust(1_500, "a")), SecretStr("1.A.".ljust(900, "r"))
    return Kept(
        asset_id=asset_id,
        tokens=Tokens(access, refresh, SCOPE, 3_600),
        obtained_at=now - timedelta(hours=1),
        expires_at=now,
        next_refresh_at=now,
        deadline=None,
        event=GrantEvent(now, "consent", "kept", 50.0),
        consented=True,
    )


if __name__ == "__main__":
    sys.exit(main())
