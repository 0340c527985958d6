"""STARTTLS that is stripped, refused, or tampered with."""

from __future__ import annotations

import asyncio
import contextlib

from tests.live.smtp_servers import (
    GO,
    OFFER,
    STARTTLS_OFFER,
    Scripted,
    Serve,
    climbed,
    good_server,
    listening,
    target_at,
)


async def test_a_missing_starttls_is_a_failure_and_nothing_is_sent() -> None:
    script = Scripted({"EHLO": OFFER})
    async with listening(script) as port:
        seen = await climbed(target_at(port))
        await script.left.wait()
    assert seen.end == ("starttls", "any-starttls-not-offered")
    assert [line.split()[0] for line in script.heard] == [b"EHLO", b"QUIT"]


async def test_a_refused_starttls_shows_the_servers_words() -> None:
    refusal = b"454 4.7.0 TLS not available\r\n"
    async with listening(Scripted({"EHLO": STARTTLS_OFFER, "STARTTLS": refusal})) as port:
        seen = await climbed(target_at(port))
    assert seen.end == ("starttls", "any-starttls-unavailable")
    assert seen["starttls"].words == "454 4.7.0 TLS not available"


async def test_plain_text_after_the_reply_to_starttls_is_a_failure() -> None:
    injected = GO + b"250-mx.example.com\r\n250 AUTH PLAIN\r\n"
    script = Scripted({"EHLO": STARTTLS_OFFER, "STARTTLS": injected})
    async with listening(script) as port:
        seen = await climbed(target_at(port))
        await script.left.wait()
    assert seen.end == ("starttls", "any-tls-plaintext-after-starttls")
    assert [line.split()[0] for line in script.heard] == [b"EHLO", b"STARTTLS"]


async def test_what_was_offered_before_tls_does_not_count_after_it() -> None:
    stale = b"250 AUTH PLAIN XSTALE\r\n"
    async with good_server("starttls") as port, listening(_through(port, stale)) as outer:
        seen = await climbed(target_at(outer))
    assert "XSTALE" in dict(seen["ehlo"].facts)["AUTH"]
    assert "XSTALE" not in dict(seen["ehlo-tls"].facts)["AUTH"]


def _through(port: int, last_line: bytes) -> Serve:
    """Passes a connection on to a server, and replaces the last line of the first EHLO reply."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", port)
        writer.write(await theirs.readline())
        ours.write(await reader.readline())
        while (line := await theirs.readline()).startswith(b"250-"):
            writer.write(line)
        writer.write(last_line)

        async def copy(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                while data := await source.read(65_536):
                    to.write(data)
                    await to.drain()

        try:
            _, pending = await asyncio.wait(
                [asyncio.create_task(copy(reader, ours)), asyncio.create_task(copy(theirs, writer))],
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in pending:
                task.cancel()
        finally:
            ours.transport.abort()

    return serve
