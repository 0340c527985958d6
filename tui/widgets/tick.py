"""A check box that says its state by its glyph, not by colour alone."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Checkbox


class Tick(Checkbox):
    """`[x]` or `[ ]`; Space or Enter changes it."""

    @property
    def _button(self) -> Content:
        return Content("[x]" if self.value else "[ ]")
