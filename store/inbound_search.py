"""What is looked for in the log: the words a person types, as a `Search`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from store.inbound_kinds import MailKind, Mark

TEXT_CHARACTERS = 1_000
TERMS = 30
"""More than anybody types; the search index refuses an expression of 256 levels."""


class SearchError(ValueError):
    """What was typed cannot be looked for; the text says what to type instead."""


@dataclass(frozen=True, slots=True)
class Search:
    """All conditions hold at once. A word that ends in "*" matches every word that begins so; one with spaces
    is a phrase."""

    words: tuple[str, ...] = ()
    """In subject, sender, recipients or names of attachments."""
    from_: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    asset: str = ""
    """An asset's name or address; where no asset has it, a part of either."""
    asset_id: int | None = None
    kind: str = ""
    """A word of `store.inbound_kinds.MailKind`."""
    before: datetime | None = None
    """Received before it."""
    after: datetime | None = None
    """Received at it or later."""
    has_attachment: bool = False
    marks: tuple[str, ...] = ()
    """Words of `store.inbound_kinds.Mark`; each of them is there."""


EVERYTHING = Search()

TERM = re.compile(
    r"""(?P<field>from|to|subject|asset|kind|before|after|has|mark):(?:"(?P<phrase>[^"]*)(?P<end>"?)|(?P<word>\S*))
      | "(?P<alone_phrase>[^"]*)(?P<alone_end>"?) | (?P<alone>\S+)""",
    re.VERBOSE | re.IGNORECASE,
)
"""A field with a value, or a value alone; quotes hold several words together, the last may be missing."""


def parse(text: str, now: datetime) -> Search:
    """Read what a person typed: `from:a@example.com subject:"two words" kind:bounce after:2d free wor`.

    The last word, while it is being typed (nothing after it), stands for all that begin so.

    Args:
        now: aware; what times such as "2d" are counted from, and whose day "today" is (in local time).

    Raises:
        SearchError: a value cannot be understood; the text says which ones can.
    """
    if len(text) > TEXT_CHARACTERS:
        raise SearchError(f"A search has at most {TEXT_CHARACTERS:,} characters; leave some words out.")
    found = list(TERM.finditer(text))
    if len(found) > TERMS:
        raise SearchError(f"A search has at most {TERMS} words; leave some out.")
    search = EVERYTHING
    for term in found:
        typing = term.end() == len(text)
        field = (term["field"] or "").lower()
        if field:
            closed = bool(term["end"])
            value = term["word"] if term["phrase"] is None else term["phrase"]
        else:
            closed = bool(term["alone_end"])
            value = term["alone"] if term["alone_phrase"] is None else term["alone_phrase"]
        search = FIELDS[field](search, value.strip(), typing and not closed, now)
    return search


Taker = Callable[[Search, str, bool, datetime], Search]
"""Adds a value to a search; told whether it is still being typed, and the time."""


def _texts(name: str) -> Taker:
    def take(search: Search, value: str, typing: bool, _now: datetime) -> Search:
        if not value.strip("*"):
            return search
        whole = f"{value}*" if typing and not value.endswith("*") else value
        more: Any = {name: (*getattr(search, name), whole)}
        return replace(search, **more)

    return take


def _asset(search: Search, value: str, _typing: bool, _now: datetime) -> Search:
    return replace(search, asset=value or search.asset)


def _kind(search: Search, value: str, typing: bool, _now: datetime) -> Search:
    kinds = [kind.value for kind in MailKind]
    return replace(search, kind=_one_of("kind", kinds, value, typing) or search.kind)


def _mark(search: Search, value: str, typing: bool, _now: datetime) -> Search:
    mark = _one_of("mark", [mark.value for mark in Mark], value, typing)
    return replace(search, marks=(*search.marks, mark)) if mark else search


def _has(search: Search, value: str, typing: bool, _now: datetime) -> Search:
    found = _one_of("has", ["attachment"], "attachment" if value == "attachments" else value, typing)
    return replace(search, has_attachment=search.has_attachment or bool(found))


def _one_of(field: str, words: list[str], value: str, typing: bool) -> str:
    """The word that was typed, or begun; "" where nothing was typed yet."""
    value = value.lower()
    if value in words:
        return value
    begun = [word for word in words if word.startswith(value)]
    if begun and typing:
        return begun[0] if value and len(begun) == 1 else ""
    choices = ", ".join(words[:-1]) + (" or " if words[1:] else "") + words[-1]
    raise SearchError(f"{field}: takes {choices}, not {value or 'nothing'}.")


def _before(search: Search, value: str, typing: bool, now: datetime) -> Search:
    moment = _moment("before", value, typing, now)
    return replace(search, before=moment or search.before)


def _after(search: Search, value: str, typing: bool, now: datetime) -> Search:
    moment = _moment("after", value, typing, now)
    return replace(search, after=moment or search.after)


AGO = re.compile(r"(\d{1,6})([mhdw])", re.IGNORECASE)
UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?")


def _moment(field: str, value: str, typing: bool, now: datetime) -> datetime | None:
    """A time that was typed, in local time; None while nothing can be made of it yet."""
    local = now.astimezone()
    try:
        if ago := AGO.fullmatch(value):
            return (now - int(ago[1]) * UNITS[ago[2].lower()]).astimezone(UTC)
        if value.lower() in DAYS:
            day = local.date() - timedelta(days=DAYS.index(value.lower()))
            return datetime.combine(day, time()).astimezone(UTC)
        if MOMENT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):  # the 31st of April; before the year 1
        pass
    else:
        if typing and BEGUN.fullmatch(value):
            return None
    raise SearchError(
        f"{field}: takes a day (2026-11-30), a time (2026-11-30T08:00), today, yesterday, or how long ago "
        f"(30m, 8h, 2d, 1w), not {value or 'nothing'}."
    )


DAYS = ("today", "yesterday")
BEGUN = re.compile(r"[\d:T-]{0,18}|t(o(d(ay?)?)?)?|y[a-z]{0,8}", re.IGNORECASE)
"""What may still become a time."""

FIELDS: dict[str, Taker] = {
    "": _texts("words"),
    "from": _texts("from_"),
    "to": _texts("to"),
    "subject": _texts("subject"),
    "asset": _asset,
    "kind": _kind,
    "mark": _mark,
    "has": _has,
    "before": _before,
    "after": _after,
}
