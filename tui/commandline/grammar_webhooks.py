"""The grammar of `postroom webhooks`."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from tui import times, webhook_words
from tui.commandline.grammar_parts import Family, as_json, passphrase

EVENTS = tuple(webhook_words.EVENTS)
STYLES = tuple(webhook_words.STYLES)
RAWS = tuple(webhook_words.RAWS)
STATES = ("waiting", "held", "done", "dead")
"""Repeated from the store, whose import would cost more than the whole help; a test compares them."""

LIST_EXAMPLE = """
Example:
  postroom webhooks list --json | jq '.webhooks[] | {name, enabled, waiting, dead}'
"""

SHOW_EXAMPLE = """
Example:
  postroom webhooks show Helpdesk
"""

ADD_EXAMPLES = """
Examples:
  postroom webhooks add --name Helpdesk --url https://hooks.example.com/postroom --event email.received
  postroom webhooks add --name Flow --url https://flow.example.com/in --style platform-sha256 \\
      --event email.received --asset Billing --secret-file flow.secret
"""

SET_EXAMPLES = """
Examples:
  postroom webhooks set Helpdesk --off
  postroom webhooks set Helpdesk --event email.received --event email.bounced --all-assets
  postroom webhooks set Helpdesk --new-secret
  postroom webhooks set Helpdesk --drop-old-secret
