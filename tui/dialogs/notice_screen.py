"""One notice in full: what to do, what it touches, who was told when, and how that went."""

from __future__ import annotations

import asyncio
import textwrap
from datetime import datetime
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import ComposeResult
from textual.screen import Screen

from tui import clipboard, commands, notice_list, times
from tui.commands import Scope, bindings
from tui.hub import hub
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine, Line
from tui.widgets.text_view import TextLine, TextView

if TYPE_CHECKING:
    from store.notices import Notice
    from tui.desk import Desk

LABEL = 13
"""Cells of a label and the space behind it."""
MARGIN = 4
"""Cells that the view takes at its sides, with the scroll bar."""


def in_full(notice: Notice, now: datetime, width: int) -> list[TextLine]:
    """A notice as lines of at most `width` cells."""
    lines: list[TextLine] = []
    for label, value in notice_list.pairs(notice, now):
        for index, text in enumerate(value.split("\n")):
            lines += _hung(f"{'' if index else label:<{LABEL}}", text, width)
    if notice.members:
        lines += [TextLine(""), TextLine(f"It touches {_many(notice)}", "head")]
        for one in notice.members:
            lines += _hung("  ", notice_list.member(one, now), width)
    lines += [TextLine(""), TextLine("Who was told, the newest first", "head")]
    for each in notice.rounds:
        lines += _hung("  ", notice_list.round_head(each), width)
        if each.webhooks:
            hooks = "1 webhook" if each.webhooks == 1 else f"{each.webhooks:,} webhooks"
            lines.append(TextLine(f"    ✓ {hooks}: queued, see pane 5", "good"))
        for sending in each.sendings:
            glyph, tone = notice_list.SENDINGS[sending.state]
            lines += _hung(f"    {glyph} ", notice_list.sending(sending), width, tone)
        lines += _hung("    ", each.words, width, "soon") if each.words else ()
    return lines if notice.rounds else [*lines, TextLine(f"  {notice_list.NOT_TOLD}", "quiet")]


def _hung(head: str, text: str, width: int, tone: str = "") -> list[TextLine]:
    """A text behind its head; further lines stand below the text's beginning."""
    rows = textwrap.wrap(
        text,
        max(20, width),
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
    )
    return [TextLine(row, tone) for row in rows or [head]]


def _many(notice: Notice) -> str:
    count = notice.line.asset_count
    more = f", the first {len(notice.members):,} of them here" if count > len(notice.members) else ""
    return f"{count:,} {'asset' if count == 1 else 'assets'}{more}"


class NoticeScreen(Screen[None], CommandHost):
    """Opened with Enter on the Notices pane."""

    SCOPE = Scope.NOTICE
    BINDINGS = bindings(Scope.NOTICE)

    def __init__(self, desk: Desk, notice_id: int) -> None:
        super().__init__()
        self._desk = desk
        self._notice_id = notice_id
        self._notice: Notice | None = None

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        yield TextView(id="notice")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(TextView).focus()
        self.store_changed()

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.footer(self.SCOPE), commands.footer(Scope.EVERYWHERE))
        self._draw()

    @work(exclusive=True, group="notice", exit_on_error=False, description="read the notice")
    async def store_changed(self) -> None:
        """Read again: at opening, and whenever something was committed."""
        from store import notices

        notice = await asyncio.to_thread(notices.one, self._desk.store, self._notice_id)
        if notice is None:
            self.dismiss()
            return
        first = self._notice is None
        self._notice = notice
        self._draw(from_top=first)

    def _draw(self, *, from_top: bool = False) -> None:
        if self._notice is not None:
            self.query_one(Line).say(
                f" {self._notice_id}. {notice_list.cause(self._notice.line, times.now())}"
            )
            lines = in_full(self._notice, times.now(), self.size.width - MARGIN)
            self.query_one(TextView).show(lines, from_top=from_top)

    def refusal(self, verb: str) -> str | None:
        if verb in ("back", "copy"):
            return None
        if self._notice is None:
            return "The notice is still being read."
        if verb in ("ack", "send") and self._notice.line.ended_at is not None:
            return "This notice is over."
        if verb in ("asset", "tokens") and not self._notice.members:
            return "This notice is about no asset."
        return None

    def _carry_out(self, what: str, name: str, *given: Any) -> None:
        from tui import notice_verbs

        hub(self).carry_out(what, getattr(notice_verbs, name), *given)

    def do_ack(self) -> None:
        self._carry_out("acknowledge the notice", "acknowledge", self._notice_id)

    def do_send(self) -> None:
        self._carry_out("send the notice", "send", self._notice_id)

    def do_asset(self) -> None:
        self._carry_out("open the asset", "open_asset", self._notice_id)

    def do_tokens(self) -> None:
        assert self._notice is not None
        line = self._notice.line
        self._carry_out("show the tokens", "show_tokens", line.client_name or line.asset_name)

    def do_copy(self) -> None:
        assert self._notice is not None
        clipboard.copy(self, "the notice", self.query_one(TextView).text)

    def do_back(self) -> None:
        self.dismiss()
