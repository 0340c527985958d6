"""How a mail came to the forwarding address, and by which mailbox, as the traits that forwarders leave tell.

All of them can be forged by whoever knows the secret address: they inform, and never route.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from live.mail.glance import Glance
from live.mail.heads import (
    VALUE_CHARACTERS,
    Heads,
    first,
    first_address,
)
from live.mail.mailbox import ADDRESS_CHARACTERS, same_mailbox
from store.inbound_kinds import Via

VALUES = 20
"""What is looked at of a header that is there many times; nobody forwards that often."""

_CAF = "+caf_="
_SRS = re.compile(
    r"(?P<local>[^@]{1,256}?)\+SRS=[^=@]{1,64}=[^=@]{1,64}(?P<origin>=[^@]{1,256})?@", re.IGNORECASE
)
_SRS_ELSEWHERE = re.compile(r"SRS[01][=+-]", re.IGNORECASE)
_FORWARDED_SUBJECT = re.compile(
    r"\s*(?:fw|fwd|wg|tr|rv|enc|i|doorst|vs|vb|vl|pd|ynt|转发|轉寄|転送)\s*[:：]", re.IGNORECASE
)
"""What Outlook, in the languages it is used in, puts before the subject of a mail that a rule forwards."""
_FOR = re.compile(r"\sfor\s+<?([^\s<>;]{1,320})", re.IGNORECASE)
"""For whom a server took the mail (RFC 5321, 4.4)."""


class Road(NamedTuple):
    """How a mail was forwarded, and by which mailbox ("" where the traits do not say)."""

    via: Via
    mailbox: str


def road(heads: Heads, look: Glance, *, mail_from: str, rcpt_to: str, asset_address: str) -> Road:
    """The way a mail came. Never raises.

    A mail may have been forwarded more than once, by mailboxes of the writer's side too: if one of the roads
    starts at the asset's mailbox, it is that one, else the first in the order of what the traits are worth.

    Args:
        mail_from: envelope sender, "" for the null sender.
        rcpt_to: the forwarding address; "" where no envelope is known, as of imported mail.
        asset_address: the asset's mailbox.
    """
    best: Road | None = None
    for one in _roads(heads, mail_from):
        if one.mailbox and same_mailbox(one.mailbox, asset_address):
            return one
        if best is None or (not best.mailbox and best.via is one.via):
            best = one
    if best is not None:
        return best
    return _rule_forward(heads, look, asset_address) or _chain(heads, asset_address) or _no_road(rcpt_to)


def _roads(heads: Heads, mail_from: str) -> Iterator[Road]:
    """The roads that the traits tell of, those of most worth first."""
    if "x-ms-exchange-forwardingloop" in heads:
        for value in heads["x-ms-exchange-forwardingloop"][:VALUES]:
            yield Road(Via.EXCHANGE, first_address(value))
    if "x-forwarded-for" in heads:
        via = Via.GMAIL if _by_google(heads, mail_from) else Via.OTHER
        for value in heads["x-forwarded-for"][:VALUES]:
            # Proxies of the web use the name too, for addresses of machines.
            if mailbox := first_address(value):
                yield Road(via, mailbox)
    if "resent-from" in heads:
        # The rule header alone is no sign: answers that a rule makes carry it too.
        via = Via.INBOX_RULE if "x-ms-exchange-inbox-rules-loop" in heads else Via.OTHER
        for value in heads["resent-from"][:VALUES]:
            if mailbox := first_address(value):
                yield Road(via, mailbox)
    if "x-sieve-redirected-from" in heads and (
        mailbox := first_address(first(heads, "x-sieve-redirected-from"))
    ):
        yield Road(Via.OTHER, mailbox)
    if found := _envelope(mail_from):
        yield found


def _by_google(heads: Heads, mail_from: str) -> bool:
    if _CAF in mail_from or "x-gm-message-state" in heads or "x-received" in heads:
        return True
    return any("d=google.com" in value for value in heads.get("arc-seal", ())[:VALUES])


def _envelope(mail_from: str) -> Road | None:
    """What the envelope sender tells: `support+caf_=target=in.example.com@example.com`, or an SRS address."""
    if "+" not in mail_from and "SRS" not in mail_from:
        return None
    mail_from = mail_from[:VALUE_CHARACTERS]
    local, _, domain = mail_from.rpartition("@")
    before, caf, _ = local.partition(_CAF)
    if caf and before and domain:
        return Road(Via.GMAIL, f"{before}@{domain}"[:ADDRESS_CHARACTERS])
    if srs := _SRS.match(mail_from):
        # "bounces+SRS=hash=day@tenant.onmicrosoft.com" names nobody.
        named = srs["origin"] is not None
        return Road(Via.EXCHANGE, f"{srs['local']}@{domain}"[:ADDRESS_CHARACTERS] if named else "")
    return Road(Via.OTHER, "") if _SRS_ELSEWHERE.match(local) else None


def _rule_forward(heads: Heads, look: Glance, asset_address: str) -> Road | None:
    """By an inbox rule that "forwards" instead of redirecting: a new mail of the mailbox, "FW: ..."."""
    if not _FORWARDED_SUBJECT.match(look.subject):
        return None
    by_rule = first_address(first(heads, "x-ms-exchange-inbox-rules-loop"))
    if same_mailbox(look.sender, asset_address) or (by_rule and same_mailbox(look.sender, by_rule)):
        return Road(Via.INBOX_RULE, look.sender)
    return None


def _chain(heads: Heads, asset_address: str) -> Road | None:
    """Where servers tell that the mail was at the asset's mailbox, it was forwarded without other traits."""
    for name in ("delivered-to", "x-original-to"):
        for value in heads.get(name, ())[:VALUES]:
            if same_mailbox(first_address(value), asset_address):
                return Road(Via.OTHER, asset_address)
    for value in heads.get("received", ())[:VALUES]:
        taken = _FOR.search(value, 0, VALUE_CHARACTERS)
        if taken and same_mailbox(taken[1], asset_address):
            return Road(Via.OTHER, asset_address)
    return None


def _no_road(rcpt_to: str) -> Road:
    return Road(Via.DIRECT if rcpt_to else Via.NONE, "")
