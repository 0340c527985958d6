"""What panes, dialogs and verbs may ask of the console, so that none of them has to know it."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.notifications import Notify
from textual.screen import Screen
from textual.widget import Widget

from store.actor import Actor
from tui.live_tests import LiveTests
from tui.safe_app import SafeApp

if TYPE_CHECKING:
    from store.checks import CheckRun
    from tui.desk import Desk


READ_SECONDS = 1.5
"""After so long a toast has been seen."""
WARNINGS = 2
"""That are seen at a time."""


class Hub(SafeApp):
    """The console as the rest of the screen sees it; `tui.app.Console` carries it out."""

    SUSPENDED_SCREEN_CLASS = "-suspended"

    def __init__(self) -> None:
        super().__init__()
        self.desk: Desk | None = None
        """None until the store is open."""
        self.tests = LiveTests()
        self.user = Actor.current().user
        self.vault_words = ("", "")
        """Text and style of the status line's word on the vault."""
        self.agent_words = ("", "")
        """The same of the agent."""
        self.need_words = ("", "")
        """The same of what needs a person."""
        self.tmux_told = False
        """Whether it was said what copying needs in tmux: once is enough."""

    def on_mount(self) -> None:
        self.screen_change_signal.subscribe(self, self._leave_toasts)

    def _leave_toasts(self, _screen: Screen[Any]) -> None:
        """What has been read on one screen hides nothing of the next; errors keep their time."""
        for old in list(self._notifications):
            if old.severity != "error" and time.time() - old.raised_at > READ_SECONDS:
                del self._notifications[old]

    def on_notify(self, event: Notify) -> None:
        """What was merely told gives way to what is told next, and a warning to the next but one: a heap of
        them hides what one works at. Errors keep their time."""
        new, there = event.notification, list(self._notifications)
        gone = [one for one in there if one.severity == "information" or one.message == new.message]
        if new.severity == "warning":
            gone += [one for one in there if one.severity == "warning" and one not in gone][: 1 - WARNINGS]
        for one in gone:
            del self._notifications[one]

    @property
    def config_path(self) -> Path:
        """The configuration file that is, or would be, read."""
        raise NotImplementedError

    def needs(self, words: str) -> None:
        """Tell the status line what the assets' headline says."""
        raise NotImplementedError

    def say_vault(self, words: str, style: str) -> None:
        """Tell the status line how the vault stands."""
        raise NotImplementedError

    def say_agent(self, words: str, style: str) -> None:
        """Tell the status line how the agent is."""
        raise NotImplementedError

    def show(self, pane: str) -> Any:
        """Close what is open above the panes and bring one to the front, in a worker."""
        raise NotImplementedError

    async def to_pane(self, name: str) -> Any:
        """The same, for workers; returns the pane."""
        raise NotImplementedError

    async def unlocked(self, why: str) -> bool:
        """Whether the vault is open, after asking for the passphrase where it is not. For workers."""
        raise NotImplementedError

    async def log_unlocked(self, why: str) -> bool:
        """The same for the bodies of messages, which take the passphrase. For workers."""
        raise NotImplementedError

    def carry_out(
        self, what: str, verb: Callable[..., Coroutine[Any, Any, None]], *given: Any, **options: Any
    ) -> None:
        """Run a verb, which takes the console and the desk before what is given, in a worker.

        What it works on is named by ids, never by secrets. One at a time: a key pressed twice would open two
        dialogs, one above the other.

        Args:
            what: what is being done, such as "refresh the tokens", for the words about a failure.
        """
        raise NotImplementedError

    def test(self, asset_ids: Sequence[int], *, message: bool = False) -> None:
        """Test these assets, on demand with a real message at the end."""
        raise NotImplementedError

    def edit_asset(self, asset_id: int | None) -> None:
        """Open the form, for a new asset where no id is given."""
        raise NotImplementedError

    def delete_assets(self, asset_ids: Sequence[int]) -> None:
        """Delete, after asking."""
        raise NotImplementedError

    def progressed(self) -> None:
        """A running test has something new."""
        raise NotImplementedError

    def stop_tests(self) -> None:
        """Stop the tests that run; they are recorded as stopped."""
        raise NotImplementedError

    def open_run(self, run: CheckRun) -> None:
        """Show one check in full."""
        raise NotImplementedError

    def open_asset(self, asset_id: int) -> None:
        """Show one asset in full."""
        raise NotImplementedError

    def show_checks_of(self, name: str) -> Any:
        """Show the checks of the asset of that name."""
        raise NotImplementedError


def hub(widget: Widget) -> Hub:
    """The console that a widget is part of."""
    app = widget.app
    assert isinstance(app, Hub)
    return app
