"""What stands below a form's fields: remarks, and a value that its box cannot show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from tui.widgets.untrusted import visible

WHOLE = 300
"""Characters of a value that are shown in full: about four lines of the six that there are."""


class Told(Protocol):
    """What is wrong or doubtful, and the remedy."""

    @property
    def severity(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def remedy(self) -> str: ...


def remark_words(remark: Told) -> Content:
    """A remark in its colour, with the remedy behind it."""
    tone = "$text-error" if remark.severity == "error" else "$text-warning"
    return Content.assemble((visible(remark.text), tone), " ", visible(remark.remedy))


def in_full(box: Widget | None) -> Iterator[Content]:
    """The value in hand, where its box cannot show all of it; never a secret one."""
    if isinstance(box, Input) and not box.password and 0 < box.size.width <= cell_len(box.value):
        more = "…" if len(box.value) > WHOLE else ""
        yield Content.assemble(("In full: ", "$text-muted"), visible(box.value[:WHOLE]), more)
