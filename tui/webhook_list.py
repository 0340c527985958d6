"""What the list of webhooks says: columns, cells, order, headline and the words below, as pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui import webhook_words
from tui.columns import Cell, Column
from tui.times import ago, until
from tui.widgets.text_view import TextLine

if TYPE_CHECKING:
    from store.webhooks import Endpoint

COLUMNS = (
    Column("State", 11),
    Column("Name", 14, grow=2),
    Column("Waiting", 14),
    Column("Dead", 7),
    Column("Delivered", 11),
    Column("Failed", 11, keep=1),
    Column("URL", 24, grow=4, keep=2),
)
RANKS = ("failing", "stopped", "no secret", "unused", "well", "off")
"""The words of `webhook_words.look`, those that need somebody first."""
LABEL = 16
"""Cells of a label in the words below the list."""


def cells(endpoint: Endpoint, now: datetime) -> tuple[Cell, ...]:
    """The cells of one row, in the order of `COLUMNS`."""
    glyph, word, tone = webhook_words.look(endpoint)
    fields, health = endpoint.fields, endpoint.health
    return (
        Cell(f"{glyph} {word}", tone),
        Cell(fields.name),
        Cell(_waiting(endpoint, now), "soon" if health.waiting and word != "well" else ""),
        Cell(webhook_words.count_words(health.dead) if health.dead else "", "bad"),
        Cell(
            ago(health.last_ok_at, now) if health.last_ok_at else "never",
            "" if health.last_ok_at else "quiet",
        ),
        Cell(ago(health.last_failed_at, now) if health.last_failed_at else "", "quiet"),
        Cell(fields.url, "quiet"),
    )


def _waiting(endpoint: Endpoint, now: datetime) -> str:
    health = endpoint.health
    if not health.waiting:
        return ""
    age = ago(health.waiting_since, now).removesuffix(" ago") if health.waiting_since else ""
    return f"{webhook_words.count_words(health.waiting)}, {age}".rstrip(", ")


def ordered(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Those that need somebody first, else as they came."""
    return sorted(endpoints, key=lambda one: RANKS.index(webhook_words.look(one)[1]))


def chosen(endpoints: Iterable[Endpoint], filter_text: str) -> list[Endpoint]:
    """Those that hold every word of the filter in name, URL, state or events."""
    words = filter_text.casefold().split()

    def holds(one: Endpoint) -> bool:
        fields = one.fields
        text = " ".join((fields.name, fields.url, webhook_words.look(one)[1], *fields.events)).casefold()
        return all(word in text for word in words)

    return [one for one in endpoints if holds(one)]


def headline(endpoints: Sequence[Endpoint], now: datetime) -> str:
    """The first line: what needs you, then what waits, then what is well."""
    counts = dict.fromkeys(RANKS, 0)
    for one in endpoints:
        counts[webhook_words.look(one)[1]] += 1
    waiting = sum(one.health.waiting for one in endpoints)
    dead = sum(one.health.dead for one in endpoints)
    told = []
    if count := counts["failing"]:
        told.append(f"{count:,} {'endpoint is' if count == 1 else 'endpoints are'} failing")
    if count := counts["stopped"]:
        told.append(f"{count:,} switched off by {'its' if count == 1 else 'their'} answer")
    if count := counts["no secret"]:
        told.append(f"{count:,} {'has' if count == 1 else 'have'} no secret")
    if waiting:
        since = min((one.health.waiting_since for one in endpoints if one.health.waiting_since), default=None)
        age = f", oldest {_age(since, now)}" if since and (now - since).total_seconds() >= 60 else ""
        told.append(f"{webhook_words.count_words(waiting)} {'waits' if waiting == 1 else 'wait'}{age}")
    if dead:
        told.append(f"{webhook_words.count_words(dead)} {'dead letter' if dead == 1 else 'dead letters'}")
    for word in ("well", "unused", "off"):
        if counts[word]:
            told.append(f"{counts[word]:,} {word}")
    return " · ".join(told)


def _age(since: datetime, now: datetime) -> str:
    return ago(since, now).removesuffix(" ago")


def below(endpoint: Endpoint, names: Mapping[int, str], now: datetime) -> list[TextLine]:
    """What stands below the list of the webhook under the cursor; its words and names are untrusted."""
    health = endpoint.health
    tone = webhook_words.look(endpoint)[2]
    lines = []
    for label, value in webhook_words.pairs(endpoint, names, now):
        shown = value.replace("\n", ", ")
        lines.append(_line(label, shown, tone if label == "State" else ""))
    if advice := _advice(endpoint, now):
        lines.insert(1, _line("What to do", advice, "soon"))
    if health.failures:  # beside the state, not below what never changes
        failed = next(line for line in lines if line.text.startswith("Failed since"))
        lines.remove(failed)
        lines.insert(1, replace(failed, tone="bad"))
    return lines


def _line(label: str, value: str, tone: str) -> TextLine:
    return TextLine(f"{label:<{LABEL}}{value}", tone, LABEL)


def _advice(endpoint: Endpoint, now: datetime) -> str:
    health = endpoint.health
    if endpoint.off_why:
        return "Ask whoever runs it; Space switches it on again, and nothing that waits is lost."
    if not endpoint.fields.enabled:
        return "Space switches it on; until then nothing new is kept for it."
    if not endpoint.has_secret:
        return "e gives it one."
    if health.failures:
        rests = health.rests_until
        when = f" {until(rests, now)}" if rests and rests > now else ""
        return f"t tests it and shows its answer; what waits is tried again by itself{when}."
    if health.dead:
        return "R delivers the dead letters again; Enter shows why they failed."
    if health.last_ok_at is None:
        return "t tests it."
    return ""
