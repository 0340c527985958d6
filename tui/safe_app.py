"""An app that ends cleanly whatever happens to its terminal, and says errors in words instead of
tracebacks."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence

from textual.filter import LineFilter
from textual.worker import Worker, WorkerState

from tui.crash import keep_trace
from tui.patient_app import PatientApp
from tui.widgets.safety_net import SafetyNet

TERMINAL_SECONDS = 5
"""How often it is looked whether the terminal is still there."""
TWICE_SECONDS = 2
"""Within this time a second Ctrl+C leaves."""


class SafeApp(PatientApp):
    """Signals, lost terminals, failed workers and unforeseen errors, all in one place."""

    def __init__(self) -> None:
        super().__init__()
        self.animation_level = "none"
        self.farewell = ""
        self._interrupted = False

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self.exit)
        self.set_interval(TERMINAL_SECONDS, self._leave_without_terminal)

    def _leave_without_terminal(self) -> None:
        """A terminal that went away without a signal would leave the program behind, spinning on its
        input."""
        if not self.is_headless and not (sys.__stdin__ and sys.__stdin__.isatty()):
            self.exit()

    def action_interrupt(self) -> None:
        if self._interrupted:
            self.exit(0)
            return
        self._interrupted = True
        self.set_timer(TWICE_SECONDS, self._forget_interrupt)
        words = f"Press Ctrl+C once more to leave postroom.{self.what_is_lost()}"
        self.notify(words, timeout=TWICE_SECONDS, markup=False)

    def what_is_lost(self) -> str:
        """What leaving at once would lose, in a sentence with a space before it; "": nothing."""
        return ""

    def _forget_interrupt(self) -> None:
        self._interrupted = False

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), SafetyNet()]

    def fail_with(self, words: str) -> None:
        """Say this when the screen is closed, and end with status 1, whatever the console was left with."""
        self.farewell = "\n".join(filter(None, (self.farewell, words)))
        self._return_code = 1

    def must_leave(self) -> bool:
        """Whether there is nothing to go on with after a worker failed."""
        raise NotImplementedError

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that failed is told in words, and traced in the log file without the values it worked
        on."""
        if event.state is not WorkerState.ERROR or event.worker.error is None:
            return
        from tui.dialogs.trouble import told

        words = told(event.worker.error, event.worker.description)
        if words.unforeseen:
            keep_trace(event.worker.error)
        if self.must_leave():
            self.farewell = words.happened
            self.exit(return_code=2)
        else:
            self.push_screen(words.dialog())

    def _handle_exception(self, error: Exception) -> None:
        """Textual would print a traceback with the values of variables; a line and a file without them
        instead."""
        if self.is_headless:  # tests want the exception itself
            super()._handle_exception(error)
            return
        path = keep_trace(error)
        self.farewell = (
            f"postroom stopped on an error of its own ({type(error).__name__}); its trace is in {path}."
        )
        self.exit(return_code=1)
