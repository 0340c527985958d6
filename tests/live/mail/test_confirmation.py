"""Gmail's request is recognised by sender, marker and link, in every language, and by nothing else."""

from __future__ import annotations

import pytest

from live.rehearsal.sample_mail import confirmations
from live.rehearsal.sample_mail.confirmations import (
    LANGUAGES,
    LINK_HOSTS,
    STYLES,
    Style,
    cancel_link,
    code,
    confirmation,
    link,
)
from live.rehearsal.sample_mail.writing import Encoding, encoded, multipart, under, written
from store.inbound_kinds import MailKind
from store.inbound_records import NewConfirmation
from tests.live.mail.sorting_kit import GMAIL_ROUTE, ROUTE, sort


def request(content: bytes, route=ROUTE) -> NewConfirmation:
    found = sort(content, confirmations.SENDER, route)
    assert found.kind is MailKind.CONFIRMATION
    assert found.confirmation is not None
    return found.confirmation


def written_by_google(body: str, *, subject: str = "x", more: tuple[tuple[str, str], ...] = ()) -> bytes:
    """A mail of Google's sender with the marker, and a text of the test's choice."""
    return written(
        [
            ("From", f"Gmail Team <{confirmations.SENDER}>"),
            ("To", ROUTE.target),
            ("Subject", subject),
            ("X-Google-Address-Confirmation", confirmations.MARKER),
            *more,
        ],
        body,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("host", LINK_HOSTS)
def test_every_language_style_and_encoding(
    language: str, style: Style, encoding: Encoding, host: str
) -> None:
    _, content = confirmation(ROUTE, language, style, encoding=encoding, host=host)
    assert request(content) == NewConfirmation(
        link=link(ROUTE, host),
        cancel_link=cancel_link(ROUTE, host),
        code=code(ROUTE) if style == "old" else "",
        requester=ROUTE.mailbox,
        matches=True,
        dkim="unverified",
    )


def test_the_subject_does_not_matter() -> None:
    _, content = confirmation(ROUTE, subject="Hello")
    found = request(content)
    assert (found.requester, found.link) == (ROUTE.mailbox, link(ROUTE))


def test_the_link_is_enough_where_the_marker_is_gone() -> None:
    _, content = confirmation(ROUTE, marker=False)
    assert request(content).link == link(ROUTE)


def test_the_marker_is_enough_where_there_is_no_link() -> None:
    found = request(written_by_google("a@example.org asks.\nConfirmation code: 99427480\n"))
    assert (found.link, found.code, found.requester) == ("", "99427480", "a@example.org")


def test_neither_is_no_confirmation() -> None:
    content = written([("From", confirmations.SENDER), ("To", ROUTE.target)], "Welcome to Gmail\n")
    assert sort(content).kind is MailKind.AUTOMATIC


@pytest.mark.parametrize(
    "sender",
    [
        "forwarding-noreply@google.com.example.org",
        "forwarding-noreply@mail.google.com",
        "xforwarding-noreply@google.com",
        "noreply@google.com",
        "customer@example.net",
        '"forwarding-noreply@google.com" <customer@example.net>',
        "customer@example.net (forwarding-noreply@google.com)",
        "customer@example.net, forwarding-noreply@google.com",
        "forwarding-noreply@google.com, customer@example.net",
        "Gmail Team <forwarding-noreply@google.com>, customer@example.net",
        "=?utf-8?q?forwarding-noreply=40google.com?=",
        "forwarding-noreply",
    ],
)
def test_only_the_whole_address_counts(sender: str) -> None:
    content = written_by_google(link(ROUTE)).replace(
        f"Gmail Team <{confirmations.SENDER}>".encode(), sender.encode()
    )
    assert sender.encode() in content
    assert sort(content).kind is not MailKind.CONFIRMATION


def test_the_address_is_compared_without_regard_to_case() -> None:
    _, content = confirmation(ROUTE, sender="Forwarding-NoReply@Google.com")
    assert sort(content).kind is MailKind.CONFIRMATION


@pytest.mark.parametrize(
    "other", [b"From: customer@example.net\r\n", b"From: forwarding-noreply@google.com\r\n"]
)
def test_two_from_headers_are_no_confirmation(other: bytes) -> None:
    _, content = confirmation(ROUTE)
    assert sort(other + content).kind is not MailKind.CONFIRMATION
    assert sort(content.replace(b"\r\nTo:", b"\r\n" + other + b"To:")).kind is not MailKind.CONFIRMATION


def test_a_sender_header_is_no_from() -> None:
    content = written([("Sender", confirmations.SENDER), ("X-Google-Address-Confirmation", "x")], link(ROUTE))
    assert sort(content).kind is not MailKind.CONFIRMATION


VALID = "https://mail-settings.google.com/mail/vf-%5BANGjdJ-e8%5D-158Amv9LH_mEse"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (VALID, VALID),
        (f"<{VALID}>", VALID),
        (f'"{VALID}"', VALID),
        (f"({VALID}).", VALID),
        (f"{VALID}。", VALID),
        (f"{VALID}，请", VALID),
        (f"{VALID}\u202egnp", VALID),
        (f"{VALID}\x1b[31m", VALID),
        (VALID.replace("mail-settings", "mail"), VALID.replace("mail-settings", "mail")),
        (VALID.replace("https", "http"), ""),
        (VALID.replace("mail-settings", "isolated.mail"), ""),
        (VALID.replace("mail-settings", "evil"), ""),
        (VALID.replace("google.com", "google.com.example.org"), ""),
        (VALID.replace("google.com", "google.com@example.org"), ""),
        (VALID.replace("google.com/", "googleXcom/"), ""),
        (VALID.replace("/mail/vf-", "/mail/u/0/vf-"), ""),
        (VALID.replace("/mail/vf-", "/mail/?q=/mail/vf-"), ""),
        (VALID.replace("vf-", "uf-"), ""),
        ("https://example.org/?https//mail.google.com/mail/vf-x", ""),
        (VALID + "x" * 2_000, ""),
    ],
)
def test_only_google_s_own_links_confirm(text: str, expected: str) -> None:
    assert request(written_by_google(f"{text}\n")).link == expected


