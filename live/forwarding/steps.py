"""The steps of a forwarding check, as they are recorded: what was done, and the way of a probe that came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from live.forwarding.news import FORWARD as FORWARD_PART
from live.forwarding.news import MAILBOX as MAILBOX_PART
from store.checks import CheckStep, Outcome
from store.inbound_kinds import Via
from store.probes import PathHop, Probe

RECEIVER, SEND, MAILBOX, FORWARD, ARRIVE = "receiver", "send", "mailbox", "forward", "arrive"
STEPS = (RECEIVER, SEND, MAILBOX, FORWARD, ARRIVE)

MOST_HOPS = 12
"""Told of each part of the way; a real one has three to six."""
ROADS = {
    Via.GMAIL: "Gmail's forwarding",
    Via.EXCHANGE: "Exchange's mailbox forwarding",
    Via.INBOX_RULE: "an inbox rule",
    Via.OTHER: "the mailbox's server",
    Via.DIRECT: "nobody who left a trace",
}
Facts = tuple[tuple[str, str], ...]


def arrived(probe: Probe) -> list[CheckStep]:
    """The steps from the mailbox on, of a probe that came; times are those of the servers' own clocks."""
    assert probe.arrived_at is not None
    since = probe.sent_at or probe.begun_at
    before = [hop for hop in probe.path if hop.part == MAILBOX_PART]
    after = [hop for hop in probe.path if hop.part == FORWARD_PART]
    at_mailbox = _last(before) or since
    forwarded = _last(after) or at_mailbox
    steps = [
        CheckStep(
            MAILBOX,
            Outcome.PASSED,
            ms_between(since, at_mailbox),
            _words(before, "mailbox"),
            _hops(since, before),
        ),
        CheckStep(
            FORWARD,
            Outcome.PASSED,
            ms_between(at_mailbox, forwarded),
            _words(after, "forwarding"),
            (("by", _road(probe)), *_hops(at_mailbox, after)),
        ),
    ]
    in_all = ("in all", seconds_words(ms_between(since, probe.arrived_at) / 1000))
    late: Facts = ()
    if probe.ended_at is not None:
        gap = (probe.arrived_at - probe.ended_at).total_seconds()
        late = (("late", f"{seconds_words(gap)} after the check had given it up"),)
    told: Facts = (in_all, *late, *_remark(probe))
    return [*steps, CheckStep(ARRIVE, Outcome.PASSED, ms_between(forwarded, probe.arrived_at), "", told)]


def seconds_words(seconds: float) -> str:
    """ "4 s", "3 min", "2 h", "5 d"; no time is shorter than none, whatever the clocks say."""
    seconds = max(0.0, seconds)
    for limit, unit, size in ((120, "s", 1), (7_200, "min", 60), (172_800, "h", 3_600)):
        if seconds < limit:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds // 86_400:.0f} d"


def _remark(probe: Probe) -> Facts:
    if probe.via == Via.INBOX_RULE and not probe.path:
        return (("note", "forwarded as a new mail: senders and headers are lost; have the rule redirect"),)
    if probe.via == Via.DIRECT:
        return (("note", "nothing in it tells of a forwarding: it may have been sent here past the mailbox"),)
    return ()


def _road(probe: Probe) -> str:
    road = ROADS.get(Via(probe.via), "") if probe.via in set(Via) else ""
    return f"{road or 'a server'} of {probe.forwarded_by}" if probe.forwarded_by else road or "a server"


def _words(found: Sequence[PathHop], what: str) -> str:
    return "" if found else f"No server wrote down the {what}; the probe's arrival tells of it."


def _hops(since: datetime, found: Sequence[PathHop]) -> Facts:
    """Each server with the delay before it."""
    told = []
    moments = [since, *(hop.at for hop in found)]
    for hop, (earlier, later) in zip(found, pairwise(moments), strict=True):
        delay = f"+{seconds_words(ms_between(earlier, later) / 1000)}" if earlier and later else "no time"
        told.append(("hop", f"{delay} {hop.words}"))
    return tuple(told[:MOST_HOPS])


def _last(found: Sequence[PathHop]) -> datetime | None:
    return next((hop.at for hop in reversed(found) if hop.at is not None), None)


def ms_between(earlier: datetime, later: datetime) -> float:
    """Milliseconds; 0 where one clock is behind another."""
    return max(0.0, (later - earlier).total_seconds() * 1000)
