"""What the console's filter is compared with: a plain Textual list that is filled anew with each key.

Called with the number of lines. Animation, mouse and blinking are off, as in the console.
"""

import sys

from textual.app import App, ComposeResult
from textual.widgets import Input, OptionList

from tests.bench.bare_table import row

FIRST_TEXT = "Desk 0000"


class BareList(App[None]):
    """An Input above an OptionList."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.animation_level = "none"
        self.lines = ["  ".join(row(number)) for number in range(lines)]
        self.lowered = [line.lower() for line in self.lines]

    def compose(self) -> ComposeResult:
        box = Input(compact=True)
        box.cursor_blink = False
        yield box
        yield OptionList(*self.lines, markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        words = event.value.lower().split()
        pairs = zip(self.lines, self.lowered, strict=True)
        kept = [line for line, low in pairs if all(word in low for word in words)]
        self.query_one(OptionList).clear_options().add_options(kept)


if __name__ == "__main__":
    BareList(int(sys.argv[1])).run(mouse=False)
