"""STARTTLS (RFC 3207): offered with a certificate, nothing said before it counts after it."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from live.inbound.certificate import Certificate, CertificateError
from live.inbound.limits import Limits
from live.inbound.receiver import Receiver
from tests.live.inbound.kit import Desk, Talker, mail, receiving, until


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())


@pytest.fixture
def pem(authority: trustme.CA, tmp_path: Path) -> Path:
    """A certificate with its key in one file."""
    path = tmp_path / "certificate.pem"
    write(authority, path)
    return path


def write(authority: trustme.CA, path: Path) -> bytes:
    leaf = authority.issue_cert("localhost")
    path.write_bytes(leaf.private_key_and_cert_chain_pem.bytes())
    return leaf.cert_chain_pems[0].bytes()


@pytest.fixture
async def secured(desk: Desk, pem: Path) -> AsyncIterator[Receiver]:
    async with receiving(desk.store, receiver_certificate=pem) as running:
        yield running


async def begun(receiver: Receiver, trusting: ssl.SSLContext) -> Talker:
    """A client whose TLS is up."""
    talker = await Talker.greeted(receiver)
    assert await talker.say("STARTTLS") == "220 2.0.0 Ready to start TLS"
    await talker.start_tls(trusting)
    return talker


async def test_a_mail_under_tls(desk: Desk, secured: Receiver, trusting: ssl.SSLContext) -> None:
    async with await Talker.to(secured) as talker:
        await talker.reply()
        assert "250 STARTTLS" in (await talker.say("EHLO mail.example.org")).split("\n")
    large = mail() + b"x" * 3_000_000 + b"\r\n"
    async with await begun(secured, trusting) as talker:
        assert "STARTTLS" not in await talker.say("EHLO mail.example.org")
        assert (await talker.mail(mail(), desk.address)).startswith("250 ")
        assert (await talker.mail(large, desk.address)).startswith("250 ")
        assert await talker.say("STARTTLS") == "503 5.5.1 TLS is up already"
        assert (await talker.say("QUIT")).startswith("221 ")
        assert await talker.rest() == b""
    await until(lambda: not secured.connections)
    assert desk.contents() == [mail(), large]


async def test_nothing_said_in_clear_counts_after_the_handshake(
    desk: Desk, secured: Receiver, trusting: ssl.SSLContext
) -> None:
    """Commands slipped in behind STARTTLS, before the handshake, are dropped; so is the mail begun before."""
    injected = b"MAIL FROM:<evil@example.net>\r\nRCPT TO:<%b>\r\nDATA\r\n" % desk.address.encode()
    async with await Talker.greeted(secured) as talker:
        await talker.say("MAIL FROM:<a@example.net>")
        await talker.say(f"RCPT TO:<{desk.address}>")
        talker.send(b"STARTTLS\r\nEHLO evil\r\n" + injected)
        assert (await talker.reply()).startswith("220 ")
        await talker.start_tls(trusting)
        assert await talker.say("DATA") == "503 5.5.1 Need MAIL first"
        assert await talker.say("MAIL FROM:<a@example.net>") == "503 5.5.1 Say hello first"
        await talker.say("EHLO mail.example.org")
        assert (await talker.mail(mail(), desk.address)).startswith("250 ")
    assert desk.contents() == [mail()]


async def test_commands_in_place_of_a_handshake_end_the_connection(desk: Desk, secured: Receiver) -> None:
    async with await Talker.greeted(secured) as talker:
        assert (await talker.say("STARTTLS")).startswith("220 ")
        talker.send(b"MAIL FROM:<a@example.net>\r\nRCPT TO:<%b>\r\nDATA\r\n" % desk.address.encode())
        assert b"250" not in await talker.rest()
    await until(lambda: not secured.connections)
    assert secured.filed.last_fault == ""


async def test_who_does_not_shake_hands_is_dropped(desk: Desk, pem: Path) -> None:
    limits = Limits(handshake=0.3)
    async with (
        receiving(desk.store, limits, receiver_certificate=pem) as receiver,
        await Talker.greeted(receiver) as talker,
    ):
        assert (await talker.say("STARTTLS")).startswith("220 ")
        assert await talker.rest() == b""
        await until(lambda: not receiver.connections)


async def test_gone_during_the_handshake(secured: Receiver) -> None:
    async with await Talker.greeted(secured) as talker:
        assert (await talker.say("STARTTLS")).startswith("220 ")
        talker.send(b"\x16\x03\x01\x02\x00")
    await until(lambda: not secured.connections)


async def test_hello_in_the_same_breath_as_the_handshake(secured: Receiver, trusting: ssl.SSLContext) -> None:
    """TLS 1.3: the client's first words may come with the end of the handshake."""
    for _ in range(20):
        async with await begun(secured, trusting) as talker:
            talker.send(b"EHLO x\r\nNOOP\r\n")
            assert (await talker.reply()).startswith("250-")
            assert (await talker.reply()).startswith("250 2.0.0 ")


