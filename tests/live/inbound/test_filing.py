"""What a mail is kept as: read, sorted, and masked for the assets with the PCI check."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.inbound.envelope import Arrival
from live.inbound.filing import Envelope, filed, messages_of
from live.rehearsal.sample_mail import Route, everything
from store.addressees import Addressee
from store.inbound_kinds import Mark, Via

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
ENVELOPE = Envelope("bounces@example.net", "billing.x@in.example.com", "192.0.2.1", NOON, "smtp")
OPEN = Addressee(7, "billing@example.com", pci=False)
GUARDED = Addressee(8, "orders@example.com", pci=True)
CARD = "4111 1111 1111 1111"
MAIL = (
    f"From: Ann {CARD} <ann@example.net>\r\nTo: billing@example.com\r\nSubject: card {CARD}\r\n"
    "Date: Wed, 25 Nov 2026 11:00:00 +0000\r\nMessage-ID: <1@example.net>\r\n"
    f'MIME-Version: 1.0\r\nContent-Type: text/plain; name="{CARD}.txt"\r\n'
    f'Content-Disposition: attachment; filename="{CARD}.txt"\r\n\r\nHello\r\n'
).encode()


def test_as_it_came() -> None:
    message = filed(ENVELOPE, OPEN, MAIL)
    assert message.content == MAIL
    assert message.digest == hashlib.sha256(MAIL).digest()
    assert (message.asset_id, message.received_at, message.source) == (7, NOON, "smtp")
    assert (message.mail_from, message.rcpt_to) == ("bounces@example.net", "billing.x@in.example.com")
    assert message.peer == "192.0.2.1"
    assert (message.subject, message.sender) == (f"card {CARD}", "ann@example.net")
    assert message.attachments == (f"{CARD}.txt",)
    assert message.via is Via.DIRECT
    assert b"Hello" not in repr(message).encode()


def test_card_numbers_are_masked_in_what_lists_show() -> None:
    message = filed(ENVELOPE, GUARDED, MAIL)
    assert message.content == MAIL
    for shown in (message.subject, message.sender_name, *message.attachments):
        assert "1111 1111" not in shown
        assert "1111" in shown


def test_an_attachment_with_card_numbers_is_marked_where_the_check_is_on() -> None:
    mail = next(mail for mail in everything(Route()) if mail.key == "attached-card")
    envelope = Envelope(mail.mail_from, Route().target, "192.0.2.25", datetime.now(UTC), "smtp")
    for pci in (True, False):
        marks = filed(envelope, Addressee(1, Route().mailbox, pci), mail.content).marks
        assert (Mark.CARDS in marks) is pci


@pytest.mark.parametrize(
    ("subject", "rest"),
    [
        (f"card {CARD}", "\r\nHello\r\n"),
        (f"=?utf-8?b?{b64encode(CARD.encode()).decode()}?=", "\r\nHello\r\n"),
        ("Hi", f"\r\nMine is {CARD}, thanks\r\n"),
        ("Hi", f"Content-Transfer-Encoding: base64\r\n\r\n{b64encode(CARD.encode()).decode()}\r\n"),
        ("Hi", "Content-Type: text/html\r\n\r\n<p>4111<b> 1111</b> <i>1111</i> 1111</p>\r\n"),
        (
            "Hi",
            'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/plain\r\n\r\nHello"
            f"\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>{CARD}\r\n--b--\r\n",
        ),
    ],
)
def test_a_card_number_in_subject_or_text_marks_it_where_the_check_is_on(subject: str, rest: str) -> None:
    content = f"From: ann@example.net\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n{rest}".encode()
    assert Mark.CARDS in filed(ENVELOPE, GUARDED, content).marks
    assert Mark.CARDS not in filed(ENVELOPE, OPEN, content).marks
    harmless = content.replace(b"4111", b"4112").replace(b64encode(CARD.encode()), b64encode(b"4112"))
    assert Mark.CARDS not in filed(ENVELOPE, GUARDED, harmless).marks


def test_each_addressee_is_treated_for_itself() -> None:
    both = tuple(messages_of(Arrival(((ENVELOPE, OPEN), (ENVELOPE, GUARDED)), MAIL)))
    assert [message.asset_id for message in both] == [7, 8]
    assert [CARD in message.subject for message in both] == [True, False]
    assert b"Hello" not in repr(Arrival(((ENVELOPE, OPEN),), MAIL)).encode()


@given(st.binary(max_size=2_000))
def test_nothing_in_a_mail_keeps_it_from_being_kept(content: bytes) -> None:
    for addressee in (OPEN, GUARDED):
        message = filed(ENVELOPE, addressee, content)
        assert message.content == content
        for text in (
            message.subject,
            message.sender,
            message.sender_name,
            message.detail,
            *message.attachments,
        ):
            text.encode()


def test_what_is_no_mail_is_marked() -> None:
    assert Mark.UNREADABLE in filed(ENVELOPE, OPEN, b"\0\xff\x1b nothing of the kind").marks
