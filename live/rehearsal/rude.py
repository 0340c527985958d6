"""Raw servers that break the protocol: line noise, a cut in mid-reply, silence, 10 MB, escape sequences."""

import asyncio

from live.rehearsal.endpoints import Listener
from live.rehearsal.raw_server import RawServer, Talk

HOLD_S = 60.0  # the longest that a rude server keeps a connection: twice the patience of the slowest rung
COMMAND_LIMIT = 4_096  # octets read of one client command; the longest that comes here is an EHLO
CONNECTIONS = 50  # per listener; more are closed at once
REPLY_OCTETS = 10_000_000
CHUNK_OCTETS = 64_000

# Modem noise as an old serial line gives it: bytes of every kind, few line ends, no reply code anywhere.
NOISE = b"~r x~~{ x~r\x00\x00 }~x~ \xff\xfd\x18 ~{{~~x r~\r\n" + bytes(range(0x80, 0x100)) + b"\r\n"

ESCAPES = (
    "550-5.7.1 \x1b]52;c;cGFzdGVkIGJ5IGEgc2VydmVy\x07\x1b]0;owned\x07\x1b[2J\x1b[H\r\n"
    "550-5.7.1 \x1b[31;5mAccess granted\x1b[0m\r\n"
    "550-5.7.1 \x9b2J\x90q\x9c\x1bPtmux;\x1b\x1b]52;c;AAAA\x07\x1b\\\r\n"
    "550-5.7.1 \u202etxt.exe\u202c \u2066left\u2069 \u200b\r\n"
    "550-5.7.1 [/b] [red]markup[/red] [type=x, v={'a[0]'}] [@click=app.quit]press me[/] [link=file:///]\r\n"
    "550 5.7.1 bell \x07 backspace \x08\x08\x08 tab \t form feed \x0c null \x00 delete \x7f done\r\n"
).encode()


async def line_noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send bytes that are no SMTP where the banner belongs, then wait."""
    writer.write(NOISE)
    await writer.drain()
    await _until_gone(reader)


async def cut_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Greet well, and close in the middle of the second line of the EHLO reply."""
    writer.write(b"220 mail.example.net ESMTP ready\r\n")
    await _command(reader)
    writer.write(b"250-mail.example.net\r\n250-SIZE 1024")
    await writer.drain()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept and say nothing."""
    await _until_gone(reader)


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer EHLO with 10 MB of well-formed lines."""
    writer.write(b"220 mail.example.net ESMTP ready\r\n")
    await _command(reader)
    line = b"250-X-REHEARSAL " + b"x" * 480 + b"\r\n"
    await _pour(writer, line * (CHUNK_OCTETS // len(line)))
    writer.write(b"250 HELP\r\n")
    await writer.drain()
    await _until_gone(reader)


async def endless_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Greet with one line of 10 MB."""
    writer.write(b"220 ")
    await _pour(writer, b"x" * CHUNK_OCTETS)
    writer.write(b"\r\n")
    await writer.drain()
    await _until_gone(reader)


async def escapes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Refuse EHLO with words that would take over a careless terminal."""
    writer.write(b"220 mail.example.net ESMTP \x1b[7mready\x1b[0m \x1b]0;owned\x07\r\n")
    while (command := await _command(reader)) and not command.upper().startswith(b"QUIT"):
        writer.write(ESCAPES)
        await writer.drain()
    writer.write(b"221 2.0.0 Bye\r\n")
    await writer.drain()


TALKS: dict[Listener, Talk] = {
    Listener.LINE_NOISE: line_noise,
    Listener.CUT_OFF: cut_off,
    Listener.SILENT: silent,
    Listener.FLOOD: flood,
    Listener.ENDLESS_LINE: endless_line,
    Listener.ESCAPES: escapes,
}


def rude_server(talk: Talk) -> RawServer:
    """A listener for one of the talks."""
    return RawServer(talk, line_limit=COMMAND_LIMIT, connections=CONNECTIONS, hold_s=HOLD_S)


async def _command(reader: asyncio.StreamReader) -> bytes:
    """Read one client command, at most COMMAND_LIMIT octets; b"" when the client has gone."""
    return await reader.readline()


async def _until_gone(reader: asyncio.StreamReader) -> None:
    """Swallow what the client says until it hangs up."""
    while await reader.read(COMMAND_LIMIT):
        pass


async def _pour(writer: asyncio.StreamWriter, chunk: bytes) -> None:
    """Write at least REPLY_OCTETS of it, no faster than the client reads."""
    for _ in range(REPLY_OCTETS // len(chunk) + 1):
        writer.write(chunk)
        await writer.drain()
