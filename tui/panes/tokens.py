"""The Tokens pane: whose token dies next, and who must act?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual import work

from tui import clipboard, times, token_list
from tui.commands import Scope, bindings
from tui.desk import Desk
from tui.panes.list_pane import ListPane
from tui.token_list import TokenRow
from tui.widgets.lines import Line
from tui.widgets.record_list import RecordList
from tui.widgets.records import ListRecords

if TYPE_CHECKING:
    from store.token_lines import TokenLine

NOTHING = "There is no asset under the cursor."
FIRST = 200
"""Rows that are read and shown before all the others: more than the tallest terminal has lines."""
TICK_SECONDS = 1.0
"""How often it is looked whether a figure has changed. Costs 3 ms of each second, and nothing is written
where none has."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of the store."""

    rows: list[TokenRow]
    counts: tuple[int, int, int]
    """How many need a person now, soon, and later."""
    turn: datetime | None
    """When one of the rows comes into another group by itself."""
    whole: bool
    """Whether these are all rows."""


class TokensPane(ListPane):
    """Assets that sign in by OAuth, and those whose password ends: needs a person now, soon, well; by
    deadline."""

    SCOPE = Scope.TOKENS
    BINDINGS = bindings(Scope.TOKENS)
    COLUMNS = token_list.COLUMNS
    EMPTY = (
        "No tokens and no deadlines.\n\n"
        "Assets that sign in by OAuth 2.0 stand here, sorted by the moment at which sending would stop.\n"
        "Press O for the OAuth clients (app registrations), then set an asset's sign-in to OAuth 2.0, and "
        "generate its token here with n."
    )

    def __init__(self) -> None:
        super().__init__(id="tokens")
        self.rows: list[TokenRow] = []
        self._counts = (0, 0, 0)
        self._turn: datetime | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(TICK_SECONDS, self._second)

    def make_list(self) -> RecordList[TokenRow]:
        return RecordList(
            self.COLUMNS,
            lambda row: token_list.cells(row, times.now()),
            key=lambda row: row.line.asset_id,
            id="token-list",
        )

    @work(exclusive=True, group="tokens", exit_on_error=False, description="read the tokens")
    async def reload(self) -> None:
        desk = self.console.desk
        if desk is None:
            return
        if not self.rows:
            first, counts = await asyncio.gather(  # each leaves the interpreter to SQLite for 10 ms
                asyncio.to_thread(_read, desk, FIRST), asyncio.to_thread(_count, desk)
            )
            self._take(first if first.whole else replace(first, counts=counts))
            if first.whole:
                return
            await self._painted()
        self._take(await asyncio.to_thread(_read, desk))

    def _take(self, read: Read) -> None:
        self.rows, self._counts, self._turn = read.rows, read.counts, read.turn
        if read.whole:
            self.table.marked &= {row.line.asset_id for row in self.rows}
        self.filtered()

    async def _painted(self) -> None:
        """Wait until what is shown has been painted: reading on would hold that up."""
        painted = asyncio.Event()
        self.call_after_refresh(painted.set)
        await painted.wait()

    def filtered(self) -> None:
        current = self.table.current
        kept = token_list.chosen(self.rows, self.filter_text)
        wanted = current.line.asset_id if current else None
        place = next((index for index, row in enumerate(kept) if row.line.asset_id == wanted), None)
        whole = sum(self._counts) if not self.filter_text else len(kept)
        self.table.show(ListRecords(kept, whole), cursor=place)
        self.show_empty(not self.rows)
        self._headline()

    def _headline(self) -> None:
        words = token_list.headline(*self._counts)
        if self.filter_text:
            words = f"{len(self.table.records):,} of {sum(self._counts):,} shown · {words}"
        if self.table.marked:
            words = f"{len(self.table.marked):,} marked · {words}"
        self.say(words)

    def tick(self) -> None:
        """Time went by: what was soon may be now."""
        now = times.now()
        if self._turn is not None and now >= self._turn:
            self._take(_judged([row.line for row in self.rows], now))
        else:
            self.table.repaint_changed()

    def _second(self) -> None:
        if self.display and self.screen.is_current:
            self.tick()

    def on_record_list_moved(self) -> None:
        row = self.table.current
        self.query_one(".detail", Line).say(token_list.detail(row) if row else "")

    def _targets(self) -> list[int]:
        shown = token_list.chosen(self.rows, self.filter_text)
        marked = [row.line.asset_id for row in shown if row.line.asset_id in self.table.marked]
        return marked or [self.record.line.asset_id]

    def refusal(self, verb: str) -> str | None:
        if self.console.desk is None:
            return "The store is still being opened."
        if verb in ("filter", "clear", "clients", "calendar"):
            return None
        row: TokenRow | None = self.table.current
        if row is None:
            return NOTHING
        if verb in ("client", "by_client") and row.line.client_name is None:
            return f"{row.line.name} has no OAuth client."
        if row.line.sign_in != "oauth" and verb in ("refresh", "generate", "link", "revoke"):
            return f"{row.line.name} signs in by password; e on the Assets pane changes that."
        if verb in ("refresh", "revoke") and row.line.state == "none" and not self.table.marked:
            return f"{row.line.name} has no grant yet; n generates one."
        return None

    def do_refresh(self) -> None:
        from tui import token_verbs

        self.console.carry_out("refresh the tokens", token_verbs.refresh, self._targets())

    def do_generate(self) -> None:
        from tui import token_verbs

        self.console.carry_out("generate a token", token_verbs.generate, self.record.line.asset_id)

    def do_link(self) -> None:
        from tui import token_verbs

        asset_id = self.record.line.asset_id
        self.console.carry_out("make a link", token_verbs.generate, asset_id, for_owner=True)

    def do_revoke(self) -> None:
        from tui import token_verbs

        self.console.carry_out("revoke the grant", token_verbs.revoke, self.record.line.asset_id)

    def do_calendar(self) -> None:
        from tui import token_verbs

        self.console.carry_out("write the calendar", token_verbs.calendar)

    def do_history(self) -> None:
        from tui.dialogs.grant_screen import GrantScreen

        self.app.push_screen(GrantScreen(self._desk, self.record.line.asset_id))

    def do_clients(self) -> None:
        self._open_clients(None)

    def do_client(self) -> None:
        self._open_clients(self.record.line.client_id)

    def _open_clients(self, select: int | None) -> None:
        from tui.dialogs.clients_screen import ClientsScreen

        self.app.push_screen(ClientsScreen(self._desk, select))

    def do_open(self) -> None:
        self.console.open_asset(self.record.line.asset_id)

    @property
    def _desk(self) -> Desk:
        desk = self.console.desk
        assert desk is not None
        return desk

    @work(exclusive=True, group="filter", exit_on_error=False, description="filter by client")
    async def do_by_client(self) -> None:
        name = self.record.line.client_name or ""
        text = f'client:"{name}"' if " " in name else f"client:{name}"
        await self.set_filter("" if self.filter_text == text else text)
        self.table.focus()

    def do_copy(self) -> None:
        clipboard.copy(self, "the address", self.record.line.address)

    def do_mark(self) -> None:
        self.table.toggle_mark()
        self._headline()

    def do_mark_all(self) -> None:
        shown = {row.line.asset_id for row in token_list.chosen(self.rows, self.filter_text)}
        self.table.marked = set() if shown <= self.table.marked else set(shown)
        self.table.repaint_changed()
        self._headline()

    def do_clear(self) -> None:
        if self.filter_text:
            self.close_filter()
        elif self.table.marked:
            self.table.marked = set()
            self.table.repaint_changed()
            self._headline()
        else:
            self.console.show("assets")


def _read(desk: Desk, most: int | None = None) -> Read:
    """Read all rows, or so many from the top. Blocks for disk."""
    from store.token_lines import token_lines

    now = times.now()
    lines = token_lines(desk.store, most=most)
    read = _judged(lines, now)
    return read if most is None or len(lines) < most else replace(read, whole=False)


def _count(desk: Desk) -> tuple[int, int, int]:
    """How many of all need a person now, soon, and later. Blocks for disk."""
    from store.token_lines import token_counts

    now = times.now()
    return token_counts(desk.store, now, now + token_list.SOON)


def _judged(lines: Sequence[TokenLine], now: datetime) -> Read:
    rows = token_list.rows(lines, now)
    return Read(rows, token_list.counted(rows), token_list.turn(lines, now), whole=True)
