"""What arriving mail says of probes: the way of one, why one was returned, and mail that only looks so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.forwarding.news import FORWARD, MAILBOX, way
from live.inbound.envelope import Envelope
from live.inbound.filing import filed
from live.mail import probe_tokens
from live.mail.glance import glance
from live.rehearsal.sample_mail import Route, blocked, bounces
from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.roads import by_gmail, by_redirect, by_rule_forward
from live.rehearsal.sample_mail.writing import under
from store.addressees import Addressee
from store.inbound import NewMessage
from store.inbound_kinds import MailKind, Via
from store.probes import ProbeNews

STORE = "0123456789abcdef"
TOKEN = probe_tokens.made(STORE)
ROUTE = Route()
MARK = [("X-Postroom-Asset", f"7.{STORE}"), ("X-Postroom-Probe", TOKEN)]
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def kept(content: bytes, mail_from: str = "customer@example.net", source: str = "smtp") -> NewMessage:
    envelope = Envelope(mail_from, ROUTE.target, "192.0.2.1", NOON, source)
    return filed(envelope, Addressee(1, ROUTE.mailbox, False), content, STORE)


def probe(route: Route = ROUTE) -> bytes:
    return letter(route, f"{probe_tokens.SUBJECT} {TOKEN}", more=MARK)


# tokens


def test_a_token_tells_whose_it_is() -> None:
    assert probe_tokens.is_own(TOKEN, STORE)
    assert not probe_tokens.is_own(TOKEN, "fedcba9876543210")
    assert probe_tokens.made(STORE) != TOKEN
    assert probe_tokens.written_in(f"FW: {probe_tokens.SUBJECT} {TOKEN}", STORE) == TOKEN
    assert not probe_tokens.written_in(f"FW: {probe_tokens.SUBJECT} {TOKEN}x", STORE)
    assert not probe_tokens.written_in(f"FW: {TOKEN}", STORE)


@given(st.text())
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert not probe_tokens.is_own(text, STORE)
    assert not probe_tokens.written_in(f"{probe_tokens.SUBJECT} {text}", STORE)


# probes


def test_a_probe_that_came_back() -> None:
    mail_from, content = by_gmail(ROUTE, probe())
    found = kept(content, mail_from)
    assert (found.kind, found.via) == (MailKind.PROBE, Via.GMAIL)
    assert found.probe
    assert (found.probe.token, found.probe.returned) == (TOKEN, "")


def test_a_probe_of_another_store_is_ordinary_mail() -> None:
    mail_from, content = by_gmail(ROUTE, letter(ROUTE, more=[("X-Postroom-Asset", "7.another"), MARK[1]]))
    found = kept(content, mail_from)
    assert (found.kind, found.probe) == (MailKind.ORDINARY, None)
    assert filed(
        Envelope(mail_from, ROUTE.target, "", NOON, "smtp"), Addressee(1, ROUTE.mailbox, False), content
    ).kind is MailKind.PROBE  # fmt: skip


def test_mail_of_ours_that_is_no_probe_goes_in_a_circle() -> None:
    mail_from, content = by_gmail(ROUTE, letter(ROUTE, more=MARK[:1]))
    assert kept(content, mail_from).kind is MailKind.LOOP
    mail_from, content = by_gmail(ROUTE, letter(ROUTE, more=[("X-Postroom-Asset", "7.another")]))
    assert kept(content, mail_from).kind is MailKind.ORDINARY


def test_a_rule_that_forwards_leaves_the_subject_only() -> None:
    mail_from, content = by_rule_forward(ROUTE)
    subject = f"Subject: FW: {probe_tokens.SUBJECT} {TOKEN}".encode()
    content = content.replace(b"Subject: FW: Order 1\r\n", subject + b"\r\n", 1)
    found = kept(content, mail_from)
    assert (found.kind, found.via) == (MailKind.PROBE, Via.INBOX_RULE)
    assert found.probe
    assert found.probe.token == TOKEN


def test_an_answer_to_a_probe_is_no_probe() -> None:
    mail_from, content = by_gmail(ROUTE, letter(ROUTE, f"Re: {probe_tokens.SUBJECT} {TOKEN}"))
    found = kept(content, mail_from)
    assert (found.kind, found.probe) == (MailKind.ORDINARY, None)


# the way

AT = "Tue, 24 Nov 2026 12:00:0{} +0000"
SUBMITTED = ("Received", f"from desk by smtp.example.org with ESMTPSA; {AT.format(1)}")
TAKEN = ("Received", f"from smtp.example.org by mx.example.com for <support@example.com>; {AT.format(2)}")
INSIDE = ("Received", f"by store.example.com with SMTP; {AT.format(3)}")
PASSED = ("Received", f"from store.example.com by out.example.com; {AT.format(4)}")
FORWARDED = ("X-Forwarded-To", ROUTE.target)


@pytest.mark.parametrize(
    ("headers", "parts"),
    [
        ([PASSED, FORWARDED, INSIDE, TAKEN, SUBMITTED], "mmmf"),
        ([PASSED, INSIDE, TAKEN, SUBMITTED], "mmff"),
        ([FORWARDED, INSIDE, TAKEN, SUBMITTED], "mmm"),
        ([PASSED, INSIDE, SUBMITTED], "mmm"),
        ([TAKEN], "m"),
        ([PASSED, FORWARDED], "m"),
        ([], ""),
    ],
)
def test_where_the_way_parts(headers: list[tuple[str, str]], parts: str) -> None:
    found = way([*headers, ("Subject", "x")], ROUTE.mailbox)
    assert "".join({MAILBOX: "m", FORWARD: "f"}[hop.part] for hop in found) == parts
    times = [hop.at for hop in found]
    assert times == sorted(times, key=str)


# bounces


def test_a_bounce_of_a_probe_tells_why() -> None:
    content = blocked.report(ROUTE, probe())
    mail_from, content = by_gmail(ROUTE, content)
    found = kept(content, mail_from)
    assert found.kind is MailKind.BOUNCE
    assert found.probe == ProbeNews(TOKEN, returned=blocked.REASON)


def test_a_bounce_that_gives_back_the_subject_only() -> None:
    text = bounces.qmail_text(ROUTE).replace(
        b"To: someone-else@example.org", f"Subject: {probe_tokens.SUBJECT} {TOKEN}".encode()
    )
    mail_from, content = by_gmail(ROUTE, text)
    found = kept(content, mail_from)
    assert found.probe
    assert found.probe.token == TOKEN
    assert "550 5.1.1 no such person here" in found.probe.returned


@pytest.mark.parametrize("make", [bounces.delivery_report, bounces.gmail_report, bounces.bare_text])
def test_bounces_of_other_mail_say_nothing(make: object) -> None:
    mail_from, content = by_gmail(ROUTE, make(ROUTE))  # type: ignore[operator]
    found = kept(content, mail_from)
    assert (found.kind, found.probe) == (MailKind.BOUNCE, None)


def test_a_delay_is_not_taken_for_the_end() -> None:
    content = blocked.report(ROUTE, probe()).replace(b"Action: failed", b"Action: delayed")
    mail_from, content = by_gmail(ROUTE, content)
    assert kept(content, mail_from).probe is None


def test_a_bounce_with_another_stores_token_says_nothing() -> None:
    other = letter(ROUTE, more=[("X-Postroom-Probe", probe_tokens.made("other"))])
    mail_from, content = by_gmail(ROUTE, blocked.report(ROUTE, other))
    assert kept(content, mail_from).probe is None


# hostile


@given(st.binary(max_size=2_000))
def test_nothing_makes_it_stumble(octets: bytes) -> None:
    for content in (
        octets,
        under(MARK, octets),
        under([("Received", octets.replace(b"\r", b"").replace(b"\n", b""))], probe()),
        blocked.report(ROUTE, octets),
    ):
        kept(content)


def test_many_servers_and_long_lines_are_bounded() -> None:
    lines = [("Received", f"from {'x' * 5_000} by mx{number}.example.com; never") for number in range(45)]
    content = under(lines, probe())
    found = kept(content)
    assert found.probe
    assert len(found.probe.path) <= 60
    assert all(len(hop.words) < 4_200 for hop in found.probe.path)


def test_sorting_and_news_agree_on_redirected_probes() -> None:
    mail_from, content = by_redirect(ROUTE, probe())
    found = kept(content, mail_from)
    assert (found.kind, found.via) == (MailKind.PROBE, Via.INBOX_RULE)
    assert found.probe
    assert glance(content).subject.endswith(TOKEN)
