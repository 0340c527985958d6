"""The Assets pane: is anything broken, and what do I do?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from textual import work

from tui import asset_list, clipboard, times
from tui.asset_list import AssetRow, State
from tui.commands import Scope, bindings
from tui.panes.list_pane import ListPane
from tui.widgets.lines import Line
from tui.widgets.record_list import RecordList
from tui.widgets.records import ListRecords

OF_ONE = frozenset(
    ("open", "test", "message", "edit", "delete", "copy", "address", "mark", "checks", "card", "mail")
) | {"domain", "forwarding", "heartbeat", "register", "guide"}
"""Verbs that need an asset under the cursor."""
REFUSAL = "There is no asset under the cursor."


class AssetsPane(ListPane):
    """All assets in memory (5,000 cost a few megabytes): filter and order never wait for the disk."""

    SCOPE = Scope.ASSETS
    BINDINGS = bindings(Scope.ASSETS)
    COLUMNS = asset_list.COLUMNS
    EMPTY = (
        "No mailboxes yet.\n\n"
        "An asset is a support mailbox with the SMTP server it sends through and a forwarding address of "
        "its own.\nPress n to set one up: the provider's server, port and security are filled in; then t "
        "tests the connection."
    )

    def __init__(self) -> None:
        super().__init__(id="assets")
        self.rows: list[AssetRow] = []
        self.order = asset_list.ORDERS[0]
        self._wanted: int | None = None

    def make_list(self) -> RecordList[AssetRow]:
        return RecordList(
            self.COLUMNS,
            lambda row: asset_list.cells(row, times.now()),
            key=lambda row: row.line.id,
            id="asset-list",
        )

    @work(exclusive=True, group="assets", exit_on_error=False, description="read the assets")
    async def reload(self) -> None:
        desk = self.console.desk
        if desk is None:
            return
        from store import assets

        self.take(await asyncio.to_thread(lambda: asset_list.rows(assets.lines(desk.store), times.now())))

    def take(self, rows: list[AssetRow]) -> None:
        """Show these assets in place of those before."""
        self.rows = rows
        known = {row.line.id for row in rows}
        self.table.marked &= known
        self.console.needs(asset_list.headline(rows))
        wanted, self._wanted = (self._wanted, None) if self._wanted in known else (None, self._wanted)
        if wanted is not None and not any(row.line.id == wanted for row in self._shown()):
            self.filter_text = ""
            self.close_filter()
        self.filtered(select=wanted)

    def filtered(self, *, select: int | None = None) -> None:
        """Show what the filter keeps; the cursor stays on its asset, or goes to the one to be selected."""
        current = self.table.current
        kept = asset_list.chosen(self.rows, self.filter_text, self.order)
        wanted = select if select is not None else (current.line.id if current else None)
        place = next((index for index, row in enumerate(kept) if row.line.id == wanted), None)
        self.table.show(ListRecords(kept), cursor=place)
        self.show_empty(not self.rows)
        self._headline()

    def on_record_list_moved(self) -> None:
        """Say the whole finding of the asset under the cursor: the column mostly cuts it."""
        row = self.table.current
        self.query_one(".detail", Line).say(asset_list.detail(row) if row else "")

    def _headline(self) -> None:
        words = asset_list.headline(self.rows) if self.rows else "No assets yet"
        shown = len(self.table.records)
        if self.filter_text:
            words = f"{shown:,} of {len(self.rows):,} shown · {words}"
        if self.table.marked:
            words = f"{len(self.table.marked):,} marked · {words}"
        if self.order != asset_list.ORDERS[0]:
            words += f" · by {self.order}"
        self.say(words)

    def targets(self) -> list[int]:
        """The marked assets that are shown, else the one under the cursor."""
        marked = [row.line.id for row in self._shown() if row.line.id in self.table.marked]
        current = self.table.current
        return marked or ([current.line.id] if current else [])

    def _shown(self) -> list[AssetRow]:
        return asset_list.chosen(self.rows, self.filter_text, self.order)

    def refusal(self, verb: str) -> str | None:
        if self.console.desk is None:
            return "The store is still being opened."
        if verb in OF_ONE and self.table.current is None:
            return REFUSAL
        if verb == "copy" and not self.record.line.forwarding_address:
            return asset_list.NO_ADDRESS.format(path=self.console.config_path)
        return None

    def do_open(self) -> None:
        self.console.open_asset(self.record.line.id)

    def do_test(self) -> None:
        self.console.test(self.targets())

    def do_message(self) -> None:
        self.console.test(self.targets(), message=True)

    def do_new(self) -> None:
        self.console.edit_asset(None)

    def do_edit(self) -> None:
        self.console.edit_asset(self.record.line.id)

    def do_delete(self) -> None:
        self.console.delete_assets(self.targets())

    def do_checks(self) -> None:
        self.console.show_checks_of(self.record.line.name)

    def do_card(self) -> None:
        from tui import inbound_verbs

        self.console.carry_out("show the confirmation", inbound_verbs.card_of, self.record.line.id)

    def do_mail(self) -> None:
        from tui import inbound_verbs

        self.console.carry_out("show the mail", inbound_verbs.mail_of, self.record.line.name)

    def do_domain(self) -> None:
        from tui import domain_verbs

        self.console.carry_out("check the domain", domain_verbs.check, self.targets())

    def do_forwarding(self) -> None:
        from tui import forwarding_verbs

        self.console.carry_out("check the forwarding", forwarding_verbs.check, self.targets())

    def do_heartbeat(self) -> None:
        from tui import forwarding_verbs

        self.console.carry_out("set the heartbeat", forwarding_verbs.heartbeat, self.targets())

    def do_register(self) -> None:
        from tui import engage_verbs

        self.console.carry_out("register to Engage", engage_verbs.register, self.record.line.id)

    def do_guide(self) -> None:
        from tui import guide_verbs

        self.console.carry_out("show the set-up guide", guide_verbs.show, self.record.line.id)

    def do_copy(self) -> None:
        clipboard.copy(self, "the forwarding address", self.record.line.forwarding_address)

    def do_address(self) -> None:
        clipboard.copy(self, "the address", self.record.line.address)

    def do_mark(self) -> None:
        self.table.toggle_mark()
        self._headline()

    def do_mark_all(self) -> None:
        shown = {row.line.id for row in self._shown()}
        self.table.marked = set() if shown <= self.table.marked else set(shown)
        self.table.refresh()
        self._headline()

    def do_sort(self) -> None:
        place = asset_list.ORDERS.index(self.order)
        self.order = asset_list.ORDERS[(place + 1) % len(asset_list.ORDERS)]
        self.filtered()

    def do_provider(self) -> None:
        self._next("provider", tuple(asset_list.PROVIDERS))

    def do_method(self) -> None:
        methods = sorted({row.line.sign_in for row in self.rows})
        self._next("method", methods)

    def do_state(self) -> None:
        there = {row.state for row in self.rows}
        self._next("state", [asset_list.state_word(state) for state in State if state in there])

    def _next(self, key: str, values: Sequence[str]) -> None:
        self._set_filter(lambda text: asset_list.with_next(text, key, values))

    @work(exclusive=True, group="filter", exit_on_error=False, description="set the filter")
    async def _set_filter(self, change: Callable[[str], str]) -> None:
        await self.set_filter(change(self.filter_text))
        self.table.focus()

    def do_clear(self) -> None:
        if self.filter_text:
            self.close_filter()
        elif self.table.marked:
            self.table.marked = set()
            self.table.refresh()
            self._headline()

    @property
    def headline(self) -> str:
        return self.query_one(".headline", Line).text

    def select(self, asset_id: int) -> None:
        """Read again and put the cursor on this asset, dropping a filter that hides it."""
        self._wanted = asset_id
        self.reload()
