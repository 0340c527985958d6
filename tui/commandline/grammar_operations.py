"""The grammar of `postroom test`, `postroom audit` and `postroom rehearse`."""

from __future__ import annotations

import argparse

from tui.commandline.grammar_parts import Family, as_json, passphrase

LONGEST_WAIT_S = 3_600
"""A provider that holds mail back for longer is found out by the agent, which records late arrivals."""
MOST_MAILS = 60_000
"""A minute: a thousand a second is what one sender gets through."""

TEST_SHAPE = """
JSON: {"postroom": 1, "tests": [TEST, ...]}, in the order asked for, where a TEST has
  asset, asset_id, kind (connection|domain|forwarding), address, outcome (passed|failed|cancelled),
  started_at (ISO 8601 in UTC), ms, steps, transcript (credentials replaced)
  each of steps: rung, outcome (passed|failed|skipped|cancelled), ms, words (the server's),
  facts ([{label, value}]), diagnosis (null, or {id, cause, fix, who, again, source})
"""

TEST_EXAMPLES = """
Examples:
  postroom test Support billing@example.org
  postroom test Support --send-to you@example.com
  postroom test --all --json > tests.json
  postroom test --domain Support
  postroom test --forwarding Support --wait 60
"""

TEST_STATUS = """
Exit status: 0 all passed, 1 some failed, 2 wrong usage.
"""

AUDIT_SHAPE = """
JSON: {"postroom": 1, "entries": [ENTRY, ...]}, newest first, where an ENTRY has
  id, at (ISO 8601 in UTC), user, client (address of the SSH client, or ""), action, asset_id (or null),
  asset, detail
"""

AUDIT_EXAMPLES = """
Examples:
  postroom audit password
  postroom audit --limit 1000 --json Support
"""

REHEARSE_ABOUT = """
Try postroom on a rehearsal desk: sample mailboxes in all states, on a provider of its own that speaks real
SMTP over real TLS on this machine's loopback, with an authorization server that gives out real tokens. Your
own store and vault are not touched, and everything goes away at the end. Without a terminal (in a pipe, in
CI) every sample is tested and judged: one line and its diagnosis for each. --serve tells how to generate a
token by hand, in a browser or by curl.
"""

REHEARSE_EXAMPLES = """
Examples:
  postroom rehearse                   the console on the rehearsal desk
  postroom rehearse | cat             test all samples and print how they ended
  postroom rehearse --serve           only serve, for commands in another terminal
"""

REHEARSE_SHAPE = """
JSON (with --serve): {"postroom": 1, "rehearsal": REHEARSAL}, one line, where REHEARSAL has
  store, config, key_file, ports ({LISTENER: PORT}), authorization (address of the authorization server),
  commands, token_by_browser, token_by_curl ([TEXT])
JSON (without a terminal): {"postroom": 1, "samples": [SAMPLE, ...]}, where a SAMPLE has
  asset, test (1, or 2 where an account changes its mind), outcome, rung, diagnosis,
  as_meant (true|false), meant ({rung, diagnosis})
Exit status: 0 every sample ended as its account is meant to, 1 some did not.
"""


def add_test(families: Family) -> None:
    """Add `postroom test`."""
    test = families.command(
        "test",
        "test:run",
        "test the connection of assets, rung by rung, their domains, or their forwarding",
        TEST_EXAMPLES,
        TEST_SHAPE,
        TEST_STATUS,
    )
    test.add_argument("names", nargs="*", metavar="NAME", help="name or address of an asset")
    test.add_argument("--all", action="store_true", help="every asset")
    test.add_argument(
        "--domain",
        action="store_true",
        help="look at the domain instead: MX, SPF, DKIM, DMARC, and the certificate of the SMTP server",
    )
    test.add_argument(
        "--forwarding",
        action="store_true",
        help="send a probe to the mailbox instead, through another asset, and wait for it at the forwarding "
        "address; an agent must receive",
    )
    test.add_argument(
        "--wait",
        type=_wait,
        metavar="S",
        help=f"seconds that a probe is waited for (default: 180, at most {LONGEST_WAIT_S:,}); what comes "
        "later is recorded by the agent",
    )
    test.add_argument(
        "--send-to", metavar="ADDRESS", help="send one real test message per asset to this address"
    )
    passphrase(test)
    as_json(test)


def add_audit(families: Family) -> None:
    """Add `postroom audit`."""
    audit = families.command("audit", "audit:show", "who did what, and when", AUDIT_EXAMPLES, AUDIT_SHAPE)
    audit.add_argument(
        "words", nargs="*", metavar="WORD", help="only entries in which all these words appear"
    )
    audit.add_argument(
        "--limit", type=_positive, default=100, metavar="N", help="at most so many (default: 100)"
    )
    as_json(audit)


def add_rehearse(families: Family) -> None:
    """Add `postroom rehearse`."""
    rehearse = families.command(
        "rehearse",
        "rehearse:rehearse",
        "try the console on sample mailboxes; nothing to set up",
        REHEARSE_EXAMPLES,
        REHEARSE_SHAPE,
        about=REHEARSE_ABOUT.strip(),
    )
    rehearse.add_argument(
        "--every", action="store_true", help="a sample for every account and listener there is"
    )
    rehearse.add_argument(
        "--mail",
        type=_rate,
        default=12.0,
        metavar="RATE",
        help="sample mails a minute that are forwarded to the assets (default: 12; 0: none)",
    )
    rehearse.add_argument("--serve", action="store_true", help="only serve, until Ctrl-C or SIGTERM")
    rehearse.add_argument(
        "--mouse", action="store_true", default=argparse.SUPPRESS, help="let the console use the mouse"
    )
    as_json(rehearse)


def _wait(text: str) -> float:
    seconds = float(text)
    if not 1 <= seconds <= LONGEST_WAIT_S:
        raise argparse.ArgumentTypeError(f"must be from 1 to {LONGEST_WAIT_S:,}")
    return seconds


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 <= rate <= MOST_MAILS:
        raise argparse.ArgumentTypeError(f"must be from 0 to {MOST_MAILS:,}")
    return rate


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
