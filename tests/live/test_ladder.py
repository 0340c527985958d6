"""Climbs the ladder to the top, stops in the middle of it, and leaves nothing open."""

from __future__ import annotations

import asyncio
import contextlib
import email
import gc
import socket
import time
from datetime import UTC, datetime

import pytest

from live.smtp.ladder import Ladder, RungStarted, rungs_for
from live.smtp.target import target_of
from store.assets import Asset, Security, SignIn
from store.checks import CheckStep, Outcome
from tests.live.smtp_servers import (
    ADDRESS,
    GO,
    OFFER,
    SIGNED_IN,
    STARTTLS_OFFER,
    Mailroom,
    Scripted,
    climbed,
    good_server,
    listening,
    target_at,
)


@pytest.mark.parametrize(
    ("security", "plan"),
    [
        ("ssl", "resolve connect tls banner ehlo certificate sign-in envelope"),
        ("starttls", "resolve connect banner ehlo starttls certificate ehlo-tls sign-in envelope"),
        ("none", "resolve connect banner ehlo sign-in envelope"),
    ],
)
def test_the_plan_has_only_rungs_that_can_apply(security: str, plan: str) -> None:
    assert rungs_for(target_at(25, security)) == tuple(plan.split())
    assert rungs_for(target_at(25, security), "to@example.net") == (*plan.split(), "message")


@pytest.mark.parametrize("security", ["ssl", "starttls", "none"])
async def test_a_good_server_is_climbed_to_the_top(security: str) -> None:
    room = Mailroom()
    async with good_server(security, room) as port:
        seen = await climbed(target_at(port, security))
    assert seen.end is None
    assert {step.outcome for step in seen.steps} == {Outcome.PASSED}
    assert all(step.ms >= 0 and step.diagnosis is None for step in seen.steps)
    assert dict(seen["resolve"].facts)["IPv4"] == "127.0.0.1"
    assert ("answered", f"127.0.0.1:{port}") in seen["connect"].facts
    assert seen["banner"].words.startswith("220 mx.example.com")
    assert dict(seen["ehlo"].facts)["SIZE"] == "35 MiB"
    assert seen["sign-in"].words == "235 2.7.0 Authentication successful"
    assert dict(seen["sign-in"].facts) == {"mechanism": "PLAIN", "as": ADDRESS}
    assert dict(seen["envelope"].facts) == dict.fromkeys(["MAIL FROM", "RCPT TO", "RSET"], "accepted")
    assert room.delivered == []
    assert f"C: MAIL FROM:<{ADDRESS}>\nS: 250 OK\n" in seen.transcript
    assert "C: AUTH PLAIN [credential, " in seen.transcript
    assert "C: QUIT\nS: 221 Bye" in seen.transcript


async def test_offers_before_and_after_starttls_are_told_apart() -> None:
    async with good_server("starttls") as port:
        seen = await climbed(target_at(port))
    before, after = dict(seen["ehlo"].facts), dict(seen["ehlo-tls"].facts)
    assert (before["STARTTLS"], before["AUTH"]) == ("yes", "not offered")
    assert after["STARTTLS"] == "no, TLS is on"
    assert set(after["AUTH"].split()) == {"PLAIN", "LOGIN", "XOAUTH2"}


async def test_a_test_message_is_delivered_and_says_that_it_is_automatic() -> None:
    room = Mailroom()
    async with good_server("starttls", room) as port:
        seen = await climbed(target_at(port), send_to="operator@example.net")
    assert seen.end is None
    (envelope,) = room.delivered
    mail = email.message_from_bytes(envelope.content or b"")
    assert (envelope.mail_from, envelope.rcpt_tos) == (ADDRESS, ["operator@example.net"])
    assert mail["Auto-Submitted"] == "auto-generated"
    assert (mail["From"], mail["To"]) == (ADDRESS, "operator@example.net")
    assert mail["Date"]
    assert dict(seen["message"].facts) == {"to": "operator@example.net", "message id": mail["Message-ID"]}
    assert seen["message"].words == "250 2.0.0 queued as 4F1B2"
    assert "C: Auto-Submitted: auto-generated" in seen.transcript


