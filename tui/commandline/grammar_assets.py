"""The grammar of `postroom assets`."""

from __future__ import annotations

import argparse
from pathlib import Path

from tui.commandline import grammar_engage
from tui.commandline.grammar_parts import Family, as_json, passphrase

PROVIDERS = ("gmail", "office365", "custom")
METHODS = ("password", "oauth")
SECURITIES = ("ssl", "starttls", "none")
STATES = ("never", "passed", "failed")
"""Repeated from the store, whose import would cost more than the whole help; a test compares them."""

LIST_SHAPE = """
JSON: {"postroom": 1, "assets": [ASSET, ...]}, where an ASSET of the list has
  id, name, address, provider (gmail|office365|custom), sign_in (password|oauth), host, port,
  security (ssl|starttls|none), owner, forwarding_address, has_password,
  state (never|passed|failed), checked_at (ISO 8601 in UTC, or null), failed_step, diagnosis (ids, or null),
  oauth_client (name, or null), grant_state (null where it signs in by password, else
  none|valid|retrying|consent_required|client_fault), pci_check (true: card numbers are masked),
  engage (unknown|registered|retired, or null: it is not registered), engage_service (or null),
  forwarding {state (never|awaiting|working|silent|stopped), words, first_mail_at, last_mail_at (of forwarded
  mail, or null), usual_gap (seconds: the longest gap as a rule)}
"""

ASSET_SHAPE = """
JSON: {"postroom": 1, "assets": [ASSET]}, where ASSET has all that `assets list --help` describes, and
  user_name, login_id, sign_in_name (what is really sent), note, ca_pem, cleartext_agreed, ask_consent,
  keep_days, keep_megabytes (of inbound mail; 0: no limit, null: as the configuration says),
  version, created_at, updated_at (ISO 8601 in UTC), grant (null, or {scope, validity (seconds, or null),
  obtained_at, expires_at, consent_at, refresh_expires_at, next_refresh_at, has_refresh, access_length,
  refresh_length (characters), failures, words, diagnosis, made_with (where that is not the asset's OAuth
  client any more, what the grant was made with)}). Passwords and tokens are never printed.
"""

LIST_EXAMPLES = """
Examples:
  postroom assets list --state failed
  postroom assets list --provider office365 --filter "billing example.com" --json
  postroom assets list --filter forwarding:silent
"""

SHOW_EXAMPLE = """
Example:
  postroom assets show "Support" --json
"""

ADD_EXAMPLES = """
Examples:
  postroom assets add --name Support --address support@example.com --provider gmail --password-prompt
  postroom assets add --name Billing --address billing@example.org --provider custom \\
      --host mail.example.org --port 465 --security ssl --password-file billing.password
  postroom assets add --name Sales --address sales@example.com --client "Desk app"
"""

SET_EXAMPLES = """
Examples:
  postroom assets set Support --owner owner@example.com --note "Monday to Friday"
  postroom assets set Support --pci-check --keep-days 30
  postroom assets set Support --password-stdin < new.password
"""

REMOVE_EXAMPLE = """
Example:
  postroom assets remove Support Billing --yes
"""

PASSWORD_RULE = """
A new password is tested before it replaces an old one: it does so only when the server accepts the sign-in;
else nothing is changed, and the exit status is 1. --without-test keeps it untested.
"""


def add(families: Family) -> None:
    """Add the family."""
    family = families.family("assets", "list, show, add, change and remove assets", SHOW_EXAMPLE)
    _add_list(family)
    shown = family.command("show", "assets:show", "everything about one asset", SHOW_EXAMPLE, ASSET_SHAPE)
    _name(shown)
    as_json(shown)
    added = family.command("add", "assets:add", "set up an asset", ADD_EXAMPLES, ASSET_SHAPE)
    _fields(added, required=True)
    _password(added)
    as_json(added)
    changed = family.command(
        "set", "assets:change", "change an asset", SET_EXAMPLES, PASSWORD_RULE, ASSET_SHAPE
    )
    _name(changed)
    _fields(changed, required=False)
    _password(changed)
    changed.add_argument("--without-test", action="store_true", help="keep a new password without testing it")
    as_json(changed)
    removed = family.command(
        "remove", "assets:remove", "delete assets, with passwords and checks", REMOVE_EXAMPLE
    )
    removed.add_argument("names", nargs="+", metavar="NAME", help="name or address")
    removed.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
    grammar_engage.add_removal(removed)
    grammar_engage.add(family)


