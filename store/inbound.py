"""The log of inbound messages, as lists and screens read it: pages, counts, one message, and what is known of
it besides its content.

Headers lie in columns, the content (compressed and sealed) in a table apart, so that lists stay quick and
need no key. Content is read by way of `store.inbound_bodies`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from store.inbound_bodies import MessageGone as MessageGone
from store.inbound_bodies import audit_name as audit_name
from store.inbound_bodies import contents as contents
from store.inbound_bodies import opened as opened
from store.inbound_query import query
from store.inbound_records import InboundLine as InboundLine
from store.inbound_records import InboundMessage as InboundMessage
from store.inbound_records import Kept as Kept
from store.inbound_records import NewConfirmation as NewConfirmation
from store.inbound_records import NewMessage as NewMessage
from store.inbound_retention import delete as delete
from store.inbound_retention import prune as prune
from store.inbound_search import EVERYTHING, Search
from store.inbound_texts import repeat_key

if TYPE_CHECKING:
    from sqlmodel import Session

    from store.database import Store

LINE = """m.id, m.asset_id, a.name, m.received_at, m.sender, m.sender_name, m.subject, m.kind, m.size,
          m.attachment_count, m.marks, m.repeats, m.via, a.pci_check"""
REST = """m.uid, m.source, m.mail_from, m.rcpt_to, m.peer, m.recipients, m.message_id, m.sent_at,
          m.attachments, m.forwarded_by, m.detail, m.digest"""
AT_ONCE = 500
"""Messages asked for in one statement."""


def page(
    store: Store,
    search: Search = EVERYTHING,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 200,
) -> list[InboundLine]:
    """Matching messages newest first, older than message `before`; or, with `after`, the ones just newer than
    it (newest first too)."""
    with store.read() as session:
        asked = query(session, search)
        if asked.nothing:
            return []
        bound, order = ("{key} > :edge", "ASC") if after is not None else ("{key} < :edge", "DESC")
        edge = after if after is not None else before
        statement = f"""
            SELECT {LINE} FROM {asked.tables(rows=True)} CROSS JOIN assets a ON a.id = m.asset_id
            {asked.where(*([bound] if edge is not None else []))}
             ORDER BY {asked.key} {order} LIMIT :limit
        """  # noqa: S608  # nothing in it is anybody's words
        values = {**asked.values, "edge": edge, "limit": limit}
        rows = session.connection().exec_driver_sql(statement, values).all()
    lines = [InboundLine(*_line(row)) for row in rows]
    return lines[::-1] if after is not None else lines


def _line(row: Sequence[Any]) -> tuple[Any, ...]:
    return (
        *row[:3],
        datetime.fromisoformat(row[3]),
        *row[4:10],
        tuple(row[10].split()),
        *row[11:13],
        bool(row[13]),
    )


TOTAL = "SELECT messages FROM inbound_totals"
OF_ASSET = "SELECT coalesce((SELECT messages FROM inbound_states WHERE asset_id = :asset_id), 0)"


def count(store: Store, search: Search = EVERYTHING, at_most: int | None = None) -> int:
    """How many messages match; counting stops at `at_most`. How many there are of all assets, or of the one
    with `asset_id`, is known without counting."""
    with store.read() as session:
        connection = session.connection()
        if search == Search(asset_id=search.asset_id):
            known = TOTAL if search.asset_id is None else OF_ASSET
            found = int(connection.exec_driver_sql(known, {"asset_id": search.asset_id}).scalar_one())
            return found if at_most is None else min(found, at_most)
        asked = query(session, search)
        if asked.nothing:
            return 0
        statement = f"""
            SELECT count(*) FROM (SELECT 1 FROM {asked.tables(rows=False)} {asked.where()} LIMIT :limit)
        """  # noqa: S608  # nothing in it is anybody's words
        values = {**asked.values, "limit": -1 if at_most is None else at_most}
        return int(connection.exec_driver_sql(statement, values).scalar_one())


def newest_id(store: Store) -> int:
    """The id of the newest message; 0 where there is none."""
    with store.read() as session:
        found = session.connection().exec_driver_sql("SELECT max(id) FROM inbound_messages").scalar_one()
        return int(found or 0)


def message(store: Store, message_id: int) -> InboundMessage | None:
    """One message without its content."""
    return next(iter(messages(store, [message_id])), None)


def messages(store: Store, ids: Iterable[int]) -> list[InboundMessage]:
    """Messages without their content, in the order asked for; those that are gone are left out."""
    found: list[InboundMessage] = []
    with store.read() as session:
        for some in _in_parts(ids):
            rows = {row[0]: row for row in _rows(session, some)}
            found += [_message(rows[one]) for one in some if one in rows]
    return found


def _in_parts(ids: Iterable[int]) -> Iterator[list[int]]:
    remaining = iter(ids)
    while some := list(islice(remaining, AT_ONCE)):
        yield some


def _rows(session: Session, ids: Sequence[int]) -> Sequence[Sequence[Any]]:
    statement = f"""
        SELECT {LINE}, {REST} FROM inbound_messages m JOIN assets a ON a.id = m.asset_id
         WHERE m.id IN (SELECT value FROM json_each(?))
    """  # noqa: S608  # nothing in it is anybody's words
    return session.connection().exec_driver_sql(statement, (json.dumps(ids),)).all()


def _message(row: Sequence[Any]) -> InboundMessage:
    sent_at, names = row[21:23]
    values = (
        *_line(row[:14]),
        *row[14:21],
        datetime.fromisoformat(sent_at) if sent_at else None,
        tuple(names.split("\n")) if row[9] else (),
        *row[23:],
    )
    return InboundMessage(*values)


KNOWN = """
    SELECT m.digest FROM json_each(?) k CROSS JOIN inbound_messages m ON m.repeat_key = k.value
     WHERE m.asset_id = ?
"""


def known(store: Store, asset_id: int, digests: Sequence[bytes]) -> set[bytes]:
    """Those of these digests (SHA-256 of the content) under which a message of the asset is kept."""
    found: set[bytes] = set()
    with store.read() as session:
        for start in range(0, len(digests), AT_ONCE):
            some = digests[start : start + AT_ONCE]
            keys = json.dumps([repeat_key(digest) for digest in some])
            rows = session.connection().exec_driver_sql(KNOWN, (keys, asset_id))
            found |= {row[0] for row in rows} & set(some)
    return found