def test_the_link_that_withdraws_is_never_offered_as_the_one_that_confirms() -> None:
    withdraw = VALID.replace("vf-", "uf-")
    found = request(written_by_google(f"{withdraw}\n\n{VALID}\n"))
    assert (found.link, found.cancel_link) == (VALID, withdraw)
    alone = request(written_by_google(f"{withdraw}\n"))
    assert (alone.link, alone.cancel_link) == ("", withdraw)


def test_a_link_with_the_other_within_is_not_taken_apart() -> None:
    nested = VALID.replace("vf-", "uf-") + "/" + VALID
    assert request(written_by_google(nested)).link == ""


def test_soft_line_breaks_are_joined_and_percent_encoding_is_kept() -> None:
    long = link(ROUTE)
    octets = encoded(f"Confirm:\n{long}\n", "quoted-printable")
    assert b"=\r\n" in octets
    content = written_by_google("", more=(("Content-Transfer-Encoding", "quoted-printable"),))
    assert request(content + octets).link == long
    padded = octets.replace(b"=\r\n", b"= \t\r\n")
    assert request(content + padded).link == long


def test_a_cut_base64_still_gives_the_link() -> None:
    octets = encoded(f"{VALID}\nand so on\n", "base64").rstrip()[:-3]
    content = written_by_google("", more=(("Content-Transfer-Encoding", "base64"),))
    assert request(content + octets).link == VALID


