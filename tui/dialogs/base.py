"""What all dialogs share: a frame, literal text, buttons reached by keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tui.widgets.untrusted import visible

T = TypeVar("T")
MOVING = frozenset("jkgG")
"""The keys of vi, which move everywhere: a choice by them would be pressed by who wants to scroll."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """A button: the key that presses it, its label, and what the dialog then answers."""

    key: str
    label: str
    answer: T

    def __post_init__(self) -> None:
        if self.key in MOVING:
            raise ValueError(f"{self.key} moves in lists and texts; {self.label!r} needs another key")


class Question(ModalScreen[T]):
    """Shows words and offers choices. Escape gives the answer `otherwise`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer_otherwise", "Cancel", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("up,k", "turn(-1)", show=False),
        Binding("down,j", "turn(1)", show=False),
        Binding("pageup", "turn(-10)", show=False),
        Binding("pagedown", "turn(10)", show=False),
    ]

    def __init__(
        self,
        title: str,
        words: Content | str,
        choices: Sequence[Choice[T]],
        otherwise: T,
        *,
        stacked: bool = False,
    ) -> None:
        super().__init__()
        if len({choice.key for choice in choices}) < len(choices):
            raise ValueError(f"two choices of {title!r} have the same key")
        self._title = title
        self._words = Content(visible(words, newlines=True)) if isinstance(words, str) else words
        self._choices = choices
        self._otherwise = otherwise
        self._stacked = stacked

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as frame:
            frame.border_title = Content(visible(self._title))
            with VerticalScroll(classes="words", can_focus=False):
                yield Static(self._words, markup=False)
            with (Vertical if self._stacked else Horizontal)(
                classes="buttons stacked" if self._stacked else "buttons"
            ):
                for index, choice in enumerate(self._choices):
                    yield Button(
                        Content(visible(f"{choice.key} {choice.label}")), id=f"choice-{index}", compact=True
                    )

    def on_mount(self) -> None:
        for index, choice in enumerate(self._choices):
            self._bindings.bind(choice.key, f"answer({index})", show=False)
        self.query(Button).last().focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_answer(int((event.button.id or "choice-0").removeprefix("choice-")))

    def action_turn(self, lines: int) -> None:
        """Scroll the words."""
        self.query_one(".words").scroll_relative(y=lines, animate=False)

    def action_answer(self, index: int) -> None:
        self.dismiss(self._choices[index].answer)

    def action_answer_otherwise(self) -> None:
        self.dismiss(self._otherwise)

    def put_away(self) -> None:
        """See `tui.dialogs.leaving.put_away`."""
        self.dismiss(self._otherwise)


def confirmation(title: str, words: str, yes: str) -> Question[bool]:
    """A yes/no question; the button that changes nothing has the focus."""
    return Question(title, words, (Choice("y", yes, True), Choice("n", "Leave as it is", False)), False)


def message(title: str, words: Content | str) -> Question[None]:
    """Words to be read, and one button."""
    return Question(title, words, (Choice("o", "OK", None),), None)


def trouble(title: str, happened: str, why: str, remedy: str) -> Question[None]:
    """An error in its three parts."""
    parts = [
        ("What happened\n", "$accent"),
        (visible(happened, newlines=True), ""),
        ("\n\nWhy\n", "$accent"),
        (visible(why), ""),
    ]
    parts += [("\n\nWhat to do\n", "$accent"), (visible(remedy), "")]
    return message(title, Content.assemble(*parts))
