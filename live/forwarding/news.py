"""What arriving mail says of our probes: the way of one that has come, and why one was returned."""

from __future__ import annotations

import re
from collections.abc import Sequence

from live.mail import own_headers, probe_tokens
from live.mail.glance import Glance
from live.mail.hops import hops
from live.mail.leaves import leaves
from live.mail.mailbox import same_mailbox
from live.mail.sorting import Sorted
from store.inbound_kinds import MailKind
from store.probes import PathHop, ProbeNews

REASON_CHARACTERS = 1_500
TEXT_CHARACTERS = 64_000
"""What is looked at of each part of a bounce."""
MAILBOX, FORWARD = "mailbox", "forward"
"""The parts of the way: up to the mailbox, and from there on."""

_HEADER = re.compile(rf"^{own_headers.PROBE}[ \t]*:[ \t]*([a-z2-7]{{1,40}})", re.IGNORECASE | re.MULTILINE)
_REASON = re.compile(
    r"^Diagnostic-Code[ \t]*:[ \t]*(?:[A-Za-z0-9-]{1,40}[ \t]*;[ \t]*)?"
    r"(.{1,1000}(?:\r?\n[ \t].{1,1000}){0,8})",
    re.IGNORECASE | re.MULTILINE,
)
_REPLY = re.compile(r"[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}.{0,500}")
_FOR = re.compile(r"\sfor\s+<?([^\s<>;]{1,320})", re.IGNORECASE)
_FORWARDERS = frozenset(
    (
        "x-forwarded-to",
        "x-forwarded-for",
        "x-ms-exchange-forwardingloop",
        "x-sieve-redirected-from",
        "resent-from",
    )
)
"""What a forwarding server writes on top of all that was there before: servers above it came later."""


def news_of(
    look: Glance, content: bytes, found: Sorted, *, asset_address: str, store_token: str
) -> ProbeNews | None:
    """What a message says of one of our probes; None for nearly all. Never raises, whatever the bytes.

    Args:
        found: how the same content was sorted.
    """
    if found.kind is MailKind.PROBE and probe_tokens.TOKEN.match(found.detail):
        return ProbeNews(found.detail, way(look.headers, asset_address))
    if found.kind is MailKind.BOUNCE and not found.detail.endswith("(delayed)"):
        return _returned(look, content, found.detail, store_token)
    return None


def way(headers: Sequence[tuple[str, str]], asset_address: str) -> tuple[PathHop, ...]:
    """The servers on the way, the earliest first, each with its part of it.

    The forwarding lies above the last server that took the mail for the mailbox itself, and above whatever
    forwarders write; where neither tells, all were before it.
    """
    last_before = -1
    marks: list[int] = []
    number = sum(name.lower() == "received" for name, _ in headers)
    for name, value in headers:  # the latest first
        key = name.lower()
        if key == "received":
            number -= 1
            taken = _FOR.search(value[:2_000])
            if taken and same_mailbox(taken[1], asset_address):
                last_before = max(last_before, number)
        elif key in _FORWARDERS:
            marks.append(number)  # so many servers are below this header
    found = hops(headers)
    begins = max(*marks, last_before + 1, 0) or len(found)
    return tuple(
        PathHop(hop.words, hop.at, MAILBOX if place < begins else FORWARD) for place, hop in enumerate(found)
    )


def _returned(look: Glance, content: bytes, detail: str, store_token: str) -> ProbeNews | None:
    """A bounce of a probe: it gives the probe back, or at least its subject."""
    token = probe_tokens.written_in(look.subject, store_token)
    reason = reply = ""
    for leaf in leaves(content, look):
        text = leaf.text[:TEXT_CHARACTERS]
        if not token:
            header = _HEADER.search(text)
            token = header[1] if header and probe_tokens.is_own(header[1], store_token) else ""
            token = token or probe_tokens.written_in(text, store_token)
        if not reason and (told := _REASON.search(text)):
            reason = told[1]
        if not reply and (said := _REPLY.search(text)):
            reply = said[0]
    words = " ".join((reason or reply or detail or "returned without a reason").split())
    if reply and reply not in words and not _REPLY.search(words):
        words = f"{words} {reply}"
    return ProbeNews(token, returned=words[:REASON_CHARACTERS]) if token else None
