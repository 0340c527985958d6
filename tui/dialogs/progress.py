"""Something long at work: what it has done so far, and Escape to stop it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import ClassVar, Generic, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.widgets.lines import Line

T = TypeVar("T")


class Progress(ModalScreen[T | None], Generic[T]):
    """Runs steps and answers the last one; what was reached when the person stopped it is answered too.

    Args:
        steps: yields what has been reached so far; closed when the person stops it.
        words: one step in one line.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stop", "Stop", show=False)]

    def __init__(self, title: str, steps: AsyncGenerator[T, None], words: Callable[[T], str]) -> None:
        super().__init__()
        self._title = title
        self._steps = steps
        self._words = words
        self._last: T | None = None
        self._fault: Exception | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as frame:
            frame.border_title = self._title
            yield Line()
            yield Static("Esc: stop", classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(Line).say("Beginning …")
        self._run()

    @work(exclusive=True, exit_on_error=False, description="do something long")
    async def _run(self) -> None:
        try:
            async with aclosing(self._steps) as steps:
                async for step in steps:
                    self._last = step
                    self.query_one(Line).say(self._words(step))
        except Exception as error:  # noqa: BLE001  # raised again by whoever waits for the answer
            self._fault = error
        self.dismiss(self._last)

    def action_stop(self) -> None:
        self.workers.cancel_node(self)
        self.dismiss(self._last)

    def put_away(self) -> None:
        """See `tui.dialogs.leaving.put_away`."""
        self.action_stop()

    def settled(self, answer: T | None) -> T | None:
        """The answer, or the fault that ended the work."""
        if self._fault is not None:
            raise self._fault
        return answer
