"""Lines: the deliveries of one asset to one endpoint, where they are to arrive in order. One of a line waits
for its try, the others are held behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

Execute = Callable[..., Any]
"""Of a connection: statement, values."""

_NEXT = """
    UPDATE deliveries SET state = 'waiting', next_at = ''
     WHERE state = 'held' AND id = (
           SELECT min(id) FROM deliveries WHERE webhook_id = ?1 AND asset_id = ?2 AND done_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM deliveries WHERE webhook_id = ?1 AND asset_id = ?2
                        AND done_at IS NULL AND state = 'waiting')
"""
_LINE_OF = "SELECT webhook_id, asset_id FROM deliveries WHERE id = ?"
_PUT_BACK = """
    UPDATE deliveries SET tries = 0, next_at = '', claimed_by = '', done_at = NULL,
           state = CASE WHEN (SELECT ordered FROM webhooks w WHERE w.id = webhook_id) THEN 'held'
                        ELSE 'waiting' END
     WHERE id IN (SELECT value FROM json_each(?)) AND claimed_by = '' AND EXISTS (
           SELECT 1 FROM outbox o WHERE o.id = outbox_id AND (o.data_key_id IS NULL OR o.sealed IS NOT NULL))
"""
_LINES_OF = """
    SELECT DISTINCT webhook_id, asset_id FROM deliveries WHERE id IN (SELECT value FROM json_each(?))
"""
_KNOWN = """
    SELECT count(*) FROM deliveries WHERE id IN (SELECT value FROM json_each(?)) AND claimed_by = ''
"""


def let_next_go(execute: Execute, delivery_id: int) -> None:
    """The delivery is out of its line: the one behind it is tried."""
    for line in execute(_LINE_OF, (delivery_id,)).fetchall():
        execute(_NEXT, tuple(line))


def let_line_go(execute: Execute, webhook_id: int, asset_id: int) -> None:
    """As `let_next_go`, where the line is known; 5 microseconds."""
    execute(_NEXT, (webhook_id, asset_id))


def put_back(execute: Execute, ids: Sequence[int]) -> int:
    """Begin these anew, each in its line; those under way are left alone, and those whose content is gone.
    Returns how many it were."""
    some = (json.dumps(list(ids)),)
    count = int(execute(_PUT_BACK, some).rowcount)
    for line in execute(_LINES_OF, some).fetchall():
        execute(_NEXT, tuple(line))
    return count


def known(execute: Execute, ids: Sequence[int]) -> int:
    """How many of these there are, but for those under way."""
    return int(execute(_KNOWN, (json.dumps(list(ids)),)).fetchone()[0])
