"""All sample mail, as a receiver sees it, each with what it should be taken for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from live.mail import own_headers
from live.rehearsal.sample_mail import (
    attached,
    automatic,
    bounces,
    broken,
    confirmations,
    hostile,
    letters,
    own,
    roads,
)
from live.rehearsal.sample_mail.writing import Route, SampleMail
from store.inbound_kinds import MailKind, Mark, Via


def everything(route: Route) -> tuple[SampleMail, ...]:
    """One of each, in an order fit for showing: ordinary mail first, what is broken last."""
    makers = (ordinary, forwarded, requests, reports, automated, ours, attachments, harmful, damaged)
    return tuple(mail for maker in makers for mail in maker(route))


def ordinary(route: Route) -> Iterator[SampleMail]:
    """Mail of people, forwarded by Gmail."""
    yield _by_gmail(route, "letter", letters.letter(route))
    yield _by_gmail(route, "html", letters.html_letter(route))
    yield _by_gmail(route, "html-only", letters.html_only(route))
    yield _by_gmail(route, "answer", letters.answer(route))
    for language in letters.SCRIPTS:
        yield _by_gmail(route, f"letter-{language}", letters.in_script(route, language))


def forwarded(route: Route) -> Iterator[SampleMail]:
    """One letter for each road, and one that came by none."""
    content = letters.letter(route)
    for key, made, via in (
        ("by-exchange", roads.by_exchange(route, content), Via.EXCHANGE),
        ("by-exchange-folded", roads.by_exchange(route, content, folded=True), Via.EXCHANGE),
        ("by-redirect", roads.by_redirect(route, content), Via.INBOX_RULE),
        ("by-rule-forward", roads.by_rule_forward(route), Via.INBOX_RULE),
        ("by-alias", roads.by_alias(route, content), Via.OTHER),
        ("by-sieve", roads.by_sieve(route, content), Via.OTHER),
    ):
        yield _sample(key, made, via=via, forwarded_by=route.mailbox, marks=())
    unnamed = roads.by_exchange_unnamed(route, content)
    yield _sample("by-exchange-unnamed", unnamed, via=Via.EXCHANGE, marks=())
    yield _sample("direct", roads.direct(route, content))
    stranger = replace(route, mailbox="stranger@example.org")
    made, marks = roads.by_gmail(stranger, content), (Mark.MISMATCH,)
    yield _sample("by-a-stranger", made, via=Via.GMAIL, forwarded_by=stranger.mailbox, marks=marks)


def requests(route: Route) -> Iterator[SampleMail]:
    """Gmail's requests, in every language and both styles, and one by a stranger."""
    for language in confirmations.LANGUAGES:
        for style in confirmations.STYLES:
            made = confirmations.confirmation(route, language, style)
            yield _sample(f"confirmation-{language}-{style}", made, MailKind.CONFIRMATION, marks=())
    made = confirmations.confirmation(route, requester="stranger@example.org")
    yield _sample("confirmation-stranger", made, MailKind.CONFIRMATION, marks=(Mark.MISMATCH,))


def reports(route: Route) -> Iterator[SampleMail]:
    """Bounces, and what only resembles them; all came to the mailbox and were forwarded."""
    lost = bounces.LOST
    for key, content, detail in (
        ("bounce", bounces.delivery_report(route), f"5.1.1 {lost}"),
        ("bounce-exchange", bounces.exchange_report(route), f"5.1.10 {lost}"),
        ("bounce-gmail", bounces.gmail_report(route), f"5.1.1 {lost}"),
        ("bounce-qmail", bounces.qmail_text(route), f"5.1.1 {lost}"),
        ("bounce-exim", bounces.exim_text(route), f"5.2.2 {lost}"),
        ("bounce-postmaster", bounces.postmaster_text(route), f"5.4.1 {lost}"),
        ("bounce-bare", bounces.bare_text(route), ""),
    ):
        yield _by_gmail(route, key, content, MailKind.BOUNCE, detail)
    delayed = bounces.delivery_report(route, action="delayed", status="4.4.1")
    yield _by_gmail(route, "bounce-delayed", delayed, MailKind.BOUNCE, f"4.4.1 {lost} (delayed)")
    delivered = bounces.delivery_report(route, action="delivered", status="2.1.5")
    told = f"delivery receipt: 2.1.5 {lost} (delivered)"
    yield _by_gmail(route, "delivery-receipt", delivered, MailKind.AUTOMATIC, told)
    letter = bounces.postmaster_letter(route)
    yield _by_gmail(route, "postmaster-letter", letter, MailKind.AUTOMATIC, "From: postmaster@example.org")


