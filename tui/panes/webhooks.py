"""The Webhooks pane: who is told what, does it arrive, and what waits?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import ComposeResult

from tui import clipboard, times, webhook_list
from tui.commands import Scope, bindings
from tui.desk import Desk
from tui.panes.list_pane import ListPane
from tui.widgets.record_list import RecordList
from tui.widgets.records import ListRecords
from tui.widgets.text_view import TextLine, TextView

if TYPE_CHECKING:
    from store.webhooks import Endpoint

NOTHING = "There is no webhook under the cursor; n sets one up."
LEAST_ROWS = 4
OPEN_TO_ALL = ("new", "filter", "clear", "all")


class WebhooksPane(ListPane):
    """There are few webhooks, so all are in memory; below the list is what is known of the one under the
    cursor."""

    SCOPE = Scope.WEBHOOKS
    BINDINGS = bindings(Scope.WEBHOOKS)
    COLUMNS = webhook_list.COLUMNS
    EMPTY = (
        "No webhooks yet.\n\n"
        "A webhook tells another system, by a signed POST, of mail that came in, of tokens that end, and "
        "of tests that fail. What it does not take is tried again for three days, and then kept as a dead "
        "letter that can be replayed. The agent delivers.\n\n"
        "n sets one up: its URL, what it is told of, and the secret that signs; t then sends it a test."
    )

    def __init__(self) -> None:
        super().__init__(id="webhooks")
        self.endpoints: Sequence[Endpoint] = ()
        self.names: Mapping[int, str] = {}
        """Of assets, by id."""
        self._below: tuple[int, list[TextLine]] = (0, [])

    def compose(self) -> ComposeResult:
        yield from super().compose()
        below = TextView(id="webhook-below")
        below.can_focus = False
        yield below

    def make_list(self) -> RecordList[Any]:
        return RecordList(
            self.COLUMNS,
            lambda endpoint: webhook_list.cells(endpoint, times.now()),
            key=lambda endpoint: endpoint.id,
            id="webhook-list",
        )

    @work(exclusive=True, group="webhooks", exit_on_error=False, description="read the webhooks")
    async def reload(self) -> None:
        desk = self.console.desk
        if desk is not None:
            self.endpoints, self.names = await asyncio.to_thread(_read, desk)
            self.filtered()

    def filtered(self) -> None:
        kept = webhook_list.chosen(self.endpoints, self.filter_text)
        current = self.table.current
        wanted = current.id if current else None
        place = next((index for index, one in enumerate(kept) if one.id == wanted), None)
        self.table.show(ListRecords(kept), cursor=place)
        self.table.styles.max_height = max(LEAST_ROWS, len(kept) + 1)  # what is left is for the words below
        self.show_empty(not self.endpoints)
        self._say()

    def put_cursor(self, webhook_id: int) -> None:
        """Put the cursor on this webhook, if it is shown."""
        rows = self.table.records
        places = (at for at in range(len(rows)) if (row := rows.at(at)) and row.id == webhook_id)
        self.table.cursor = next(places, self.table.cursor)

    def _say(self) -> None:
        words = webhook_list.headline(self.endpoints, times.now())
        if self.filter_text:
            words = f"{len(self.table.records):,} of {len(self.endpoints):,} shown · {words}"
        self.say(words)

    def tick(self) -> None:
        super().tick()
        self._say()
        self.on_record_list_moved()

    def on_record_list_moved(self) -> None:
        endpoint = self.table.current
        lines = webhook_list.below(endpoint, self.names, times.now()) if endpoint else []
        below = (endpoint.id if endpoint else 0, lines)
        if below != self._below:
            from_top = below[0] != self._below[0]
            self._below = below
            self.query_one(TextView).show(lines, from_top=from_top)

    def refusal(self, verb: str) -> str | None:
        if self.console.desk is None:
            return "The store is still being opened."
        if verb not in OPEN_TO_ALL and self.table.current is None:
            return NOTHING
        if verb == "failed" and not self.record.health.dead:
            return f"{self.record.name} has no dead letters."
        return None

    def _carry_out(self, what: str, name: str, *given: Any) -> None:
        from tui import webhook_verbs

        self.console.carry_out(what, getattr(webhook_verbs, name), *given)

    def do_open(self) -> None:
        self._carry_out("show the deliveries", "show_deliveries", self.record.id)

    def do_all(self) -> None:
        self._carry_out("show the deliveries", "show_deliveries", None)

    def do_test(self) -> None:
        self._carry_out("test the webhook", "test", self.record.id)

    def do_new(self) -> None:
        self._carry_out("set up a webhook", "edit", None)

    def do_edit(self) -> None:
        self._carry_out("change the webhook", "edit", self.record.id)

    def do_switch(self) -> None:
        self._carry_out("switch the webhook", "switch", self.record.id)

    def do_delete(self) -> None:
        self._carry_out("delete the webhook", "delete", self.record.id)

    def do_failed(self) -> None:
        self._carry_out("replay the dead letters", "replay_failed", self.record.id)

    def do_span(self) -> None:
        self._carry_out("replay a span", "replay_span", self.record.id)

    def do_copy(self) -> None:
        self._carry_out("hand out the secret", "secret", self.record.id)

    def do_url(self) -> None:
        clipboard.copy(self, "the URL", self.record.fields.url)

    def do_clear(self) -> None:
        if self.filter_text:
            self.close_filter()
        else:
            self.console.show("assets")


def _read(desk: Desk) -> tuple[list[Endpoint], dict[int, str]]:
    """All webhooks, those that need somebody first, and the names of assets where one of them tells some
    apart. Blocks for disk."""
    from store import assets, webhooks

    found = webhook_list.ordered(webhooks.all_endpoints(desk.store, desk.vault))
    if all(one.fields.asset_ids is None for one in found):
        return found, {}
    return found, {asset_id: name for name, asset_id in assets.names(desk.store).items()}
