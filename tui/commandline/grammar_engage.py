"""The grammar of the registration to Webex Engage, within `postroom assets`."""

from __future__ import annotations

import argparse
from pathlib import Path

from tui.commandline.grammar_parts import Family, as_json, passphrase

REGISTER_ABOUT = """
Register an asset to Webex Engage: it is mapped to one service, for good. Its latest connection test must have
passed, and a forwarded message must have come. With engage_url in the configuration the registration is
handed on by a POST, which is shown before, and recorded only after a 2xx; else register it in Engage by hand,
and this command records that you did. The asset's name is asked for, or given by --yes-name.
"""

REGISTER_EXAMPLES = """
Examples:
  postroom assets register Support --service "Contact Centre"
  postroom assets register Support --service "Contact Centre" --yes-name Support
  postroom assets register Support --settle registered
"""

REGISTRATION_SHAPE = """
  asset, asset_id (null: the asset was deleted), address, forwarding_address, service,
  state (unknown|registered|retired|tombstone), how ("by hand", or a host), tracking_id (or null), asked_at,
  asked_by, registered_at, retired_at, deleted_at (ISO 8601 in UTC, or null), words (why it is unknown)
"""

REGISTER_SHAPE = f"""
JSON: {{"postroom": 1, "registration": REGISTRATION or null}}, where a REGISTRATION has
{REGISTRATION_SHAPE.strip(chr(10))}
"""

REGISTER_STATUS = """
Exit status: 0 registered, or settled; 1 refused, or not agreed to; 2 it is not known, or wrong usage.
"""

LIST_SHAPE = f"""
JSON: {{"postroom": 1, "registrations": [REGISTRATION, ...]}}, where a REGISTRATION has
{REGISTRATION_SHAPE.strip(chr(10))}
"""

LIST_EXAMPLE = """
Example:
  postroom assets registrations --json
"""

RETIRE_EXAMPLES = """
Examples:
  postroom assets retire Support
  postroom assets retire Support --back
"""

TOKEN_EXAMPLES = """
Examples:
  postroom assets engage-token
  postroom assets engage-token --token-file engage.token
  postroom assets engage-token --remove
"""


def add(family: Family) -> None:
    """Add the commands."""
    made = family.command(
        "register",
        "engage:register",
        "register an asset to Webex Engage, for good",
        REGISTER_EXAMPLES,
        REGISTER_SHAPE,
        REGISTER_STATUS,
        about=REGISTER_ABOUT.strip(),
    )
    made.add_argument("asset", metavar="NAME", help="name or address of the asset")
    one = made.add_mutually_exclusive_group()
    one.add_argument("--service", metavar="SERVICE", help="the service of Webex Engage that it is mapped to")
    one.add_argument(
        "--settle",
        choices=("registered", "not-registered"),
        help="say what you saw in Engage of a registration that is unknown",
    )
    made.add_argument("--yes-name", metavar="NAME", help="the asset's name, in place of typing it when asked")
    passphrase(made)
    as_json(made)
    retired = family.command(
        "retire", "engage:retire", "keep a registered asset without using it", RETIRE_EXAMPLES
    )
    retired.add_argument("asset", metavar="NAME", help="name or address of the asset")
    retired.add_argument("--back", action="store_true", help="take a retired one back into use")
    retired.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
    listed = family.command(
        "registrations",
        "engage:registered",
        "registrations to Webex Engage, those of deleted assets too",
        LIST_EXAMPLE,
        LIST_SHAPE,
    )
    as_json(listed)
    _add_token(family)


def add_removal(parser: argparse.ArgumentParser) -> None:
    """The options of `assets remove` for a registered asset."""
    group = parser.add_argument_group(
        "a registered asset",
        "It is to be retired; to delete it all the same, name it alone, with its name and the service that "
        "will be orphaned typed when asked, or given here. Its settings are written to a file before.",
    )
    group.add_argument("--yes-name", metavar="NAME", help="the asset's name")
    group.add_argument("--orphan", metavar="SERVICE", help="the service that is orphaned")
    group.add_argument(
        "--export-to", type=Path, metavar="DIRECTORY", help="where the file goes (default: here)"
    )


def _add_token(family: Family) -> None:
    token = family.command(
        "engage-token",
        "engage:token",
        "give the bearer token with which registrations are handed on",
        TOKEN_EXAMPLES,
    )
    one = token.add_mutually_exclusive_group()
    one.add_argument("--token-stdin", action="store_true", help="read it from standard input")
    one.add_argument("--token-file", metavar="FILE", type=Path, help="read it from a file")
    one.add_argument("--remove", action="store_true", help="forget it")
    passphrase(token)
