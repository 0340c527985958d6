"""How the agent is, in a dialog."""

from __future__ import annotations

from textual.content import Content

from tui.dialogs.base import Question, message
from tui.widgets.untrusted import visible


def agent_dialog(words: str) -> Question[None]:
    """The words may hold a server's: untrusted."""
    return message("The agent", Content(visible(words, newlines=True)))
