"""A delivery's request as it would go out now, and how its signature comes about."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.screen import Screen

from tui import clipboard, commands, delivery_list
from tui.commands import Scope, bindings
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine, Line
from tui.widgets.text_view import TextLine, TextView


class RequestScreen(Screen[None], CommandHost):
    """What was opened for it is told in the audit log already."""

    SCOPE = Scope.REQUEST
    BINDINGS = bindings(Scope.REQUEST)

    def __init__(self, title: str, lines: Sequence[TextLine]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        yield TextView()
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Line).say(f" {self._title}")
        view = self.query_one(TextView)
        view.show(self._lines)
        view.focus()

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.footer(self.SCOPE), commands.footer(Scope.EVERYWHERE))

    def do_copy(self) -> None:
        clipboard.copy(self, "the request", delivery_list.as_text(self._lines))

    def do_back(self) -> None:
        self.dismiss()
