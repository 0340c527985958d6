"""From the 250 of a message to the arrival of its webhook, with an agent that was idle before each: the real
agent on a store of 200 assets, a client and an endpoint on loopback in this process, one clock for all."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from live.webhooks.signing import new_secret
from store import assets, webhooks
from store.database import Store
from store.key_file import KeyFile
from store.vault import Vault
from store.webhooks import EndpointFields, Event
from tests.bench import agents, smtp_load, stores
from tests.bench.harness import Row, options, report

ASSETS = 200
SIZE = 4_096
MEDIAN_MS = 200.0
PAUSES_S = (0.3, 1.3)
"""Between two messages, by chance: longer than whatever the agent does after a delivery, and in no step with
what it does each half second."""
PATIENCE_S = 30.0
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options(__doc__, repetitions=1)
    parser.add_argument("--messages", type=int, default=100, metavar="N")
    chosen = parser.parse_args(arguments)
    took: list[float] = []
    for _ in range(chosen.repetitions):
        with tempfile.TemporaryDirectory() as name:
            took += asyncio.run(measured(Path(name), chosen.messages))
    rows = [
        Row("250 to webhook", took, "ms", most_median=MEDIAN_MS),
        Row("the slowest tenth", sorted(took)[-max(len(took) // 10, 1) :], "ms"),
    ]
    return report(f"{chosen.messages} messages of 4 KB, one at a time, to an idle agent", "", rows)


async def measured(directory: Path, count: int) -> list[float]:
    """Milliseconds of each."""
    async with endpoint() as (port, arrived):
        path, recipient = prepared(directory, f"http://127.0.0.1:{port}/hook")
        with agents.running(path) as (_, lease):
            host, _, smtp_port = lease.addresses("receiver")[0].removeprefix("smtp ").rpartition(":")
            reader, writer = await asyncio.open_connection(host, int(smtp_port))
            await _said(reader, writer, b"", b"EHLO client.example.net\r\n")
            took = []
            chance = random.Random(7)
            for mail in smtp_load.messages(count + 1, SIZE, "latency"):
                await asyncio.sleep(chance.uniform(*PAUSES_S))
                kept_at = await _sent(reader, writer, recipient, mail)
                took.append((await asyncio.wait_for(arrived.get(), PATIENCE_S) - kept_at) * 1_000)
            writer.close()
    return took[1:]  # the first opens the connection to the endpoint


def prepared(directory: Path, url: str) -> tuple[Path, str]:
    """A store with one webhook to this URL; its path, and a forwarding address."""
    path = stores.made(directory, ASSETS)
    with contextlib.closing(Store.open(path)) as store:
        vault = Vault(store)
        vault.unlock_from([KeyFile(path.with_name("vault.key"))])
        fields = EndpointFields(name="hook", url=url, events=(Event.EMAIL_RECEIVED,))
        webhooks.create(store, vault, fields, new_secret())
        first = next(iter(assets.names(store).values()))
        asset = assets.by_id(store, vault, first)
        assert asset is not None
        return path, asset.forwarding_address


@contextlib.asynccontextmanager
async def endpoint() -> AsyncIterator[tuple[int, asyncio.Queue[float]]]:
    """Its port, and the times at which requests have come whole."""
    arrived: asyncio.Queue[float] = asyncio.Queue()
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
                arrived.put_nowait(time.perf_counter())
                writer.write(ANSWER)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], arrived
    finally:
        server.close()
        for writer in writers:
            writer.close()


async def _sent(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, recipient: str, mail: bytes
) -> float:
    """Send a mail; returns when its 250 came."""
    await _said(reader, writer, b"MAIL FROM:<customer@example.net>\r\n")
    await _said(reader, writer, f"RCPT TO:<{recipient}>\r\n".encode("ascii"))
    await _said(reader, writer, b"DATA\r\n")
    await _said(reader, writer, mail.removesuffix(b"\r\n.\r\n") + b"\r\n.\r\n")
    return time.perf_counter()


async def _said(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *lines: bytes) -> None:
    """Say lines, and hear one answer for each."""
    for line in lines:
        writer.write(line)
        answer = b"-"
        while answer[3:4] in (b"-", b""):
            answer = await asyncio.wait_for(reader.readline(), PATIENCE_S)
        if answer[:1] not in b"23":
            raise RuntimeError(f"the agent answered {answer!r}")


if __name__ == "__main__":
    sys.exit(main())
