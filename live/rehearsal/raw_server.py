"""A raw listener on loopback: holds each connection for a talk of its own, and leaves none behind."""

import asyncio
from collections.abc import Awaitable, Callable

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class RawServer:
    """One listener; keeps its tasks, so that none is left behind."""

    def __init__(self, talk: Talk, *, line_limit: int, connections: int, hold_s: float | None) -> None:
        """Bounds: octets read ahead, connections at a time (more are closed at once), seconds for each."""
        self._talk = talk
        self._line_limit = line_limit
        self._connections = connections
        self._hold_s = hold_s
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int = 0) -> asyncio.Server:
        """Listen on a port that the system chooses; the caller closes the listener before `end`."""
        return await asyncio.start_server(self._accept, host, port, limit=self._line_limit)

    async def end(self) -> None:
        """End every conversation."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._held(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _held(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk for at most so long and leave nothing open, whatever the client does."""
        try:
            if len(self._tasks) <= self._connections:
                async with asyncio.timeout(self._hold_s):
                    await self._talk(reader, writer)
            writer.close()
        except (OSError, TimeoutError, ValueError):
            writer.transport.abort()  # gone, or talking nonsense: a rude server does not explain itself
        except BaseException:  # cancelled, or a fault of ours: either way nobody is left waiting
            writer.transport.abort()  # close() would wait for a client that may no longer read
            raise
