"""One step of a set-up guide as lines of text: how it stands, who does it, the values, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui import guide_words
from tui.widgets.record_list import fitted
from tui.widgets.text_view import TextLine
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from live.providers.guides.progress import Judged
    from live.providers.guides.values import Filled


def page(judged: Judged, pointed: int, width: int, now: datetime) -> list[TextLine]:
    """The lines, of which a `TextView` wraps the long ones.

    Args:
        pointed: which value is pointed to; that one is shown whole.
        width: cells of a line.
    """
    glyph, word, tone = guide_words.LOOKS[judged.stand]
    lines = [
        TextLine(f"{glyph} {judged.step.title}: {word}", "head" if tone == "quiet" else tone),
        TextLine(f"Who: {guide_words.WHO[judged.step.who.value]}"),
        *(TextLine(told, "bad") for told in guide_words.remedy(judged)),
    ]
    if stands := guide_words.stand_words(judged, now):
        lines.append(TextLine(stands, "quiet"))
    if judged.step.act and not judged.done:
        lines.append(TextLine(f"Enter: {guide_words.ACTS[judged.step.act]}", "head"))
    if judged.values:
        lines += [TextLine(""), *_values(judged.values, min(pointed, len(judged.values) - 1), width)]
    for paragraph in judged.text:
        lines += [TextLine(""), TextLine(paragraph)]
    if told := guide_words.answer(judged):
        lines += [TextLine(""), TextLine(told, "quiet")]
    if judged.step.link:
        lines += [TextLine(""), TextLine(f"o: {judged.step.link}", "quiet")]
    return lines


def _values(values: Sequence[Filled], pointed: int, width: int) -> Iterator[TextLine]:
    """One line each; the one pointed to in full, on lines of its own where it is long."""
    labels = max(cell_len(visible(value.label)) for value in values)
    for place, value in enumerate(values):
        tone = "" if value.text else "quiet"
        told = guide_words.value_words(value)
        line = f"{'›' if place == pointed else ' '} {value.label:<{labels}}  {told}"
        if place != pointed:
            yield TextLine(fitted(visible(line), width).rstrip(), tone)
        elif cell_len(visible(line)) <= width:
            yield TextLine(line, "head")
        else:
            yield TextLine(f"› {value.label}", "head")
            yield TextLine(told, "head")
