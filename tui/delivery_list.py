"""What the list of deliveries says, and one delivery in full: as pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tui import webhook_words
from tui.columns import Cell, Column
from tui.times import ago, exact, until
from tui.widgets.text_view import TextLine

if TYPE_CHECKING:
    from live.webhooks.explain import Tested
    from live.webhooks.look import Seen
    from store.deliveries import Attempt, Delivery, DeliveryLine
    from store.webhooks import Health

COLUMNS = (
    Column("Event at", 10),
    Column("Event", 18),
    Column("Asset", 12, grow=1),
    Column("State", 11),
    Column("Tries", 5),
    Column("Status", 6),
    Column("Webhook", 12, grow=1, keep=2),
    Column("What came of it", 18, grow=4, keep=1),
)
LABEL = 16
BODY_CHARACTERS = 60_000
"""Of a body on the screen: a thousand lines; one with the source in it may have a million."""
STATES = ("", "dead", "waiting", "held", "done")
"""The states that one key goes through, the most urgent first."""


def cells(line: DeliveryLine, now: datetime) -> tuple[Cell, ...]:
    """The cells of one row, in the order of `COLUMNS`."""
    glyph, word, tone = webhook_words.delivery_look(line)
    return (
        Cell(ago(line.at, now)),
        Cell(line.event),
        Cell(line.asset_name),
        Cell(f"{glyph} {word}", tone),
        Cell(f"{line.tries:,}" if line.tries else ""),
        Cell(str(line.status or "")),
        Cell(line.webhook_name),
        Cell(came(line, now), "quiet"),
    )


def came(line: DeliveryLine, now: datetime) -> str:
    """What came of the last try, and when the next one is; untrusted."""
    next_try = f"Next try {until(line.next_at, now)}." if line.next_at else ""
    return f"{next_try} {line.words}".strip()


def detail(line: DeliveryLine, now: datetime) -> str:
    """What stands below the list for the delivery under the cursor."""
    told = [came(line, now), line.webhook_name, exact(line.at)]
    return " " + " · ".join(word for word in told if word)


def headline(
    name: str, total: str, health: Health | None, *, searched: bool, marked: int, unseen: int
) -> str:
    """The first line: what waits and what is dead, then how much there is.

    Args:
        name: the webhook's, "" for all.
        health: of that webhook; None: of all, which is said elsewhere.
    """
    told = [f"{marked:,} marked"] if marked else []
    told.append(f"{name or 'All webhooks'}: {total}")
    if health is not None and not searched:
        if health.waiting:
            told.append(
                f"{webhook_words.count_words(health.waiting)} {'waits' if health.waiting == 1 else 'wait'}"
            )
        if health.dead:
            told.append(f"{webhook_words.count_words(health.dead)} dead: R replays")
    if unseen:
        told.append(f"{unseen:,} new: Home")
    return " · ".join(told)


def total_words(total: int, *, searched: bool) -> str:
    """How many deliveries there are, or match."""
    if searched:
        return f"{total:,} {'matches' if total == 1 else 'match'}"
    return f"{total:,} {'delivery' if total == 1 else 'deliveries'}"


# One in full


def in_full(found: Delivery, head: Sequence[str]) -> list[TextLine]:
    """Everything that is known of a delivery without opening anything; answers and events are untrusted.

    Args:
        head: of its requests, see `live.webhooks.look.unsigned`.
    """
    tone = webhook_words.delivery_look(found.line)[2]
    lines = [
        _pair(label, value, tone if label == "State" else "")
        for label, value in webhook_words.delivery_pairs(found)
    ]
    if known := webhook_words.event_pairs(found):
        lines += [TextLine(""), TextLine("What is known of the event", "head")]
        lines += [_pair(label, value) for label, value in known]
    lines += [TextLine(""), TextLine("Tries", "head")]
    if not found.attempts:
        lines.append(TextLine("None yet.", "quiet"))
    for number, one in enumerate(found.attempts, 1):
        lines += _attempt(number, one)
    lines += [TextLine(""), TextLine("Request", "head"), *map(TextLine, head)]
    lines.append(
        TextLine("What is left out here is made anew for each try; b shows it, with the body.", "quiet")
    )
    return lines


def _pair(label: str, value: str, tone: str = "") -> TextLine:
    return TextLine(f"{label:<{LABEL}}{value}", tone, LABEL)


def _attempt(number: int, one: Attempt) -> list[TextLine]:
    well = one.status is not None and 200 <= one.status < 300
    lines = [TextLine(webhook_words.attempt_words(number, one), "good" if well else "bad")]
    lines += [TextLine(f"  │ {text}", "quiet", 4) for text in one.answer.splitlines()]
    return lines


def tested(done: Tested) -> list[TextLine]:
    """What a test sent, how it was signed, and what came back (untrusted)."""
    lines = [TextLine(webhook_words.answer_words(done), "good" if done.well else "bad")]
    if done.answer is not None:
        if done.words:
            lines.append(TextLine(done.words, "bad"))
        if done.answer.start:
            lines += [TextLine(f"  │ {text}", hang=4) for text in done.answer.start.splitlines()]
    lines += [TextLine(""), TextLine("The request, to the octet", "head")]
    lines += [TextLine(text) for text in done.request]
    lines += [TextLine(""), TextLine("How the signature comes about", "head")]
    for number, step in enumerate(done.steps, 1):
        lines += [
            TextLine(webhook_words.step_label(number, step.what), "quiet"),
            TextLine(f"   {step.value}", hang=3),
        ]
    if done.endpoint.is_rotating and len(done.steps) > 1:
        lines.append(
            TextLine("   Two secrets sign while they rotate: the new one's signature first.", "quiet")
        )
    return lines


def request(seen: Seen) -> list[TextLine]:
    """A delivery's request as it would go out now; what is in its body is untrusted."""
    *head, body = seen.request
    lines = [
        TextLine("As it would go out now: the time, the signature and a link are made for each try.", "quiet")
    ]
    lines += [TextLine(text) for text in head]
    lines.append(TextLine(body[:BODY_CHARACTERS]))
    if len(body) > BODY_CHARACTERS:
        lines.append(TextLine(f"… and {len(body) - BODY_CHARACTERS:,} characters more", "quiet"))
    lines += [TextLine(""), TextLine("How the signature comes about", "head")]
    for number, step in enumerate(seen.steps, 1):
        lines += [
            TextLine(webhook_words.step_label(number, step.what), "quiet"),
            TextLine(f"   {step.value}", hang=3),
        ]
    return lines


def as_text(lines: Sequence[TextLine]) -> str:
    """What is shown, for copying."""
    return "\n".join(line.text for line in lines) + "\n"
