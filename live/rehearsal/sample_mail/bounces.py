"""Reports of mail servers that a mail was not delivered, not yet, or was: by form, and as plain text."""

from __future__ import annotations

from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.writing import Fields, Route, message_id, multipart, written

LOST = "nobody@example.org"
EXCHANGE = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"


def delivery_report(
    route: Route,
    *,
    sender: str = "Mail Delivery System <MAILER-DAEMON@mx.example.com>",
    subject: str = "Undelivered Mail Returned to Sender",
    status: str = "5.1.1",
    action: str = "failed",
    recipients: tuple[str, ...] = (LOST,),
    original: str = "",
    more: Fields = (("Auto-Submitted", "auto-replied"),),
    report_type: str = "delivery-status",
    outer: str = "report",
) -> bytes:
    """A report by the form of RFC 3464, with the mail that it is about.

    Args:
        original: the recipient as it was written to, in the form of RFC 3461; "": not told.
        more: further headers.
        outer: the subtype of the whole.
    """
    told = written(
        [("Content-Type", "text/plain; charset=us-ascii")], "Your message could not be delivered.\n"
    )
    groups = ["Reporting-MTA: dns; mx.example.com\n"]
    for recipient in recipients:
        first = f"Original-Recipient: {original}\n" if original else ""
        groups.append(
            f"{first}Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n"
            f"Diagnostic-Code: smtp; 550 {status} <{recipient}>:\n    Recipient address rejected\n"
        )
    status_part = written([("Content-Type", "message/delivery-status")], "\n".join(groups))
    returned = written(
        [("Content-Type", "message/rfc822")],
        letter(route, sender=f"Support <{route.mailbox}>", to=recipients[0]),
    )
    settings = {"report_type": report_type} if outer == "report" else {}
    content_type, body = multipart(outer, [told, status_part, returned], "=_bounce_=", **settings)
    return written([*_head(route, sender, subject, "bounce"), *more, ("Content-Type", content_type)], body)


def exchange_report(route: Route) -> bytes:
    """As Exchange Online writes it: without Auto-Submitted."""
    return delivery_report(
        route,
        sender=f"Microsoft Outlook <{EXCHANGE}@example.com>",
        subject="Undeliverable: your order",
        status="5.1.10",
        original=f"rfc822;{LOST}",
        more=[("X-MS-Exchange-Message-Is-Ndr", ""), ("Content-Language", "en-GB")],
    )


def gmail_report(route: Route) -> bytes:
    """As Gmail writes it: the recipient in a header too."""
    return delivery_report(
        route,
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.example.com>",
        subject="Delivery Status Notification (Failure)",
        more=[("Auto-Submitted", "auto-replied"), ("X-Failed-Recipients", LOST)],
    )


def qmail_text(route: Route) -> bytes:
    """As qmail writes it: text alone."""
    text = (
        "Hi. This is the qmail-send program at mail.example.org.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{LOST}>:\n192.0.2.25 does not like recipient.\n"
        "Remote host said: 550 5.1.1 no such person here\nGiving up on 192.0.2.25.\n\n"
        f"--- Below this line is a copy of the message.\n\nTo: someone-else@example.org\nStatus 5.9.9\n"
    )
    return _text(route, "MAILER-DAEMON@mail.example.org", "failure notice", text)


def exim_text(route: Route) -> bytes:
    """As Exim writes it: text, and the recipient in a header."""
    text = (
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its recipients.\n"
        f"  {LOST}\n    host mx.example.org [192.0.2.26]\n"
        "    SMTP error from remote mail server after RCPT TO:\n    552 5.2.2 mailbox full\n"
    )
    failed: Fields = [("X-Failed-Recipients", LOST), ("Auto-Submitted", "auto-replied")]
    return _text(
        route, "Mail Delivery System <Mailer-Daemon@mx.example.org>", "Mail delivery failed", text, failed
    )


def bare_text(route: Route) -> bytes:
    """A bounce that says nothing of use."""
    return _text(route, "MAILER-DAEMON", "Returned mail", "Your mail could not be delivered.\n")


def postmaster_text(route: Route) -> bytes:
    """A gateway's bounce in the postmaster's name."""
    text = f"Delivery has failed to these recipients:\n\n{LOST}\n\n#550 5.4.1 Recipient address rejected ##\n"
    return _text(route, "postmaster@gateway.example.org", "Undeliverable mail", text)


def postmaster_letter(route: Route) -> bytes:
    """What a postmaster writes as a person: no bounce."""
    text = "Dear all,\n\nthe mail server is down for repairs on Sunday.\n"
    return _text(route, "Postmaster <postmaster@example.org>", "Repairs on Sunday", text)


def _text(route: Route, sender: str, subject: str, text: str, more: Fields = ()) -> bytes:
    head = _head(route, sender, subject, "text-bounce")
    return written([*head, *more, ("Content-Type", "text/plain; charset=us-ascii")], text)


def _head(route: Route, sender: str, subject: str, what: str) -> list[tuple[str, str | bytes]]:
    return [
        ("From", sender),
        ("To", route.mailbox),
        ("Subject", subject),
        ("Date", route.date),
        ("Message-ID", message_id(route, what)),
        ("MIME-Version", "1.0"),
    ]
