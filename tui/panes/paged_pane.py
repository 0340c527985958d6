"""A pane over records that are read page by page from the store, newest first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from textual import work

from tui.desk import Desk
from tui.panes.list_pane import ListPane
from tui.widgets.records import PagedRecords, PageRead


class PagedPane(ListPane):
    """Subclasses say how to count and read (both run in a thread) and what to do with what came."""

    paged: PagedRecords[Any] | None = None

    def count(self, desk: Desk, words: Sequence[str]) -> int:
        raise NotImplementedError

    def read(self, desk: Desk, read: PageRead, words: Sequence[str]) -> list[Any]:
        raise NotImplementedError

    def key(self, record: Any) -> int:
        return int(record.id)

    def arranged(self, paged: PagedRecords[Any], more: int) -> None:
        """Show these; `more` is how many rows were added on top since the last time."""
        raise NotImplementedError

    def filtered(self) -> None:
        self.reload()

    @work(exclusive=True, group="reload", exit_on_error=False, description="read the first page")
    async def reload(self) -> None:
        desk = self.console.desk
        if desk is None:
            return
        words = self.filter_text.split()
        total = await asyncio.to_thread(self.count, desk, words)
        paged: PagedRecords[Any] = PagedRecords(total, self.key, self._ask)
        for number in self._pages_seen(total):
            plan = paged.plan(number)
            paged.put(plan, await asyncio.to_thread(self.read, desk, plan, words))
        before = len(self.paged) if self.paged is not None else total
        self.paged = paged
        self.arranged(paged, total - before)

    def _pages_seen(self, total: int) -> list[int]:
        """The first page, and the one that is looked at: read before the old ones are let go, so that nothing
        flickers."""
        from tui.widgets.records import PAGE

        return sorted({0, min(self.table.cursor, max(0, total - 1)) // PAGE})

    def _ask(self, plan: PageRead) -> None:
        self._fetch(plan)

    @work(group="pages", exit_on_error=False, description="read a page")
    async def _fetch(self, plan: PageRead) -> None:
        desk, paged = self.console.desk, self.paged
        if desk is None or paged is None:
            return
        rows = await asyncio.to_thread(self.read, desk, plan, self.filter_text.split())
        if paged is self.paged:
            paged.put(plan, rows)
            self.table.arrived()
