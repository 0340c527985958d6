"""The ways on which mail comes to a forwarding address, with the traits that each of them leaves."""

from __future__ import annotations

from live.rehearsal.sample_mail.letters import letter
from live.rehearsal.sample_mail.writing import Fields, Route, under

TENANT = "7d0c1c4e-3a52-4c0e-9a63-000000000001"
_SEAL = "i=1; a=rsa-sha256; t=1795512600; cv=none; d={domain}; s=arc-sample; b=c2FtcGxl"
_GOOGLE = (
    "by 2002:a05:6000:1234:b0:3a1:abcd:ef01 with SMTP id a1csp12345wrb; Tue, 24 Nov 2026 01:30:00 -0800 (PST)"
)


def caf(route: Route) -> str:
    """The envelope sender by which Gmail forwards: it names the mailbox and the target."""
    local, _, domain = route.mailbox.partition("@")
    return f"{local}+caf_={route.target.replace('@', '=')}@{domain}"


def srs(route: Route) -> str:
    """The envelope sender by which Exchange forwards: it names the mailbox and the writer."""
    local, _, domain = route.mailbox.partition("@")
    writer, _, origin = route.customer.partition("@")
    return f"{local}+SRS=kXyZ1=ZA={origin}={writer}@{domain}"


def nameless_srs() -> str:
    """The same as Exchange writes it for mail without a sender domain of its own: it names nobody."""
    return "bounces+SRS=kXyZ1=ZA@contoso.onmicrosoft.example.com"


def by_gmail(route: Route, content: bytes) -> tuple[str, bytes]:
    """(envelope sender, content) of a mail that a Gmail mailbox forwards."""
    return caf(route), under(
        [
            ("Received", _GOOGLE),
            ("X-Received", _GOOGLE),
            ("X-Forwarded-To", route.target),
            ("X-Forwarded-For", f"{route.mailbox} {route.target}"),
            ("Delivered-To", route.mailbox),
            ("ARC-Seal", _SEAL.format(domain="google.com")),
            ("ARC-Authentication-Results", "i=1; mx.google.com; dkim=pass header.i=@example.net"),
            ("X-Gm-Message-State", "AOJu0YzSample"),
        ],
        content,
    )


def by_exchange(route: Route, content: bytes, *, folded: bool = False) -> tuple[str, bytes]:
    """Forwarded by mailbox forwarding of Exchange (ForwardingSmtpAddress)."""
    edge = "\r\n\t" if folded else ""
    loop = f"{route.mailbox};{edge}{TENANT}"
    return srs(route), under([*_exchange(), ("X-MS-Exchange-ForwardingLoop", loop)], content)


def by_exchange_unnamed(route: Route, content: bytes) -> tuple[str, bytes]:
    """The variant in which neither the header nor the envelope names the mailbox."""
    loop = ("X-MS-Exchange-ForwardingLoop", "ForwardingHandled;2109ce83")
    return nameless_srs(), under([*_exchange(), loop], content)


def by_redirect(route: Route, content: bytes) -> tuple[str, bytes]:
    """Forwarded by an inbox rule of Exchange that redirects."""
    rule: Fields = [("X-MS-Exchange-Inbox-Rules-Loop", route.mailbox), ("Resent-From", f"<{route.mailbox}>")]
    return srs(route), under([*_exchange(), *rule], content)


def by_rule_forward(route: Route) -> tuple[str, bytes]:
    """By an inbox rule that forwards: a new mail of the mailbox, the writer is in the text only."""
    text = f"From: Robin Example <{route.customer}>\nSubject: Order {route.number}\n\nThe lamp is broken.\n"
    rule = ("X-MS-Exchange-Inbox-Rules-Loop", route.mailbox)
    sender = f"Support <{route.mailbox}>"
    return route.mailbox, letter(
        route, f"FW: Order {route.number}", text, sender=sender, to=route.target, more=[*_exchange(), rule]
    )


def by_alias(route: Route, content: bytes) -> tuple[str, bytes]:
    """By an alias of a mail server of one's own: only the servers' lines tell that it was at the mailbox."""
    return route.customer, under(
        [
            ("Delivered-To", route.mailbox),
            (
                "Received",
                "from mail.example.net (mail.example.net [192.0.2.10])\r\n\tby mx.example.com (Postfix) "
                f"with ESMTPS id 4Zx1\r\n\tfor <{route.mailbox}>; {route.date}",
            ),
        ],
        content,
    )


def by_sieve(route: Route, content: bytes) -> tuple[str, bytes]:
    """By a Sieve script that redirects."""
    return route.customer, under([("X-Sieve-Redirected-From", route.mailbox)], content)


def direct(route: Route, content: bytes) -> tuple[str, bytes]:
    """Written straight to the secret address."""
    received = f"from mail.example.net by mx.in.example.com for <{route.target}>; {route.date}"
    return route.customer, under([("Received", received)], content)


def _exchange() -> list[tuple[str, str | bytes]]:
    return [
        ("ARC-Seal", _SEAL.format(domain="microsoft.com")),
        ("X-OriginatorOrg", "example.com"),
        ("X-MS-Exchange-CrossTenant-Id", TENANT),
        ("X-MS-Exchange-Transport-CrossTenantHeadersStamped", "AM0PR01MB0001"),
    ]
