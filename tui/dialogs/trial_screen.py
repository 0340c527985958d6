"""A test of a webhook: the request to the octet, how its signature comes about, and the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.screen import Screen

from tui import clipboard, commands, delivery_list
from tui.commands import Scope, bindings
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine, Line
from tui.widgets.text_view import TextLine, TextView

if TYPE_CHECKING:
    from store.webhooks import Endpoint
    from tui.desk import Desk


class TrialScreen(Screen[None], CommandHost):
    """Sends as soon as it is seen. Who leaves before the answer finds the test among the deliveries."""

    SCOPE = Scope.TRIAL
    BINDINGS = bindings(Scope.TRIAL)

    def __init__(self, desk: Desk, endpoint: Endpoint) -> None:
        super().__init__()
        self._desk = desk
        self._endpoint = endpoint
        self._under_way = False
        self._lines: Sequence[TextLine] = ()

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        yield TextView()
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Line).say(f" A test of {self._endpoint.name}")
        self.query_one(TextView).focus()
        self.do_again()

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.footer(self.SCOPE), commands.footer(Scope.EVERYWHERE))

    def refusal(self, verb: str) -> str | None:
        if self._under_way and verb != "back":
            return "The test is under way; it ends within 15 seconds."
        return None

    def do_again(self) -> None:
        self._under_way = True
        words = f"Sending a test.ping to {self._endpoint.fields.url}; it has 15 seconds to answer."
        rest = "Esc leaves; the test goes on, and is listed among the deliveries."
        self._show([TextLine(words), TextLine(rest, "quiet")])
        # The app's, not this screen's: it would be broken off, and not written down, where somebody leaves.
        self.app.run_worker(self._sent(), group="trial", exit_on_error=False, description="test the webhook")

    async def _sent(self) -> None:
        explain = await asyncio.to_thread(_explain)  # 150 ms with the network's libraries
        desk = self._desk
        try:
            done = await explain.ping(desk.store, desk.vault, desk.settings, self._endpoint.id)
            lines = delivery_list.tested(done)
        except explain.signing.SecretUnusable as unusable:
            lines = [TextLine(str(unusable), "bad"), TextLine("e on the Webhooks pane gives it another one.")]
        finally:
            self._under_way = False
        if self.is_attached:
            self._show(lines)

    def _show(self, lines: Sequence[TextLine]) -> None:
        self._lines = lines
        self.query_one(TextView).show(lines)

    def do_copy(self) -> None:
        clipboard.copy(self, "the test", delivery_list.as_text(self._lines))

    def do_back(self) -> None:
        self.dismiss()


def _explain() -> Any:
    from live.webhooks import explain

    return explain