async def test_a_slow_banner_is_counted_as_the_banners_time() -> None:
    began = asyncio.Event()

    async def late(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await began.wait()
        await asyncio.sleep(0.1)
        writer.write(b"554 no\r\n")
        await writer.drain()

    async with listening(late) as port:
        steps = {}
        async for event in Ladder(target_at(port)).climb():
            if isinstance(event, CheckStep):
                steps[event.name] = event
            elif event.name == "banner":
                began.set()
    assert steps["banner"].ms >= 100 > steps["connect"].ms


def test_a_target_takes_what_it_needs_from_an_asset() -> None:
    now = datetime.now(UTC)
    asset = Asset(
        name="Orders", address=ADDRESS, host="smtp.example.com", port=465, security=Security.SSL,
        sign_in=SignIn.OAUTH, login_id="desk@example.com", id=1, forwarding_address="", version=1,
        created_at=now, updated_at=now, has_password=False,
    )  # fmt: skip
    target = target_of(asset, None, missing="vault_locked")
    assert (target.provider, target.security, target.sign_in_name) == ("custom", "ssl", "desk@example.com")
    assert (target.credential_kind, target.missing) == ("token", "vault_locked")


@pytest.mark.parametrize(
    ("security", "verb", "rung"),
    [
        ("starttls", "banner", "banner"),
        ("starttls", "EHLO", "ehlo"),
        ("starttls", "STARTTLS", "starttls"),
        ("none", "AUTH", "sign-in"),
        ("none", "MAIL", "envelope"),
    ],
)
async def test_cancelling_closes_the_socket_at_once(security: str, verb: str, rung: str) -> None:
    offer = STARTTLS_OFFER if security == "starttls" else OFFER
    script = Scripted({"EHLO": offer, "AUTH": SIGNED_IN, verb: None})
    reached = asyncio.Event()
    ladder = Ladder(target_at(0, security))

    async def consume(port: int) -> None:
        ladder.target = target_at(port, security)
        async for event in ladder.climb():
            if event == RungStarted(rung):
                reached.set()

    async with listening(script) as port:
        task = asyncio.create_task(consume(port))
        await reached.wait()
        await script.silent.wait()
        began = time.perf_counter()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(script.left.wait(), 2)
        assert time.perf_counter() - began < 1
    gc.collect()
    assert _open_sockets() == []


@pytest.mark.parametrize("security", ["ssl", "starttls"])
async def test_cancelling_in_the_middle_of_a_handshake(security: str) -> None:
    arrived, left = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for said in (b"220 mx.example.com\r\n", STARTTLS_OFFER, GO) if security == "starttls" else ():
            writer.write(said)
            if said != GO:
                await reader.readline()
        await reader.readexactly(3)  # the head of a TLS record
        arrived.set()
        await reader.read()
        left.set()

    async with listening(serve) as port:
        task = asyncio.create_task(climbed(target_at(port, security)))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(left.wait(), 1)
    gc.collect()
    assert _open_sockets() == []


async def test_closing_the_iterator_early_closes_the_socket() -> None:
    script = Scripted({})
    async with listening(script) as port:
        async with contextlib.aclosing(Ladder(target_at(port)).climb()) as climb:
            async for event in climb:
                if isinstance(event, CheckStep) and event.name == "banner":
                    break
        await asyncio.wait_for(script.left.wait(), 2)
    assert script.heard == []


async def test_many_climbs_leave_nothing_open() -> None:
    async with good_server("starttls") as port:
        seen = await asyncio.gather(*(climbed(target_at(port)) for _ in range(20)))
        assert [one.end for one in seen] == [None] * 20
    await asyncio.sleep(0)
    gc.collect()
    assert _open_sockets() == []


def _open_sockets() -> list[socket.socket]:
    return [
        found
        for found in gc.get_objects()
        if isinstance(found, socket.socket)
        and found.fileno() >= 0
        and found.family in (socket.AF_INET, socket.AF_INET6)
    ]
