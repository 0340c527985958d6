"""Copying to the clipboard of the person's own machine, through OSC 52, in honest words: no terminal confirms
it."""

from __future__ import annotations

import os

from textual.widget import Widget

from tui.hub import hub
from tui.widgets.untrusted import visible

TMUX = " In tmux this needs `set -s set-clipboard on`."
SHOWN = 200
"""Longer values are not repeated in the toast."""


def copy(widget: Widget, what: str, value: str, *, show: bool = True, but: str = "") -> None:
    """Send `value` to the terminal to be copied, and show it for those whose terminal refuses.

    Args:
        show: False: it is a secret, or stands on the screen already.
        but: a sentence of warning about what was copied.
    """
    widget.app.copy_to_clipboard(value)
    console = hub(widget)
    hint = "" if console.tmux_told or not os.environ.get("TMUX") else TMUX
    console.tmux_told = True
    shown = f":\n{visible(value)}" if show and len(value) <= SHOWN and "\n" not in value else "."
    words = f"Sent {what} to your terminal's clipboard{shown}{hint}"
    widget.notify(
        f"{words}\n{but}" if but else words,
        timeout=10 if but else 6,
        severity="warning" if but else "information",
        markup=False,
    )
