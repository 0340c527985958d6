"""The grammar of `postroom inbound`."""

from __future__ import annotations

import argparse
from pathlib import Path

from tui.commandline.grammar_parts import Family, as_json, passphrase

FORMS = ("eml", "mbox", "jsonl", "csv")
"""Repeated from `live.inbound.export`, whose import would cost more than the whole help; a test compares."""
MOST_LISTED = 10_000
"""A list is made in memory; an export is not."""
LARGEST_ID = 2**63 - 1
"""What SQLite counts to."""

FAMILY_EXAMPLES = """
Examples:
  postroom inbound list asset:Support after:2d
  postroom inbound show 4711
  postroom inbound tail
"""

SEARCH_ABOUT = """
A search is words, which may stand in subject, sender, recipients or names of attachments, and
  from:ADDRESS  to:ADDRESS  subject:"TWO WORDS"  asset:NAME  kind:KIND  mark:MARK  before:TIME  after:TIME
  has:attachment
A word that ends in * stands for all that begin so. KIND is ordinary, confirmation, bounce, automatic, probe
or loop; MARK is direct, mismatch, unreadable or cards; TIME is 2026-11-01, or 2d for two days ago (h, d, w).
"""

LIST_EXAMPLES = """
Examples:
  postroom inbound list kind:bounce after:7d
  postroom inbound list --limit 20 --json from:someone@example.com
"""

SEARCH_EXAMPLES = """
Examples:
  postroom inbound search invoice 4711 asset:Support
  postroom inbound search --json 'subject:two words' has:attachment
"""

MESSAGE_SHAPE = """
  id, asset, received_at, sent_at (ISO 8601 in UTC, or null), from, from_name, to, subject, message_id,
  kind (ordinary|confirmation|bounce|automatic|probe|loop), detail, size (octets), attachments ([NAME]),
  marks ([direct|mismatch|unreadable|cards]), repeats, forwarded (gmail|exchange|inbox rule|other|direct|""),
  forwarded_by, envelope_from, envelope_to, peer, came_by (smtp|lmtp|import|platform)
"""

LIST_SHAPE = f"""
JSON: {{"postroom": 1, "total": N, "messages": [MESSAGE, ...]}}, newest first, where a MESSAGE has
{MESSAGE_SHAPE.strip(chr(10))}
"""

TAIL_SHAPE = f"""
JSON: {{"postroom": 1, "message": MESSAGE}} on a line for each, where a MESSAGE has
{MESSAGE_SHAPE.strip(chr(10))}
"""

SHOW_ABOUT = """
Read one message. That it was opened, by whom, and why is kept in the audit log. Reading takes the vault's
passphrase, unless its log key was kept at hand (`postroom vault unlock --log-key`): the key in a keyring or a
key file opens passwords and tokens alone.
"""

SHOW_EXAMPLES = """
Examples:
  postroom inbound show 4711
  postroom inbound show 4711 --source > message.eml
  postroom inbound show 4711 --save 1 --to invoice.pdf
"""

SHOW_SHAPE = """
JSON: {"postroom": 1, "message": MESSAGE}, where MESSAGE has all that `inbound list --help` describes, and
  text, html_only (true: made out of HTML), trouble (what is not in order, or ""), headers ([[NAME, VALUE]]),
  parts ([{number (for --save), name, type, size}])
"""

EXPORT_FORMS = """
Forms: eml: a directory with one file a message, the bytes as they came; mbox: one file, mboxrd; jsonl: JSON
Lines, each with all that `inbound list --help` describes and source (in base64); csv: headers alone, which
takes no passphrase. Card numbers are masked where the asset's PCI check is on. Nothing is written over.
"""

EXPORT_EXAMPLES = """
Examples:
  postroom inbound export --form mbox --to december.mbox after:2026-12-01 asset:Support
  postroom inbound export --form csv --to - kind:bounce | column -t -s,
"""

IMPORT_ABOUT = """
Bring mail into an asset's log: mbox files, Maildir directories, .eml files and directories of them; and
events of Webex Connect as JSON Lines (.jsonl, .ndjson) or CSV (.csv, with the event's field names in the
first row), which become mail as those of a platform source do. Folders of a Maildir (.Sent) are named apart.
What the log has already is passed over, so that an import that was stopped goes on where it was when it is
run again. Headers and index are made as for mail that arrives; the list is ordered by when a message came
into the log.
"""

IMPORT_EXAMPLES = """
Examples:
  postroom inbound import Support old.mbox
  postroom inbound import Support ~/Maildir exported/
  postroom inbound import Support events.jsonl
"""

IMPORT_SHAPE = """
JSON: {"postroom": 1, "imported": N, "known": N (passed over), "unreadable": N (of the imported),
  "too_large": N (left out: larger than 50 MB)}
"""

TAIL_EXAMPLES = """
Examples:
  postroom inbound tail
  postroom inbound tail --json kind:confirmation
"""

