"""A line to type into, which carries out its own editing keys itself, in the order in which they come."""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.widgets import Input

ELSEWHERE = ("submit", "copy")
"""Enter ends the typing, and Ctrl+C belongs to the console."""
EDITS = {one.action for one in Input.BINDINGS if isinstance(one, Binding)} - set(ELSEWHERE)
"""What a line's keys do to it; those that it has as something that scrolls are for others."""


class LineInput(Input):
    """Textual sends an editing key such as Ctrl+U up to the app, which carries it out when the text that was
    typed behind it is there already."""

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Whether this is text, or a key that edits it: nobody else hears of it."""
        return isinstance(event, events.Paste) or event.is_printable or self._edits(event.key) is not None

    def _edits(self, key: str) -> str | None:
        """The action of an editing key."""
        actions = (binding.action for binding in self._bindings.key_to_bindings.get(key, ()))
        return next((action for action in actions if action in EDITS), None)

    async def on_key(self, event: events.Key) -> None:
        action = None if event.is_printable else self._edits(event.key)
        if action is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)
