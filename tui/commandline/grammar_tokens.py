"""The grammar of `postroom authorize`, `refresh`, `tokens` and `revoke`."""

from __future__ import annotations

import argparse
import re
from datetime import timedelta
from pathlib import Path

from tui.commandline.grammar_parts import Family, as_json, passphrase

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
SPAN = re.compile(r"([1-9][0-9]{0,3})([hdw])")
MOST_DAYS = 14
"""For which a link may wait: no owner answers later than that, and a forgotten link is a door left ajar."""

AUTHORIZE_ABOUT = """
Generate a token for an asset that signs in by OAuth 2.0. Without an option the way that fits is picked, and
it is said why the others do not:
  a browser on this machine   it is opened, and its answer is heard on a port of 127.0.0.1
  a browser elsewhere (SSH)   open the address there; forward the port by the `ssh -L` line that is shown, or
                              paste the address that the browser ends on, even though its page fails to load
  app-only, service account   nobody is needed
The new token is checked before it is trusted: the scope was granted, a refresh token came, and the mail
server lets it sign in as the asset. Until then the old token stays.
"""

AUTHORIZE_EXAMPLES = """
Examples:
  postroom authorize Support
  postroom authorize Support --device
  postroom authorize Support --owner-link --days 3 --qr
  postroom authorize Support --owner-link --mail-to owner --through Billing
  postroom authorize Support --paste
  postroom authorize Support --tokens-stdin < refresh.token
"""

AUTHORIZE_STATUS = """
The address to open goes to stdout, all else to stderr; a link that is mailed is not printed.
Exit status: 0 the token was accepted (with --owner-link: the link is made, and mailed where that was wanted);
1 it was refused, and nothing was changed, or the link was not mailed, and is printed; 2 wrong usage.
"""

REFRESH_EXAMPLES = """
Examples:
  postroom refresh Support billing@example.org
  postroom refresh --due                            for cron, where no console is open
  postroom refresh --all --json
"""

REFRESH_SHAPE = """
JSON: {"postroom": 1, "refreshes": [REFRESH, ...]}, in the order asked for, where a REFRESH has
  asset, asset_id, ms, words (the provider's, or why it was not asked),
  outcome (renewed|renewed_elsewhere|retrying|consent_required|client_fault|vault_locked|skipped),
  expires_at, next_refresh_at (ISO 8601 in UTC, or null), references (the provider's ids of its answer),
  diagnosis (null, or {id, cause, fix, who, again, source})
Exit status: 0 all were renewed, or none was due; 1 some were not; 2 wrong usage.
"""

TOKENS_EXAMPLES = """
Examples:
  postroom tokens
  postroom tokens --within 30d --json
  postroom tokens --ics deadlines.ics
  postroom tokens > /dev/null || mail -s "a token needs you" support@example.com < /dev/null
"""

TOKENS_SHAPE = """
JSON: {"postroom": 1, "within_hours": N, "needs_now": N, "soon": N, "well": N, "tokens": [TOKEN, ...]}, those
  that need a person now first, then by deadline, where a TOKEN has
  asset, asset_id, address, provider, sign_in (password|oauth), oauth_client (name, or null),
  group (now|soon|well), state (none|valid|retrying|consent_required|client_fault; none with a password),
  expires_at, next_refresh_at, deadline_at (ISO 8601 in UTC, or null), why,
  who (operator|mailbox owner|tenant administrator|nobody, or ""), has_refresh, failures,
  diagnosis (id, or null)
Exit status: 0 all is well; 1 something ends within the time; 2 something needs a person now, or wrong usage.
"""

REVOKE_EXAMPLE = """
Example:
  postroom revoke Support --yes
"""

REVOKE_ABOUT = """
Take an asset's grant back at the provider, and forget its tokens. Sending stops until a new token is
generated.
Exit status: 0 revoked, or not wanted when asked; 1 the provider did not take it back, and nothing was
changed; 2 wrong usage.
"""


