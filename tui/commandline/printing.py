"""What the command line prints: tables, JSON and narration, all cleaned of what a terminal would obey."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from tui.widgets.untrusted import visible

SHAPE = 1
"""The number at the top of all JSON; it changes when a key changes its meaning or goes away."""

GAP = "  "


def print_line(text: str = "") -> None:
    """A line of data on stdout, cleaned."""
    print(visible(text))


def narrate(text: str) -> None:
    """A line of narration on stderr, cleaned."""
    print(visible(text), file=sys.stderr)


def print_json(*, one_line: bool = False, **content: Any) -> None:
    """The one JSON document of a command. All but ASCII is escaped: a terminal finds nothing to obey."""
    text = json.dumps({"postroom": SHAPE, **content}, indent=None if one_line else 2, ensure_ascii=True)
    print(text.replace("\x7f", "\\u007f"))  # DEL: the one control character that JSON lets through


def moment(at: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC with milliseconds, for JSON."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds")


def print_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows in columns as wide as their widest cell. Nothing is cut: what is piped on must be whole."""
    shown = [tuple(map(visible, titles)), *(tuple(map(visible, row)) for row in rows)]
    widths = [max(map(cells, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        padded = (text + " " * (width - cells(text)) for text, width in zip(row, widths, strict=True))
        print(GAP.join(padded).rstrip())


def print_pairs(pairs: Iterable[tuple[str, str]], indent: str = "") -> None:
    """Labels and values, one a line; further lines of a value stand below its first."""
    for line in _pair_lines(pairs, indent):
        print(line)


def narrate_pairs(pairs: Iterable[tuple[str, str]], indent: str = "") -> None:
    """The same on stderr."""
    for line in _pair_lines(pairs, indent):
        print(line, file=sys.stderr)


def _pair_lines(pairs: Iterable[tuple[str, str]], indent: str) -> Iterator[str]:
    shown = [(label, value.split("\n")) for label, value in pairs]
    width = max((cells(label) for label, _ in shown), default=0) + 1
    for label, (first, *rest) in shown:
        yield f"{indent}{label + ':':<{width}} {visible(first)}".rstrip()
        for line in rest:
            yield f"{indent}{'':<{width}} {visible(line)}".rstrip()


def cells(text: str) -> int:
    """How many columns of a terminal a cleaned text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(character) for character in text)


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
