"""The grammar of `postroom clients`."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from tui.commandline.grammar_parts import Family, as_json, passphrase

PROVIDERS = ("gmail", "office365", "custom")
FLOWS = ("authorization_code", "client_credentials", "service_account")
TYPES = ("desktop", "web", "spa")
PUBLISHINGS = ("unknown", "testing", "production", "internal")
"""Repeated from the store, whose import would cost more than the whole help; a test compares them."""

NOTHING = "-"
"""What takes the end date, or the test users, away."""

SHOW_EXAMPLE = """
Example:
  postroom clients show "Desk app" --json
"""

LIST_EXAMPLE = """
Example:
  postroom clients list --json | jq '.clients[] | {name, secret_ends, assets}'
"""

ADD_EXAMPLES = """
Examples:
  postroom clients add --name "Desk app" --provider gmail --client-id 4711-abc.apps.googleusercontent.com \\
      --publishing production --secret-prompt
  postroom clients add --name "Office" --provider office365 --tenant example.com \\
      --client-id 8d6c5a4e-0000-4000-8000-1234567890ab --client-type web --secret-file office.secret \\
      --secret-ends 2027-05-31 --callback-url https://desk.example.com/callback
  postroom clients add --name "Workspace" --provider gmail --flow service_account \\
      --client-id 104711471147114711471 --secret-file key.json
"""

SET_EXAMPLES = """
Examples:
  postroom clients set Office --secret-stdin --secret-ends 2028-05-31 < new.secret
  postroom clients set "Desk app" --publishing testing --test-user support@example.com \\
      --test-user billing@example.com
"""

REMOVE_EXAMPLE = """
Example:
  postroom clients remove "Desk app" --yes
"""

CLIENT_SHAPE = """
JSON: {"postroom": 1, "clients": [CLIENT, ...]}, where a CLIENT has
  id, name, provider (gmail|office365|custom), flow (authorization_code|client_credentials|service_account),
  client_type (desktop|web|spa), client_id, tenant, authorization_url, token_url,
  refresh_url ("": the token URL), device_url, revocation_url, scope, callback_url, has_secret,
  secret_ends (YYYY-MM-DD, or null), publishing (unknown|testing|production|internal),
  test_users ([ADDRESS]), assets (how many use it), version, created_at, updated_at (ISO 8601 in UTC);
  show, add and set also asset_names ([NAME]).
  Secrets are never printed.
"""

SECRET_RULE = """
A new secret is tried before it replaces an old one: the token of one asset of the client is renewed with it,
and it is kept only when that works; else nothing is changed, and the exit status is 1. --without-test keeps
it untried.

Another provider, tenant or flow brings its URLs and scope along, where they were not changed by hand.
"""


def add(families: Family) -> None:
    """Add the family."""
    family = families.family(
        "clients", "list, show, add, change and remove OAuth clients (app registrations)", SHOW_EXAMPLE
    )
    listed = family.command("list", "clients:list_all", "all OAuth clients", LIST_EXAMPLE, CLIENT_SHAPE)
    as_json(listed)
    shown = family.command(
        "show",
        "clients:show",
        "everything about one OAuth client, and the assets that use it",
        SHOW_EXAMPLE,
        CLIENT_SHAPE,
    )
    _client(shown)
    as_json(shown)
    added = family.command(
        "add",
        "clients:add",
        "set up an OAuth client; the provider fills in URLs and scope",
        ADD_EXAMPLES,
        CLIENT_SHAPE,
    )
    _fields(added, required=True)
    _secret(added)
    as_json(added)
    changed = family.command(
        "set", "clients:change", "change an OAuth client", SET_EXAMPLES, SECRET_RULE, CLIENT_SHAPE
    )
    _client(changed)
    _fields(changed, required=False)
    _secret(changed)
    changed.add_argument("--without-test", action="store_true", help="keep a new secret without trying it")
    as_json(changed)
    removed = family.command(
        "remove", "clients:remove", "delete an OAuth client that no asset uses", REMOVE_EXAMPLE
    )
    _client(removed)
    removed.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")


def _client(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("client", metavar="NAME", help="name of the OAuth client")


def _fields(parser: argparse.ArgumentParser, *, required: bool) -> None:
    group = parser.add_argument_group("fields")
    text: dict[str, Any] = {"metavar": "TEXT"}
    url: dict[str, Any] = {"metavar": "URL"}
    group.add_argument("--name", required=required, help="what people call it; unique", **text)
    group.add_argument(
        "--provider", choices=PROVIDERS, required=required, help="fills in all URLs and the scope"
    )
    group.add_argument(
        "--flow", choices=FLOWS, help="a person consents (default), app-only, or a Google service account"
    )
    group.add_argument("--client-type", choices=TYPES, help="as what it is registered (default: desktop)")
    group.add_argument("--client-id", required=required, help="the application's ID", **text)
    group.add_argument(
        "--tenant", help="Office 365: the directory's ID or domain; goes into all URLs", **text
    )
    group.add_argument("--authorization-url", help="where a person consents", **url)
    group.add_argument("--token-url", help="where tokens are given out", **url)
    group.add_argument("--refresh-url", help="where they are renewed, if not at the token URL", **url)
    group.add_argument("--device-url", help="where device codes are given out", **url)
    group.add_argument("--revocation-url", help="where grants are taken back", **url)
    group.add_argument("--scope", help="what is asked for; separated by spaces", **text)
    group.add_argument("--callback-url", help="the redirect URI, to the letter as registered", **url)
    group.add_argument(
        "--secret-ends",
        metavar="DATE",
        type=_date,
        help="the last day of the secret, as in 2027-05-31; - for unknown",
    )
    group.add_argument(
        "--publishing", choices=PUBLISHINGS, help="Google: the publishing status of the project"
    )
    group.add_argument(
        "--test-user",
        metavar="ADDRESS",
        action="append",
        help="Google, while testing: a test user; once for each, all of them; - for none",
    )


def _secret(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "client secret",
        "The secret's value, or a service account's whole key file (JSON). Never an argument: those are seen "
        "in the process list. Sealing it takes an unlocked vault.",
    )
    one = group.add_mutually_exclusive_group()
    one.add_argument("--secret-prompt", action="store_true", help="ask for it in the terminal")
    one.add_argument("--secret-stdin", action="store_true", help="read it from standard input")
    one.add_argument("--secret-file", metavar="FILE", type=Path, help="read it from a file")
    passphrase(parser)


def _date(text: str) -> date | str:
    if text == NOTHING:
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as in 2027-05-31") from None
