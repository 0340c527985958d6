"""What the list of assets says: states, cells, filter, order and headline, as pure functions of records and
the time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from tui.columns import Cell, Column
from tui.times import ago

if TYPE_CHECKING:
    from store.assets import AssetLine
    from store.forwarding_states import ForwardingState


class State(IntEnum):
    """How an asset stands; the lower, the sooner a person is needed."""

    FAILING = 0
    SOON = 1
    UNTESTED = 2
    WELL = 3
    RETIRED = 4


LOOKS = {
    State.FAILING: ("✗", "failing", "bad"),
    State.SOON: ("!", "ends soon", "soon"),
    State.UNTESTED: ("○", "untested", "quiet"),
    State.WELL: ("✓", "well", "good"),
    State.RETIRED: ("■", "retired", "quiet"),
}
"""Glyph, word and tone of each state: never colour alone."""

FORWARDINGS = {
    "never": ("○", "none yet", "quiet"),
    "awaiting": ("!", "confirm it", "soon"),
    "working": ("✓", "working", "good"),
    "silent": ("!", "silent", "soon"),
    "stopped": ("✗", "stopped", "bad"),
}
"""The same of how its mailbox forwards."""

ENGAGE = {
    "registered": ("◆", "yes", "good"),
    "unknown": ("?", "open", "soon"),
    "retired": ("■", "out", "quiet"),
}
"""The same of its registration to Webex Engage; an asset that has none shows nothing."""
PCI = "PCI"
"""The mark of the PCI check."""

PROVIDERS = {"gmail": "Gmail", "office365": "Office 365", "custom": "Custom"}
METHODS = {"password": "password", "oauth": "OAuth 2.0"}
SECURITIES = {"ssl": "SSL", "starttls": "STARTTLS", "none": "None"}
NO_ADDRESS = "There is no forwarding address: set inbound_domain in {path} and start again."
ORDERS = ("state", "name", "address", "checked")

COLUMNS = (
    Column("State", 11),
    Column("Name", 13, grow=2),
    Column("Address", 20, grow=2, keep=4),
    Column("Provider", 10, keep=4),
    Column("Sign-in", 9, keep=6),
    Column("Server", 18, grow=1, keep=5),
    Column("Checked", 10, keep=3),
    Column("Forwarding", 12, keep=1),
    Column("Engage", 10, keep=2),
    Column("Finding", 23, grow=6, keep=2),
)


@dataclass(frozen=True, slots=True)
class AssetRow:
    """An asset's line with all that is computed once for it."""

    line: AssetLine
    state: State
    finding: str
    forwarding: ForwardingState
    haystack: str


def rows(lines: Iterable[AssetLine], now: datetime) -> list[AssetRow]:
    """Judge each line; costs some milliseconds for 5,000, so it runs where the lines are read."""
    return [row(line, now) for line in lines]


def row(line: AssetLine, now: datetime) -> AssetRow:
    """State and finding of one asset."""
    from store.forwarding_states import state_of

    state, finding = judged(line, now)
    forwarding = state_of(line, now)
    searched = (
        line.name,
        line.address,
        line.host,
        line.owner,
        line.forwarding_address,
        line.service,
        finding,
    )
    return AssetRow(line, state, finding, forwarding, "\n".join(searched).casefold())


def judged(line: AssetLine, now: datetime) -> tuple[State, str]:
    """How an asset stands and why, in one clause."""
    from live import diagnosis, providers

    if line.engage == "retired":
        return State.RETIRED, f"kept for {line.service}, and not used"
    if line.outcome == "failed":
        cause = diagnosis.by_id(line.diagnosis).cause if line.diagnosis else ""
        return State.FAILING, cause or f"stopped at {line.failed_step}"
    if line.outcome is None:
        missing = line.sign_in == "password" and not line.has_password
        return State.UNTESTED, "no password is kept yet" if missing else ""
    end = providers.of(line.provider).password_end(now) if line.sign_in == "password" else None
    if end is not None:
        days = (end.at - now).days
        when = f"in {days} d" if days >= 0 else f"since {-days} d"
        return State.SOON, f"password sign-in is switched off by default {when}"
    return State.WELL, ""


def cells(row: AssetRow, now: datetime) -> tuple[Cell, ...]:
    """The cells of one row, in the order of `COLUMNS`."""
    line = row.line
    glyph, word, tone = LOOKS[row.state]
    sign, forwards, hue = FORWARDINGS[row.forwarding.kind]
    return (
        Cell(f"{glyph} {word}", tone),
        Cell(line.name),
        Cell(line.address),
        Cell(PROVIDERS.get(line.provider, line.provider)),
        Cell(METHODS.get(line.sign_in, line.sign_in)),
        Cell(f"{line.host}:{line.port}"),
        Cell(ago(line.checked_at, now) if line.checked_at else "never"),
        Cell(f"{sign} {forwards}", hue),
        _engage(line),
        Cell(row.finding),
    )


