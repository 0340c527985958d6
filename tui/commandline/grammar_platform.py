"""The grammar of `postroom platform`: where events of the platform may come from."""

from __future__ import annotations

import argparse
from pathlib import Path

from tui.commandline.grammar_parts import Family, as_json, passphrase

FAMILY_EXAMPLE = """
Example:
  postroom platform add "Webex Connect"
"""

ABOUT = """
Set up a source: an address of the agent's HTTP for an outbound webhook of Webex Connect (Assets >
Integrations), for desks whose forwarding address belongs to the platform. Its inbound e-mail events go into
the log as mail that is rebuilt from their fields; attachments stay with the platform, and are named. The
address must be https, by a proxy before the agent; see webhook_link_url in the configuration. Give the secret
to the platform as it is printed: without it nothing is taken.
"""

ADD_EXAMPLES = """
Examples:
  postroom platform add "Webex Connect"
  postroom platform add "Connect Billing" --asset Billing --secret-file connect.secret
"""

LIST_EXAMPLE = """
Example:
  postroom platform list --json | jq '.sources[] | select(.refused > 0) | .refused_words'
"""

REMOVE_EXAMPLE = """
Example:
  postroom platform remove "Webex Connect" --yes
"""

TEST_EXAMPLES = """
Examples:
  postroom platform test "Webex Connect"
  postroom platform test "Webex Connect" --url https://desk.example.com
  postroom platform test "Webex Connect" --event captured.json
"""

SHAPE = """
JSON: {"postroom": 1, "sources": [SOURCE, ...]}, where a SOURCE has
  id, name, url (or null where no address is known), path, asset (NAME, or null: each event's own),
  has_secret, kept, repeats, passed (events that are no mail), refused, refused_words (untrusted),
  refused_at, last_at, created_at (ISO 8601 in UTC). With add also secret, if it was made.
"""

TEST_SHAPE = """
JSON: {"postroom": 1, "test": {well, status, words (untrusted), ms, url}}; with --event: {"postroom": 1,
  "event": {mail (whether it is one), assets ([NAME]), from, to ([ADDRESS]), subject, at, transaction, text
  (characters), html (characters), attachments ([NAME])}}
Exit status: 0 it was taken, or (with --event) would be; 1 not; 2 wrong usage.
"""


def add(families: Family) -> None:
    """Add the family."""
    family = families.family("platform", "events of Webex Connect that come in as mail", FAMILY_EXAMPLE)
    added = family.command("add", "platform:add", "set up a source", ADD_EXAMPLES, SHAPE, about=ABOUT.strip())
    added.add_argument("name", metavar="NAME", help="what to call it")
    added.add_argument(
        "--asset",
        metavar="ASSET",
        help="all its events are this asset's (by default: each goes to the asset that it is addressed to)",
    )
    _secret(added)
    as_json(added)
    as_json(
        family.command("list", "platform:list_all", "all sources, and what came of them", LIST_EXAMPLE, SHAPE)
    )
    removed = family.command("remove", "platform:remove", "take events of a source no longer", REMOVE_EXAMPLE)
    removed.add_argument("name", metavar="NAME", help="name of the source")
    removed.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
    tested = family.command(
        "test",
        "platform:test",
        "send a signed event that is no mail, or look at one that was captured",
        TEST_EXAMPLES,
        TEST_SHAPE,
    )
    tested.add_argument("name", metavar="NAME", help="name of the source")
    one = tested.add_mutually_exclusive_group()
    one.add_argument(
        "--url", metavar="URL", help="send it there, such as to the public address, in place of the agent"
    )
    one.add_argument("--event", type=Path, metavar="FILE", help="read this body; nothing is sent, or kept")
    passphrase(tested)
    as_json(tested)


def _secret(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "secret",
        "What the platform signs with; without an option one is made, and printed once. Never an argument: "
        "those are seen in the process list. Sealing it takes an unlocked vault.",
    )
    one = group.add_mutually_exclusive_group()
    one.add_argument("--secret-prompt", action="store_true", help="ask for it in the terminal")
    one.add_argument("--secret-stdin", action="store_true", help="read it from standard input")
    one.add_argument("--secret-file", metavar="FILE", type=Path, help="read it from a file")
    passphrase(parser)
