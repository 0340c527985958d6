"""What a form says while something is tried with what it holds, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from textual.content import Content

CHANGING = "Changed meanwhile: this test saves nothing any more. ^S again once it has ended, Esc stops it."
CHANGED = "Nothing is saved: the form changed while it was being tested. ^S tests and saves it as it is now."

Line = Content | str


@dataclass(slots=True)
class FormTrial:
    """Its words stay whatever is typed: else the next key would take away what a save has come to."""

    step: Line = ""
    """What is being tried now."""
    outcome: Line = ""
    """Why the last save kept nothing; until the next one."""
    _typed: Mapping[str, object] | None = None

    @property
    def runs(self) -> bool:
        return self._typed is not None

    def lines(self, typed: Mapping[str, object]) -> list[Line]:
        """What is to be said, given what is typed now."""
        if self._typed is None:
            return [self.outcome] if self.outcome else []
        changing = [Content.styled(CHANGING, "$text-warning")] if typed != self._typed else []
        return [*([self.step] if self.step else []), *changing]

    @contextmanager
    def of(self, typed: Mapping[str, object]) -> Iterator[None]:
        """Try what is typed."""
        self._typed, self.step, self.outcome = typed, "", ""
        try:
            yield
        finally:
            self._typed = None