def _add_list(family: Family) -> None:
    listed = family.command(
        "list", "assets:list_all", "all assets with their latest check", LIST_EXAMPLES, LIST_SHAPE
    )
    listed.add_argument("--provider", choices=PROVIDERS, help="only this provider's")
    listed.add_argument("--method", choices=METHODS, help="only those that sign in this way")
    listed.add_argument(
        "--state", choices=STATES, help="only those whose latest test ended so; never: not tested yet"
    )
    listed.add_argument(
        "--filter", metavar="WORDS", default="", help="only those in which all these words appear"
    )
    as_json(listed)


def _name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("asset", metavar="NAME", help="name or address of the asset")


def _fields(parser: argparse.ArgumentParser, *, required: bool) -> None:
    group = parser.add_argument_group("fields")
    group.add_argument("--name", metavar="TEXT", required=required, help="what people call it; unique")
    group.add_argument(
        "--address", metavar="ADDRESS", required=required, help="the mailbox's address; unique"
    )
    group.add_argument(
        "--provider", choices=PROVIDERS, help="fills server, port and security (default: custom)"
    )
    group.add_argument("--host", metavar="NAME", help="the SMTP server")
    group.add_argument("--port", metavar="NUMBER", type=int, help="587 or 465, mostly")
    group.add_argument("--security", choices=SECURITIES, help="ssl: TLS from the first byte")
    group.add_argument(
        "--user-name", metavar="TEXT", help="what signs in, where it is neither address nor login ID"
    )
    group.add_argument("--login-id", metavar="TEXT", help="the account that signs in for a shared mailbox")
    group.add_argument(
        "--sign-in", choices=METHODS, help="password (default), or oauth, which --client says as well"
    )
    group.add_argument(
        "--client", metavar="NAME", help="the OAuth client that it signs in through; - for none"
    )
    group.add_argument(
        "--ask-consent",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="have the provider ask for consent each time (prompt=consent): brings a refresh token where "
        "none came, and fails where only an administrator may consent",
    )
    group.add_argument(
        "--pci-check",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="mask card numbers in what is shown, exported and delivered of its mail, and mark the mail that "
        "holds some (mark:cards); mail that came before it was switched on is masked, but not marked",
    )
    _kept(group, "--keep-days", "days that its mail is kept; 0: without end")
    _kept(group, "--keep-megabytes", "how much of its mail is kept; 0: no limit")
    group.add_argument("--owner", metavar="ADDRESS", help="address of the person who owns the mailbox")
    group.add_argument("--note", metavar="TEXT", help="anything worth knowing")
    group.add_argument(
        "--ca-file",
        metavar="FILE",
        help="certificate authority (PEM) trusted for this asset alone; - for none (a new asset: else the "
        "ca_file of the configuration)",
    )
    group.add_argument(
        "--allow-cleartext",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="agree to the password going out without TLS (security none)",
    )


def _kept(group: argparse._ArgumentGroup, option: str, what: str) -> None:
    group.add_argument(option, type=_number, metavar="N", help=f"{what}; - for what the configuration says")


def _number(text: str) -> int | str:
    if text == "-":
        return text
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise argparse.ArgumentTypeError("must be a whole number, or - for what the configuration says")
    return int(text)


def _password(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "password",
        "Never an argument: those are seen in the process list. Sealing it takes an unlocked vault.",
    )
    one = group.add_mutually_exclusive_group()
    one.add_argument("--password-prompt", action="store_true", help="ask for it in the terminal")
    one.add_argument("--password-stdin", action="store_true", help="read it from standard input")
    one.add_argument("--password-file", metavar="FILE", type=Path, help="read it from a file")
    passphrase(parser)
