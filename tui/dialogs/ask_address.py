"""Asks for the one address that a real test message is sent to."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from live.smtp.names import WireNameError, address_on_wire
from tui.widgets.untrusted import visible


class AskAddress(ModalScreen[str | None]):
    """Answers the address, or None when the person thinks better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel", show=False)]

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def compose(self) -> ComposeResult:
        mails = "one message" if self._count == 1 else f"{self._count:,} messages, one from each asset,"
        with Vertical(classes="dialog") as frame:
            frame.border_title = "Test with a real message"
            yield Static(
                f"After the usual test, {mails} will be sent to this address:", classes="words", markup=False
            )
            yield Input(placeholder="for instance you@example.com", compact=True)
            yield Static("", classes="complaint", markup=False)
            yield Static("Enter: test and send   Esc: do not", classes="hint", markup=False)

    def on_mount(self) -> None:
        box = self.query_one(Input)
        box.cursor_blink = False
        box.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            self.dismiss(address_on_wire(event.value.strip()))
        except WireNameError as error:
            self.query_one(".complaint", Static).update(visible(str(error)))

    def action_leave(self) -> None:
        self.dismiss(None)
