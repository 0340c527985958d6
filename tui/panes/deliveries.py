"""The deliveries to one webhook, or to all: what arrived, what waits, what was given up. Reached from the
Webhooks pane."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import work

from tui import delivery_list, times
from tui.commands import Scope, bindings
from tui.desk import Desk
from tui.panes.paged_pane import PagedPane
from tui.widgets.lines import Line
from tui.widgets.record_list import RecordList
from tui.widgets.records import PAGE, PagedRecords, PageRead

if TYPE_CHECKING:
    from store.deliveries import DeliveryLine, Which
    from store.webhooks import Health
    from tui.delivery_search import Typed

RELOAD_SECONDS = 0.4
"""Between two readings while deliveries go out, at least: hundreds are committed in a second."""
REST = 5
"""Between two readings this many times what the last one took: a search in a million rows takes a second."""
NEWER = 2_000
"""New ones are counted up to here."""
NOTHING = "There is no delivery under the cursor."
NEEDS_ONE = ("open", "replay", "give_up", "mark", "asset", "test")


@dataclass(frozen=True, slots=True)
class Found:
    """What one look at the store brought."""

    which: Which
    total: int
    newer: int
    """Deliveries that came on top of the one that was the newest before."""
    name: str
    health: Health | None


class DeliveriesPane(PagedPane):
    """Newest first, following along while the cursor is on top."""

    SCOPE = Scope.DELIVERIES
    BINDINGS = bindings(Scope.DELIVERIES)
    COLUMNS = delivery_list.COLUMNS
    TAB = "webhooks"
    EMPTY = (
        "Nothing was to be delivered yet.\n\n"
        "Each event that the webhook is told of becomes a line here, with every try. Esc goes back to the "
        "webhooks, where t sends a test, which is listed here too."
    )

    def __init__(self) -> None:
        super().__init__(id="deliveries")
        self.webhook_id: int | None = None
        """Whose deliveries are shown; None: those of all."""
        self._typed: Typed | None = None
        self._found: Found | None = None
        self._unseen = 0
        self._complaint = ""
        self._due = False
        self._took = 0.0

    def make_list(self) -> RecordList[Any]:
        return RecordList(
            self.COLUMNS,
            lambda line: delivery_list.cells(line, times.now()),
            key=lambda line: line.id,
            id="delivery-list",
        )

    async def show_of(self, webhook_id: int | None) -> None:
        """Show the deliveries to this webhook, all of them."""
        self.webhook_id = webhook_id
        self.paged = self._typed = self._found = None
        self.table.marked = set()
        self._unseen, self._complaint = 0, ""
        if self.filter_text:
            await self.set_filter("")
        self.table.focus()

    # --- reading ---

    def store_changed(self) -> None:
        """Read again soon, and once for any number of commits in between."""
        self.stale = True
        if self.display and self.console.desk is not None and not self._due:
            self._read_after(RELOAD_SECONDS)

    def filtered(self) -> None:
        from tui.delivery_search import SearchError, parse

        try:
            self._typed = parse(self.filter_text, times.now()) if self.filter_text.strip() else None
        except SearchError as error:
            self._complain(str(error))
            return
        self._complaint = ""
        self.paged = None
        self.reload()

    def _read_after(self, seconds: float) -> None:
        self._due = True
        self.set_timer(max(seconds, REST * self._took), self._reload_due)

    def _reload_due(self) -> None:
        self._due = False
        if self.display:
            self.stale = False
            self.reload()

    @work(exclusive=True, group="reload", exit_on_error=False, description="read the deliveries")
    async def reload(self) -> None:
        from tui.delivery_search import SearchError

        desk, old = self.console.desk, self.paged
        if desk is None:
            return
        began = time.monotonic()
        top = old.at(0) if old is not None and len(old) else None
        try:
            found = await asyncio.to_thread(_looked, desk, self.webhook_id, self._typed, top)
        except SearchError as error:
            self._complain(str(error))
            return
        cursor = self.table.cursor + found.newer if old is not None and self.table.cursor else 0
        paged: PagedRecords[Any] = PagedRecords(found.total, self.key, self._ask)
        for number in sorted({0, min(cursor, max(0, found.total - 1)) // PAGE}):
            plan = paged.plan(number)
            paged.put(plan, await asyncio.to_thread(_page, desk, found.which, plan))
        self.paged, self._found = paged, found
        self._unseen = self._unseen + found.newer if cursor else 0
        self._took = time.monotonic() - began
        self.table.show(paged, cursor=cursor)
        self.show_empty(not found.total and self._typed is None)
        self._say()

    def read(self, desk: Desk, read: PageRead, words: Sequence[str] = ()) -> list[Any]:
        """A page of what is shown; the words of the filter are in it."""
        assert self._found is not None
        return _page(desk, self._found.which, read)

    def _complain(self, words: str) -> None:
        self._complaint = words
        self.on_record_list_moved()

    def _say(self) -> None:
        found = self._found
        if found is None:
            return
        searched = self._typed is not None
        self.say(
            delivery_list.headline(
                found.name,
                delivery_list.total_words(found.total, searched=searched),
                found.health,
                searched=searched,
                marked=len(self.table.marked),
                unseen=self._unseen,
            )
        )

    def on_record_list_moved(self) -> None:
        if not self.table.cursor and self._unseen:
            self._unseen = 0
            self._say()
        line = self.table.current
        words = f" {self._complaint}" if self._complaint else ""
        self.query_one(".detail", Line).say(
            words or (delivery_list.detail(line, times.now()) if line else "")
        )

    # --- verbs ---

    def refusal(self, verb: str) -> str | None:
        if self.console.desk is None:
            return "The store is still being opened."
        if verb in NEEDS_ONE and self.table.current is None:
            return NOTHING
        if verb == "asset" and self.record.asset_id is None:
            return "This event is about no asset."
        return None

    def _carry_out(self, what: str, name: str, *given: Any) -> None:
        from tui import webhook_verbs

        self.console.carry_out(what, getattr(webhook_verbs, name), *given)

    @property
    def _chosen(self) -> tuple[int, ...]:
        """The marked deliveries, or the one under the cursor."""
        marked: Any = self.table.marked
        return tuple(sorted(marked)) or (self.record.id,)

    def do_open(self) -> None:
        from tui.dialogs.delivery_screen import DeliveryScreen

        assert self.console.desk is not None
        self.app.push_screen(DeliveryScreen(self.console.desk, self.record.id))

    def do_replay(self) -> None:
        self._carry_out("replay", "replay", self._chosen)

    def do_give_up(self) -> None:
        self._carry_out("give up deliveries", "give_up", self._chosen)

    def do_failed(self) -> None:
        self._carry_out("replay the dead letters", "replay_failed", self.webhook_id)

    def do_span(self) -> None:
        self._carry_out("replay a span", "replay_span", self.webhook_id)

    def do_test(self) -> None:
        self._carry_out("test the webhook", "test", self.record.webhook_id)

    def do_asset(self) -> None:
        self.console.open_asset(self.record.asset_id)

    def do_mark(self) -> None:
        self.table.toggle_mark()
        self._say()

    @work(exclusive=True, group="filter", exit_on_error=False, description="show one state")
    async def do_state(self) -> None:
        words = [word for word in self.filter_text.split() if not word.startswith("state:")]
        here = next((word[6:] for word in self.filter_text.split() if word.startswith("state:")), "")
        states = delivery_list.STATES
        state = states[(states.index(here) + 1) % len(states)] if here in states else ""
        await self.set_filter(" ".join([*words, f"state:{state}"] if state else words))
        self.table.focus()

    def do_clear(self) -> None:
        if self.filter_text:
            self.close_filter()
        elif self.table.marked:
            self.table.marked = set()
            self.table.repaint_changed()
            self._say()
        else:
            self.console.show("webhooks")


def _looked(desk: Desk, webhook_id: int | None, typed: Typed | None, top: DeliveryLine | None) -> Found:
    """Blocks for disk. Raises `tui.delivery_search.SearchError`."""
    from dataclasses import replace

    from store import assets, deliveries, webhooks
    from store.deliveries import Which

    which = Which()
    if typed is not None:
        which = typed.resolved(assets.names(desk.store) if typed.asset else {})
    which = replace(which, webhook_id=webhook_id)
    total = deliveries.count(desk.store, which)
    newer = len(deliveries.page(desk.store, which, after=top.id, limit=NEWER)) if top is not None else 0
    endpoint = webhooks.by_id(desk.store, desk.vault, webhook_id) if webhook_id is not None else None
    name = endpoint.name if endpoint else "" if webhook_id is None else "A webhook that was deleted"
    return Found(which, total, newer, name, endpoint.health if endpoint else None)


def _page(desk: Desk, which: Which, read: PageRead) -> list[Any]:
    from store import deliveries

    return deliveries.page(desk.store, which, before=read.before, after=read.after, limit=read.limit)
