"""What the tests of the log share: messages to hand over, and a look past the log into the file."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from store import assets, inbound
from store.assets import Asset
from store.database import Store
from store.inbound import Kept, NewConfirmation, NewMessage
from store.inbound_kinds import MailKind, Via
from store.inbound_search import Search, parse
from store.inbound_writer import InboundWriter
from store.log_key import LogSealer
from store.vault import Vault
from tests.store.kit import NOON, fields

GENERATED = "help-desk.abcdefghij@in.example.net"
REQUEST = NewConfirmation(
    "https://mail-settings.example.com/mail/vf-1",
    "https://mail-settings.example.com/mail/uf-1",
    "99427480",
    "Help.Desk@example.com",
    matches=True,
)


def message(number: int = 1, asset_id: int = 1, **more: Any) -> NewMessage:
    """A forwarded mail of a customer, a minute later for each number; its content follows from the number."""
    content = more.get("content", f"Subject: Invoice {number}\r\n\r\nThe sealed text {number}.\r\n".encode())
    given: dict[str, Any] = {
        "asset_id": asset_id,
        "received_at": NOON + timedelta(minutes=number),
        "source": "smtp",
        "mail_from": "help.desk+caf_=x=in.example.net@example.com",
        "rcpt_to": GENERATED,
        "peer": "192.0.2.7",
        "content": content,
        "digest": hashlib.sha256(content).digest(),
        "subject": f"Invoice {number}",
        "sender": "Ann.Ärger@example.org",
        "sender_name": "Ann Ärger",
        "recipients": "help.desk@example.com, second@example.com",
        "message_id": f"<{number}@example.org>",
        "sent_at": NOON,
        "attachments": (),
        "kind": MailKind.ORDINARY,
        "via": Via.GMAIL,
        "forwarded_by": "help.desk@example.com",
        "marks": (),
    }
    return NewMessage(**(given | more))


def asset(store: Store, name: str = "Help desk", **more: Any) -> Asset:
    """An asset to receive for."""
    return assets.create(store, Vault(store), fields(name, **more))


def keep(store: Store, *messages: NewMessage) -> list[Kept]:
    """Write messages in one transaction, by a writer of its own."""
    writer = InboundWriter(store, LogSealer(store))
    try:
        return writer.write(messages)
    finally:
        writer.close()


def ids(store: Store, search: Search | str = "", **more: Any) -> list[int]:
    """The ids of a page, of all matches by default."""
    asked = search if isinstance(search, Search) else parse(search, NOON + timedelta(days=1))
    return [line.id for line in inbound.page(store, asked, **({"limit": 1_000} | more))]


def figures_of(store: Store) -> tuple[Any, ...]:
    """What the log says of itself without counting: totals, and messages and octets of each asset."""
    with store.read() as session:
        connection = session.connection()
        totals = connection.exec_driver_sql("SELECT messages, bytes FROM inbound_totals").all()
        states = connection.exec_driver_sql("SELECT asset_id, messages, bytes FROM inbound_states").all()
    return [tuple(row) for row in totals], {row[0]: (row[1], row[2]) for row in states if row[1]}


def counted(store: Store) -> tuple[Any, ...]:
    """The same, counted."""
    with store.read() as session:
        rows = session.connection().exec_driver_sql("SELECT asset_id, size FROM inbound_messages").all()
    states: dict[int, tuple[int, int]] = {}
    for asset_id, size in rows:
        many, octets = states.get(asset_id, (0, 0))
        states[asset_id] = many + 1, octets + size
    return [(len(rows), sum(size for _, size in rows))], states


def assert_whole(store: Store) -> None:
    """The figures are what there is, every message has a body and every body a message, the search index
    holds what the messages say, and the file is sound."""
    assert figures_of(store) == counted(store)
    with store.write() as session:
        connection = session.connection()
        lonely = "SELECT count(*) FROM inbound_messages m FULL JOIN inbound_bodies b USING (id)"
        where = " WHERE m.uid IS NULL OR b.sealed IS NULL"
        assert connection.exec_driver_sql(lonely + where).scalar() == 0
        # Raises where the index and the messages differ (https://www.sqlite.org/fts5.html, 6.4).
        check = "INSERT INTO inbound_fts (inbound_fts, rank) VALUES ('integrity-check', 1)"
        connection.exec_driver_sql(check)
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
