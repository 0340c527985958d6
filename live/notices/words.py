"""A notice in words, for operators: one in full, or many in a list."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from live.diagnosis import WhoActs, by_id
from live.outgoing.consent_letter import WIDTH, moment
from store import notices
from store.database import Store
from store.notice_queue import Claimed
from store.notice_records import Kind, Level, Occasion
from store.notices import Notice, NoticeLine

MOST_MEMBERS = 50
"""Assets that one mail names."""
MOST_LISTED = 50
"""Notices that one mail lists."""
NEXT = {
    Kind.CONSENT: "Generate a token: pane 3 of the console, n; or mail the owner a link: l. By command: "
    "postroom authorize ASSET.",
    Kind.CLIENT: "Mend the OAuth client: pane 3 of the console, O. By command: postroom clients set CLIENT.",
    Kind.DEADLINE: "Pane 3 of the console shows each mailbox with its deadline: n generates a token, l makes "
    "a link for its owner.",
    Kind.FORWARDING: "Check the forwarding: f on the asset in the console tells where mail gets stuck.",
    Kind.ABSENCE: "Run postroom agent as a service, which starts with the machine: postroom agent install.",
    Kind.UNREACHABLE: "Correct the address: e on the asset in the console, or [notices] in the settings.",
}
"""What to do, by kind, where no diagnosis knows better."""
HEADS = {
    Occasion.OPENED: "",
    Occasion.REMINDER: "Still so: ",
    Occasion.WORSE: "",
    Occasion.MORE: "More mailboxes: ",
    Occasion.EASED: "Works again for now: ",
    Occasion.ASKED: "",
    Occasion.RECOVERED: "Well again: ",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A notice, and why it is told."""

    notice: Notice
    occasion: Occasion


def told_of(store: Store, claimed: Sequence[Claimed]) -> list[Told]:
    """The notices that these sendings are of; of several only their lines. Blocks for the disk.

    Raises:
        StoreError.
    """
    occasions = {one.notice_id: one.occasion for one in claimed}
    if len(occasions) == 1:
        ((notice_id, occasion),) = occasions.items()
        notice = notices.one(store, notice_id)
        return [Told(notice, occasion)] if notice else []
    return [Told(Notice(line, (), ()), occasions[line.id]) for line in notices.several(store, occasions)]


def subject(told: Sequence[Told], now: datetime) -> str:
    """Of a mail about these notices."""
    if len(told) == 1:
        line = told[0].notice.line
        return f"postroom: {HEADS[told[0].occasion]}{line.cause}{_left(line, told[0].occasion, now)}"
    well = sum(one.occasion is Occasion.RECOVERED for one in told)
    if well == len(told):
        return f"postroom: {well:,} things are well again"
    urgent = sum(
        one.notice.line.level is Level.NOW and one.occasion is not Occasion.RECOVERED for one in told
    )
    need = f"{urgent:,} need a person" if urgent != 1 else "1 needs a person"
    return f"postroom: {len(told):,} notices, {need}"


def text(told: Sequence[Told], now: datetime) -> str:
    """Of the mail."""
    if len(told) == 1:
        return _whole(told[0], now)
    listed = [_item(one, now) for one in _in_order(told)[:MOST_LISTED]]
    more = len(told) - len(listed)
    after = [f"And {more:,} more; the console shows them all."] if more else []
    return "\n\n".join([f"{len(told):,} notices, the urgent ones first:", *listed, *after, _foot(told)])


def next_act(line: NoticeLine) -> tuple[str, ...]:
    """What to do about it, in steps."""
    known = by_id(line.diagnosis) if line.diagnosis else None
    if known is not None and line.kind is not Kind.ABSENCE:
        return known.fix
    return (NEXT[line.kind],)


def who_acts(line: NoticeLine) -> str:
    """Who can do it, in words."""
    return {
        WhoActs.OPERATOR: "an operator of this desk",
        WhoActs.OWNER: "the mailbox's owner",
        WhoActs.ADMINISTRATOR: "an administrator of the mailbox's organisation",
    }.get(_who(line), "nobody: waiting helps")


def _who(line: NoticeLine) -> WhoActs:
    try:
        return WhoActs(line.who)
    except ValueError:
        return WhoActs.OPERATOR


def _whole(told: Told, now: datetime) -> str:
    notice, occasion = told.notice, told.occasion
    line = notice.line
    if occasion is Occasion.RECOVERED:
        parts = [_wrapped(f"{line.cause}."), _wrapped(f"That is over since {moment(now)}: {line.ended_how}.")]
        return "\n\n".join([*parts, f"It was noticed on {moment(line.opened_at)}.", _foot([told])])
    parts = [_wrapped(f"{HEADS[occasion]}{line.cause}.")]
    if line.reason:
        parts.append(_wrapped(line.reason))
    if line.deadline_at is not None and line.kind is not Kind.ABSENCE:
        parts.append(f"Deadline: {moment(line.deadline_at)}{_left(line, occasion, now)}")
    steps = "\n".join(_wrapped(f"- {step}", "  ") for step in next_act(line))
    parts.append(f"What to do ({who_acts(line)}):\n{steps}")
    if notice.members:
        parts.append(_members(notice))
    return "\n\n".join([*parts, f"Noticed: {moment(line.opened_at)}", _foot([told])])


def _members(notice: Notice) -> str:
    shown = notice.members[:MOST_MEMBERS]
    rows = [
        f"- {one.name} <{one.address}>" + (f", until {one.deadline_at:%Y-%m-%d}" if one.deadline_at else "")
        for one in shown
    ]
    more = notice.line.asset_count - len(shown)
    if more > 0:
        rows.append(f"- and {more:,} more")
    return "\n".join(["It touches:", *rows])


def _in_order(told: Sequence[Told]) -> list[Told]:
    def urgency(one: Told) -> tuple[bool, bool, int]:
        line = one.notice.line
        return one.occasion is Occasion.RECOVERED, line.level is Level.SOON, line.id

    return sorted(told, key=urgency)


def _item(told: Told, now: datetime) -> str:
    line = told.notice.line
    head = f"{line.id}. {HEADS[told.occasion]}{line.cause}{_left(line, told.occasion, now)}"
    return _wrapped(head, "   ")


def _left(line: NoticeLine, occasion: Occasion, now: datetime) -> str:
    """How long there is, where a deadline is what it is about."""
    if line.deadline_at is None or line.state != "deadline" or occasion is Occasion.RECOVERED:
        return ""
    hours = (line.deadline_at - now).total_seconds() / 3600
    if hours <= 0:
        return ", now"
    return f", in {hours:.0f} h" if hours < 36 else f", in {hours / 24:.0f} days"


def _foot(told: Sequence[Told]) -> str:
    first = told[0].notice.line
    seen = f"postroom notices show {first.id}" if len(told) == 1 else "postroom notices list"
    acted = ""
    if len(told) == 1 and first.ended_at is None:
        acted = f" To stop its reminders: postroom notices ack {first.id}, or a in the console's pane 6."
    return _wrapped(f"More: {seen}, or pane 6 of the console.{acted}")


def _wrapped(paragraph: str, indent: str = "") -> str:
    return textwrap.fill(
        " ".join(paragraph.split()),
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
