"""One message in full: its text, headers, source, attachments and trail."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.screen import Screen

from tui import clipboard, commands, message_views, times
from tui.commands import Scope, bindings
from tui.dialogs.ask_line import AskLine
from tui.dialogs.base import Choice, Question
from tui.hub import hub
from tui.message_views import VIEWS, Opened
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine, Line
from tui.widgets.record_list import fitted
from tui.widgets.text_view import TextLine, TextView
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from live.mail.reading import Attachment


BY_DIGIT = 9
"""Attachments that are chosen by a digit; of more the number is typed."""
NAME_WIDTH = 60
"""Cells of a name in that question."""
BESIDE = 3
"""Columns of the view that hold no text: padding and scroll bar."""


class MessageScreen(Screen[None], CommandHost):
    """Opened with Enter on a message; the audit log has the line already."""

    SCOPE = Scope.MESSAGE
    BINDINGS = bindings(Scope.MESSAGE)

    def __init__(self, opened: Opened) -> None:
        super().__init__()
        self._opened = opened
        self.view = VIEWS[0]
        self._folded = True

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        yield TextView()
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(TextView).focus()
        self._show(self.view)

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.footer(self.SCOPE), commands.footer(Scope.EVERYWHERE))
        if self.view == "attachments":
            self._show(self.view)

    def _show(self, view: str, *, from_top: bool = True) -> None:
        self.view = view
        names = "  ".join(f"[{name}]" if name == view else name for name in VIEWS)
        self.query_one(Line).say(
            f" {self._opened.row.asset_name} · message {self._opened.row.id:,}   {names}"
        )
        self.query_one(TextView).show(self._lines(), from_top=from_top)

    def _lines(self) -> list[TextLine]:
        if self.view == "text":
            return message_views.text(self._opened, folded=self._folded)
        if self.view == "trail":
            return message_views.trail(self._opened, times.now())
        if self.view == "attachments":
            return message_views.attachments(self._opened, self.size.width - BESIDE)
        made = {"headers": message_views.headers, "source": message_views.source}
        return made[self.view](self._opened)

    def refusal(self, verb: str) -> str | None:
        if verb == "card" and self._opened.row.kind != "confirmation":
            return "This message is no confirmation of a forwarding address."
        if verb == "fold" and not self._opened.mail.quoted:
            return "Nothing is quoted in this message."
        if verb == "copy" and not self._opened.row.message_id:
            return "This message has no Message-ID."
        return None

    def do_text(self) -> None:
        self._show("text")

    def do_headers(self) -> None:
        self._show("headers")

    def do_source(self) -> None:
        self._show("source")

    def do_attachments(self) -> None:
        self._show("attachments")

    def do_trail(self) -> None:
        self._show("trail")

    def do_next_view(self) -> None:
        self._show(VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)])

    def do_fold(self) -> None:
        self._folded = not self._folded
        self._show("text", from_top=False)

    def do_card(self) -> None:
        from tui import inbound_verbs

        hub(self).carry_out("show the confirmation", inbound_verbs.card, self._opened.row.id)

    def do_copy(self) -> None:
        clipboard.copy(self, "the Message-ID", self._opened.row.message_id)

    @work(exclusive=True, exit_on_error=False, description="save to a file")
    async def do_save(self) -> None:
        """Save an attachment, or, outside of their view, the message; never over a file that exists."""
        attachment = None
        if self.view == "attachments" and self._opened.mail.attachments:
            attachment = await self._chosen()
            if attachment is None:
                return
        name = attachment.name if attachment else f"message-{self._opened.row.id}.eml"
        asked = AskLine("Save", f"Save {name} as:", "save", value=str(Path.cwd() / name), check=_new_path)
        path = await self.app.push_screen_wait(asked)
        if path is None:
            return
        try:
            size = await asyncio.to_thread(message_views.saved, self._opened, attachment, Path(path))
        except OSError as error:
            self.notify(f"{path} cannot be written: {error.strerror}.", severity="warning", markup=False)
            return
        self.notify(f"{size:,} bytes are in {path}.", markup=False)

    async def _chosen(self) -> Attachment | None:
        found = self._opened.mail.attachments
        if len(found) == 1:
            return found[0]
        if len(found) <= BY_DIGIT:
            choices: list[Choice[Attachment | None]] = [
                Choice(str(number), fitted(visible(one.name), NAME_WIDTH).rstrip(), one)
                for number, one in enumerate(found, 1)
            ]
            question = Question("Save an attachment", "Which one?", choices, None, stacked=True)
            return await self.app.push_screen_wait(question)

        def numbered(text: str) -> str:
            if not text.strip().isdigit() or not 1 <= int(text) <= len(found):
                raise ValueError(f"Type a number from 1 to {len(found)}.")
            return text.strip()

        answer = await self.app.push_screen_wait(
            AskLine("Save an attachment", "Which one? Type its number:", "go on", check=numbered)
        )
        return found[int(answer) - 1] if answer else None

    def do_back(self) -> None:
        self.dismiss()


def _new_path(text: str) -> str:
    path = Path(text.strip()).expanduser()
    if not text.strip() or path.is_dir():
        raise ValueError("Type a file name.")
    if path.exists():
        raise ValueError(f"{path} exists; name another one, nothing is written over.")
    if not path.parent.is_dir():
        raise ValueError(f"{path.parent} is not a directory.")
    return str(path)