"""

SECRET_RULE = """
Without a secret option `add` makes one, and prints it: the one time that it is shown. A new secret signs
beside the old one, until --drop-old-secret (with the platform's style it replaces it at once).
"""

REMOVE_EXAMPLE = """
Example:
  postroom webhooks remove Helpdesk --yes
"""

DELIVERIES_EXAMPLES = """
Examples:
  postroom webhooks deliveries --state dead
  postroom webhooks deliveries Helpdesk --since 2d --json
  postroom webhooks deliveries --id 4711
"""

REPLAY_EXAMPLES = """
Examples:
  postroom webhooks replay --id 4711
  postroom webhooks replay Helpdesk --failed
  postroom webhooks replay Helpdesk --since 2026-11-24T08:00 --until 2026-11-24T12:00
"""

TEST_EXAMPLE = """
Example:
  postroom webhooks test Helpdesk
"""

WEBHOOK_SHAPE = """
JSON: {"postroom": 1, "webhooks": [WEBHOOK, ...]}, where a WEBHOOK has
  id, name, url, style (standard|platform-sha256|platform-sha512), events ([EVENT]), assets ([NAME], or null
  for all), enabled, off_why, confirmations (whether it is told link and code), raw (none|link|inline),
  ordered, has_secret, rotating, waiting, waiting_since, dead, failures, last_ok_at, last_failed_at,
  last_words, rests_until, version, created_at, updated_at (ISO 8601 in UTC).
  Secrets are never in it.
"""

DELIVERY_SHAPE = """
JSON: {"postroom": 1, "total": N, "deliveries": [DELIVERY, ...]}, newest first, where a DELIVERY has
  id, webhook, event, at, asset, state (waiting|held|done|dead), tries, next_at, under_way, done_at, status,
  words; with --id also uid, replayable, data, attempts ([{at, ms, status, words, answer}]).
"""

TEST_SHAPE = """
JSON: {"postroom": 1, "test": {well, status, ms, words, answer, request ([LINE]), steps ([{what, value}]),
  delivery (id)}}
Exit status: 0 it answered 2xx; 1 it did not.
"""


def add(families: Family) -> None:
    """Add the family."""
    family = families.family(
        "webhooks", "endpoints that are told of mail, tokens and tests; their deliveries", SHOW_EXAMPLE
    )
    listed = family.command("list", "webhooks:list_all", "all webhooks", LIST_EXAMPLE, WEBHOOK_SHAPE)
    as_json(listed)
    shown = family.command(
        "show", "webhooks:show", "everything about one webhook", SHOW_EXAMPLE, WEBHOOK_SHAPE
    )
    _webhook(shown)
    as_json(shown)
    added = family.command(
        "add", "webhooks:add", "set up a webhook", ADD_EXAMPLES, SECRET_RULE, WEBHOOK_SHAPE
    )
    _fields(added, required=True)
    _secret(added)
    as_json(added)
    changed = family.command(
        "set",
        "webhooks:change",
        "change a webhook, or switch it on or off",
        SET_EXAMPLES,
        SECRET_RULE,
        WEBHOOK_SHAPE,
    )
    _webhook(changed)
    _fields(changed, required=False)
    _secret(changed).add_argument(
        "--drop-old-secret", action="store_true", help="the old secret signs no longer"
    )
    as_json(changed)
    removed = family.command(
        "remove", "webhooks:remove", "delete a webhook with its deliveries", REMOVE_EXAMPLE
    )
    _webhook(removed)
    removed.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
    _add_deliveries(family)
    tested = family.command(
        "test",
        "webhooks_sent:test",
        "send a test.ping now, and show the request and how its signature comes about",
        TEST_EXAMPLE,
        TEST_SHAPE,
    )
    _webhook(tested)
    passphrase(tested)
    as_json(tested)


def _add_deliveries(family: Family) -> None:
    listed = family.command(
        "deliveries",
        "webhooks_sent:deliveries",
        "what was delivered, what waits, what was given up; one in full with --id",
        DELIVERIES_EXAMPLES,
        DELIVERY_SHAPE,
    )
    _webhook(listed, optional=True)
    listed.add_argument("--id", type=int, metavar="ID", help="one delivery, with all tries")
    _which(listed)
    listed.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many (default: 50)")
    as_json(listed)
    replayed = family.command(
        "replay",
        "webhooks_sent:replay",
        "deliver again: one, all that were given up, or those of a span of time",
        REPLAY_EXAMPLES,
    )
    _webhook(replayed, optional=True)
    replayed.add_argument("--id", type=int, metavar="ID", action="append", help="this one; may be repeated")
    replayed.add_argument("--failed", action="store_true", help="all that were given up")
    _span(replayed)
    as_json(replayed)


def _webhook(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    more: dict[str, Any] = {"nargs": "?"} if optional else {}
    parser.add_argument("webhook", metavar="NAME", help="name of the webhook", **more)


def _fields(parser: argparse.ArgumentParser, *, required: bool) -> None:
    group = parser.add_argument_group("fields")
    group.add_argument("--name", required=required, metavar="TEXT", help="what people call it; unique")
    group.add_argument("--url", required=required, metavar="URL", help="https, of a public address")
    group.add_argument(
        "--event",
        choices=EVENTS,
        action="append",
        required=required,
        help="what it is told of; once for each, all of them",
    )
    group.add_argument("--style", choices=STYLES, help="how it is signed and shaped (default: standard)")
    which = group.add_mutually_exclusive_group()
    which.add_argument(
        "--asset", metavar="ASSET", action="append", help="events of this asset alone; may be repeated"
    )
    which.add_argument("--all-assets", action="store_true", help="events of all assets (the default)")
    group.add_argument("--raw", choices=RAWS, help="whether a mail's source goes along (default: none)")
    on = group.add_mutually_exclusive_group()
    on.add_argument("--on", action="store_true", default=None, help="deliver (the default)")
    on.add_argument("--off", dest="on", action="store_false", help="deliver nothing, and queue nothing new")
    _either(group, "ordered", "each asset's events in order (the default)", "unordered", "in any order")
    _either(
        group,
        "confirmations",
        "tell it link and code of a confirmation: who has them can take mail over",
        "no-confirmations",
        "keep them from it (the default)",
    )


def _either(group: Any, yes: str, yes_help: str, no: str, no_help: str) -> None:
    both = group.add_mutually_exclusive_group()
    both.add_argument(f"--{yes}", dest=yes, action="store_true", default=None, help=yes_help)
    both.add_argument(f"--{no}", dest=yes, action="store_false", help=no_help)


def _secret(parser: argparse.ArgumentParser) -> Any:
    group = parser.add_argument_group(
        "secret",
        "What deliveries are signed with. Never an argument: those are seen in the process list. Sealing it "
        "takes an unlocked vault.",
    )
    one = group.add_mutually_exclusive_group()
    one.add_argument("--new-secret", action="store_true", help="make one, and print it")
    one.add_argument("--secret-prompt", action="store_true", help="ask for it in the terminal")
    one.add_argument("--secret-stdin", action="store_true", help="read it from standard input")
    one.add_argument("--secret-file", metavar="FILE", type=Path, help="read it from a file")
    passphrase(parser)
    return one


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", choices=STATES, help="of this state alone")
    parser.add_argument("--asset", metavar="ASSET", help="of this asset alone")
    _span(parser)


def _span(parser: argparse.ArgumentParser) -> None:
    shown = "2026-11-24, 2026-11-24T08:00, or 2d for two days ago (m, h, d)"
    parser.add_argument("--since", type=moment, metavar="TIME", help=f"events from then on: {shown}")
    parser.add_argument("--until", type=moment, metavar="TIME", help="events up to then")


def moment(text: str) -> datetime:
    """A time as it is typed, in this machine's zone where it says none."""
    try:
        return times.typed(text, times.now())
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
