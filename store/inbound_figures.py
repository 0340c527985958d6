"""Keeps what is known of the log without counting, in the transaction that adds messages: totals, figures of
each asset, times of each span, confirmations."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from store.columns import utc_text
from store.forwarding_states import ForwardingFigures, is_proof
from store.inbound_kinds import Mark, Via
from store.inbound_records import NewMessage
from store.inbound_tables import SPAN_BITS
from store.inbound_texts import CONFIRMATION_TEXT, address, kept

New = Sequence[tuple[int, str, NewMessage]]
"""Messages with their ids and, as texts, the times at which they were received."""

FIGURES = "SELECT first_at, last_at, usual_gap, messages, bytes FROM inbound_states WHERE asset_id = ?"
PUT_FIGURES = """
    INSERT INTO inbound_states (asset_id, first_at, last_at, usual_gap, messages, bytes)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (asset_id) DO UPDATE SET first_at = excluded.first_at, last_at = excluded.last_at,
        usual_gap = excluded.usual_gap, messages = excluded.messages, bytes = excluded.bytes
"""
PUT_SPAN = """
    INSERT INTO inbound_spans (span, earliest, latest) VALUES (?, ?, ?)
    ON CONFLICT (span) DO UPDATE SET earliest = min(earliest, excluded.earliest),
        latest = max(latest, excluded.latest)
"""
PUT_CONFIRMATION = """
    INSERT INTO confirmations (message_id, asset_id, arrived_at, link, cancel_link, code, requester, matches,
                               dkim, dkim_at, done_at, done_by)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, '')
"""
SETTLE = """
    UPDATE confirmations SET done_at = ?
     WHERE asset_id = ? AND done_at IS NULL AND matches AND arrived_at < ?
"""


def add(connection: sqlite3.Connection, new: New) -> None:
    """Count new messages in, and keep what they tell."""
    if not new:
        return
    octets = sum(len(message.content) for _, _, message in new)
    connection.execute(
        "UPDATE inbound_totals SET messages = messages + ?, bytes = bytes + ?", (len(new), octets)
    )
    _add_to_assets(connection, new)
    _add_to_spans(connection, new)
    _add_confirmations(connection, new)
    _settle(connection, new)


def _add_to_assets(connection: sqlite3.Connection, new: New) -> None:
    of_assets: dict[int, list[NewMessage]] = {}
    for _, _, message in new:
        of_assets.setdefault(message.asset_id, []).append(message)
    rows = []
    for asset_id, messages in of_assets.items():
        first, last, gap, count, octets = connection.execute(FIGURES, (asset_id,)).fetchone() or NOTHING
        figures = ForwardingFigures(_time(first), _time(last), gap)
        for message in messages:
            if is_proof(message):
                figures = figures.with_mail(message.received_at)
        count, octets = count + len(messages), octets + sum(len(message.content) for message in messages)
        times = _text(figures.first_at), _text(figures.last_at)
        rows.append((asset_id, *times, figures.usual_gap, count, octets))
    connection.executemany(PUT_FIGURES, rows)


NOTHING = (None, None, 0.0, 0, 0)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(time: datetime | None) -> str | None:
    return utc_text(time) if time else None


def _add_to_spans(connection: sqlite3.Connection, new: New) -> None:
    spans: dict[int, tuple[str, str]] = {}
    for message_id, received, _ in new:
        span = message_id >> SPAN_BITS
        earliest, latest = spans.get(span, (received, received))
        spans[span] = min(earliest, received), max(latest, received)
    connection.executemany(PUT_SPAN, [(span, *times) for span, times in spans.items()])


def _add_confirmations(connection: sqlite3.Connection, new: New) -> None:
    for message_id, received, message in new:
        asked = message.confirmation
        if asked is not None:
            texts = (kept(text, CONFIRMATION_TEXT) for text in (asked.link, asked.cancel_link, asked.code))
            values = (*texts, address(asked.requester), asked.matches, asked.dkim)
            connection.execute(PUT_CONFIRMATION, (message_id, message.asset_id, received, *values))


def _settle(connection: sqlite3.Connection, new: New) -> None:
    """A mail that Gmail forwarded from the asset's own mailbox shows that its request was granted."""
    if connection.execute("SELECT 1 FROM confirmations WHERE done_at IS NULL LIMIT 1").fetchone() is None:
        return
    granted = {
        message.asset_id: received
        for _, received, message in new
        if message.via is Via.GMAIL and is_proof(message) and Mark.MISMATCH not in message.marks
    }
    connection.executemany(SETTLE, [(at, asset_id, at) for asset_id, at in granted.items()])
