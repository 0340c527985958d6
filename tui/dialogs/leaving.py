"""How a screen leaves otherwise than by its own keys: when work in the background says so, or when a pane is
asked for that lies below it."""

from __future__ import annotations

from typing import Any, TypeVar

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
        if self._answer is not None and self.app.screen is self:
            self.dismiss(self._answer[0])


def put_away(screen: Screen[Any]) -> None:
    """Take away the screen on top, as its Escape does where that asks nothing.

    Whoever waits for its answer is given the one of a person who did nothing there (`put_away` of the screen,
    else None): a verb that waited for ever would keep every other verb out.
    """
    getattr(screen, "put_away", screen.dismiss)()
