"""One check in full: every fact, the server's words at length, the transcript."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.screen import Screen

from tui import clipboard, commands, diagnosis_text
from tui.commands import Scope, bindings
from tui.hub import hub
from tui.widgets.command_host import CommandHost
from tui.widgets.ladder_view import Ladder, LadderView
from tui.widgets.lines import KeyLine, Line

if TYPE_CHECKING:
    from store.check_changes import Change
    from store.checks import CheckRun


class RunScreen(Screen[None], CommandHost):
    """Opened with Enter on a check."""

    SCOPE = Scope.RUN
    BINDINGS = bindings(Scope.RUN)

    def __init__(self, run: CheckRun) -> None:
        super().__init__()
        self._run = run
        self._changes: tuple[Change, ...] = ()

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        yield LadderView(full=True)
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Line).say(f" {diagnosis_text.kind_title(self._run.kind)} of {self._run.asset_name}")
        view = self.query_one(LadderView)
        view.show(Ladder.of_run(self._run))
        view.focus()
        self._compare()

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.footer(self.SCOPE), commands.footer(Scope.EVERYWHERE))

    @work(exclusive=True, exit_on_error=False, description="compare with the last good check")
    async def _compare(self) -> None:
        from store import check_changes

        desk = hub(self).desk
        assert desk is not None
        self._changes = await asyncio.to_thread(check_changes.changes_since_good, desk.store, self._run)
        self.query_one(LadderView).show(Ladder.of_run(self._run, self._changes))

    def do_diagnosis(self) -> None:
        clipboard.copy(self, "the diagnosis", diagnosis_text.as_text(self._run, self._changes))

    def do_transcript(self) -> None:
        clipboard.copy(self, "the transcript", self._run.transcript)

    def do_back(self) -> None:
        self.dismiss()
