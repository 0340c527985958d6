"""Searches the bodies of messages, which no index may hold since they are sealed: each is opened and read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from live.inbound import choice
from live.inbound.unbroken import in_thread
from live.mail.masking import masked_source
from live.mail.reading import read
from store import audit, inbound
from store.database import Store
from store.folding import folded
from store.inbound_search import Search
from store.vault import Vault

HITS = 1_000
"""More hits than this are no answer; the search ends there and says so."""


@dataclass(frozen=True, slots=True)
class Looked:
    """How far the search has come."""

    looked: int
    total: int
    hits: tuple[choice.Line, ...]

    def words(self) -> str:
        """In one line."""
        return f"{self.looked:,} of {self.total:,} looked at, {len(self.hits):,} found"


async def looked(
    store: Store,
    vault: Vault,
    search: Search,
    ids: Sequence[int],
    words: Sequence[str],
    *,
    reason: str = "",
) -> AsyncGenerator[Looked, None]:
    """Look through the messages of these ids, or all that match, for texts that hold all the words.

    Yields after each page. One audit entry is written for the whole.

    Raises:
        VaultLocked: the bodies cannot be opened. StoreError.
    """
    wanted = [folded(word) or "" for word in words]
    total = await in_thread(_begun, store, search, ids, reason)
    pages = choice.pages(store, search, ids)
    seen, hits = 0, tuple[choice.Line, ...]()
    while lines := await in_thread(next, pages, None):
        hits += await in_thread(_holding, store, vault, lines, wanted)
        seen += len(lines)
        yield Looked(seen, max(total, seen), hits[:HITS])
        if len(hits) >= HITS:
            return


def _begun(store: Store, search: Search, ids: Sequence[int], reason: str) -> int:
    total = choice.many(store, search, ids)
    with store.write() as session:
        detail = f"{total:,} messages" + (f"; {reason}" if reason else "")
        audit.record(session, store.actor, "message bodies searched", detail=detail)
    return total


def _holding(
    store: Store, vault: Vault, lines: Sequence[choice.Line], wanted: Sequence[str]
) -> tuple[choice.Line, ...]:
    by_id = {line.id: line for line in lines}
    found = []
    for message_id, content in inbound.contents(store, vault, list(by_id)):
        line = by_id[message_id]
        text = folded(read(masked_source(content) if line.pci else content).text) or ""
        if all(word in text for word in wanted):
            found.append(line)
    return tuple(found)
