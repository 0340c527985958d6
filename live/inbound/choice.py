"""The messages that a person chose: the marked ones, or all that a search finds, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from store import inbound
from store.database import Store
from store.inbound import InboundLine, InboundMessage
from store.inbound_search import Search

Line = InboundLine | InboundMessage
"""Both say what a list shows of a message."""

PAGE = 200
"""Messages taken at a time: their bodies lie in memory together."""


def pages(store: Store, search: Search, ids: Sequence[int] = ()) -> Iterator[Sequence[Line]]:
    """The lines of these ids, or, without ids, of all that match; newest first."""
    if ids:
        ordered = sorted(ids, reverse=True)
        for start in range(0, len(ordered), PAGE):
            yield inbound.messages(store, ordered[start : start + PAGE])
        return
    before = None
    while lines := inbound.page(store, search, before=before, limit=PAGE):
        yield lines
        before = lines[-1].id


def many(store: Store, search: Search, ids: Sequence[int] = ()) -> int:
    """How many messages that is."""
    return len(ids) or inbound.count(store, search)
