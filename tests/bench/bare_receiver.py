"""A bare aiosmtpd that keeps the plain bytes of each message in SQLite, many in one commit: what the receiver
is compared with. Prints its port, and ends with its input."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading

from aiosmtpd.smtp import SMTP, Envelope, Session

LIMIT = 50 * 1_048_576


class Keeper:
    """Keeps messages in one thread."""

    def __init__(self, path: str) -> None:
        self._waiting: queue.SimpleQueue[tuple[bytes, asyncio.Future[None]]] = queue.SimpleQueue()
        self._path = path
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._work, daemon=True).start()

    async def keep(self, content: bytes) -> None:
        """Returns after the commit."""
        kept: asyncio.Future[None] = self._loop.create_future()
        self._waiting.put((content, kept))
        await kept

    def _work(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, content BLOB)")
        while True:
            batch = [self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get())
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO messages (content) VALUES (?)", [(content,) for content, _ in batch]
            )
            connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(_tell, [kept for _, kept in batch])


def _tell(batch: list[asyncio.Future[None]]) -> None:
    for kept in batch:
        if not kept.cancelled():
            kept.set_result(None)


class Handler:
    """What aiosmtpd calls."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message."""
        content = envelope.content
        assert isinstance(content, bytes)
        await self._keeper.keep(content)
        return "250 OK"


async def main(path: str) -> None:
    loop = asyncio.get_running_loop()
    handler = Handler(Keeper(path))
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="mx.example.com", data_size_limit=LIMIT, loop=loop), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    if sys.argv[2] == "uvloop":
        import uvloop

        uvloop.run(main(sys.argv[1]))
    else:
        asyncio.run(main(sys.argv[1]))