async def test_gone_under_tls_inside_a_message(
    desk: Desk, secured: Receiver, trusting: ssl.SSLContext
) -> None:
    async with await begun(secured, trusting) as talker:
        await talker.say("EHLO x")
        await talker.envelope(desk.address)
        talker.send(mail())
        await until(lambda: secured.octets_in_memory)
    await until(lambda: not secured.connections)
    assert secured.octets_in_memory == 0
    assert desk.contents() == []


async def test_it_stops_under_tls(desk: Desk, pem: Path, trusting: ssl.SSLContext) -> None:
    async with receiving(desk.store, receiver_certificate=pem) as receiver:
        idle, shaking = await begun(receiver, trusting), await Talker.greeted(receiver)
        assert (await shaking.say("STARTTLS")).startswith("220 ")
    assert await idle.rest() == b"421 4.3.2 Shutting down, try again later\r\n"
    assert await shaking.rest() == b""
    await asyncio.gather(idle.close(), shaking.close())


def test_a_renewed_certificate_is_used(authority: trustme.CA, pem: Path) -> None:
    certificate = Certificate(pem, None)
    first = certificate.context
    certificate.look(100.0)
    assert certificate.context is first
    write(authority, pem)
    os.utime(pem, ns=(1, 1))
    certificate.look(159.0)  # too soon after the last look
    assert certificate.context is first
    certificate.look(160.0)
    second = certificate.context
    assert second is not first
    for number, words in enumerate((b"half wri", b"")):
        pem.write_bytes(words)
        certificate.look(1_000.0 + 100 * number)
        assert certificate.context is second
    pem.unlink()
    certificate.look(2_000.0)
    assert certificate.context is second


def test_a_certificate_that_cannot_be_used_is_told(
    authority: trustme.CA, pem: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.pem"
    write(authority, other)
    only_certificate = tmp_path / "only.pem"
    only_certificate.write_bytes(authority.issue_cert("localhost").cert_chain_pems[0].bytes())
    encrypted = tmp_path / "encrypted.pem"
    encrypted.write_bytes(_encrypted(pem))
    nothing = tmp_path / "nothing.pem"
    nothing.write_bytes(b"nothing")
    for certificate, key in (
        (tmp_path / "absent.pem", None),
        (nothing, None),
        (only_certificate, None),
        (pem, other),
        (only_certificate, encrypted),
        (tmp_path, None),
    ):
        with pytest.raises(CertificateError) as told:
            Certificate(certificate, key)
        text = str(told.value)
        assert str(certificate) in text
        assert text.endswith("without a passphrase.")
        assert "\n" not in text
        assert "Errno" not in text
    assert capfd.readouterr() == ("", "")


def _encrypted(pem: Path) -> bytes:
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(pem.read_bytes(), None)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"a passphrase"),
    )
