"""Clients that others wrote: smtplib, aiosmtplib, swaks."""

from __future__ import annotations

import asyncio
import shutil
import smtplib
import subprocess
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
import trustme

from live.inbound.receiver import Receiver
from tests.live.inbound.kit import PATIENCE_S, Desk, port, receiving


def message() -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Zoë <zoe@example.net>"
    made["To"] = "support@example.com"
    made["Subject"] = "Grüße"
    made["Message-ID"] = "<1@mail.example.net>"
    made.set_content(".\n.. two dots\n\nfrom Zoë\n")
    made.add_attachment(bytes(range(256)) * 100, maintype="application", subtype="pdf", filename="a.pdf")
    return made


async def test_smtplib(desk: Desk, receiver: Receiver) -> None:
    sent = message()
    sent.set_boundary("b")

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port(receiver)) as client:
            refused = client.send_message(sent, "zoe@example.net", [desk.address, "nobody@in.example.com"])
            assert refused == {"nobody@in.example.com": (550, b"5.1.1 No such address here")}
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.send_message(sent, "zoe@example.net", ["nobody@in.example.com"])

    await asyncio.to_thread(send)
    assert desk.contents() == [sent.as_bytes(policy=sent.policy.clone(linesep="\r\n"))]


async def test_aiosmtplib_under_tls(desk: Desk, tmp_path: Path) -> None:
    authority = trustme.CA()
    leaf = authority.issue_cert("localhost")
    certificate, key, trusted = tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "ca.pem"
    certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    key.write_bytes(leaf.private_key_pem.bytes())
    trusted.write_bytes(authority.cert_pem.bytes())
    async with receiving(desk.store, receiver_certificate=certificate, receiver_key=key) as receiver:
        errors, told = await aiosmtplib.send(
            message(),
            sender="zoë@example.net",
            recipients=[desk.address],
            hostname="localhost",
            port=port(receiver),
            start_tls=True,
            cert_bundle=str(trusted),
        )
    assert (errors, told) == ({}, "2.0.0 Ok: kept")
    assert desk.messages()[0].mail_from == "zoë@example.net"


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
@pytest.mark.parametrize("options", [(), ("--pipeline",), ("--protocol", "SMTP")])
async def test_swaks(desk: Desk, receiver: Receiver, options: tuple[str, ...]) -> None:
    command = ["swaks", "--server", f"127.0.0.1:{port(receiver)}", "--to", desk.address]
    given = [*command, "--from", "a@example.net", "--body", "Hello.\n.\n..\n", *options]
    done = await asyncio.to_thread(subprocess.run, given, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stdout
    (kept,) = desk.contents()
    assert kept.split(b"\r\n\r\n", 1)[1].startswith(b"Hello.\r\n.\r\n..\r\n")
