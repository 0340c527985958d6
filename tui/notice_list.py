"""What is said of notices on the screen and by the command line: columns, cells, headline, facts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from tui.columns import Cell, Column
from tui.times import ago, exact, until

if TYPE_CHECKING:
    from store.notices import Notice, NoticeCounts, NoticeLine, NoticeMember, Round, Sending

COLUMNS = (
    Column("State", 14),
    Column("Since", 10),
    Column("Cause", 39, grow=6),
    Column("Assets", 10, grow=1, keep=1),
    Column("Told", 10, keep=3),
    Column("To", 14, grow=2, keep=2),
)
SENDINGS = {
    "waiting": ("○", ""),
    "sent": ("✓", "good"),
    "in doubt": ("?", "soon"),
    "returned": ("✗", "bad"),
    "failed": ("✗", "bad"),
    "dropped": ("–", "quiet"),
}
"""Glyph and tone of how a mail or a hook stands."""
OCCASIONS = {
    "opened": "when it was noticed",
    "reminder": "again, since nobody acknowledged it",
    "worse": "because it got worse",
    "more": "because it touches more",
    "eased": "because it works again for now",
    "asked": "because somebody asked for it",
    "recovered": "that it is over",
}
NOT_TOLD = "Nobody was told yet."


def state(line: NoticeLine) -> tuple[str, str, str]:
    """Glyph, word and tone."""
    if line.ended_at is not None:
        return "✓", "over", "quiet"
    if line.acked_at is not None:
        return "●", "acknowledged", ""
    return ("✗", "needs you", "bad") if line.level == "now" else ("!", "soon", "soon")


def cells(line: NoticeLine, now: datetime) -> tuple[Cell, ...]:
    """The cells of one row, in the order of `COLUMNS`."""
    glyph, word, tone = state(line)
    quiet = "quiet" if line.ended_at else ""
    return (
        Cell(f"{glyph} {word}", tone),
        Cell(ago(line.opened_at, now), quiet),
        Cell(cause(line, now), quiet),
        Cell(assets(line), quiet),
        Cell(told(line, now), quiet),
        Cell(people(line) or "nobody", "" if line.told_to else "quiet"),
    )


def cause(line: NoticeLine, now: datetime) -> str:
    """The cause behind what is left until its deadline, which is seen however narrow the column is."""
    if line.ended_at is not None or line.deadline_at is None or line.state != "deadline":
        return line.cause
    return f"{until(line.deadline_at, now)}: {line.cause}"


def assets(line: NoticeLine) -> str:
    """The asset's name, or how many there are."""
    if line.asset_count > 1:
        return f"{line.asset_count:,}"
    return line.asset_name or "none"


def told(line: NoticeLine, now: datetime) -> str:
    """When it was told last."""
    if line.waiting:
        return "waits"
    return ago(line.told_at, now) if line.told_at else "not yet"


def people(line: NoticeLine) -> str:
    """Who was told."""
    first, *rest = line.told_to or ("",)
    return f"{first} +{len(rest)}" if rest else first


def headline(counts: NoticeCounts, shown: int | None = None) -> str:
    """The first line: what needs a person, then what is soon, then what is known.

    Args:
        shown: how many a filter leaves; None: there is no filter.
    """
    told = [] if shown is None else [f"{shown:,} {'matches' if shown == 1 else 'match'}"]
    if counts.now:
        told.append(f"{counts.now:,} {'needs' if counts.now == 1 else 'need'} a person")
    if counts.soon:
        told.append(f"{counts.soon:,} soon")
    if not counts.now and not counts.soon:
        told.append("nobody is needed")
    if counts.acknowledged:
        told.append(f"{counts.acknowledged:,} acknowledged")
    if counts.over:
        told.append(f"{counts.over:,} over")
    return " · ".join(told)


def detail(line: NoticeLine) -> str:
    """What stands below the list for the notice under the cursor."""
    told = [f"since {exact(line.opened_at)}"]
    if line.acked_at is not None:
        told.append(f"acknowledged by {line.acked_by}")
    if line.waiting:
        told.append("1 mail or hook waits" if line.waiting == 1 else f"{line.waiting:,} mails or hooks wait")
    if line.missing_at is not None and line.ended_at is None:
        told.append("looks well at the moment")
    return " " + " · ".join([*told, line.reason])


def pairs(notice: Notice, now: datetime) -> Iterator[tuple[str, str]]:
    """The facts of a notice as labels and values."""
    from live.notices.words import next_act, who_acts

    line = notice.line
    glyph, word, _ = state(line)
    yield "State", f"{glyph} {word}"
    yield "Since", f"{exact(line.opened_at)}, {ago(line.opened_at, now)}"
    if line.deadline_at is not None and line.kind != "absence":
        left = until(line.deadline_at, now) if line.deadline_at > now else "passed"
        yield "Deadline", f"{exact(line.deadline_at)}, {left}"
    if line.ended_at is not None:
        yield "Over", f"{exact(line.ended_at)}: {line.ended_how}"
    elif line.missing_at is not None:
        yield "Now", "it looks well at the moment; it is called over if that lasts some minutes"
    if line.acked_at is not None:
        yield "Known to", f"{line.acked_by}, since {exact(line.acked_at)}"
    yield "Why", line.reason
    yield "Who can act", who_acts(line)
    yield "What to do", "\n".join(next_act(line))
    if line.client_name:
        yield "Client", line.client_name


def member(one: NoticeMember, now: datetime) -> str:
    """An asset that it touches."""
    ahead = one.deadline_at is not None and one.deadline_at > now
    ends = f", {until(one.deadline_at, now)}" if one.deadline_at and ahead else ""
    owner = f", owner {one.owner}" if one.owner else ", no owner's address"
    return f"{one.name} <{one.address}>{ends}{owner}"


def round_head(one: Round) -> str:
    """When a notice was told, and why."""
    return f"{exact(one.at)}  {OCCASIONS[one.occasion]}"


def sending(one: Sending) -> str:
    """One mail or hook, and how it went."""
    whom = f"{one.recipient} ({one.role})" if one.recipient else "the hook"
    told = [f"{whom}: {one.state}"]
    if one.state == "waiting":
        told.append(f"next try {exact(one.next_at)}")
    if one.through:
        told.append(f"through {one.through}")
    if one.words:
        told.append(" ".join(one.words.split()))
    return ", ".join(told)
