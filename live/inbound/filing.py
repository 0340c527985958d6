"""Turns what arrived into what is kept: looked over, sorted, and, for assets with the PCI check, masked.

Nothing about its content keeps a message from being kept: what cannot be read is marked, and kept as it came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from live.forwarding.news import news_of
from live.inbound.envelope import Arrival
from live.inbound.envelope import Envelope as Envelope
from live.mail.glance import Glance, glance
from live.mail.masking import has_cards, holds_cards, masked
from live.mail.sorting import sorted_mail
from store.addressees import Addressee
from store.addressees import Addressees as Addressees
from store.dkim_selectors import named_in
from store.inbound import NewMessage
from store.inbound_kinds import MailKind, Mark, Via

ENVELOPED = frozenset({"smtp", "lmtp"})
"""Ways on which an envelope comes with the mail; elsewhere its absence tells nothing."""


def messages_of(arrival: Arrival, store_token: str = "") -> Iterator[NewMessage]:
    """One message for each addressee.

    Args:
        store_token: see `filed`.
    """
    look = _look(arrival.content)
    digest = hashlib.sha256(arrival.content).digest()
    for envelope, addressee in arrival.addressed:
        yield _message(envelope, addressee, arrival.content, digest, look, store_token)


def filed(envelope: Envelope, addressee: Addressee, content: bytes, store_token: str = "") -> NewMessage:
    """A message as it is kept; takes about a quarter of a millisecond for 4 KB.

    Args:
        store_token: of this store (see `live.outgoing.mark`), by which its own mail is known when it comes
            back; "": any store's is taken for it.
    """
    return _message(
        envelope, addressee, content, hashlib.sha256(content).digest(), _look(content), store_token
    )


_NOTHING_SEEN = Glance(
    subject="",
    sender="",
    sender_name="",
    recipients="",
    message_id="",
    sent_at=None,
    attachments=(),
    headers=(),
    unreadable=True,
)


def _look(content: bytes) -> Glance:
    try:
        return glance(content)
    except Exception:  # noqa: BLE001  # a fault of ours in reading must not turn customers' mail away for days
        return _NOTHING_SEEN


def _has_cards(look: Glance, content: bytes) -> bool:
    shown = (look.subject, look.sender_name, *look.attachments)
    return any(map(has_cards, shown)) or holds_cards(content)


def _message(
    envelope: Envelope,
    addressee: Addressee,
    content: bytes,
    digest: bytes,
    look: Glance,
    store_token: str,
) -> NewMessage:
    hidden = masked if addressee.pci else str
    try:
        sorting = sorted_mail(
            look,
            content,
            mail_from=envelope.mail_from,
            rcpt_to=envelope.rcpt_to if envelope.source in ENVELOPED else "",
            asset_address=addressee.address,
            store_token=store_token,
        )
        probe = news_of(look, content, sorting, asset_address=addressee.address, store_token=store_token)
        kind, via, forwarded_by, marks = sorting.kind, sorting.via, sorting.forwarded_by, sorting.marks
        detail, confirmation = sorting.detail, sorting.confirmation
    except Exception:  # noqa: BLE001  # as above
        kind, via, forwarded_by, marks = MailKind.ORDINARY, Via.NONE, "", (Mark.UNREADABLE,)
        detail, confirmation, probe = "", None, None
    if look.unreadable and Mark.UNREADABLE not in marks:
        marks = (*marks, Mark.UNREADABLE)
    if addressee.pci and _has_cards(look, content):
        marks = (*marks, Mark.CARDS)
    return NewMessage(
        asset_id=addressee.asset_id,
        received_at=envelope.received_at,
        source=envelope.source,
        mail_from=envelope.mail_from,
        rcpt_to=envelope.rcpt_to,
        peer=envelope.peer,
        content=content,
        digest=digest,
        subject=hidden(look.subject),
        sender=look.sender,
        sender_name=hidden(look.sender_name),
        recipients=look.recipients,
        message_id=look.message_id,
        sent_at=look.sent_at,
        attachments=tuple(map(hidden, look.attachments)),
        kind=kind,
        via=via,
        forwarded_by=forwarded_by,
        marks=marks,
        detail=hidden(detail),
        confirmation=confirmation,
        signed_with=named_in(look.headers, addressee.address),
        probe=probe,
    )
