"""How notices look outside: tables, labelled values, and their JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from store.notices import Notice, NoticeLine
from tui import notice_list
from tui.commandline.printing import moment
from tui.times import exact

TITLES = ("ID", "STATE", "SINCE", "CAUSE", "ASSETS", "LAST TOLD", "TOLD TO")


def cells(line: NoticeLine, now: datetime) -> tuple[str, ...]:
    """A row of the list."""
    glyph, word, _ = notice_list.state(line)
    return (
        str(line.id),
        f"{glyph} {word}",
        exact(line.opened_at),
        notice_list.cause(line, now),
        notice_list.assets(line),
        "waits" if line.waiting else exact(line.told_at) if line.told_at else "not yet",
        ", ".join(line.told_to) or "nobody",
    )


def of_line(line: NoticeLine) -> dict[str, Any]:
    """As JSON."""
    return {
        "id": line.id,
        "kind": line.kind.value,
        "level": line.level.value,
        "cause": line.cause,
        "reason": line.reason,
        "who": line.who,
        "diagnosis": line.diagnosis,
        "client": line.client_name or None,
        "assets": line.asset_count,
        "deadline": moment(line.deadline_at),
        "since": moment(line.opened_at),
        "told_at": moment(line.told_at),
        "told_to": list(line.told_to),
        "waiting": line.waiting,
        "acknowledged_at": moment(line.acked_at),
        "acknowledged_by": line.acked_by or None,
        "over_at": moment(line.ended_at),
        "over_how": line.ended_how or None,
    }


def in_full(notice: Notice) -> dict[str, Any]:
    """As JSON, with its assets and every telling."""
    return {
        **of_line(notice.line),
        "members": [
            {
                "name": one.name,
                "address": one.address,
                "owner": one.owner or None,
                "deadline": moment(one.deadline_at),
            }
            for one in notice.members
        ],
        "tellings": [
            {
                "at": moment(one.at),
                "occasion": one.occasion.value,
                "webhooks": one.webhooks,
                "words": one.words,
                "sendings": [
                    {
                        "way": each.way.value,
                        "role": each.role.value or None,
                        "to": each.recipient or None,
                        "state": each.state.value,
                        "tries": each.tries,
                        "next_at": moment(each.next_at) if each.done_at is None else None,
                        "done_at": moment(each.done_at),
                        "through": each.through,
                        "words": each.words,
                    }
                    for each in one.sendings
                ],
            }
            for one in notice.rounds
        ],
    }
