"""How a screen leaves by itself, when work in the background says so and not a key."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import Screen

T = TypeVar("T")


class LeavingScreen(Screen[T]):
    """Textual's `dismiss` takes away whatever screen is on top, be it a form that somebody types into."""

    _answer: tuple[T | None] | None = None

    def leave(self, answer: T | None = None) -> None:
        """Dismiss this screen: at once where it is on top, else as soon as it is again."""
        if self.app.screen is self:
            self.dismiss(answer)
        else:
            self._answer = (answer,)

    def on_screen_resume(self) -> None:
        if self._answer is not None:
            self.dismiss(self._answer[0])
