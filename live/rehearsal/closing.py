"""Closes listeners without losing the connections that are just being accepted."""

import asyncio
from collections.abc import Collection

TURNS = 5  # of the loop; a connection takes three from acceptance to its first call


async def close_listeners(servers: Collection[asyncio.Server]) -> None:
    """Stop accepting, let the connections that are just being accepted appear, and close the listeners.

    asyncio loses a connection, unclosed, whose listener closes between its acceptance and its first turn.
    """
    loop = asyncio.get_running_loop()
    for server in servers:
        for listening in server.sockets:
            loop.remove_reader(listening)
    for _ in range(TURNS):
        await asyncio.sleep(0)
    for server in servers:
        server.close()
