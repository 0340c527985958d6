"""`postroom agent status`: whether an agent runs, and how its tasks stand."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from store import leases
from store.leases import STALE_S, Lease
from store.task_states import TaskStand
from tui.agent_words import WITHOUT
from tui.commandline.opening import opened
from tui.commandline.printing import moment, narrate, print_json, print_line, print_table
from tui.times import ago, exact

EXIT = {"well": 0, "failing": 1, "none": 2}


def show(options: Namespace) -> int:
    """Tell whether an agent runs, or waits to; 0 well, 1 a task fails, 2 none works."""
    with opened(options) as desk:
        now = datetime.now(UTC)
        lease = leases.look(desk.store)
        if lease is not None and not lease.alive(now):
            lease = None
        waiting = None if lease else leases.look(desk.store, leases.NEXT)
        if waiting is not None and not waiting.alive(now):
            waiting = None
    failing = lease is not None and any(state.stand is TaskStand.FAILING for state in lease.tasks)
    state = "none" if lease is None else "failing" if failing else "well"
    if options.json:
        print_json(
            state=state,
            agent=_as_json(lease, now) if lease else None,
            waiting={"pid": waiting.pid, "host": waiting.host, "user": waiting.user} if waiting else None,
        )
    elif waiting is not None:
        print_line(
            f"No agent works, but one waits: process {waiting.pid} of {waiting.user} on {waiting.host}. It "
            f"takes over as soon as the one before has not been heard of for {STALE_S:.0f} s."
        )
    elif lease is None:
        print_line(f"No agent runs: {WITHOUT}.")
        narrate("Start one by `postroom agent`, or open the console, which starts its own.")
    else:
        _print(lease, now)
    return EXIT[state]


def _print(lease: Lease, now: datetime) -> None:
    whose = "of a console" if lease.child else "by itself"
    print_line(
        f"An agent runs {whose}: process {lease.pid} of {lease.user} on {lease.host}, "
        f"since {exact(lease.since)}; heartbeat {lease.age(now):.0f} s ago."
    )
    rows = ((one.name, one.stand.value, ago(one.since, now), one.words) for one in lease.tasks)
    print_table(("TASK", "STATE", "SINCE", ""), rows)


def _as_json(lease: Lease, now: datetime) -> dict[str, Any]:
    return {
        "pid": lease.pid,
        "host": lease.host,
        "user": lease.user,
        "child": lease.child,
        "since": moment(lease.since),
        "heartbeat_at": moment(lease.heartbeat_at),
        "heartbeat_age_s": round(lease.age(now), 1),
        "tasks": [
            {
                "name": state.name,
                "state": state.stand.value,
                "since": moment(state.since),
                "words": state.words,
                "failures": state.failures,
                "addresses": list(state.addresses),
            }
            for state in lease.tasks
        ],
    }
