"""What the list of inbound messages says: columns, cells, detail and headline, as pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from tui.columns import Cell, Column
from tui.times import ago, exact

if TYPE_CHECKING:
    from store.forwarding_states import ForwardingState
    from store.inbound import InboundLine, InboundMessage

COLUMNS = (
    Column("When", 10),
    Column("Asset", 12, grow=1),
    Column("From", 18, grow=2),
    Column("Subject", 20, grow=5),
    Column("Kind", 13),
    Column("Size", 6, keep=2),
)

KINDS = {
    "ordinary": ("·", "mail", ""),
    "confirmation": ("!", "confirm", "soon"),
    "bounce": ("✗", "bounce", "bad"),
    "automatic": ("↻", "automatic", "quiet"),
    "probe": ("•", "probe", "quiet"),
    "loop": ("∞", "loop", "soon"),
}
"""Glyph, word and tone of each kind: never colour alone."""

MARKS = {
    "direct": "sent straight to the secret address, not forwarded: somebody has learnt it",
    "mismatch": "by another mailbox than the asset's",
    "unreadable": "not readable as a mail; the source is kept as it came",
    "cards": "an attachment holds card numbers",
}
"""What each mark means, in words."""

NO_SUBJECT = "(no subject)"


def cells(line: InboundLine, now: datetime) -> tuple[Cell, ...]:
    """The cells of one row, in the order of `COLUMNS`."""
    glyph, word, tone = KINDS.get(line.kind, ("?", line.kind, ""))
    sign = " !" if line.marks else ""
    clip = " +" if line.attachments else ""
    return (
        Cell(ago(line.received_at, now)),
        Cell(line.asset_name),
        Cell(line.sender_name or line.sender or "<>"),
        Cell(subject(line)),
        Cell(f"{glyph} {word}{clip}{sign}", "soon" if line.marks else tone),
        Cell(size(line.size), "quiet"),
    )


def subject(line: InboundLine | InboundMessage) -> str:
    """The subject as it is shown: card numbers masked where the asset asks for it."""
    shown = line.subject or NO_SUBJECT
    if line.pci:
        from live.mail.masking import masked

        return masked(shown)
    return shown


def size(octets: int) -> str:
    """Octets as "812", "4.1k", "50k", "3.2M": at most five characters."""
    if octets < 1_000:
        return str(octets)
    for unit, factor in (("k", 1_000), ("M", 1_000_000)):
        value = octets / factor
        if value < 9.95:
            return f"{value:.1f}{unit}"
        if value < 999.5:
            return f"{value:.0f}{unit}"
    return f"{octets / 1_000_000_000:.1f}G"


def detail(line: InboundLine) -> str:
    """What stands below the list for the message under the cursor."""
    sender = f"{line.sender_name} <{line.sender}>" if line.sender_name else line.sender or "<>"
    told = [exact(line.received_at), sender]
    if line.attachments:
        told.append("1 attachment" if line.attachments == 1 else f"{line.attachments} attachments")
    if line.repeats:
        told.append("delivered twice" if line.repeats == 1 else f"delivered {line.repeats + 1} times")
    told[1:1] = [MARKS[mark] for mark in line.marks if mark in MARKS]
    return " " + " · ".join(told)


def total_words(total: int, *, searched: bool, more: bool) -> str:
    """How many messages there are, or match; `more`: at least so many."""
    many = f"{total:,}{'+' if more else ''}"
    if searched:
        return f"{many} {'match' if total == 1 and not more else 'matches'}"
    return f"{many} {'message' if total == 1 else 'messages'}"


def headline(
    states: Iterable[ForwardingState], awaiting: int, unseen: int, total: str, *, searched: bool
) -> str:
    """The first line: what needs a person, then what is new, then how much there is."""
    quiet = sum(state.kind in ("silent", "stopped") for state in states)
    told = []
    if searched:
        told.append(total)
    if awaiting:
        asks = "confirmation waits" if awaiting == 1 else "confirmations wait"
        told.append(f"{awaiting:,} {asks} for you: c")
    if quiet:
        told.append(f"{quiet:,} {'forwarding is' if quiet == 1 else 'forwardings are'} silent")
    if unseen:
        told.append(f"{unseen:,} new: Home")
    if not searched:
        told.append(total)
    return " · ".join(told)
