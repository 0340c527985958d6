"""What a bounce says of status and recipient, by form or in words, and what is none."""

from __future__ import annotations

import pytest

from live.rehearsal.sample_mail import bounces
from live.rehearsal.sample_mail.attached import with_bounce_inside
from live.rehearsal.sample_mail.bounces import LOST, delivery_report
from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.writing import written
from store.inbound_kinds import MailKind
from tests.live.mail.sorting_kit import ROUTE, sort


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (delivery_report(ROUTE), f"5.1.1 {LOST}"),
        (delivery_report(ROUTE, more=()), f"5.1.1 {LOST}"),
        (delivery_report(ROUTE, sender="Someone <someone@example.org>"), f"5.1.1 {LOST}"),
        (delivery_report(ROUTE, recipients=(LOST, "more@example.org")), f"5.1.1 {LOST} (and 1 more)"),
        (delivery_report(ROUTE, status="4.4.7", action="delayed"), f"4.4.7 {LOST} (delayed)"),
        (delivery_report(ROUTE, original="rfc822;first+2Bone@example.org"), "5.1.1 first+one@example.org"),
        (delivery_report(ROUTE, original="utf-8; gru\u00df@example.org"), "5.1.1 gru\u00df@example.org"),
        (delivery_report(ROUTE, original="rfc822;unknown"), f"5.1.1 {LOST}"),
        (delivery_report(ROUTE, action="Failed", status="5.2.2 (full)"), f"5.2.2 {LOST}"),
        (delivery_report(ROUTE, status="none"), LOST),
        (delivery_report(ROUTE, report_type="delivery-status; x=y"), f"5.1.1 {LOST}"),
        (delivery_report(ROUTE, outer="mixed"), f"5.1.1 {LOST}"),
        (bounces.exchange_report(ROUTE), f"5.1.10 {LOST}"),
        (bounces.gmail_report(ROUTE), f"5.1.1 {LOST}"),
        (bounces.qmail_text(ROUTE), f"5.1.1 {LOST}"),
        (bounces.exim_text(ROUTE), f"5.2.2 {LOST}"),
        (bounces.postmaster_text(ROUTE), f"5.4.1 {LOST}"),
        (bounces.bare_text(ROUTE), ""),
    ],
)
def test_a_bounce_tells_status_and_recipient(content: bytes, detail: str) -> None:
    found = sort(content, "")
    assert (found.kind, found.detail) == (MailKind.BOUNCE, detail)


def test_exchange_s_report_needs_no_auto_submitted() -> None:
    content = bounces.exchange_report(ROUTE)
    assert b"Auto-Submitted" not in content
    bare = content.replace(b"X-MS-Exchange-Message-Is-Ndr: \r\n", b"")
    assert bare != content
    assert sort(bare, "").kind is MailKind.BOUNCE


def test_the_mail_that_is_given_back_is_not_read() -> None:
    content = delivery_report(ROUTE, recipients=(LOST,))
    assert ROUTE.mailbox.encode() in content
    assert ROUTE.mailbox not in sort(content, "").detail


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_receipt_is_no_bounce(action: str) -> None:
    found = sort(delivery_report(ROUTE, action=action, status="2.0.0"), "")
    assert (found.kind, found.detail) == (
        MailKind.AUTOMATIC,
        f"delivery receipt: 2.0.0 {LOST} ({action})",
    )


def test_a_bounce_that_a_person_sends_on_is_none() -> None:
    assert sort(with_bounce_inside(ROUTE, delivery_report(ROUTE))).kind is MailKind.ORDINARY


def test_a_person_who_writes_about_a_bounce_sends_none() -> None:
    text = f"I got this:\n550 5.1.1 <{LOST}>: Recipient address rejected\n"
    assert sort(letter(ROUTE, "Undelivered Mail Returned to Sender", text)).kind is MailKind.ORDINARY


def test_a_postmaster_who_writes_a_letter_sends_none() -> None:
    assert sort(bounces.postmaster_letter(ROUTE)).kind is MailKind.AUTOMATIC


def test_the_first_recipient_that_was_not_reached_is_told() -> None:
    content = delivery_report(ROUTE, recipients=("reached@example.org", LOST))
    mixed = content.replace(b"Action: failed", b"Action: delivered", 1)
    assert sort(mixed, "").detail == f"5.1.1 {LOST}"


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (f"<{LOST}>: host 192.0.2.7[192.0.2.7] said: 550-5.7.1 no", f"5.7.1 {LOST}"),
        (f"{LOST}\n   550 no such user", f"550 {LOST}"),
        (f"To {ROUTE.mailbox}: could not be delivered to {LOST}, MAILER-DAEMON@example.org", LOST),
        ("Address 10.5.1.1 refused", ""),
        ("Server 5.1.1.7 refused", ""),
    ],
)
def test_a_bounce_in_words(text: str, detail: str) -> None:
    content = written([("From", "MAILER-DAEMON@example.org"), ("To", ROUTE.mailbox)], text)
    found = sort(content, "")
    assert (found.kind, found.detail) == (MailKind.BOUNCE, detail)


def test_a_report_without_its_parts_is_a_bounce_still() -> None:
    content = written(
        [
            ("From", "a@example.org"),
            ("Content-Type", "multipart/report; report-type=delivery-status; boundary=none"),
        ],
        "nothing\n",
    )
    assert sort(content, "").kind is MailKind.BOUNCE
