"""What the list of tokens says: groups, cells, filter and headline, as pure functions of records and the
time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from tui.asset_list import PROVIDERS
from tui.columns import Cell, Column
from tui.times import until

if TYPE_CHECKING:
    from store.token_lines import TokenLine

WORDS = re.compile(r'(\w+:"[^"]*"?)|(\S+)')
"""Words of a filter; a value with spaces stands in quotation marks: `client:"Desk app"`."""
SOON = timedelta(days=7)
"""What ends within a week is soon: a person who must ask another one needs some days."""


class Group(IntEnum):
    """How soon a person is needed."""

    NOW = 0
    SOON = 1
    WELL = 2


STATES = {
    "none": ("○", "no grant", "bad"),
    "valid": ("✓", "valid", "good"),
    "retrying": ("↻", "retrying", "soon"),
    "consent_required": ("✗", "consent", "bad"),
    "client_fault": ("✗", "client fault", "bad"),
    "password": ("•", "password", "quiet"),
}
"""Glyph, word and tone of each state: never colour alone."""

NEEDS_PERSON = frozenset({"none", "consent_required", "client_fault"})

COLUMNS = (
    Column("State", 14),
    Column("Asset", 14, grow=2),
    Column("Provider", 10, keep=5),
    Column("Client", 12, grow=1, keep=6),
    Column("Stops", 11),
    Column("By itself", 17, keep=4),
    Column("Who", 13, keep=3),
    Column("Why", 22, grow=6, keep=2),
)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """An asset's line with all that is computed once for it."""

    line: TokenLine
    group: Group
    why: str
    who: str
    haystack: str


def rows(lines: Iterable[TokenLine], now: datetime) -> list[TokenRow]:
    """Judge each line, those that need a person first, each group by its deadline (lines come by
    deadline)."""
    return sorted((row(line, now) for line in lines), key=lambda row: row.group)


def row(line: TokenLine, now: datetime) -> TokenRow:
    """Group, reason and person of one line."""
    group = grouped(line, now)
    why, who = _why(line)
    searched = (line.name, line.address, line.client_name or "", line.state, why, who)
    return TokenRow(line, group, why, who, "\n".join(searched).casefold())


def grouped(line: TokenLine, now: datetime) -> Group:
    """Whether a person is needed now, within `SOON`, or later than that."""
    if line.sign_in == "oauth" and line.state in NEEDS_PERSON:
        return Group.NOW
    if line.deadline_at is None:
        return Group.WELL
    if line.deadline_at <= now:
        return Group.NOW
    return Group.SOON if line.deadline_at - now <= SOON else Group.WELL


def _why(line: TokenLine) -> tuple[str, str]:
    from live import diagnosis

    if line.made_with:
        from live import deadlines

        return deadlines.OTHERS.format(made_with=line.made_with), "operator"
    if line.diagnosis is not None and line.state != "valid":
        known = diagnosis.by_id(line.diagnosis)
        return known.cause, known.who.value
    if line.sign_in == "oauth" and line.state == "none":
        return "No token has been generated yet.", "operator"
    return line.deadline_reason or "", line.deadline_who or ""


def cells(row: TokenRow, now: datetime) -> tuple[Cell, ...]:
    """The cells of one row, in the order of `COLUMNS`."""
    line = row.line
    glyph, word, tone = STATES["password" if line.sign_in == "password" else line.state]
    if row.group is Group.SOON and tone == "good":
        glyph, tone = "!", "soon"
    stops = "now" if row.group is Group.NOW else until(line.deadline_at, now) if line.deadline_at else "never"
    return (
        Cell(f"{glyph} {word}", tone),
        Cell(line.name),
        Cell(PROVIDERS.get(line.provider, line.provider)),
        Cell(line.client_name or ""),
        Cell(stops, "bad" if row.group is Group.NOW else "soon" if row.group is Group.SOON else ""),
        Cell(by_itself(line, now)),
        Cell(
            row.who if row.group is not Group.WELL else "nobody now",
            "" if row.group is not Group.WELL else "quiet",
        ),
        Cell(row.why),
    )


def by_itself(line: TokenLine, now: datetime) -> str:
    """What happens without a person, and when."""
    if line.state in ("valid", "retrying") and line.next_refresh_at is not None:
        verb = "retry" if line.state == "retrying" else "refresh"
        return f"{verb} {until(line.next_refresh_at, now)}"
    return "nothing"


def detail(row: TokenRow) -> str:
    """The whole reason, and who can act, for the line below the list."""
    who = f"{row.who.capitalize()}: " if row.who else ""
    return f" {who}{row.why}" if row.why else ""


def counted(rows: Iterable[TokenRow]) -> tuple[int, int, int]:
    """How many need a person now, soon, and later."""
    counts = Counter(row.group for row in rows)
    return counts[Group.NOW], counts[Group.SOON], counts[Group.WELL]


def headline(now: int, soon: int, well: int) -> str:
    """The answer to "whose token dies next?", in one line."""
    first = f"{now:,} need{'s' if now == 1 else ''} a person now" if now else "Nobody is needed now"
    return f"{first} · {soon:,} this week · {well:,} well"


def turn(lines: Iterable[TokenLine], now: datetime) -> datetime | None:
    """When the first of them comes into another group by itself; None: never."""
    ends = [line.deadline_at for line in lines if line.deadline_at is not None and line.deadline_at > now]
    turns = (at if at - now <= SOON else at - SOON for at in ends)
    return min(turns, default=None)


def chosen(rows: Iterable[TokenRow], text: str) -> list[TokenRow]:
    """The rows that hold all the words; `client:` followed by a name keeps that client's."""
    words = [quoted or bare for quoted, bare in WORDS.findall(text.casefold())]
    return [row for row in rows if all(_holds(row, word.replace('"', "")) for word in words)]


def _holds(row: TokenRow, word: str) -> bool:
    key, colon, value = word.partition(":")
    if colon and key == "client":
        return value in (row.line.client_name or "").casefold()
    if colon and key == "state":
        return row.line.state.startswith(value)
    return word in row.haystack