def add(families: Family) -> None:
    """Add the four commands."""
    _add_authorize(families)
    _add_refresh(families)
    _add_tokens(families)
    revoked = families.command(
        "revoke",
        "revoke:run",
        "take an asset's grant back at the provider",
        REVOKE_EXAMPLE,
        about=REVOKE_ABOUT.strip(),
    )
    _asset(revoked)
    revoked.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
    passphrase(revoked)


def _add_authorize(families: Family) -> None:
    parser = families.command(
        "authorize",
        "authorize:run",
        "generate a token for an asset",
        AUTHORIZE_EXAMPLES,
        AUTHORIZE_STATUS,
        about=AUTHORIZE_ABOUT.strip(),
    )
    _asset(parser)
    ways = parser.add_argument_group("ways").add_mutually_exclusive_group()
    ways.add_argument(
        "--browser", action="store_true", help="a browser on this machine, whatever it looks like"
    )
    ways.add_argument(
        "--device", action="store_true", help="type a short code in a browser anywhere (Office 365)"
    )
    ways.add_argument(
        "--owner-link", action="store_true", help="print a link for the mailbox's owner, and end"
    )
    ways.add_argument(
        "--paste",
        action="store_true",
        help="complete one that was begun: paste the address that the browser ended on, or give it on "
        "standard input",
    )
    ways.add_argument(
        "--tokens-stdin",
        action="store_true",
        help="read a refresh token, or a whole token answer (JSON), that was made elsewhere",
    )
    parser.add_argument(
        "--days",
        type=_days,
        metavar="N",
        help=f"how long the owner's link waits (default: 3, at most {MOST_DAYS})",
    )
    _add_mail(parser)
    parser.add_argument("--qr", action="store_true", help="show the link as a QR code as well")
    parser.add_argument(
        "--consent",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="ask for consent again this time (prompt=consent), whatever the asset says: brings a refresh "
        "token where none came, and fails where only an administrator may consent",
    )
    passphrase(parser)


def _add_mail(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "mail", "With --owner-link: the link is mailed, in plain steps, after the mail was shown."
    )
    group.add_argument("--mail-to", metavar="ADDRESS", help="to whom; owner: whom the asset names")
    group.add_argument(
        "--through",
        metavar="ASSET",
        help="the asset that sends it, or notices for the plain route (default: what is likeliest to work)",
    )
    group.add_argument(
        "--answers-to", metavar="ADDRESS", help="where answers go (default: to the mailbox that sends)"
    )
    group.add_argument("--signed", metavar="NAME", help="who asks, as the owner knows them (default: you)")
    group.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")


def _add_refresh(families: Family) -> None:
    parser = families.command(
        "refresh", "refresh:run", "renew tokens before they end", REFRESH_EXAMPLES, REFRESH_SHAPE
    )
    parser.add_argument("names", nargs="*", metavar="ASSET", help="name or address of an asset")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--due", action="store_true", help="those whose time has come")
    which.add_argument("--all", action="store_true", help="every asset that has a grant")
    passphrase(parser)
    as_json(parser)


def _add_tokens(families: Family) -> None:
    parser = families.command(
        "tokens", "tokens:show", "whose token dies next, and who must act", TOKENS_EXAMPLES, TOKENS_SHAPE
    )
    parser.add_argument(
        "--within",
        type=_span,
        default=timedelta(days=7),
        metavar="TIME",
        help="what is soon: hours, days or weeks, as in 36h, 7d, 2w (default: 7d)",
    )
    parser.add_argument(
        "--ics", type=Path, metavar="FILE", help="also write the deadlines as a calendar file (iCalendar)"
    )
    as_json(parser)


def _asset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("asset", metavar="ASSET", help="name or address of the asset")


def _span(text: str) -> timedelta:
    found = SPAN.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write hours, days or weeks as in 36h, 7d, 2w")
    return int(found[1]) * UNITS[found[2]]


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_DAYS):
        raise argparse.ArgumentTypeError(f"must be 1 to {MOST_DAYS}")
    return int(text)
