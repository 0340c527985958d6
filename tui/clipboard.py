"""Copying to the clipboard of the person's own machine, through OSC 52, in honest words: no terminal confirms
it."""

from __future__ import annotations

import os

from textual.widget import Widget

from tui.widgets.untrusted import visible

SHOWN = 200
"""Longer values are not repeated in the toast."""


def copy(widget: Widget, what: str, value: str) -> None:
    """Send `value` to the terminal to be copied, and show it for those whose terminal refuses."""
    widget.app.copy_to_clipboard(value)
    hint = " In tmux this needs `set -s set-clipboard on`." if os.environ.get("TMUX") else ""
    shown = f":\n{visible(value)}" if len(value) <= SHOWN and "\n" not in value else "."
    widget.notify(f"Sent {what} to your terminal's clipboard{shown}{hint}", timeout=6, markup=False)
