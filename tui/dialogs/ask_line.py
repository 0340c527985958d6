"""Asks for one line of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.widgets.line_input import LineInput
from tui.widgets.untrusted import visible


class AskLine(ModalScreen[str | None]):
    """Answers the line, or None when the person thinks better of it.

    Args:
        check: what the line stands for, such as an address in its proper form; raises ValueError with the
            sentence that is shown, and the dialog stays.
        masked: show dots for what is typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel", show=False)]

    def __init__(
        self,
        title: str,
        words: str,
        act: str,
        *,
        value: str = "",
        placeholder: str = "",
        check: Callable[[str], str] = str.strip,
        masked: bool = False,
    ) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._act = act
        self._value = value
        self._placeholder = placeholder
        self._check = check
        self._masked = masked

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as frame:
            frame.border_title = visible(self._title)
            yield Static(visible(self._words, newlines=True), classes="words", markup=False)
            yield LineInput(
                self._value,
                placeholder=self._placeholder,
                compact=True,
                select_on_focus=False,
                password=self._masked,
            )
            yield Static("", classes="complaint", markup=False)
            yield Static(f"Enter: {self._act}   Esc: do not", classes="hint", markup=False)

    def on_mount(self) -> None:
        box = self.query_one(Input)
        box.cursor_blink = False
        box.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            self.dismiss(self._check(event.value))
        except ValueError as error:
            self.query_one(".complaint", Static).update(visible(str(error)))

    def action_leave(self) -> None:
        self.dismiss(None)