def automated(route: Route) -> Iterator[SampleMail]:
    """Automatic mail by every sign, and mail that is not."""
    for name, (_, detail) in automatic.SIGNS.items():
        content = automatic.with_sign(route, name)
        yield _by_gmail(route, f"automatic-{name}", content, MailKind.AUTOMATIC, detail)
    for name in automatic.NO_SIGNS:
        yield _by_gmail(route, f"person-{name}", automatic.without_sign(route, name))
    for local in automatic.SENDERS:
        content, detail = automatic.by_sender(route, local), f"From: {local}@example.net"
        yield _by_gmail(route, f"automatic-{local}", content, MailKind.AUTOMATIC, detail)
    away = automatic.out_of_office(route)
    yield _by_gmail(route, "out-of-office", away, MailKind.AUTOMATIC, "Auto-Submitted: auto-generated")
    yield _by_gmail(route, "receipt", automatic.receipt(route), MailKind.AUTOMATIC, "multipart/report")
    null = ("", letters.letter(route, "Nobody sent this"))
    yield _sample("null-sender", null, MailKind.AUTOMATIC, detail="null envelope sender")


def ours(route: Route) -> Iterator[SampleMail]:
    """Mail of our own that comes back."""
    yield _by_gmail(route, "probe", own.probe(route), MailKind.PROBE, own.PROBE_TOKEN)
    sign = f"{own_headers.ASSET}: 1.{own.STORE_TOKEN}"
    yield _by_gmail(route, "loop", own.looped(route), MailKind.LOOP, sign)
    yield _by_gmail(route, "hops", own.round_and_round(route), MailKind.LOOP, "52 Received headers")


def attachments(route: Route) -> Iterator[SampleMail]:
    """Mail with attachments."""
    for key, content in (
        ("attached-names", attached.with_names(route)),
        ("attached-photo", attached.with_photo(route)),
        ("attached-card", attached.with_card_number(route)),
        ("attached-mail", attached.with_mail(route)),
        ("attached-bounce", attached.with_bounce_inside(route, bounces.delivery_report(route))),
        ("attached-invitation", attached.with_invitation(route)),
    ):
        yield _by_gmail(route, key, content)


def harmful(route: Route) -> Iterator[SampleMail]:
    """Mail that means harm, straight to the secret address."""
    for maker in (
        hostile.escapes,
        hostile.bidirectional,
        hostile.markup,
        hostile.raw_octets,
        hostile.many_headers,
        hostile.long_line,
        hostile.many_addresses,
        hostile.injected,
    ):
        yield _sample(f"hostile-{maker.__name__}", (route.customer, maker(route)))
    for number, value in enumerate(hostile.DATES):
        yield _sample(f"hostile-date-{number}", (route.customer, hostile.date(route, value)))


def damaged(route: Route) -> Iterator[SampleMail]:
    """Mail that is broken, straight to the secret address."""
    for maker in broken.ALL:
        unreadable = (Mark.UNREADABLE,) if maker in broken.UNREADABLE else ()
        made = (route.customer, maker(route))
        yield _sample(f"broken-{maker.__name__}", made, marks=(Mark.DIRECT, *unreadable))


def _by_gmail(
    route: Route, key: str, content: bytes, kind: MailKind = MailKind.ORDINARY, detail: str = ""
) -> SampleMail:
    mail_from, content = roads.by_gmail(route, content)
    return SampleMail(key, mail_from, content, kind, Via.GMAIL, route.mailbox, (), detail)


def _sample(
    key: str,
    made: tuple[str, bytes],
    kind: MailKind = MailKind.ORDINARY,
    *,
    via: Via = Via.DIRECT,
    forwarded_by: str = "",
    marks: tuple[Mark, ...] = (Mark.DIRECT,),
    detail: str = "",
) -> SampleMail:
    mail_from, content = made
    return SampleMail(key, mail_from, content, kind, via, forwarded_by, marks, detail)
