"""LMTP (RFC 2033): behind a mail server, with an answer for each recipient."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from live.inbound.receiver import Receiver, ReceiverError
from tests.live.inbound.kit import DOMAIN, Desk, Talker, mail, receiving


@pytest.fixture
async def behind(desk: Desk) -> AsyncIterator[Receiver]:
    async with receiving(desk.store, lmtp_port=0) as running:
        yield running


async def hello(receiver: Receiver) -> Talker:
    talker = await Talker.to(receiver, "lmtp")
    assert await talker.reply() == f"220 {DOMAIN} LMTP ready"
    assert (await talker.say("LHLO mail.example.org")).startswith("250-")
    return talker


async def test_an_answer_for_each_recipient(desk: Desk, behind: Receiver) -> None:
    orders = desk.orders.forwarding_address
    async with await hello(behind) as talker:
        await talker.say("MAIL FROM:<a@example.net>")
        for address, code in (
            (desk.address, "250"),
            ("nobody@in.example.com", "550"),
            (orders, "250"),
            (desk.address, "250"),
        ):
            assert (await talker.say(f"RCPT TO:<{address}>")).startswith(code)
        await talker.say("DATA")
        talker.send(mail() + b".\r\n")
        assert [await talker.reply() for _ in range(3)] == ["250 2.0.0 Ok: kept"] * 3
        assert (await talker.say("NOOP")).startswith("250 2.0.0 Ok")
    assert desk.contents() == [mail(), mail()]
    assert {one.source for one in desk.messages()} == {"lmtp"}


async def test_what_cannot_be_kept_is_answered_for_each_recipient(desk: Desk) -> None:
    async with receiving(desk.store, lmtp_port=0, inbound_size_mb=1) as behind, await hello(behind) as talker:
        await talker.envelope(desk.address, desk.orders.forwarding_address)
        talker.send(b"x" * 2_000_000 + b"\r\n.\r\n")
        assert [(await talker.reply())[:9] for _ in range(2)] == ["552 5.3.4"] * 2
        assert (await talker.say("NOOP")).startswith("250 2.0.0 Ok")


async def test_no_message_without_a_recipient(behind: Receiver) -> None:
    async with await hello(behind) as talker:
        await talker.say("MAIL FROM:<a@example.net>")
        assert (await talker.say("RCPT TO:<nobody@in.example.com>")).startswith("550 5.1.1 ")
        assert (await talker.say("DATA")).startswith("503 ")


@pytest.mark.parametrize("verb", ["EHLO", "HELO"])
async def test_it_is_not_taken_for_smtp(behind: Receiver, verb: str) -> None:
    async with await Talker.to(behind, "lmtp") as talker:
        await talker.reply()
        assert (await talker.say(f"{verb} mail.example.org")).startswith("500 5.5.1 ")
        assert (await talker.say("MAIL FROM:<a@example.net>")).startswith("503 5.5.1 ")


async def test_by_a_socket_of_the_file_system(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(path))
    stale.close()
    async with receiving(desk.store, lmtp_socket=path) as receiver:
        assert f"lmtp {path}" in receiver.addresses
        assert stat.S_IMODE(path.stat().st_mode) == 0o660

        def send() -> None:
            with smtplib.LMTP(str(path)) as client:
                client.sendmail("a@example.net", [desk.address], mail())

        await asyncio.to_thread(send)
        assert not path.is_file()
    assert not path.exists()
    assert desk.contents() == [mail()]
    assert desk.messages()[0].peer == ""


async def test_what_lies_at_the_path_of_the_socket_is_not_touched(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "precious"
    file.write_text("kept")
    taken = tmp_path / "taken.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(taken))
        listening.listen()
        for path in (file, taken, tmp_path / "absent" / "lmtp.sock", tmp_path / ("x" * 120)):
            with pytest.raises(ReceiverError) as told:
                async with receiving(desk.store, lmtp_socket=path):
                    pass
            assert str(path) in str(told.value)
            assert "lmtp_socket" in str(told.value)
        assert taken.is_socket()
    assert file.read_text() == "kept"
