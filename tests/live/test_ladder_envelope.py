"""Envelopes and messages that are refused, by the server or before anything is sent."""

from __future__ import annotations

import pytest

from live.smtp.mail_rungs import built_message
from tests.live.smtp_servers import (
    ADDRESS,
    OFFER,
    SIGNED_IN,
    Scripted,
    climbed,
    listening,
    target_at,
)


@pytest.mark.parametrize(
    ("verb", "reply", "refused", "diagnosis"),
    [
        ("MAIL", b"553 5.7.1 Sender address rejected: not owned by user\r\n", "MAIL FROM",
         "any-send-sender-rejected"),
        ("RCPT", b"550 5.1.1 no such user\r\n", "RCPT TO", "any-send-recipient-unknown"),
        ("MAIL", b"530 5.7.0 Authentication required\r\n", "MAIL FROM", "any-auth-530"),
    ],
)  # fmt: skip
async def test_a_refused_envelope_names_the_verb(
    verb: str, reply: bytes, refused: str, diagnosis: str
) -> None:
    async with listening(Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN, verb: reply})) as port:
        seen = await climbed(target_at(port, "none"))
    assert seen.end == ("envelope", diagnosis)
    assert ("refused", f"{refused} {ADDRESS}") in seen["envelope"].facts
    assert seen["envelope"].words == reply.decode().strip()


async def test_send_as_denied_of_exchange_is_found_without_sending() -> None:
    reply = b"550 5.7.60 SMTP; Client does not have permissions to send as this sender\r\n"
    async with listening(Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN, "MAIL": reply})) as port:
        seen = await climbed(target_at(port, "none", provider="office365"))
    assert seen.end == ("envelope", "o365-smtp-sendas-60")


@pytest.mark.parametrize(
    ("data", "end", "words"),
    [
        (b"552 5.3.4 too big\r\n", b"", "552 5.3.4 too big"),
        (b"354 go\r\n", b"550 5.4.5 quota\r\n", "550 5.4.5 quota"),
    ],
)  # fmt: skip
async def test_a_refused_message_shows_the_servers_words(data: bytes, end: bytes, words: str) -> None:
    script = Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN, "DATA": data, ".": end})
    async with listening(script) as port:
        seen = await climbed(target_at(port, "none"), send_to="operator@example.net")
    assert seen.failed is not None
    assert (seen.failed.name, seen.failed.words) == ("message", words)
    assert ("refused", "DATA") in seen.failed.facts


@pytest.mark.parametrize(
    ("address", "diagnosis"),
    [
        ("süpport@example.com", "any-send-non-ascii-address"),
        ("support", "any-send-bad-address"),
        ("sup port@example.com", "any-send-bad-address"),
        ("support@example.com> SIZE=1", "any-send-bad-address"),
        ("a..b@example.com", "any-send-bad-address"),
        ("support@,", "any-send-bad-address"),
        ("support@example.com\r\nRCPT TO:<x@example.net>", "any-auth-forbidden-character"),
        ("support\0@example.com", "any-auth-forbidden-character"),
    ],
)
async def test_an_address_that_cannot_be_sent_is_refused_before_it_is(address: str, diagnosis: str) -> None:
    script = Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN})
    async with listening(script) as port:
        seen = await climbed(target_at(port, "none", address=address))
        await script.left.wait()
    assert seen.end is not None
    assert seen.end[0] == "envelope"
    assert seen.end[1] == diagnosis
    assert [line.split()[0] for line in script.heard] == [b"EHLO", b"AUTH", b"QUIT"]


async def test_an_internationalised_domain_is_encoded() -> None:
    script = Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN})
    async with listening(script) as port:
        seen = await climbed(target_at(port, "none", address="support@bücher.example"))
    assert seen.end is None
    assert b"MAIL FROM:<support@xn--bcher-kva.example>" in script.heard


def test_a_message_is_ascii_whatever_the_host_is_called() -> None:
    mail = built_message(ADDRESS, "operator@example.net", "smtp.bücher.example").as_bytes()
    assert mail.isascii()
    assert b"\r\n" in mail
