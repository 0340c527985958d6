"""Puts mail into the outbox, in the transaction that keeps it in the log."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from store import outbox
from store.columns import utc_text
from store.inbound_kinds import MailKind
from store.log_key import LogSealer
from store.outbox import Interest
from store.outbox_key import OUTBOX_SCHEME, OutboxKeyAbsent
from store.webhook_kinds import Event

if TYPE_CHECKING:
    from store.database import Store
    from store.inbound_records import NewConfirmation, NewMessage

EVENTS = {
    MailKind.ORDINARY: Event.EMAIL_RECEIVED,
    MailKind.AUTOMATIC: Event.EMAIL_RECEIVED,
    MailKind.CONFIRMATION: Event.EMAIL_CONFIRMATION,
    MailKind.BOUNCE: Event.EMAIL_BOUNCED,
}
"""Our own probes, and mail that goes in a circle, are nobody's business."""

ARRIVED = frozenset({"smtp", "lmtp", "platform"})
"""What was imported is old: a receiver would answer letters of last year."""

KeptMail = tuple[int, "NewMessage", bytes]
"""The id in the log, the message, its content compressed."""


class MailOutbox:
    """What `store.inbound_writer.InboundWriter` calls: one for each writer, used by its thread."""

    def __init__(self, store: Store, told: Callable[[], object] = bool) -> None:
        """
        Args:
            told: called after a commit that put something into the outbox: who delivers need not look for it.
        """
        self._store = store
        self._told = told
        self._put_some = False
        self._interest = Interest()
        self._sealer: LogSealer | None = None

    def kept(self, connection: sqlite3.Connection, mails: Sequence[KeptMail]) -> None:
        """Queue what endpoints want of these new messages, in the transaction that keeps them; 5 microseconds
        where there is no endpoint.

        Raises:
            OutboxKeyDamaged, sqlite3.Error: the whole transaction is to be rolled back.
        """
        endpoints = self._interest.read(connection)
        if not endpoints:
            return
        for message_id, message, body in mails:
            event = EVENTS.get(message.kind)
            if event is None or message.source not in ARRIVED:
                continue
            wanting = [one for one in endpoints if one.wants(event, message.asset_id)]
            if wanting:
                self._put(connection, wanting, event, message_id, message, body)

    def done(self) -> None:
        """The transaction was committed."""
        if self._put_some:
            self._put_some = False
            with contextlib.suppress(RuntimeError):  # the loop that would be told is closed already
                self._told()

    def undone(self) -> None:
        """The transaction was rolled back."""
        self._put_some = False
        self._interest.forget()
        if self._sealer is not None:
            self._sealer.forget()

    def _put(
        self,
        connection: sqlite3.Connection,
        wanting: Sequence[outbox.Interested],
        event: Event,
        message_id: int,
        message: NewMessage,
        body: bytes,
    ) -> None:
        sealer = self._sealer
        if sealer is None:
            try:
                sealer = self._sealer = LogSealer(self._store, OUTBOX_SCHEME)
            except OutboxKeyAbsent:  # a webhook without a key was put there by another program
                return
        self._put_some = True
        outbox.put(
            connection,
            wanting,
            event,
            message.asset_id,
            message.received_at,
            described(message_id, message),
            message_id=message_id,
            seal=lambda uid: sealer.seal(connection, uid, body),
        )


def described(message_id: int, message: NewMessage) -> dict[str, Any]:
    """What is known of a message besides its content, as the outbox keeps it."""
    return {
        "message": message_id,
        "received_at": utc_text(message.received_at),
        "source": message.source,
        "mail_from": message.mail_from,
        "rcpt_to": message.rcpt_to,
        "size": len(message.content),
        "kind": message.kind.value,
        "via": message.via.value,
        "forwarded_by": message.forwarded_by,
        "marks": [mark.value for mark in message.marks],
        "detail": message.detail,
        "confirmation": _confirmation(message.confirmation),
    }


def _confirmation(found: NewConfirmation | None) -> dict[str, Any] | None:
    if found is None:
        return None
    names = ("link", "cancel_link", "code", "requester", "matches")
    return {name: getattr(found, name) for name in names}
