"""The rehearsal's webhook endpoints: one that takes everything, and one whose server has a bad day."""

import asyncio

from live.rehearsal.raw_server import RawServer

HEAD_OCTETS = 32_768
BODY_OCTETS = 8_000_000  # a body with the source of a mail in base64 has two
READ_OCTETS = 65_536
CONNECTIONS = 100  # at a time; an agent keeps ten to each endpoint
ANSWERS = {
    "/helpdesk": (200, "OK", '{"accepted":true}'),
    "/flow": (200, "OK", ""),
    "/ticketing": (500, "Internal Server Error", "Fatal error: database is in recovery mode\n"),
}
NOWHERE = (404, "Not Found", "There is nothing here.\n")


def hook_server() -> RawServer:
    """A listener for `ANSWERS`, whose caller lets it listen and ends it."""
    return RawServer(_talk, line_limit=HEAD_OCTETS, connections=CONNECTIONS, hold_s=None)


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request after the other, until the client goes.

    Raises:
        ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError: it speaks no HTTP that we know.
    """
    while True:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return
        line, *fields = head.split("\r\n")
        lengths = [field.partition(":")[2] for field in fields if field.lower().startswith("content-length:")]
        left = int(lengths[0]) if lengths else 0
        if left > BODY_OCTETS:
            return
        while left > 0:
            piece = await reader.read(min(left, READ_OCTETS))
            if not piece:
                return
            left -= len(piece)
        method, _, target = line.partition(" ")
        status, word, body = ANSWERS.get(target.split(" ")[0], NOWHERE) if method == "POST" else NOWHERE
        told = f"HTTP/1.1 {status} {word}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write((told + body).encode())
        await writer.drain()