def _engage(line: AssetLine) -> Cell:
    glyph, word, tone = ENGAGE.get(line.engage, ("", "", ""))
    return Cell(" ".join(filter(None, (glyph, word, PCI if line.pci_check else ""))), tone)


def detail(row: AssetRow) -> str:
    """What failed in full, and who can mend it; for a well asset where mail is forwarded to."""
    if row.state is State.FAILING and row.line.diagnosis:
        from live import diagnosis

        return f" {diagnosis.by_id(row.line.diagnosis).who.value.capitalize()}: {row.finding}"
    if row.line.engage == "unknown":
        return f" Whether it is registered to Engage for {row.line.service} is not known: R settles it."
    if row.finding:
        return f" {row.finding}"
    if row.forwarding.kind == "awaiting":
        return " The provider asks whether mail may be forwarded here: F shows link and code."
    if row.forwarding.kind in ("silent", "stopped"):
        return f" Forwarding: {row.forwarding.words}."
    return f" forwards to {row.line.forwarding_address}" if row.line.forwarding_address else ""


def headline(rows: Sequence[AssetRow]) -> str:
    """The answer to "is anything broken?", in one line."""
    counts = dict.fromkeys(State, 0)
    for row in rows:
        counts[row.state] += 1
    need = counts[State.FAILING]
    parts = [f"{need} need{'s' if need == 1 else ''} you" if need else "Nothing is failing"]
    awaiting = sum(row.forwarding.kind == "awaiting" for row in rows)
    if awaiting:
        parts.append(f"{awaiting} {'forwarding' if awaiting == 1 else 'forwardings'} to confirm")
    unknown = sum(row.line.engage == "unknown" for row in rows)
    if unknown:
        parts.append(f"{unknown} to settle with Engage")
    used = [row for row in rows if row.state is not State.RETIRED]
    silent = sum(row.forwarding.kind in ("silent", "stopped") for row in used)
    if silent:
        parts.append(f"{silent} silent")
    if counts[State.SOON]:
        parts.append(f"{counts[State.SOON]} will end soon")
    if counts[State.UNTESTED]:
        parts.append(f"{counts[State.UNTESTED]} never tested")
    parts.append(f"{counts[State.WELL]} well")
    if counts[State.RETIRED]:
        parts.append(f"{counts[State.RETIRED]} retired")
    return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter: words that must all appear, and what provider, method and state must begin with."""

    words: tuple[str, ...] = ()
    provider: str = ""
    method: str = ""
    state: str = ""
    forwarding: str = ""
    engage: str = ""

    def keeps(self, row: AssetRow) -> bool:
        line = row.line
        if self.provider and not line.provider.startswith(self.provider):
            return False
        if self.method and not line.sign_in.startswith(self.method):
            return False
        if self.state and not LOOKS[row.state][1].startswith(self.state):
            return False
        if self.forwarding and not row.forwarding.kind.startswith(self.forwarding):
            return False
        if self.engage and not (row.line.engage or "none").startswith(self.engage):
            return False
        return all(word in row.haystack for word in self.words)


FILTER_KEYS = ("provider", "method", "state", "forwarding", "engage")


def parsed(text: str) -> Filter:
    """Read a filter such as `billing provider:gmail state:failing`; words may appear in any order."""
    words: list[str] = []
    named: dict[str, str] = {}
    for word in text.casefold().split():
        key, colon, value = word.partition(":")
        if colon and key in FILTER_KEYS:
            named[key] = value
        else:
            words.append(word)
    return Filter(tuple(words), **named)


def with_next(text: str, key: str, values: Sequence[str]) -> str:
    """The filter's text with `key:` set to the value after the present one; after the last, without it."""
    current = getattr(parsed(text), key)
    choices = ["", *values]
    found = next((index for index, value in enumerate(choices) if value and value == current), 0)
    chosen = choices[(found + 1) % len(choices)]
    rest = [word for word in text.split() if not word.casefold().startswith(f"{key}:")]
    return " ".join([*rest, f"{key}:{chosen}"] if chosen else rest)


def state_word(state: State) -> str:
    """What `state:` takes for it."""
    return LOOKS[state][1].split()[0]


def state_words() -> tuple[str, ...]:
    """All that `state:` takes."""
    return tuple(map(state_word, State))


def chosen(rows: Iterable[AssetRow], text: str, order: str) -> list[AssetRow]:
    """The rows that the filter keeps, in the order asked for (rows come by name)."""
    wanted = parsed(text)
    kept = list(rows) if wanted == Filter() else [row for row in rows if wanted.keeps(row)]
    if order == "state":
        kept.sort(key=lambda row: row.state)
    elif order == "address":
        kept.sort(key=lambda row: row.line.address.casefold())
    elif order == "checked":
        kept.sort(
            key=lambda row: row.line.checked_at.timestamp() if row.line.checked_at else 0.0, reverse=True
        )
    return kept
