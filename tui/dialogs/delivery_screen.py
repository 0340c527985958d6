"""One delivery in full: its event, every try with what was answered, and the head of its requests."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.screen import Screen

from tui import clipboard, commands, delivery_list, webhook_words
from tui.commands import Scope, bindings
from tui.hub import hub
from tui.widgets.command_host import CommandHost
from tui.widgets.lines import KeyLine, Line
from tui.widgets.text_view import TextLine, TextView

if TYPE_CHECKING:
    from store.deliveries import Delivery
    from tui.desk import Desk

GONE = "This delivery is gone: past its time, or its webhook was deleted."


class DeliveryScreen(Screen[None], CommandHost):
    """Opened with Enter on a delivery; nothing sealed is opened for it."""

    SCOPE = Scope.DELIVERY
    BINDINGS = bindings(Scope.DELIVERY)

    def __init__(self, desk: Desk, delivery_id: int) -> None:
        super().__init__()
        self._desk = desk
        self._delivery_id = delivery_id
        self._delivery: Delivery | None = None
        self._lines: list[TextLine] = []

    def compose(self) -> ComposeResult:
        yield Line(classes="headline")
        yield TextView()
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(TextView).focus()
        self.store_changed()

    def on_resize(self) -> None:
        self.query_one(KeyLine).keys(commands.footer(self.SCOPE), commands.footer(Scope.EVERYWHERE))

    @work(exclusive=True, group="delivery", exit_on_error=False, description="read the delivery")
    async def store_changed(self) -> None:
        """Read again: at opening, and whenever something was committed."""
        found, lines = await asyncio.to_thread(_read, self._desk, self._delivery_id)
        if lines == self._lines:
            return
        first, self._delivery, self._lines = not self._lines, found, lines
        if found is None:
            self.query_one(Line).say(f" Delivery {self._delivery_id:,}")
        else:
            glyph, word, _tone = webhook_words.delivery_look(found.line)
            self.query_one(Line).say(
                f" {found.line.webhook_name} · delivery {self._delivery_id:,} · {glyph} {word}"
            )
        self.query_one(TextView).show(lines, from_top=first)

    def refusal(self, verb: str) -> str | None:
        if verb == "back":
            return None
        found = self._delivery
        if found is None:
            return GONE if self._lines else "The delivery is still being read."
        if verb == "replay" and not found.replayable:
            return "Its mail is past its time (webhook_keep_days): it cannot be delivered again."
        if verb == "message" and not found.data.get("message"):
            return "This event is about no mail."
        if verb == "give_up" and found.line.done_at is not None:
            return "It is not tried any more as it is."
        return None

    def do_replay(self) -> None:
        from tui import webhook_verbs

        hub(self).carry_out("replay", webhook_verbs.replay, (self._delivery_id,))

    def do_give_up(self) -> None:
        from tui import webhook_verbs

        hub(self).carry_out("give up the delivery", webhook_verbs.give_up, (self._delivery_id,))

    def do_request(self) -> None:
        from tui import webhook_verbs

        hub(self).carry_out("show the request", webhook_verbs.request, self._delivery_id)

    def do_message(self) -> None:
        from tui import inbound_verbs

        assert self._delivery is not None
        message_id = int(self._delivery.data["message"])
        hub(self).carry_out("open the message", inbound_verbs.read, message_id)

    def do_copy(self) -> None:
        assert self._delivery is not None
        clipboard.copy(self, "the webhook-id", self._delivery.uid)

    def do_back(self) -> None:
        self.dismiss()


def _read(desk: Desk, delivery_id: int) -> tuple[Delivery | None, list[TextLine]]:
    """Blocks for disk."""
    from live.webhooks.look import unsigned
    from store import deliveries, webhooks

    found = deliveries.by_id(desk.store, delivery_id)
    if found is None:
        return None, [TextLine(GONE, "bad")]
    endpoint = webhooks.by_id(desk.store, desk.vault, found.line.webhook_id)
    head = unsigned(endpoint.fields.url, endpoint.fields.style, found.uid) if endpoint else []
    return found, delivery_list.in_full(found, head)