def test_a_html_part_gives_the_link_too() -> None:
    html = f'<a href="{VALID}&amp;x=1">confirm</a>'
    content_type, body = multipart("alternative", [written([("Content-Type", "text/html")], html)])
    content = written_by_google("", more=(("Content-Type", content_type),)) + body
    assert request(content).link == f"{VALID}&x=1"


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        ("(#99427480) Gmail Forwarding Confirmation", "", "99427480"),
        ("(#416704879) Gmail 转发确认", "", "416704879"),
        ("(#123456) Gmail の転送の確認", "", "123456"),
        ("(n° 123456789) Confirmation de transfert Gmail", "", "123456789"),
        ("(nº 123456789) Confirmação", "", "123456789"),
        ("(no 123456789) Confirmation", "", "123456789"),
        ("(Gmail Forwarding Confirmation", "Confirmation code: 99427480\n", "99427480"),
        ("(Gmail) 转发确认", "确认码：416704879\n", "416704879"),
        ("Gmail", "If the link fails, enter the code 99427480 there.\n", "99427480"),
        ("(Gmail Forwarding Confirmation", f"The code\n{confirmations.HELP}\n", ""),
        ("(Gmail Forwarding Confirmation", f"No code needed, see {confirmations.HELP}\n", ""),
        ("(Gmail Forwarding Confirmation", "code 184973\n", ""),
        ("(Gmail Forwarding Confirmation 2026", "Call 12345678\n", ""),
        ("(#12345)", "", ""),
        ("(#1234567890123)", "", ""),
    ],
)
def test_the_code_is_the_old_style_s_number_and_no_other(subject: str, body: str, expected: str) -> None:
    fields = [
        ("From", confirmations.SENDER),
        ("Subject", subject.encode()),
        ("X-Google-Address-Confirmation", "x"),
    ]
    assert request(written(fields, body)).code == expected


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        ("Receive Mail from one@example.org", "two@example.org asks", "one@example.org"),
        ("Yönlendirme - one@example.org Adresinden", "", "one@example.org"),
        ("Receive Mail from one@example.org.", "", "one@example.org"),
        ("Confirmation", "one@example.org has asked two@example.org", "one@example.org"),
        ("Confirmation", f"{ROUTE.target} is asked for by one@example.org", "one@example.org"),
        ("Confirmation", f"{ROUTE.target.upper()} is asked for by one@example.org", "one@example.org"),
        ("Confirmation", "gmail-team@google.com writes: one@example.org asks", "one@example.org"),
        (f"one@example.org to {ROUTE.target}", "", "one@example.org"),
        ("one@example.org and two@example.org", "three@example.org asks", "three@example.org"),
        ("Confirmation", "nobody asks", ""),
    ],
)
def test_who_asks(subject: str, body: str, expected: str) -> None:
    found = request(written_by_google(f"{body}\n{VALID}\n", subject=subject))
    assert found.requester == expected
    assert not found.matches


@pytest.mark.parametrize(
    ("requester", "matches"),
    [
        ("support.desk@gmail.com", True),
        ("supportdesk@gmail.com", True),
        ("s.upport.desk+forward@googlemail.com", True),
        ("support.desk@example.com", False),
        ("supportdesks@gmail.com", False),
    ],
)
def test_the_requester_is_compared_as_gmail_does(requester: str, matches: bool) -> None:
    _, content = confirmation(GMAIL_ROUTE, requester=requester)
    found = request(content, GMAIL_ROUTE)
    assert (found.requester, found.matches) == (requester, matches)


def test_one_that_came_through_a_mailing_list() -> None:
    """As public archives have them: a footer, list headers, and the text as a part."""
    _, content = confirmation(ROUTE, "zh", "old")
    inner = content.partition(b"Content-Type:")[2]
    footer = written([("Content-Type", "text/plain")], "To unsubscribe write to list-request@example.org\n")
    content_type, body = multipart("mixed", [b"Content-Type:" + inner, footer])
    head = content.partition(b"Content-Type:")[0].removesuffix(b"\r\n").split(b"\r\n")
    fields = [tuple(line.split(b": ", 1)) for line in head if not line.startswith(b" ")]
    listed = written(
        [(name.decode(), value) for name, value in fields] + [("Content-Type", content_type)], body
    )
    found = request(under([("List-Id", "<x.example.org>"), ("Precedence", "list")], listed))
    assert (found.link, found.requester) == (link(ROUTE), ROUTE.mailbox)
