"""The main screen: status on top, tabs, one pane, keys at the bottom."""

from __future__ import annotations

import socket

from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen

from tui import commands
from tui.commands import Scope
from tui.hub import hub
from tui.panes.assets import AssetsPane
from tui.panes.list_pane import ListPane
from tui.widgets.lines import KeyLine, StatusLine, TabLine

PANES = ("assets", "checks", "tokens", "inbound", "webhooks", "notices", "audit")
TABS = tuple(commands.by_id(f"app.{name}") for name in PANES)


class MainScreen(Screen[None]):
    """Holds the panes; the first is there from the start, the others are made when they are first shown."""

    def __init__(self) -> None:
        super().__init__()
        self.active: ListPane = AssetsPane()
        """The pane that is seen."""

    def compose(self) -> ComposeResult:
        yield StatusLine()
        yield TabLine()
        with Container(id="panes"):
            yield self.active
        yield KeyLine()

    def on_mount(self) -> None:
        self.draw_lines()
        self.active.table.focus()

    def on_resize(self) -> None:
        self.draw_lines()

    def pane(self, name: str) -> ListPane | None:
        """A pane by name, if it has been shown before."""
        return next((pane for pane in self.query(ListPane) if pane.id == name), None)

    async def show_pane(self, name: str) -> ListPane:
        """Bring a pane to the front."""
        pane = self.pane(name)
        with self.app.batch_update():
            if pane is None:
                pane = self._made(name)
                await self.query_one("#panes").mount(pane)
            self.active = pane
            for other in self.query(ListPane):
                other.display = other is pane
        pane.table.focus()
        if pane.stale:
            pane.store_changed()
        self.draw_lines()
        return pane

    def _made(self, name: str) -> ListPane:
        if name == "checks":
            from tui.panes.checks import ChecksPane

            return ChecksPane()
        if name == "tokens":
            from tui.panes.tokens import TokensPane

            return TokensPane()
        if name == "inbound":
            from tui.panes.inbound import InboundPane

            return InboundPane()
        if name == "webhooks":
            from tui.panes.webhooks import WebhooksPane

            return WebhooksPane()
        if name == "deliveries":
            from tui.panes.deliveries import DeliveriesPane

            return DeliveriesPane()
        if name == "notices":
            from tui.panes.notices import NoticesPane

            return NoticesPane()
        from tui.panes.audit import AuditPane

        return AuditPane()

    def draw_lines(self) -> None:
        """Bring status, tabs and keys up to date."""
        app = hub(self)
        pane = self.active
        self.query_one(TabLine).tabs(TABS, f"app.{pane.TAB or pane.id}")
        self.query_one(KeyLine).keys(commands.footer(pane.SCOPE), commands.footer(Scope.EVERYWHERE))
        who = f"{app.user}@{socket.gethostname()}"
        store = app.desk.store.path if app.desk else None
        self.query_one(StatusLine).status(who, store, app.agent_words, app.vault_words, app.need_words)

    def store_changed(self) -> None:
        """Wake the pane that is seen; the others read again when they are shown."""
        for pane in self.query(ListPane):
            pane.store_changed()

    def tick(self) -> None:
        """Time went by: let the pane that is seen repaint what has changed."""
        self.active.tick()
