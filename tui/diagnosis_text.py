"""A failed step as a person reads it: what happened, why, what to do next, and who can do it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.times import exact, took
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from textual.content import Content

    from store.check_changes import Change
    from store.checks import CheckRun, CheckStep

TITLES = {
    "resolve": "Resolve",
    "connect": "Connect",
    "tls": "TLS",
    "banner": "Banner",
    "ehlo": "EHLO",
    "starttls": "STARTTLS",
    "certificate": "Certificate",
    "ehlo-tls": "EHLO over TLS",
    "grant": "Grant",
    "sign-in": "Sign-in",
    "envelope": "Send as address",
    "message": "Test message",
    "mx": "MX",
    "spf": "SPF",
    "dkim": "DKIM",
    "dmarc": "DMARC",
    "receiver": "Receiver",
    "send": "Probe sent",
    "mailbox": "At the mailbox",
    "forward": "Forwarded",
    "arrive": "Arrived here",
}
"""Names of the rungs."""

KINDS = {"connection": "Connection test", "domain": "Domain check", "forwarding": "Forwarding check"}
"""What the kinds of checks are called."""

GLYPHS = {
    "passed": ("✓", "passed", "good"),
    "failed": ("✗", "failed", "bad"),
    "skipped": ("–", "not tried", "quiet"),
    "cancelled": ("■", "stopped", "soon"),
    "running": ("↻", "running", "soon"),
    "waiting": ("·", "waiting", "quiet"),
}
"""Glyph, word and tone of an outcome."""


def title(rung: str) -> str:
    """The rung's name on the screen."""
    return TITLES.get(rung) or visible(rung)


def kind_title(kind: str) -> str:
    """What a check of that kind is called."""
    return KINDS.get(kind) or visible(f"{kind.capitalize()} check")


@dataclass(frozen=True, slots=True)
class Explanation:
    """The three parts of an error, and what belongs to them. `happened` is untrusted."""

    happened: str
    why: str
    steps: tuple[str, ...]
    who: str
    again: str
    source: str


def explained(step: CheckStep) -> Explanation:
    """What a failed step means."""
    from live import diagnosis

    known = diagnosis.by_id(step.diagnosis or "unknown-reply")
    return Explanation(
        step.words or "The server said nothing.",
        known.cause,
        known.fix,
        known.who.value,
        known.again_words,
        known.source,
    )


REPLY_PREFIX = re.compile(r"^(\d{3})[- ](?:(\d\.\d{1,3}\.\d{1,3})\s+)?")


def in_one_line(words: str) -> str:
    """A reply's lines joined, its code and enhanced code said once: they are repeated on every line."""
    said: set[str] = set()
    parts = []
    for line in words.splitlines():
        prefix = REPLY_PREFIX.match(line)
        code = prefix[1] if prefix else ""
        parts.append((line[prefix.end() :] if prefix and code in said else line).strip())
        said.add(code)
    return " ".join(part for part in parts if part)


def summary(step: CheckStep) -> str:
    """A passed step in one line: what was seen, else what was said."""
    if step.facts:
        return " · ".join(f"{label} {value}" for label, value in step.facts)
    return step.words.replace("\n", " ")


def as_text(run: CheckRun, changes: Sequence[Change] = ()) -> str:
    """A failed check as plain text that can be sent to the one who must act."""
    of = f"{kind_title(run.kind)} of {run.asset_name}"
    lines = [f"{of}, {exact(run.started_at)}: {run.outcome.value}"]
    failed = [step for step in run.steps if step.outcome.value == "failed"]
    for step in failed:
        explanation = explained(step)
        stopped = "Stopped at" if run.kind == "connection" else "Failed"
        lines += [f"{stopped}: {title(step.name)}", "What happened: " + explanation.happened]
        lines += ["Why: " + explanation.why, "What to do:"]
        lines += [f"  {number}. {act}" for number, act in enumerate(explanation.steps, 1)]
        lines += [f"Who can do it: {explanation.who}", f"Trying again: {explanation.again}"]
    lines += [] if not failed else [f"Changed since it last worked: {told(change)}" for change in changes]
    return "\n".join(lines)


def told(change: Change) -> str:
    """One difference from the last good run, in words."""
    return f"{title(change.step)} {change.label}: {change.before or 'nothing'} → {change.now or 'nothing'}"


def took_words(step: CheckStep) -> str:
    """The step's time, nothing for one that was not tried."""
    return "" if step.outcome.value == "skipped" else took(step.ms)


def as_content(words: str, diagnosis_id: str | None) -> Content:
    """What happened, why, what to do and who can do it, for a dialog; `words` are untrusted."""
    from textual.content import Content

    from live import diagnosis

    known = diagnosis.by_id(diagnosis_id or "unknown-reply")
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(known.fix, 1))
    parts = (
        ("What happened", visible(words, newlines=True)),
        ("Why", known.cause),
        ("What to do", steps),
        ("Who can do it", known.who.value),
        ("Trying again", known.again_words),
    )
    return Content("\n\n").join(
        Content.assemble((f"{label}\n", "$accent"), (text, "")) for label, text in parts
    )
