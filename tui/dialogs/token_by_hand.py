"""A refresh token that was made elsewhere: pasted, masked, and tried at once."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from live.oauth.by_hand import PasteRefused, refresh_token_in
from tui.widgets.line_input import LineInput
from tui.widgets.untrusted import visible

WORDS = (
    "Paste the refresh token, or the whole token answer as OAuth Playground shows it. It must have been made "
    "with this asset's OAuth client; it is tried by a refresh at once."
)


class TokenByHand(ModalScreen[SecretStr | None]):
    """Answers the refresh token, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel", show=False)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as frame:
            frame.border_title = "A refresh token made elsewhere"
            yield Static(WORDS, classes="words", markup=False)
            yield LineInput(password=True, compact=True)
            yield Static("", classes="complaint", markup=False)
            yield Static("Enter: try it   Esc: do not", classes="hint", markup=False)

    def on_mount(self) -> None:
        box = self.query_one(Input)
        box.cursor_blink = False
        box.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            self.dismiss(refresh_token_in(SecretStr(event.value)))
        except PasteRefused as error:
            event.input.value = ""
            self.query_one(".complaint", Static).update(visible(str(error)))

    def action_leave(self) -> None:
        self.dismiss(None)