CONFIRMATIONS_EXAMPLES = """
Examples:
  postroom inbound confirmations
  postroom inbound confirmations --done 4711
"""

CONFIRMATIONS_SHAPE = """
JSON: {"postroom": 1, "confirmations": [CONFIRMATION, ...]}, newest first, where a CONFIRMATION has
  message (id), asset, arrived_at, link, cancel_link (takes the request back), code, requester,
  matches (true|false: the asset's own mailbox asks), dkim (pass|fail|unverified), done_at,
  done_by ("" where forwarded mail showed it)
Exit status: 0 none waits, or --done was done; 1 some wait.
"""


def add(families: Family) -> None:
    """Add the family."""
    inbound = families.family(
        "inbound", "the mail that came in: search, read, export, import, follow", FAMILY_EXAMPLES
    )
    listed = inbound.command(
        "list",
        "inbound:show_list",
        "the newest messages",
        LIST_EXAMPLES,
        LIST_SHAPE,
        about=SEARCH_ABOUT.strip(),
    )
    _list_options(listed)
    searched = inbound.command(
        "search",
        "inbound:show_list",
        "messages that match, newest first",
        SEARCH_EXAMPLES,
        LIST_SHAPE,
        about=SEARCH_ABOUT.strip(),
    )
    _list_options(searched, needed=True)
    _add_show(inbound)
    _add_export(inbound)
    _add_import(inbound)
    tail = inbound.command(
        "tail",
        "inbound:tail",
        "print messages as they come, until Ctrl-C",
        TAIL_EXAMPLES,
        TAIL_SHAPE,
        about=f"Print messages as they come, until Ctrl-C.\n{SEARCH_ABOUT.rstrip()}",
    )
    _words(tail)
    tail.add_argument("--json", action="store_true", help="print one JSON object a line")
    asked = inbound.command(
        "confirmations",
        "inbound_confirmations:show",
        "providers' requests to confirm a forwarding address",
        CONFIRMATIONS_EXAMPLES,
        CONFIRMATIONS_SHAPE,
    )
    asked.add_argument("--all", action="store_true", help="those that are done too")
    asked.add_argument("--done", type=_id, metavar="ID", help="mark the one in this message as done")
    as_json(asked)


def _list_options(parser: argparse.ArgumentParser, *, needed: bool = False) -> None:
    _words(parser, needed=needed)
    parser.add_argument(
        "--limit",
        type=_limit,
        default=50,
        metavar="N",
        help=f"at most so many (default: 50; up to {MOST_LISTED:,})",
    )
    as_json(parser)


def _add_show(inbound: Family) -> None:
    show = inbound.command(
        "show",
        "inbound_reading:show",
        "read one message",
        SHOW_EXAMPLES,
        SHOW_SHAPE,
        about=SHOW_ABOUT.strip(),
    )
    show.add_argument("id", type=_id, metavar="ID", help="number of the message, as listed")
    view = show.add_mutually_exclusive_group()
    view.add_argument("--headers", action="store_true", help="all headers")
    view.add_argument("--source", action="store_true", help="the bytes as they came")
    view.add_argument("--save", type=_number, metavar="N", help="the attachment of that number")
    show.add_argument("--to", type=Path, metavar="FILE", help="where --save puts it: a new file")
    _reason(show)
    passphrase(show)
    as_json(show)


def _add_export(inbound: Family) -> None:
    export = inbound.command(
        "export",
        "inbound_files:export",
        "write messages into files",
        EXPORT_FORMS,
        EXPORT_EXAMPLES,
        about=f"Write the messages that match into files; without words, all.\n{SEARCH_ABOUT.rstrip()}",
    )
    _words(export)
    export.add_argument("--form", choices=FORMS, required=True, help="see below")
    export.add_argument(
        "--to",
        type=Path,
        metavar="PATH",
        required=True,
        help="a new file, for eml a new or empty directory; - for standard output",
    )
    _reason(export)
    passphrase(export)


def _add_import(inbound: Family) -> None:
    brought = inbound.command(
        "import",
        "inbound_files:bring_in",
        "bring mail into an asset's log",
        IMPORT_EXAMPLES,
        IMPORT_SHAPE,
        about=IMPORT_ABOUT.strip(),
    )
    brought.add_argument("asset", metavar="ASSET", help="name or address of the asset")
    brought.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="mbox, Maildir, .eml, directory, .jsonl or .csv"
    )
    as_json(brought)


def _words(parser: argparse.ArgumentParser, *, needed: bool = False) -> None:
    parser.add_argument(
        "words", nargs="+" if needed else "*", metavar="WORD", help="a search, as described above"
    )


def _reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reason",
        default="",
        metavar="TEXT",
        help="why, for the audit log (the configuration may demand it of whoever reads bodies)",
    )


def _id(text: str) -> int:
    return _whole(text, LARGEST_ID)


def _number(text: str) -> int:
    return _whole(text, 100_000)


def _limit(text: str) -> int:
    return _whole(text, MOST_LISTED)


def _whole(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {most:,}")
    return int(text)
