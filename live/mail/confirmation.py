"""The mail by which Gmail asks whether a forwarding address may be forwarded to: recognised in any language.

Office 365 asks nothing: there is no such mail of it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from live.mail.addresses import addresses
from live.mail.glance import Glance
from live.mail.heads import LINE_CHARACTERS, Heads, addresses_in
from live.mail.leaves import leaves
from live.mail.mailbox import same_mailbox
from store.inbound_records import NewConfirmation

SENDER = "forwarding-noreply@google.com"
MARKER = "x-google-address-confirmation"
"""The header that these mails have in every language."""

TEXT_CHARACTERS = 32_000
"""What is read of the text: real ones have 2,000, and a forger's should not take long."""
LINK_CHARACTERS = 1_000
"""Real ones have about 200."""

_LINK = re.compile(
    r"https://(?:mail-settings|mail)\.google\.com/mail/(?P<act>vf|uf)-(?P<token>[!#-&(-;=?-\[\]_a-z~]+)"
)
"""The act is the path's own word: `vf-` confirms, `uf-` withdraws. Only octets that a URL may have are taken,
so that no punctuation of another script sticks to it."""

_CODE_IN_SUBJECT = re.compile(r"\(\s*(?:#|n[°ºo]\.?|№)\s*(\d{6,12})\s*\)", re.IGNORECASE)
_CODE_IN_BODY = re.compile(
    r"(?:code|c[oó]digo|kodu?|コード|코드|码|碼)[^\d\n/=]{0,40}?(?<!\d)(\d{6,12})(?!\d)", re.IGNORECASE
)
_HELP_PAGE = "184973"
"""The number of the help page that every such mail refers to; no code."""


def confirmation(
    heads: Heads, look: Glance, content: bytes, *, rcpt_to: str, asset_address: str
) -> NewConfirmation | None:
    """What the request holds, or None for any other mail. Never raises; its DKIM signature is not looked at.

    Args:
        rcpt_to: the forwarding address; "" where it is not known.
        asset_address: the asset's mailbox, which should be the one that asks.
    """
    if look.sender.lower() != SENDER or not _alone(heads.get("from", ())):
        return None
    text = "\n".join(
        html.unescape(leaf.text) if leaf.kind == "text/html" else leaf.text
        for leaf in leaves(content, look)
        if leaf.kind.startswith("text/")
    )[:TEXT_CHARACTERS]
    link, cancel_link = _links(text)
    if MARKER not in heads and not link:
        return None
    requester = _requester(look.subject, text, rcpt_to)
    return NewConfirmation(
        link=link,
        cancel_link=cancel_link,
        code=_code(look.subject, text),
        requester=requester,
        matches=same_mailbox(requester, asset_address),
    )


def _alone(senders: Sequence[str]) -> bool:
    """Two senders would leave open which of them is signed, and which is shown."""
    return len(senders) == 1 and len(addresses(senders[0], 2)) == 1


def _links(text: str) -> tuple[str, str]:
    """The first link that confirms and the first that withdraws, percent-encoding and all."""
    found = {"vf": "", "uf": ""}
    for link in _LINK.finditer(text):
        whole = link[0].rstrip(".,;:!?)]")
        if not found[link["act"]] and len(whole) <= LINK_CHARACTERS:
            found[link["act"]] = whole
    return found["vf"], found["uf"]


def _code(subject: str, text: str) -> str:
    """The code of the old style; "" for the new one, which has none."""
    if found := _CODE_IN_SUBJECT.search(subject):
        return found[1]
    return next((found[1] for found in _CODE_IN_BODY.finditer(text) if found[1] != _HELP_PAGE), "")


def _requester(subject: str, text: str, rcpt_to: str) -> str:
    """The mailbox that asks: the one address of the subject, else the first of the text that can be it."""
    named = {one for one in addresses_in(subject) if not same_mailbox(one, rcpt_to) and not _of_google(one)}
    if len(named) == 1:
        return named.pop()[:LINE_CHARACTERS]
    candidates = (one for one in addresses_in(text) if not same_mailbox(one, rcpt_to) and not _of_google(one))
    return next(candidates, "")[:LINE_CHARACTERS]


def _of_google(address: str) -> bool:
    return address.lower().endswith("@google.com")
