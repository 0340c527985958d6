"""An endpoint of webhooks for benchmarks, in a process of its own: answers 200 after some milliseconds, and
prints its port, then the requests that came when its input ends."""

from __future__ import annotations

import asyncio
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Endpoint(asyncio.Protocol):
    """As little as possible, so that the client is what is measured."""

    came = 0

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end:
            return
        at = head.lower().index(b"content-length:") + 15
        if len(body) >= int(head[at:].split(b"\r\n", 1)[0]):
            self._got = b""
            Endpoint.came += 1
            asyncio.get_running_loop().call_later(self._delay_s, self._transport.write, ANSWER)


async def serve(delay_s: float) -> None:
    """Until standard input ends."""
    server = await asyncio.get_running_loop().create_server(lambda: Endpoint(delay_s), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    print(Endpoint.came, flush=True)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
