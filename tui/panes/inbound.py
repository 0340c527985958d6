"""The Inbound pane: did that mail arrive, and what was in it?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from textual import work

from tui import inbound_list, times
from tui.commands import Scope, bindings
from tui.desk import Desk
from tui.panes.paged_pane import PagedPane
from tui.widgets.lines import Line
from tui.widgets.record_list import RecordList
from tui.widgets.records import PAGE, ListRecords, PagedRecords, PageRead

if TYPE_CHECKING:
    from store.forwarding_states import ForwardingState
    from store.inbound import InboundLine
    from store.inbound_search import Search

QUICK_COUNT = 2_000
"""Matches counted before the first page is shown; all of a million are counted after it."""
RELOAD_SECONDS = 1.0
"""Mail may come hundreds of times a second; nobody reads a list that moves faster than this."""
KINDS = ("", *inbound_list.KINDS)
NOTHING = "There is no message under the cursor."


@dataclass(frozen=True, slots=True)
class Found:
    """What one look at the store brought."""

    total: int
    exact: bool
    newer: int
    """Messages that came on top of the one that was the newest before."""
    states: tuple[ForwardingState, ...]
    awaiting: int
    """Confirmations that are open."""
    awaited_by: int = 0
    """Assets that they are of."""


class InboundPane(PagedPane):
    """Newest first, following along while the cursor is on top; a search narrows it while one types."""

    SCOPE = Scope.INBOUND
    BINDINGS = bindings(Scope.INBOUND)
    COLUMNS = inbound_list.COLUMNS
    EMPTY = (
        "No mail has come in yet.\n\n"
        "Each asset has a forwarding address (c on the Assets pane copies it). Let the mailbox forward "
        "to it: the provider's request to confirm arrives here, and then every mail, sealed.\n"
        "The receiver runs in `postroom agent`; the line on top says whether one is at work."
    )

    def __init__(self) -> None:
        super().__init__(id="inbound")
        self._search: Search | None = None
        self._found = Found(0, True, 0, (), 0)
        self._unseen = 0
        self._complaint = ""
        self._due = False
        self._hits: inbound_list.Hits | None = None
        """What is shown instead of the whole list."""

    def make_list(self) -> RecordList[Any]:
        return RecordList(
            self.COLUMNS,
            lambda line: inbound_list.cells(line, times.now()),
            key=lambda line: line.id,
            id="inbound-list",
        )

    def store_changed(self) -> None:
        """Read again soon, and once for any number of commits in between."""
        self.stale = True
        if self.display and self.console.desk is not None and not self._due and self._hits is None:
            self._due = True
            if self.paged is None:
                self._reload_due()
            else:
                self.set_timer(RELOAD_SECONDS, self._reload_due)

    def show_hits(self, words: str, hits: Sequence[InboundLine]) -> None:
        """Show these messages alone, until Escape; what is being read of the whole list is let go."""
        self._hits = inbound_list.Hits(words, hits)
        for group in ("reload", "count"):
            self.workers.cancel_group(self, group)
        self.table.show(ListRecords(hits), cursor=0)
        self._say()

    def deleted(self, ids: Sequence[int]) -> None:
        """These messages are gone: what stays in front does not go on showing them."""
        self.table.marked -= set(ids)
        if self._hits is not None:
            self._hits = inbound_list.Hits(
                self._hits.words, [one for one in self._hits.lines if one.id not in set(ids)]
            )
            self.table.show(ListRecords(self._hits.lines))
            self._say()

    def _reload_due(self) -> None:
        self._due = False
        if self.display and self._hits is None:
            self.stale = False
            self.reload()

    def filtered(self) -> None:
        from store.inbound_search import SearchError, parse

        try:
            self._search = parse(self.filter_text, times.now()) if self.filter_text.strip() else None
        except SearchError as error:
            self._complaint = str(error)
            self.on_record_list_moved()
            return
        self._complaint, self._hits = "", None
        self.paged = None
        self.reload()

    @work(exclusive=True, group="reload", exit_on_error=False, description="read the inbound messages")
    async def reload(self) -> None:
        desk, search, old = self.console.desk, self._search, self.paged
        if desk is None or self._hits is not None:
            return
        top = old.at(0) if old is not None and len(old) else None
        found = await asyncio.to_thread(_looked, desk, search, top.id if top else None)
        paged: PagedRecords[Any] = PagedRecords(found.total, self.key, self._ask, whole=found.exact)
        cursor = 0 if old is None else self._cursor_after(found.newer)
        for number in sorted({0, min(cursor, max(0, found.total - 1)) // PAGE}):
            plan = paged.plan(number)
            paged.put(plan, await asyncio.to_thread(self.read, desk, plan))
        self.paged, self._found = paged, found
        self._unseen = self._unseen + found.newer if cursor else 0
        self.table.show(paged, cursor=cursor)
        self.show_empty(not found.total and search is None)
        self._say()
        if not found.exact:
            self._count_all(desk, search, paged)

    def _cursor_after(self, newer: int) -> int:
        """On top it follows the newest; elsewhere it stays on its message."""
        return self.table.cursor + newer if self.table.cursor else 0

    @work(exclusive=True, group="count", exit_on_error=False, description="count the matches")
    async def _count_all(self, desk: Desk, search: Search | None, paged: PagedRecords[Any]) -> None:
        from store import inbound

        total = await asyncio.to_thread(inbound.count, desk.store, search or _everything())
        if paged is self.paged:
            paged.grow(total)
            found = self._found
            self._found = replace(found, total=total, exact=True, newer=0)
            self.table.show(paged)
            self._say()

    def read(self, desk: Desk, read: PageRead, words: Sequence[str] = ()) -> list[Any]:
        """A page of what the search finds; the words of the filter are in it."""
        from store import inbound

        search = self._search or _everything()
        return inbound.page(desk.store, search, before=read.before, after=read.after, limit=read.limit)

    def _say(self) -> None:
        found, searched = self._found, self._search is not None
        total = inbound_list.total_words(found.total, searched=searched, more=not found.exact)
        words = inbound_list.headline(
            found.states,
            found.awaiting,
            self._unseen,
            total,
            searched=searched,
            awaited_by=found.awaited_by,
        )
        if self._hits is not None:
            words = self._hits.headline()
        if self.table.marked:
            words = f"{len(self.table.marked):,} marked · {words}"
        self.say(words)

    def on_record_list_moved(self) -> None:
        if not self.table.cursor and self._unseen:
            self._unseen = 0
            self._say()
        line = self.table.current
        words = self._complaint or (inbound_list.detail(line) if line else "")
        self.query_one(".detail", Line).say(words)

    def refusal(self, verb: str) -> str | None:
        if self.console.desk is None:
            return "The store is still being opened."
        if verb in ("open", "asset", "mark", "delete") and self.table.current is None:
            return NOTHING
        if verb in ("export", "bodies") and not self._found.total:
            return "There is no message to look at."
        if verb == "card" and not self._found.awaiting and not self._on_confirmation():
            return "No confirmation is waiting; one shows up here when a provider asks for it."
        return None

    def _on_confirmation(self) -> bool:
        line = self.table.current
        return line is not None and line.kind == "confirmation"

    @property
    def chosen(self) -> tuple[tuple[int, ...], Search]:
        """The marked messages, else the hits in bodies, and the search whose matches are shown."""
        hits = [line.id for line in self._hits.lines] if self._hits is not None else []
        return self._marked or tuple(hits), self._search or _everything()

    @property
    def _marked(self) -> tuple[int, ...]:
        return tuple(sorted(self.table.marked))  # type: ignore[arg-type]  # ids, see `make_list`

    def do_open(self) -> None:
        from tui import inbound_verbs

        self.console.carry_out("open the message", inbound_verbs.read, self.record.id)

    def do_card(self) -> None:
        from tui import inbound_verbs

        at = self.record.id if self._on_confirmation() else None
        self.console.carry_out("show the confirmation", inbound_verbs.card, at)

    def do_bodies(self) -> None:
        from tui import inbound_verbs

        self.console.carry_out("search the bodies", inbound_verbs.search_bodies, *self.chosen)

    def do_export(self) -> None:
        from tui import inbound_verbs

        self.console.carry_out("export the messages", inbound_verbs.export, *self.chosen)

    def do_delete(self) -> None:
        from tui import inbound_verbs

        ids = self._marked or (self.record.id,)
        self.console.carry_out("delete the messages", inbound_verbs.delete, ids)

    def do_asset(self) -> None:
        self.console.open_asset(self.record.asset_id)

    @work(exclusive=True, group="filter", exit_on_error=False, description="show one kind")
    async def do_kind(self) -> None:
        words = [word for word in self.filter_text.split() if not word.startswith("kind:")]
        here = next((w[5:] for w in self.filter_text.split() if w.startswith("kind:")), "")
        kind = KINDS[(KINDS.index(here) + 1) % len(KINDS)] if here in KINDS else ""
        await self.set_filter(" ".join([*words, f"kind:{kind}"] if kind else words))
        self.table.focus()

    def do_mark(self) -> None:
        self.table.toggle_mark()
        self._say()

    def do_clear(self) -> None:
        if self._hits is not None:
            self._hits = self.paged = None
            self.reload()
        elif self.filter_text:
            self.close_filter()
        elif self.table.marked:
            self.table.marked = set()
            self.table.repaint_changed()
            self._say()
        else:
            self.console.show("assets")


def _everything() -> Search:
    from store.inbound_search import Search

    return Search()


def _looked(desk: Desk, search: Search | None, top: int | None) -> Found:
    from store import confirmations, forwarding_states, inbound

    asked = search or _everything()
    total = inbound.count(desk.store, asked, at_most=None if search is None else QUICK_COUNT)
    newer = len(inbound.page(desk.store, asked, after=top, limit=QUICK_COUNT)) if top is not None else 0
    states = tuple(forwarding_states.states(desk.store, times.now()).values())
    waiting = confirmations.confirmations(desk.store, open_only=True)
    of = len({one.asset_id for one in waiting})
    return Found(total, search is None or total < QUICK_COUNT, newer, states, len(waiting), of)
