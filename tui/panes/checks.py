"""The Checks pane: the tests that run, live, and what earlier ones found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import ComposeResult

from tui import check_list, clipboard, diagnosis_text, times
from tui.commands import Scope, bindings
from tui.desk import Desk
from tui.live_tests import LiveTest
from tui.panes.paged_pane import PagedPane
from tui.widgets.ladder_view import Ladder, LadderView
from tui.widgets.record_list import RecordList
from tui.widgets.records import PagedRecords, PageRead

if TYPE_CHECKING:
    from store.check_changes import Change
    from store.checks import CheckRun


class Stacked:
    """The running tests on top of the recorded ones."""

    def __init__(self, running: Sequence[LiveTest], paged: PagedRecords[Any]) -> None:
        self.running = running
        self._paged = paged

    def __len__(self) -> int:
        return len(self.running) + len(self._paged)

    def at(self, index: int) -> Any:
        return self.running[index] if index < len(self.running) else self._paged.at(index - len(self.running))


class ChecksPane(PagedPane):
    """List above, ladder of the check under the cursor below."""

    SCOPE = Scope.CHECKS
    BINDINGS = bindings(Scope.CHECKS)
    COLUMNS = check_list.COLUMNS
    EMPTY = (
        "No checks yet.\n\n"
        "A connection test climbs from the server's name to a refused or accepted sign-in, rung by rung.\n"
        "Press 1 for the assets, then t on one of them; what it finds is kept here."
    )

    def __init__(self) -> None:
        super().__init__(id="checks")

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield LadderView(id="ladder-view")

    def make_list(self) -> RecordList[Any]:
        return RecordList(
            self.COLUMNS,
            lambda record: check_list.cells(record, times.now()),
            key=lambda record: getattr(record, "id", None),
            id="check-list",
        )

    def count(self, desk: Desk, words: Sequence[str]) -> int:
        from store import checks

        return checks.count(desk.store, words=words)

    def read(self, desk: Desk, read: PageRead, words: Sequence[str]) -> list[Any]:
        from store import checks

        return checks.page(desk.store, before=read.before, after=read.after, limit=read.limit, words=words)

    def arranged(self, paged: PagedRecords[Any], more: int) -> None:
        self.stack(more)
        self.show_empty(not len(paged) and not self.filter_text and not self.console.tests.asked)

    def stack(self, more: int = 0) -> None:
        """Show the running tests above the recorded ones; the cursor stays at the top, or on its record."""
        if self.paged is None:
            return
        records = Stacked(tuple(self.console.tests.running.values()), self.paged)
        before = self.table.records
        grown = len(records) - len(before) if len(before) else 0
        at_top = self.table.cursor == 0 or not len(before)
        self.table.show(records, cursor=0 if at_top else self.table.cursor + max(0, grown))
        filtered = bool(self.filter_text)
        self.say(check_list.headline(self.console.tests, len(self.paged), filtered=filtered))

    def tick(self) -> None:
        """Time went by, or a running test did."""
        self.stack()

    def on_record_list_moved(self) -> None:
        record = self.table.current
        if record is None:
            self.ladder.show(None, "")
        elif isinstance(record, LiveTest):
            self.ladder.show(Ladder.of_live(record))
        else:
            self._show_run(record)

    @property
    def ladder(self) -> LadderView:
        return self.query_one(LadderView)

    @work(exclusive=True, group="ladder", exit_on_error=False, description="compare with the last good check")
    async def _show_run(self, run: Any) -> None:
        self.ladder.show(Ladder.of_run(run, await self._changes(run)))

    async def _changes(self, run: CheckRun) -> tuple[Change, ...]:
        from store import check_changes

        desk = self.console.desk
        assert desk is not None
        return await asyncio.to_thread(check_changes.changes_since_good, desk.store, run)

    def refusal(self, verb: str) -> str | None:
        record = self.table.current
        if verb in ("open", "again", "asset", "diagnosis") and record is None:
            return "There is no check under the cursor."
        if verb in ("open", "diagnosis") and isinstance(record, LiveTest):
            return "This test still runs; its ladder is below."
        return None

    def do_open(self) -> None:
        self.console.open_run(self.record)

    def do_again(self) -> None:
        if self.record.kind == "domain":
            from tui import domain_verbs

            self.console.carry_out("check the domain", domain_verbs.check, [self.record.asset_id])
        elif self.record.kind == "forwarding":
            from tui import forwarding_verbs

            self.console.carry_out("check the forwarding", forwarding_verbs.check, [self.record.asset_id])
        else:
            self.console.test([self.record.asset_id])

    def do_asset(self) -> None:
        self.console.open_asset(self.record.asset_id)

    def do_cancel(self) -> None:
        if self.console.tests.busy:
            self.console.stop_tests()
        elif self.filter_text:
            self.close_filter()
        else:
            self.console.show("assets")

    @work(exclusive=True, group="copy", exit_on_error=False, description="copy the diagnosis")
    async def do_diagnosis(self) -> None:
        run = self.record
        changes = await self._changes(run)
        clipboard.copy(self, "the diagnosis", diagnosis_text.as_text(run, changes))
