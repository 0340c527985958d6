"""How a mail was forwarded, and by whom, for every trait that forwarders leave."""

from __future__ import annotations

from dataclasses import replace

import pytest

from live.rehearsal.sample_mail import roads
from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.writing import under
from store.inbound_kinds import MailKind, Mark, Via
from tests.live.mail.sorting_kit import GMAIL_ROUTE, ROUTE, letter_with, sort, with_headers

SUPPORT = ROUTE.mailbox
TENANT = roads.TENANT


@pytest.mark.parametrize(
    ("mail_from", "via", "mailbox"),
    [
        # The facts' own examples, under reserved domains.
        ("theodore.tso+caf_=tytso=example.org@example.com", Via.GMAIL, "theodore.tso@example.com"),
        ("gabe+caf_=inquiries+gr.X=inbound.example.org@example.com", Via.GMAIL, "gabe@example.com"),
        ("support+tag+caf_=a=example.org@example.com", Via.GMAIL, "support+tag@example.com"),
        ("support+SRS=kXyZ1=ZA=example.net=customer@example.com", Via.EXCHANGE, "support@example.com"),
        ("support+srs=k/yZ1=ZA=example.net=some=body@example.com", Via.EXCHANGE, "support@example.com"),
        ("bounces+SRS=kXyZ1=ZA@contoso.example.com", Via.EXCHANGE, ""),
        ("SRS0=abcd=ZA=example.net=customer@forwarder.example.org", Via.OTHER, ""),
        ("SRS1=abcd=first.example.org==efgh=ZA=example.net=customer@forwarder.example.org", Via.OTHER, ""),
        ("customer+tag@example.net", Via.DIRECT, ""),
        ("customer@example.net", Via.DIRECT, ""),
        ("+caf_=a=example.org@example.com", Via.DIRECT, ""),
    ],
)
def test_the_envelope_names_the_mailbox(mail_from: str, via: Via, mailbox: str) -> None:
    found = sort(letter(ROUTE), mail_from)
    assert (found.via, found.forwarded_by) == (via, mailbox)


@pytest.mark.parametrize(
    ("fields", "via", "mailbox"),
    [
        ([("X-MS-Exchange-ForwardingLoop", f"{SUPPORT};{TENANT}")], Via.EXCHANGE, SUPPORT),
        ([("X-MS-Exchange-ForwardingLoop", f"{SUPPORT};\r\n\t{TENANT}")], Via.EXCHANGE, SUPPORT),
        ([("X-MS-Exchange-ForwardingLoop", f"\r\n\t{SUPPORT};{TENANT}")], Via.EXCHANGE, SUPPORT),
        ([("X-MS-Exchange-ForwardingLoop", f"ForwardingHandled;{TENANT}")], Via.EXCHANGE, ""),
        (
            [
                ("X-MS-Exchange-ForwardingLoop", "ForwardingHandled;2109ce83"),
                ("X-MS-Exchange-ForwardingLoop", f"{SUPPORT};{TENANT}"),
            ],
            Via.EXCHANGE,
            SUPPORT,
        ),
        ([("X-MS-Exchange-Inbox-Rules-Loop", SUPPORT), ("Resent-From", SUPPORT)], Via.INBOX_RULE, SUPPORT),
        ([("Resent-From", f"Support <{SUPPORT}>")], Via.OTHER, SUPPORT),
        ([("X-MS-Exchange-Inbox-Rules-Loop", SUPPORT)], Via.DIRECT, ""),
        ([("X-Forwarded-For", f"{SUPPORT} {ROUTE.target}"), ("X-Received", "by x")], Via.GMAIL, SUPPORT),
        (
            [("X-Forwarded-For", f"{SUPPORT} {ROUTE.target}"), ("ARC-Seal", "i=1; d=google.com; b=x")],
            Via.GMAIL,
            SUPPORT,
        ),
        ([("X-Forwarded-For", f"{SUPPORT} {ROUTE.target}")], Via.OTHER, SUPPORT),
        ([("X-Forwarded-For", "192.0.2.1, 198.51.100.7")], Via.DIRECT, ""),
        ([("X-Forwarded-To", ROUTE.target)], Via.DIRECT, ""),
        ([("X-Sieve-Redirected-From", SUPPORT)], Via.OTHER, SUPPORT),
        ([("Delivered-To", SUPPORT)], Via.OTHER, SUPPORT),
        ([("X-Original-To", SUPPORT)], Via.OTHER, SUPPORT),
        ([("Delivered-To", ROUTE.target), ("X-Original-To", ROUTE.target)], Via.DIRECT, ""),
        ([("Received", f"from a by b for <{SUPPORT}>; {ROUTE.date}")], Via.OTHER, SUPPORT),
        ([("Received", f"from a by b\r\n\tfor {SUPPORT}; {ROUTE.date}")], Via.OTHER, SUPPORT),
        ([("Received", f"from a by b for <{ROUTE.target}>; {ROUTE.date}")], Via.DIRECT, ""),
    ],
)
def test_headers_name_the_mailbox(fields: list[tuple[str, str]], via: Via, mailbox: str) -> None:
    found = with_headers(*fields)
    assert (found.via, found.forwarded_by) == (via, mailbox)
    assert (Mark.DIRECT in found.marks) == (via is Via.DIRECT)


