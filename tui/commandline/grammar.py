"""The grammar of the command line: the parser of `postroom` with its global options and command families."""

from __future__ import annotations

import argparse
from pathlib import Path

from tui import __version__
from tui.commandline import (
    grammar_agent,
    grammar_assets,
    grammar_clients,
    grammar_guide,
    grammar_heartbeat,
    grammar_inbound,
    grammar_notices,
    grammar_operations,
    grammar_platform,
    grammar_tokens,
    grammar_vault,
    grammar_webhooks,
)
from tui.commandline.grammar_parts import Family, lines

CONSOLE = "console"
"""The command that is meant when none is named."""

STATUS = """
Exit status:
  0    done; with test: every asset passed
  1    with test, rehearse and refresh: some did not end as they should; with authorize, revoke, and set with
       a new secret or password: it was refused, and nothing was changed; with tokens: something ends soon;
       with inbound confirmations: some wait
  2    with tokens: something needs a person now; else wrong usage, or the store, the vault or the
       configuration cannot be used
  130  interrupted by Ctrl-C
"""

ENVIRONMENT = """
Files:
  the store          --store, POSTROOM_STORE, or postroom.db in the user's data directory
  the configuration  --config, POSTROOM_CONFIG, or postroom.toml in the user's configuration directory
"""

EXAMPLES = """
Examples:
  postroom                                        open the console
  postroom rehearse                               try the console on sample mailboxes, nothing to set up
  postroom test --all --json | jq '.tests[].outcome'
"""


def parser() -> argparse.ArgumentParser:
    """The whole grammar. Every command sets `run`, as `module:function` within this package."""
    top = argparse.ArgumentParser(
        prog="postroom",
        description="Operator console for the e-mail channel assets of a contact centre.",
        epilog=lines(EXAMPLES, STATUS, ENVIRONMENT),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _global_options(top, top=True)
    top.add_argument(
        "--mouse",
        action="store_true",
        help="let the console use the mouse (off: the terminal's own selection works)",
    )
    top.add_argument(
        "--version", action="version", version=f"postroom {__version__}", help="print the version and end"
    )
    top.set_defaults(run=CONSOLE)
    shared = argparse.ArgumentParser(add_help=False)
    _global_options(shared, top=False)
    families = Family(top, shared, title="commands")
    grammar_assets.add(families)
    grammar_clients.add(families)
    grammar_tokens.add(families)
    grammar_operations.add_test(families)
    grammar_heartbeat.add(families)
    grammar_guide.add(families)
    grammar_inbound.add(families)
    grammar_notices.add(families)
    grammar_webhooks.add(families)
    grammar_platform.add(families)
    grammar_agent.add(families)
    grammar_vault.add(families)
    grammar_operations.add_audit(families)
    grammar_operations.add_rehearse(families)
    return top


def _global_options(parser: argparse.ArgumentParser, *, top: bool) -> None:
    """The same options before and after the command; after it they must not reset what stood before it."""
    default = None if top else argparse.SUPPRESS
    parser.add_argument("--store", type=Path, metavar="PATH", default=default, help="the store's file")
    parser.add_argument(
        "--config", type=Path, metavar="PATH", default=default, help="the configuration file (TOML)"
    )
