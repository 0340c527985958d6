"""The Notices pane: what needs a person, who was told of it, and who sees to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual import work

from tui import notice_list, times
from tui.commands import Scope, bindings
from tui.desk import Desk
from tui.panes.paged_pane import PagedPane
from tui.widgets.lines import Line
from tui.widgets.record_list import RecordList
from tui.widgets.records import PagedRecords, PageRead

if TYPE_CHECKING:
    from store.notices import NoticeCounts, NoticeLine


class NoticesPane(PagedPane):
    """What needs somebody first, then what was acknowledged, then what is over."""

    SCOPE = Scope.NOTICES
    BINDINGS = bindings(Scope.NOTICES)
    COLUMNS = notice_list.COLUMNS
    EMPTY = (
        "Nobody was ever needed.\n\n"
        "A missing consent, a client that is refused, a deadline that comes near, forwarding that "
        "stops, and an agent that was away are noticed here. The agent tells whom the configuration "
        "names ([notices]: operators by mail, owners, a hook), reminds them, and tells them when it "
        "is well again.\n\n"
        "t tries all ways by which people are told."
    )

    def __init__(self) -> None:
        super().__init__(id="notices")

    def make_list(self) -> RecordList[Any]:
        return RecordList(
            self.COLUMNS,
            lambda line: notice_list.cells(line, times.now()),
            key=lambda line: line.id,
            id="notice-list",
        )

    def key(self, record: Any) -> int:
        return int(record.rank)

    def count(self, desk: Desk, words: Sequence[str]) -> int:
        from store import notices

        return notices.count(desk.store, words)

    def read(self, desk: Desk, read: PageRead, words: Sequence[str]) -> list[NoticeLine]:
        from store import notices

        return notices.page(desk.store, before=read.before, after=read.after, limit=read.limit, words=words)

    def arranged(self, paged: PagedRecords[Any], more: int) -> None:
        self.table.show(paged, cursor=min(self.table.cursor, max(0, len(paged) - 1)))
        self.show_empty(not len(paged) and not self.filter_text)
        self._say_counts(len(paged) if self.filter_text else None)
        self.on_record_list_moved()

    @work(exclusive=True, group="counts", exit_on_error=False, description="count the notices")
    async def _say_counts(self, shown: int | None) -> None:
        desk = self.console.desk
        if desk is not None:
            counts = await asyncio.to_thread(_counts, desk)
            self.say(notice_list.headline(counts, shown))

    def on_record_list_moved(self) -> None:
        line = self.table.current
        self.query_one(".detail", Line).say(notice_list.detail(line) if line else "")

    def refusal(self, verb: str) -> str | None:
        if verb in ("filter", "clear", "test"):
            return None
        line = self.table.current
        if line is None:
            return "There is no notice under the cursor."
        if verb in ("ack", "send") and line.ended_at is not None:
            return "This notice is over."
        if verb == "asset" and not line.asset_count:
            return "This notice is about no asset."
        return None

    def do_open(self) -> None:
        from tui.dialogs.notice_screen import NoticeScreen

        assert self.console.desk is not None
        self.app.push_screen(NoticeScreen(self.console.desk, self.record.id))

    def _carry_out(self, what: str, name: str, *given: Any) -> None:
        from tui import notice_verbs

        self.console.carry_out(what, getattr(notice_verbs, name), *given)

    def do_ack(self) -> None:
        self._carry_out("acknowledge the notice", "acknowledge", self.record.id)

    def do_send(self) -> None:
        self._carry_out("send the notice", "send", self.record.id)

    def do_asset(self) -> None:
        self._carry_out("open the asset", "open_asset", self.record.id)

    def do_test(self) -> None:
        self._carry_out("test the ways", "test")

    def do_clear(self) -> None:
        if self.filter_text:
            self.close_filter()
        else:
            self.console.show("assets")


def _counts(desk: Desk) -> NoticeCounts:
    from store import notices

    return notices.counts(desk.store)
