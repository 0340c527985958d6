"""The history of one grant: every consent, refresh and revocation, with what the provider answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui import clipboard, commands, times
from tui.commands import Scope, bindings
from tui.widgets.command_host import CommandHost
from tui.widgets.ladder_view import Row, labelled
from tui.widgets.lines import KeyLine, Line
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from datetime import datetime

    from store.grant_events import GrantEvent
    from store.grants import Grant
    from tui.desk import Desk

OUTCOMES = {
    "kept": ("✓", "$text-success"),
    "retrying": ("↻", "$text-warning"),
    "refused": ("✗", "bold $text-error"),
    "client fault": ("✗", "bold $text-error"),
}


def grant_words(grant: Grant | None, now: datetime) -> list[tuple[str, str]]:
    """A grant's facts as labels and values; tokens by age and length only."""
    if grant is None:
        return [("Grant", "none yet; n on the Tokens pane generates one")]
    ends = f"ends {times.until(grant.expires_at, now)}" if grant.expires_at else "end unknown"
    validity = f"{grant.validity:,} s" if grant.validity is not None else "not said by the provider"
    age = f", got {times.ago(grant.obtained_at, now)}" if grant.obtained_at else ""
    refresh = f"{grant.refresh_length:,} characters" if grant.has_refresh else "none"
    facts = [
        ("Grant", grant.state.value.replace("_", " ")),
        *([("Made with", f"{grant.made_with}, which the asset has no longer")] if grant.made_with else []),
        ("Access token", f"{grant.access_length:,} characters{age}, {ends}"),
        ("Refresh token", refresh),
        ("Validity", validity),
        ("Scope", grant.scope or "not said"),
        ("Consent", times.exact(grant.consent_at) if grant.consent_at else "no person's"),
    ]
    if grant.next_refresh_at is not None:
        facts.append(("Next refresh", times.until(grant.next_refresh_at, now)))
    if grant.last_words:
        facts.append(("Last failure", grant.last_words))
    return facts


def drawn(grant: Grant | None, events: Sequence[GrantEvent], width: int, now: datetime) -> Content:
    """Facts and history as content of at most `width` cells a line."""
    rows: list[Row] = [
        row for label, value in grant_words(grant, now) for row in labelled(label, value, width)
    ]
    rows += [[], [("History, newest first", "bold")]]
    for event in events:
        glyph, style = OUTCOMES.get(event.outcome, ("•", ""))
        head = f" {event.kind:<11} {event.outcome:<13}{times.took(event.ms):>8}  {times.exact(event.at)}"
        rows.append([(glyph, style), (visible(head), "")])
        if event.answer:
            rows += labelled("answer", event.answer, width)
        if event.references:
            rows += labelled("references", event.references, width)
    return Content("\n").join(Content.assemble(*row) for row in rows)


class GrantScreen(Screen[None], CommandHost):
    """Opened with h on the Tokens pane."""

    SCOPE = Scope.GRANT
    BINDINGS = bindings(Scope.GRANT)

    def __init__(self, desk: Desk, asset_id: int) -> None:
        super().__init__()
        self._desk = desk
        self._asset_id = asset_id
        self._content = Content("")

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        with VerticalScroll(id="history"):
            yield Static("", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one("#history").focus()
        self.store_changed()

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.footer(self.SCOPE), commands.footer(Scope.EVERYWHERE))

    @work(exclusive=True, group="grant", exit_on_error=False, description="read the grant")
    async def store_changed(self) -> None:
        """Read again: at opening, and whenever something was committed."""
        from store import assets, grant_events, grants

        desk, asset_id = self._desk, self._asset_id

        def read() -> tuple[str, Grant | None, list[GrantEvent]]:
            asset = assets.by_id(desk.store, desk.vault, asset_id)
            name = asset.name if asset else ""
            return name, grants.of(desk.store, asset_id), grant_events.events(desk.store, asset_id)

        name, grant, events = await asyncio.to_thread(read)
        if not name:
            self.dismiss()
            return
        self.query_one(Line).say(f" Grant of {name}")
        self._content = drawn(grant, events, self.size.width - 4, times.now())
        self.query_one("#history Static", Static).update(self._content)

    def do_copy(self) -> None:
        clipboard.copy(self, "the grant's history", self._content.plain)

    def do_back(self) -> None:
        self.dismiss()