def test_exchange_s_header_is_worth_more_than_the_envelope() -> None:
    content = letter_with(("X-MS-Exchange-ForwardingLoop", f"one@example.org;{TENANT}"))
    found = sort(content, "two+caf_=a=example.org@example.net")
    assert (found.via, found.forwarded_by, found.marks) == (
        Via.EXCHANGE,
        "one@example.org",
        (Mark.MISMATCH,),
    )


def test_a_mail_that_the_writer_s_side_forwarded_too_is_ours_by_the_last_road() -> None:
    content = letter_with(("X-MS-Exchange-ForwardingLoop", f"sales@example.org;{TENANT}"))
    mail_from, content = roads.by_gmail(ROUTE, content)
    found = sort(content, mail_from)
    assert (found.via, found.forwarded_by, found.marks) == (Via.GMAIL, SUPPORT, ())


@pytest.mark.parametrize(
    "subject", ["FW: Order 1", "Fwd: Order 1", "WG: Bestellung", "TR : Commande", "转发：订单"]
)
def test_a_rule_that_forwards_is_known_by_sender_and_subject(subject: str) -> None:
    found = sort(letter(ROUTE, subject, sender=f"Support <{SUPPORT}>", to=ROUTE.target), SUPPORT)
    assert (found.kind, found.via, found.forwarded_by, found.marks) == (
        MailKind.ORDINARY,
        Via.INBOX_RULE,
        SUPPORT,
        (),
    )


def test_a_mail_from_the_mailbox_that_is_not_forwarded_is_direct() -> None:
    assert sort(letter(ROUTE, "Order 1", sender=SUPPORT), SUPPORT).marks == (Mark.DIRECT,)


def test_a_customer_s_forwarded_mail_is_not_a_rule_s() -> None:
    assert sort(letter(ROUTE, "FW: Order 1")).via is Via.DIRECT


def test_an_answer_that_a_customer_s_rule_makes_is_no_forwarding() -> None:
    content = letter_with(("X-MS-Exchange-Inbox-Rules-Loop", ROUTE.customer))
    assert sort(content).via is Via.DIRECT


def test_the_caf_envelope_is_no_bounce_address() -> None:
    mail_from, content = roads.by_gmail(ROUTE, letter(ROUTE))
    assert sort(content, mail_from).kind is MailKind.ORDINARY


def test_the_address_in_to_alone_does_not_make_it_forwarded() -> None:
    assert sort(letter(ROUTE, to=SUPPORT)).marks == (Mark.DIRECT,)


@pytest.mark.parametrize(
    ("asset", "forwarder", "marks"),
    [
        ("support.desk@gmail.com", "supportdesk@gmail.com", ()),
        ("support.desk@gmail.com", "Support.Desk@googlemail.com", ()),
        ("support.desk@gmail.com", "support.desk+eu@gmail.com", ()),
        ("support.desk@gmail.com", "support.desk1@gmail.com", (Mark.MISMATCH,)),
        ("support.desk@example.com", "supportdesk@example.com", (Mark.MISMATCH,)),
        ("support@example.com", "support+eu@example.com", (Mark.MISMATCH,)),
        ("support@example.com", "SUPPORT@Example.Com", ()),
        ("support@bücher.example.com", "support@xn--bcher-kva.example.com", ()),
        ("support@example.com", "support@example.org", (Mark.MISMATCH,)),
    ],
)
def test_the_mailbox_is_compared_as_its_provider_does(
    asset: str, forwarder: str, marks: tuple[Mark, ...]
) -> None:
    route = replace(GMAIL_ROUTE, mailbox=asset)
    content = under([("X-MS-Exchange-ForwardingLoop", f"{forwarder};{TENANT}")], letter(route))
    assert sort(content, route=route).marks == marks
