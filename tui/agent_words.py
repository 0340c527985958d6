"""What the status line says of the agent. Pure."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.leases import Lease
    from store.task_states import TaskState

STEP_S = 5
"""Ages are shown in steps of a heartbeat: an agent that is well has nothing repainted."""
NONE = ("no agent", "$text-warning")
STARTING = ("agent ○ starting", "$text-muted")
WITHOUT = (
    "no token is renewed by itself, no mail is received, no event of the platform is taken, no consent comes "
    "back by itself, nothing is delivered to webhooks, nobody is told in time, no heartbeat is sent, and "
    "nothing is deleted that is past its time"
)
"""What does not happen where no agent runs."""
NOT_STARTED = ("agent ✗ not started", "bold $text-error")


def words(
    lease: Lease | None, now: datetime, *, starting: bool = False, trouble: str = ""
) -> tuple[str, str]:
    """Text and style.

    Args:
        lease: as it was read; None: nobody holds it.
        starting: whether the console has begun to start one of its own.
        trouble: why that one does not start; empty: nothing is known.
    """
    if lease is None or not lease.alive(now):
        return NOT_STARTED if trouble else STARTING if starting else NONE
    failing = [task.name for task in lease.tasks if task.stand == "failing"]
    if len(failing) == 1:
        return f"agent ▲ {failing[0]} failing", "bold $text-warning"
    if failing:
        return f"agent ▲ {len(failing)} tasks failing", "bold $text-warning"
    return f"agent ● {_age(lease.age(now))}", "$text-success"


def _age(seconds: float) -> str:
    return f"≤{max(math.ceil(seconds / STEP_S), 1) * STEP_S} s"


def detail(lease: Lease | None, now: datetime, *, trouble: str = "") -> str:
    """The whole story, for a dialog: what runs, what fails and why, and what does not happen."""
    if lease is None or not lease.alive(now):
        why = f"{trouble}\n\n" if trouble else ""
        return (
            f"{why}No agent runs: {WITHOUT}.\n\nRun `postroom agent` as a service (`postroom agent install` "
            "prints one for systemd), or let the console start its own (agent_child = true in the "
            "configuration)."
        )
    whose = "It belongs to a console, and ends with it." if lease.child else "It runs by itself."
    lines = [f"Process {lease.pid} of {lease.user} on {lease.host}. {whose}", ""]
    lines += [_line(task) for task in lease.tasks]
    return "\n".join(lines)


def _line(task: TaskState) -> str:
    glyph = {"well": "●", "failing": "▲", "waiting": "○", "off": "–"}[task.stand.value]
    return f"{glyph} {task.name}: {task.stand.value}. {task.words}".rstrip()
