"""The Audit pane: who did what, to which asset, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui import times
from tui.columns import Cell, Column
from tui.commands import Scope, bindings
from tui.desk import Desk
from tui.dialogs.base import message
from tui.panes.paged_pane import PagedPane
from tui.times import ago, exact
from tui.widgets.record_list import RecordList
from tui.widgets.records import PagedRecords, PageRead

if TYPE_CHECKING:
    from store.audit import AuditEntry

COLUMNS = (
    Column("When", 10),
    Column("Who", 8, grow=1),
    Column("From", 15, keep=3),
    Column("What", 22, grow=1),
    Column("Asset", 14, grow=2, keep=1),
    Column("Detail", 16, grow=4, keep=2),
)


def cells(entry: AuditEntry, now: datetime) -> tuple[Cell, ...]:
    """The cells of one entry, in the order of `COLUMNS`."""
    return (
        Cell(ago(entry.at, now)),
        Cell(entry.user),
        Cell(entry.client or "this machine", "" if entry.client else "quiet"),
        Cell(entry.action),
        Cell(entry.asset_name),
        Cell(entry.detail),
    )


class AuditPane(PagedPane):
    """Newest first; nothing can be changed here."""

    SCOPE = Scope.AUDIT
    BINDINGS = bindings(Scope.AUDIT)
    COLUMNS = COLUMNS
    EMPTY = (
        "Nothing has been done yet.\n\n"
        "Whoever sets up, changes, tests or deletes an asset, or opens the vault, leaves a line here, "
        "with the system user, the address of the SSH client, and the time."
    )

    def __init__(self) -> None:
        super().__init__(id="audit")

    def make_list(self) -> RecordList[Any]:
        return RecordList(
            self.COLUMNS,
            lambda entry: cells(entry, times.now()),
            key=lambda entry: entry.id,
            id="audit-list",
        )

    def count(self, desk: Desk, words: Sequence[str]) -> int:
        from store import audit

        return audit.count(desk.store, words)

    def read(self, desk: Desk, read: PageRead, words: Sequence[str]) -> list[Any]:
        from store import audit

        return audit.page(desk.store, before=read.before, after=read.after, limit=read.limit, words=words)

    def arranged(self, paged: PagedRecords[Any], more: int) -> None:
        cursor = self.table.cursor
        self.table.show(paged, cursor=cursor + max(0, more) if cursor else 0)
        self.show_empty(not len(paged) and not self.filter_text)
        one = len(paged) == 1
        match = (" matches" if one else " match") if self.filter_text else ""
        self.say(f"{len(paged):,} {'entry' if one else 'entries'}{match}")

    def refusal(self, verb: str) -> str | None:
        if verb == "open" and self.table.current is None:
            return "There is no entry under the cursor."
        return None

    def do_open(self) -> None:
        entry = self.record
        told = {
            "When": exact(entry.at),
            "Who": entry.user,
            "From": entry.client or "this machine",
            "What": entry.action,
            "Asset": entry.asset_name or "none",
            "Detail": entry.detail or "none",
        }
        words = "\n".join(f"{label:<8}{value}" for label, value in told.items())
        self.app.push_screen(message(f"Audit entry {entry.id}", words))

    def do_clear(self) -> None:
        if self.filter_text:
            self.close_filter()
        else:
            self.console.show("assets")
