"""Every sample is taken for what it is, in microseconds, and nothing that arrives makes sorting fail."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live.mail.glance import glance
from live.mail.sorting import HOPS, sorted_mail
from live.rehearsal.sample_mail import Route, SampleMail, automatic, confirmations, everything, own, roads
from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.writing import under
from store.inbound_kinds import MailKind, Mark, Via
from tests.live.mail.sorting_kit import ROUTE, letter_with, sort, with_headers

SAMPLES = everything(ROUTE)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
def test_a_sample_is_taken_for_what_it_is(sample: SampleMail) -> None:
    found = sort(sample.content, sample.mail_from)
    assert found.kind is sample.kind
    assert found.via is sample.via
    assert found.forwarded_by == sample.forwarded_by
    assert found.marks == sample.marks
    assert found.detail == sample.detail
    assert (found.confirmation is not None) == (sample.kind is MailKind.CONFIRMATION)


def test_the_samples_differ() -> None:
    other = everything(Route(number=2))
    assert len({sample.key for sample in SAMPLES}) == len(SAMPLES) == len(other)
    assert {sample.kind for sample in SAMPLES} == set(MailKind)
    assert {sample.via for sample in SAMPLES} == set(Via) - {Via.NONE}


def test_a_confirmation_that_looks_like_bulk_mail_is_one() -> None:
    _, content = confirmations.confirmation(ROUTE)
    through_a_list = under(
        [("Precedence", "bulk"), ("List-Id", "<kernel.example.org>"), ("Auto-Submitted", "auto-generated")],
        content,
    )
    assert sort(through_a_list, "").kind is MailKind.CONFIRMATION


def test_a_confirmation_is_looked_for_before_our_own_headers() -> None:
    _, content = confirmations.confirmation(ROUTE)
    assert sort(under([("X-Postroom-Asset", "1.token")], content)).kind is MailKind.CONFIRMATION


def test_a_request_of_another_mailbox_is_marked() -> None:
    _, content = confirmations.confirmation(ROUTE, requester="stranger@example.org")
    assert sort(content).marks == (Mark.MISMATCH,)


def test_the_one_direct_mail_that_is_right_is_not_marked() -> None:
    _, content = confirmations.confirmation(ROUTE)
    assert sort(content).marks == ()
    assert sort(letter(ROUTE)).marks == (Mark.DIRECT,)


@pytest.mark.parametrize(
    ("value", "store_token", "kind"),
    [
        ("1.samplestore", "", MailKind.LOOP),
        ("1.samplestore", "samplestore", MailKind.LOOP),
        ("1.another", "samplestore", MailKind.ORDINARY),
        ("1.", "", MailKind.ORDINARY),
        ("samplestore", "", MailKind.ORDINARY),
        ("x.samplestore", "", MailKind.ORDINARY),
        ("", "", MailKind.ORDINARY),
    ],
)
def test_a_loop_is_known_by_the_header_of_the_store(value: str, store_token: str, kind: MailKind) -> None:
    assert sort(letter_with(("X-Postroom-Asset", value)), store_token=store_token).kind is kind


def test_a_probe_is_known_by_its_token_and_is_no_loop() -> None:
    found = sort(own.probe(ROUTE), store_token=own.STORE_TOKEN)
    assert (found.kind, found.detail) == (MailKind.PROBE, own.PROBE_TOKEN)
    forged = sort(letter_with(("X-Postroom-Probe", "anything")), store_token=own.STORE_TOKEN)
    assert forged.kind is MailKind.ORDINARY


@pytest.mark.parametrize(("hops", "kind"), [(HOPS, MailKind.ORDINARY), (HOPS + 1, MailKind.LOOP)])
def test_a_mail_that_has_been_everywhere_is_a_loop(hops: int, kind: MailKind) -> None:
    assert sort(own.round_and_round(ROUTE, hops)).kind is kind


def test_exchange_s_own_loop_headers_are_no_loop() -> None:
    mail_from, content = roads.by_exchange(ROUTE, letter(ROUTE))
    assert sort(content, mail_from).kind is MailKind.ORDINARY


def test_imported_mail_has_no_road_and_no_marks() -> None:
    content = letter(ROUTE)
    found = sorted_mail(glance(content), content, mail_from="", rcpt_to="", asset_address=ROUTE.mailbox)
    assert (found.kind, found.via, found.marks) == (MailKind.ORDINARY, Via.NONE, ())


def test_imported_mail_tells_its_road_by_return_path() -> None:
    content = under([("Return-Path", f"<{roads.caf(ROUTE)}>")], letter(ROUTE))
    found = sorted_mail(glance(content), content, mail_from="", rcpt_to="", asset_address=ROUTE.mailbox)
    assert (found.via, found.forwarded_by) == (Via.GMAIL, ROUTE.mailbox)


def test_what_is_told_is_one_short_line() -> None:
    found = with_headers(("List-Id", "a\x1b[31mb\r\n\t" + "x" * 5_000))
    assert found.kind is MailKind.AUTOMATIC
    assert len(found.detail) <= 200
    assert found.detail.isprintable()


TRAITS = st.sampled_from(
    [
        b"From: forwarding-noreply@google.com",
        b"From: MAILER-DAEMON",
        b"X-Google-Address-Confirmation: x",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        b"Content-Type: text/plain; charset=utf-7",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"X-MS-Exchange-ForwardingLoop: ;;;@",
        b"X-Forwarded-For: @ @ @",
        b"Resent-From: <>",
        b"X-Failed-Recipients: \xff",
        b"X-Postroom-Asset: 1.\xff",
        b"Auto-Submitted: ;",
        b"Received: for for <@>",
        b"Subject: =?utf-7?b?+/v8?= FW: (#1234567890",
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: x\r\nStatus: 5.1.1",
        b"https://mail.google.com/mail/vf-%5B\xe2\x80\xae",
        b"",
        b"\r\n",
    ]
)
LINES = st.lists(st.one_of(TRAITS, st.binary(max_size=60)), max_size=20).map(b"\r\n".join)
ENVELOPES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", "+caf_=@", "a+caf_==@b", "+SRS===@", "SRS0=@", "\ud800@x", "a+SRS=h=t=o=l@d"]),
)


@settings(max_examples=400)
@given(
    content=st.one_of(st.binary(max_size=400), LINES),
    mail_from=ENVELOPES,
    rcpt_to=ENVELOPES,
    address=ENVELOPES,
)
def test_nothing_makes_it_fail(content: bytes, mail_from: str, rcpt_to: str, address: str) -> None:
    found = sorted_mail(glance(content), content, mail_from=mail_from, rcpt_to=rcpt_to, asset_address=address)
    assert len(found.detail) <= 200
    assert len(found.forwarded_by) <= 200
    assert found.detail.isprintable()


def test_mail_cut_anywhere_does_not_make_it_fail() -> None:
    for sample in SAMPLES:
        if len(sample.content) < 5_000:
            for at in range(0, len(sample.content), 97):
                sort(sample.content[:at], sample.mail_from)


@pytest.mark.parametrize(
    ("sender", "body"),
    [
        (confirmations.SENDER, b"a" * 1_000_000 + b"@"),
        (confirmations.SENDER, b"a@" * 500_000),
        (confirmations.SENDER, b"code " * 200_000),
        (confirmations.SENDER, b"https://mail.google.com/mail/vf-" * 30_000),
        (confirmations.SENDER, b"https://mail.google.com/mail/vf-" + b"." * 1_000_000),
        ("MAILER-DAEMON", b"-" * 1_000_000),
        ("MAILER-DAEMON", b"--copy\n" * 100_000),
        ("MAILER-DAEMON", b"5.1.1." * 100_000),
        ("MAILER-DAEMON", b"5" * 1_000_000),
        ("a" * 90_000 + "@example.net", b"no-reply." * 10_000),
        ("no-" * 30_000 + "@example.net", b""),
    ],
    ids=range(11),
)
def test_no_text_of_a_forger_takes_long(sender: str, body: bytes) -> None:
    content = (
        f"From: {sender}\r\nX-Google-Address-Confirmation: x\r\nSubject: {'@' * 9_000}\r\n"
        f"X-Forwarded-For: {'a' * 50_000}@\r\nReceived: {' for' * 20_000}\r\n\r\n"
    ).encode() + body
    look = glance(content)
    found = sorted_mail(
        look, content, mail_from="+caf_=" * 10_000, rcpt_to=ROUTE.target, asset_address=ROUTE.mailbox
    )
    assert len(found.detail) <= 200


def test_no_report_of_a_forger_takes_long() -> None:
    content = (
        b"From: a@example.net\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: x\r\nStatus: 5.1.1\r\n\r\n" * 30_000
    )
    look = glance(content)
    found = sorted_mail(look, content, mail_from="", rcpt_to=ROUTE.target, asset_address=ROUTE.mailbox)
    assert found.kind is MailKind.BOUNCE


def test_what_only_asks_not_to_be_answered_is_mail_of_people() -> None:
    for name in automatic.NO_SIGNS:
        assert sort(automatic.without_sign(ROUTE, name)).kind is MailKind.ORDINARY
