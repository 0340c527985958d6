"""The grammar of `postroom agent`."""

from __future__ import annotations

import argparse
from pathlib import Path

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
  postroom agent install --user postroom
"""

RUN_STATUS = """
Exit status: 0 it was stopped, or (with --once) all was done or another agent does it; 1 with --once: a task
failed; 2 wrong usage, or the store or the configuration cannot be used.
"""

STATUS_SHAPE = """
JSON: {"postroom": 1, "state": "well|failing|none", "agent": AGENT, "waiting": null or
  {pid, host, user} of one that takes over within seconds}, where AGENT is null where none works, or has
  pid, host, user, child (whether it belongs to a console), since, heartbeat_at (ISO 8601 in UTC),
  heartbeat_age_s, tasks: [{name, state (well|failing|waiting|off), since, words (untrusted), failures,
  addresses ([TEXT])}]
Exit status: 0 it runs, and all tasks are well; 1 a task fails; 2 none works, or wrong usage.
"""

STATUS_EXAMPLES = """
Examples:
  postroom agent status || logger -p user.warning "postroom's agent needs a look"
  postroom agent status --json | jq -r '.agent.tasks[] | select(.state == "failing") | .words'
"""


INSTALL_ABOUT = """
Print a systemd unit for the agent, hardened; nothing is installed. Without --user systemd makes a user for
it (DynamicUser), and the store lies below /var/lib. The vault's key comes as a credential: a file that root
alone reads, as `postroom vault unlock --keep file` writes it. systemd is told when the agent works
(Type=notify) and that it lives (WatchdogSec).
"""

INSTALL_EXAMPLES = """
Examples:
  postroom agent install > postroom-agent.service
  postroom agent install --user postroom --credential /etc/postroom/vault.key
  postroom agent install --encrypted --credential /etc/credstore.encrypted/postroom-vault-key
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
    install = below.command(
        "install",
        "agent_install:show",
        "print a systemd unit for the agent",
        INSTALL_EXAMPLES,
        about=INSTALL_ABOUT.strip(),
    )
    install.add_argument("--user", metavar="USER", help="the user it runs as (by default systemd makes one)")
    install.add_argument(
        "--credential",
        type=Path,
        metavar="FILE",
        help="the file with the vault's key (default: /etc/postroom/vault.key)",
    )
    install.add_argument("--encrypted", action="store_true", help="systemd-creds has encrypted that file")
