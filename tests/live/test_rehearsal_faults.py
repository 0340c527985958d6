"""The rehearsal provider's TLS faults, its rude servers, and its end, over real sockets."""

import asyncio
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

import pytest

from live.rehearsal import replies
from live.rehearsal.accounts import SAMPLES
from live.rehearsal.endpoints import Endpoints, Listener
from live.rehearsal.provider import BANNER_DELAY_S, serving
from live.rehearsal.rude import REPLY_OCTETS
from tests.live.smtp_client import PATIENCE_S, dial, ready, shape

BY_KEY = {sample.key: sample for sample in SAMPLES}


@pytest.fixture
async def endpoints() -> AsyncIterator[Endpoints]:
    async with serving() as running:
        yield running


@pytest.mark.parametrize(
    ("listener", "code"),
    [
        (Listener.EXPIRED, 10),  # X509_V_ERR_CERT_HAS_EXPIRED
        (Listener.SELF_SIGNED, 18),  # X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
        (Listener.WRONG_NAME, 62),  # X509_V_ERR_HOSTNAME_MISMATCH
    ],
)
async def test_each_bad_certificate_fails_for_its_own_reason(
    endpoints: Endpoints, listener: Listener, code: int
) -> None:
    client = await dial(endpoints, listener)
    async with aclosing(client):
        await client.reply()
        await client.command("EHLO client.example")
        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            await client.starttls(endpoints)
        assert caught.value.verify_code == code
    client = await dial(endpoints, listener)  # the provider goes on after a failed handshake
    async with aclosing(client):
        assert (await client.reply()).startswith("220 ")


async def test_the_good_certificate_is_trusted_by_this_authority_alone(endpoints: Endpoints) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await dial(endpoints, Listener.CUSTOM_SSL, ssl.create_default_context())


async def test_servers_without_starttls(endpoints: Endpoints) -> None:
    for listener, sign_in in ((Listener.CUSTOM_PLAIN, True), (Listener.NO_STARTTLS, False)):
        client = await dial(endpoints, listener)
        async with aclosing(client):
            await client.reply()
            told = await client.command("EHLO client.example")
            assert "STARTTLS" not in told
            assert ("AUTH PLAIN LOGIN" in told) == sign_in
            assert (await client.command("STARTTLS")).startswith("454 ")


async def test_a_busy_gmail_says_so_at_ehlo_and_hangs_up(endpoints: Endpoints) -> None:
    client = await dial(endpoints, Listener.GMAIL_BUSY)
    async with aclosing(client):
        await client.reply()
        assert re.fullmatch(shape(replies.GMAIL_BUSY), await client.command("EHLO client.example"))
        assert await client.gone()


async def test_the_slow_banner_comes_after_its_delay(endpoints: Endpoints) -> None:
    began = time.monotonic()
    client = await dial(endpoints, Listener.SLOW_BANNER)
    async with aclosing(client):
        assert (await client.reply()).startswith("220 ")
        assert time.monotonic() - began >= BANNER_DELAY_S - 0.1


async def test_rude_servers(endpoints: Endpoints) -> None:
    noise = await dial(endpoints, Listener.LINE_NOISE)
    async with aclosing(noise):
        first = await asyncio.wait_for(noise.reader.readuntil(b"\n"), PATIENCE_S)
        assert not re.match(rb"\d{3}[ -]", first)
    cut = await dial(endpoints, Listener.CUT_OFF)
    async with aclosing(cut):
        await cut.reply()
        cut.writer.write(b"EHLO client.example\r\n")
        assert (
            await asyncio.wait_for(cut.reader.read(), PATIENCE_S) == b"250-mail.example.net\r\n250-SIZE 1024"
        )
    silent = await dial(endpoints, Listener.SILENT)
    async with aclosing(silent):
        silent.writer.write(b"EHLO client.example\r\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(silent.reader.read(1), 0.2)
    hostile = await dial(endpoints, Listener.ESCAPES)
    async with aclosing(hostile):
        await hostile.reply()
        refusal = await hostile.command("EHLO client.example")
        assert {"\x1b", "\x9b", "\u202e", "\x07", "\x00"} <= set(refusal)
        assert (await hostile.command("QUIT")).startswith("221 ")


async def test_ten_megabytes_in_lines_and_in_one_line(endpoints: Endpoints) -> None:
    flood = await dial(endpoints, Listener.FLOOD)
    async with aclosing(flood):
        await flood.reply()
        flood.writer.write(b"EHLO client.example\r\n")
        seen = 0
        while not (line := await asyncio.wait_for(flood.reader.readline(), PATIENCE_S)).startswith(b"250 "):
            assert line.startswith(b"250-")
            seen += len(line)
        assert seen >= REPLY_OCTETS
    endless = await dial(endpoints, Listener.ENDLESS_LINE)
    async with aclosing(endless):
        seen = 0
        while not (piece := await asyncio.wait_for(endless.reader.read(1_000_000), PATIENCE_S)).endswith(
            b"\n"
        ):
            assert b"\n" not in piece
            seen += len(piece)
        assert seen >= REPLY_OCTETS - 1_000_000


async def test_closing_frees_ports_and_ends_connections_in_every_state() -> None:
    async with serving() as endpoints:
        clients = [await dial(endpoints, listener) for listener in Listener if listener is not Listener.DEAD]
        clients.append(await ready(endpoints, BY_KEY["gmail-starttls"]))
        clients.append(await ready(endpoints, BY_KEY["gmail-ssl"]))
        with pytest.raises(ConnectionRefusedError):
            await dial(endpoints, Listener.DEAD)
    for client in clients:
        with suppress(ConnectionError):
            await asyncio.wait_for(client.reader.read(), PATIENCE_S)  # what was under way, then the end
        await client.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    for port in endpoints.ports.values():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            probe.listen()
