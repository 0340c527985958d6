"""Servers that say the wrong thing, too much, or nothing."""

from __future__ import annotations

import asyncio
import json
import time
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from live.smtp.concealment import Concealment
from live.smtp.transcript import MOST, Transcript
from tests.live.smtp_servers import (
    CLOSE,
    OFFER,
    SHORT,
    SIGNED_IN,
    Scripted,
    climbed,
    listening,
    target_at,
)


async def hold(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Take everything, say nothing."""
    await reader.read()


async def test_a_server_that_accepts_and_says_nothing_times_out_at_the_banner() -> None:
    async with listening(Scripted({"banner": None})) as port:
        seen = await climbed(target_at(port), limits=SHORT)
    assert seen.end == ("banner", "any-banner-timeout")
    assert seen["banner"].words == "Timed out waiting for the banner: nothing within 0.3 seconds."
    assert "QUIT" not in seen.transcript


async def test_a_server_that_ignores_the_handshake_times_out_there() -> None:
    async with listening(hold) as port:
        seen = await climbed(target_at(port, "ssl"), limits=SHORT)
    assert seen.end == ("tls", "any-tls-timeout")


@pytest.mark.parametrize(
    ("verb", "rung", "diagnosis"),
    [("EHLO", "ehlo", "any-connect-step-timeout"), ("AUTH", "sign-in", "any-step-timeout"),
     ("MAIL", "envelope", "any-step-timeout")],
)  # fmt: skip
async def test_silence_later_is_counted_against_its_rung(verb: str, rung: str, diagnosis: str) -> None:
    script = Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN, verb: None})
    async with listening(script) as port:
        seen = await climbed(target_at(port, "none"), limits=SHORT)
    assert seen.end == (rung, diagnosis)
    assert seen[rung].words.startswith("Timed out waiting for the")


@pytest.mark.parametrize(
    ("banner", "diagnosis"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "any-not-smtp"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "any-not-smtp"),
        (b"* OK IMAP4rev1 ready\r\n", "any-not-smtp"),
        (b"\x16\x03\x01\xff\xfe\x00no line end at all", "any-not-smtp"),
        (b"999 bottles\r\n", "any-not-smtp"),
        (CLOSE, "any-banner-closed"),
        (b"220-mx.example.com\r\n220 hal" + CLOSE, "any-cut-off"),
        (b"554 mx.example.com no service\r\n", "any-banner-554"),
        (b"421 4.3.2 too many connections\r\n" + CLOSE, "any-service-closing"),
    ],
)
async def test_a_wrong_banner_is_told_at_once(banner: bytes, diagnosis: str) -> None:
    async with listening(Scripted({"banner": banner})) as port:
        began = time.perf_counter()
        seen = await climbed(target_at(port))
    assert seen.end == ("banner", diagnosis)
    assert time.perf_counter() - began < 2
    said = banner.removesuffix(CLOSE).decode("utf-8", "ignore").split("\r\n")[0].strip("\x16\x03\x01\x00")
    assert said.removeprefix("220-") in seen["banner"].words


async def test_a_server_without_tls_on_an_ssl_port_is_known_as_such() -> None:
    async with listening(Scripted({})) as port:
        seen = await climbed(target_at(port, "ssl"))
    assert seen.end == ("tls", "any-tls-wrong-version")


@pytest.mark.parametrize("verb", ["EHLO", "AUTH", "MAIL", "RCPT", "RSET"])
async def test_a_server_that_is_cut_off_in_the_middle(verb: str) -> None:
    script = Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN, verb: b"250-hal" + CLOSE})
    async with listening(script) as port:
        seen = await climbed(target_at(port, "none"))
    assert seen.end is not None
    assert seen.end[1] == "any-cut-off"
    assert "250-hal" in (seen.failed.words if seen.failed else "")


async def test_last_words_said_unasked_are_the_reason() -> None:
    async def tired(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mx.example.com\r\n")
        await reader.readline()
        writer.write(OFFER)
        await reader.readline()
        writer.write(b"235 ok\r\n421 4.7.0 your address is busy elsewhere\r\n")
        await writer.drain()

    async with listening(tired) as port:
        seen = await climbed(target_at(port, "none"))
    assert seen.end == ("envelope", "any-service-closing")
    assert seen["envelope"].words == "421 4.7.0 your address is busy elsewhere"


@pytest.mark.parametrize(
    ("piece", "verb"),
    [
        (b"250-" + b"a" * 60 + b"\r\n", "EHLO"),
        (b"2" * 65_536, "EHLO"),
        (b"220-" + b"x" * 9_000 + b"\r\n", "banner"),
    ],
)
async def test_a_reply_of_ten_megabytes_fails_fast_and_small(piece: bytes, verb: str) -> None:
    chunk = piece * (65_536 // len(piece))
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        if verb == "EHLO":
            writer.write(b"220 mx.example.com\r\n")
            await reader.readline()
        while sent < 10_000_000:
            writer.write(chunk)
            await writer.drain()
            sent += len(chunk)

    async with listening(endless) as port:
        tracemalloc.start()
        began = time.perf_counter()
        seen = await climbed(target_at(port))
        took, (_, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert seen.end == (verb.lower(), "any-reply-too-long")
    assert sent < 10_000_000
    assert took < 2
    assert peak < 3_000_000
    assert len(seen.transcript.encode()) <= MOST


async def test_escape_sequences_stay_out_of_the_transcript_and_are_kept_as_said_in_the_words() -> None:
    hostile = b"550 5.7.1 \x1b]52;c;ZXZpbA==\x07 \x9b31m \rC: QUIT\x0b\x85 \xe2\x80\xae[/b]\r\n"
    async with listening(Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN, "MAIL": hostile})) as port:
        seen = await climbed(target_at(port, "none"))
    assert seen.end is not None
    assert seen.end[0] == "envelope"
    assert "\x1b]52;c;" in seen["envelope"].words
    assert not {"\x1b", "\x07", "\r", "\x0b", "\x85", "\x9b"} & set(seen.transcript)
    assert "\\x1b]52;c;" in seen.transcript
    assert len([line for line in seen.transcript.splitlines() if line.startswith("C: QUIT")]) == 1


async def test_words_facts_and_transcript_are_bounded() -> None:
    long = b"".join(b"250-KEYWORD%d %s\r\n" % (at, b"p" * 200) for at in range(100))
    async with listening(Scripted({"EHLO": long + b"250 AUTH " + b"Q" * 5_000 + b"\r\n"})) as port:
        seen = await climbed(target_at(port, "none"))
    assert seen.end == ("sign-in", "any-auth-no-common-mechanism")
    assert len(seen["ehlo"].words) == 2_000
    assert all(len(value) <= 301 for step in seen.steps for _, value in step.facts)
    assert "bytes cut here]" in seen.transcript
    assert len(seen.transcript.encode()) <= MOST


def test_a_transcript_ends_with_a_note_on_what_was_cut() -> None:
    transcript = Transcript(Concealment())
    for _ in range(1_000):
        transcript.server("250 " + "é" * 100)
    assert len(transcript.text.encode()) <= MOST
    assert "more bytes cut: a transcript holds 64 kB" in transcript.text.splitlines()[-1]


REPLY_LIKE = st.lists(
    st.sampled_from([b"220", b"250", b"334 ", b"-", b" ", b"\r\n", b"\n", b"AUTH PLAIN", b"\xff", b"\0"])
    | st.binary(max_size=9),
    max_size=12,
).map(b"".join)


@settings(max_examples=80, deadline=None)
@given(banner=REPLY_LIKE, offer=REPLY_LIKE, answer=REPLY_LIKE)
@example(banner=b"-220\x80", offer=b"", answer=b"")
async def test_whatever_a_server_says_ends_in_a_step(banner: bytes, offer: bytes, answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for said in (banner, offer, answer):
            writer.write(said)
            await reader.read(500)

    async with listening(serve) as port:
        seen = await climbed(target_at(port, "none"), limits=replace(SHORT, banner=0.05, command=0.05))
    assert seen.failed is not None
    assert seen.failed.diagnosis
    assert "\x1b" not in seen.transcript
    json.dumps([seen.failed.words, seen.failed.facts], ensure_ascii=False).encode()
