"""A token endpoint that takes its time and gives out new tokens without end.

It prints its port, and ends with its input. It does as little as it can: what it costs falls alike on the two
that are compared, and it has a processor of its own where there is one.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from datetime import UTC, datetime
from email.utils import format_datetime

ACCESS_CHARACTERS, REFRESH_CHARACTERS = 1_500, 900
"""As long as Microsoft's are."""


class Conversation(asyncio.Protocol):
    """One connection, kept open."""

    numbers = itertools.count(1)

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, end, rest = self._heard.partition(b"\r\n\r\n")
        while end:
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(rest) < length:
                return
            self._heard = rest[length:]
            asyncio.get_running_loop().call_later(self._delay_s, self._answer)
            head, end, rest = self._heard.partition(b"\r\n\r\n")

    def _answer(self) -> None:
        number = next(self.numbers)
        tokens = {
            "token_type": "Bearer",
            "scope": "https://outlook.office.com/SMTP.Send",
            "expires_in": 3_600,
            "access_token": f"EwB{number}.".ljust(ACCESS_CHARACTERS, "a"),
            "refresh_token": f"1.A{number}.".ljust(REFRESH_CHARACTERS, "r"),
        }
        body = json.dumps(tokens).encode()
        lines = (
            "HTTP/1.1 200 OK",
            "Content-Type: application/json",
            f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}",
            f"Content-Length: {len(body)}",
            "",
            "",
        )
        self._transport.write("\r\n".join(lines).encode() + body)


async def serve(delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: Conversation(delay_s), "127.0.0.1", 0, backlog=500)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    listener.close()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
