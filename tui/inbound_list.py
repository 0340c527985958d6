"""What the list of inbound messages says: columns, cells, detail and headline, as pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tui.columns import Cell, Column
from tui.times import ago, exact
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from store.forwarding_states import ForwardingState
    from store.inbound import InboundLine, InboundMessage

COLUMNS = (
    Column("When", 10, keep=1),
    Column("Asset", 12, grow=1, keep=4),
    Column("From", 18, grow=2, keep=2),
    Column("Subject", 20, grow=5),
    Column("Kind", 13, keep=3),
    Column("Size", 6, keep=5),
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
    "cards": "it holds card numbers, in its subject, its text or an attachment",
}
"""What each mark means, in words."""

NAMED_CHARACTERS = 130
"""Of a name in a question: two lines of it, so that the question stays on the screen."""
NO_SUBJECT = "(no subject)"


@dataclass(frozen=True, slots=True)
class Hits:
    """Messages whose bodies hold some words; they stay in front until Escape, whatever comes in."""

    words: str
    lines: Sequence[InboundLine]

    def headline(self) -> str:
        holds = "body holds" if len(self.lines) == 1 else "bodies hold"
        return f"{len(self.lines):,} {holds} {self.words} · Esc: all again"


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


def named(message: InboundMessage) -> list[str]:
    """A message by name, each line made harmless by itself: a line break in a subject makes no line."""
    sender = f"{message.sender_name} <{message.sender}>" if message.sender_name else message.sender or "<>"
    told = {
        "Came": exact(message.received_at),
        "From": sender,
        "Subject": subject(message),
        "Asset": message.asset_name,
    }
    return [f"{label:<9}{_cut(value)}" for label, value in told.items()]


def in_a_line(message: InboundMessage) -> str:
    """The same, for one of several."""
    return _cut(f"{exact(message.received_at)[:16]}  {message.sender or '<>'}  {subject(message)}")


def _cut(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= NAMED_CHARACTERS else f"{shown[: NAMED_CHARACTERS - 1]}…"


def total_words(total: int, *, searched: bool, more: bool) -> str:
    """How many messages there are, or match; `more`: at least so many."""
    many = f"{total:,}{'+' if more else ''}"
    if searched:
        return f"{many} {'match' if total == 1 and not more else 'matches'}"
    return f"{many} {'message' if total == 1 else 'messages'}"


def headline(
    states: Iterable[ForwardingState],
    awaiting: int,
    unseen: int,
    total: str,
    *,
    searched: bool,
    awaited_by: int = 1,
) -> str:
    """The first line: what needs a person, then what is new, then how much there is.

    Args:
        awaited_by: how many assets the confirmations are of.
    """
    quiet = sum(state.kind in ("silent", "stopped") for state in states)
    told = []
    if searched:
        told.append(total)
    if awaiting:
        asks = "confirmation waits"
        if awaiting > 1:
            asks = f"confirmations of {awaited_by:,} {'asset' if awaited_by == 1 else 'assets'} wait"
        told.append(f"{awaiting:,} {asks} for you: c")
    if quiet:
        told.append(f"{quiet:,} {'forwarding is' if quiet == 1 else 'forwardings are'} silent")
    if unseen:
        told.append(f"{unseen:,} new: Home")
    if not searched:
        told.append(total)
    return " · ".join(told)
