"""The grammar of `postroom agent`."""

from __future__ import annotations

import argparse

from tui.commandline.grammar_parts import Family, as_json

ABOUT = """
Do what must go on while nobody looks: renew tokens before they end, receive mail, take the consents of
mailbox owners, delete what is past its time. One agent works for a store; another one waits until the first
has ended. The console starts one of its own where none runs (agent_child in the configuration), which ends
with it, and gives way to this one.

The vault opens by the key in one of its homes (see `postroom vault status`): while it is locked, no token is
renewed. Lines of what changes go to stderr. SIGTERM and Ctrl-C end it within five seconds.
"""

EXAMPLES = """
Examples:
  postroom agent                      until Ctrl-C or SIGTERM, as under systemd
  postroom agent --once               for cron: each task once
  postroom agent status
"""

RUN_STATUS = """
Exit status: 0 it was stopped, or (with --once) all was done or another agent does it; 1 with --once: a task
failed; 2 wrong usage, or the store or the configuration cannot be used.
"""

STATUS_SHAPE = """
JSON: {"postroom": 1, "state": "well|failing|none", "agent": AGENT}, where AGENT is null where none runs, or
  has pid, host, user, child (whether it belongs to a console), since, heartbeat_at (ISO 8601 in UTC),
  heartbeat_age_s, tasks: [{name, state (well|failing|waiting|off), since, words (untrusted), failures,
  addresses ([TEXT])}]
Exit status: 0 it runs, and all tasks are well; 1 a task fails; 2 none runs, or wrong usage.
"""

STATUS_EXAMPLES = """
Examples:
  postroom agent status || logger -p user.warning "postroom's agent needs a look"
  postroom agent status --json | jq -r '.agent.tasks[] | select(.state == "failing") | .words'
"""


def add(families: Family) -> None:
    """Add the command, and the one below it."""
    agent = families.command(
        "agent",
        "agent:run",
        "do what must go on while nobody looks: refresh, receive, retain",
        EXAMPLES,
        RUN_STATUS,
        about=ABOUT.strip(),
    )
    agent.add_argument("--once", action="store_true", help="do each task once, and end")
    agent.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    below = families.below(agent)
    status = below.command(
        "status",
        "agent_status:show",
        "whether an agent runs, and how its tasks stand",
        STATUS_EXAMPLES,
        STATUS_SHAPE,
    )
    as_json(status)
