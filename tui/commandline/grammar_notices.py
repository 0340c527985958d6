"""The grammar of `postroom notices`: what needs a person, who is told, and the way that mail goes."""

from __future__ import annotations

from pathlib import Path

from tui.commandline.grammar_parts import Family, as_json, passphrase

PASSWORD_ABOUT = """
The password of the plain route: the SMTP server by which postroom's own mail can go without any asset. The
route itself stands in the configuration:

  [notice_smtp]
  host = "smtp.example.com"
  port = 587                       # the default
  security = "starttls"            # the default; or "ssl"; "none" only without a username
  username = "postroom"            # leave it out where nobody signs in
  from = "postroom@example.com"

Without an option the password is asked for in the terminal. It is never an argument: those are seen in the
process list.
"""

PASSWORD_EXAMPLES = """
Examples:
  postroom notices password
  postroom notices password --password-file relay.password
  postroom notices password --remove
"""

TEST_EXAMPLES = """
Examples:
  postroom notices test --to operator@example.org
  postroom notices test --to operator@example.org --through Billing
"""

TEST_STATUS = """
Exit status: 0 the server took the mail; 1 it did not; 2 wrong usage.
"""

LIST_EXAMPLES = """
Examples:
  postroom notices list
  postroom notices list --all --filter billing
  postroom notices list --json | jq '.notices[] | select(.acknowledged_at == null) | .cause'
"""
LIST_SHAPE = """
JSON: {"postroom": 1, "notices": [{id, kind, level, cause, reason, who, diagnosis, client, assets, deadline,
since, told_at, told_to, waiting, acknowledged_at, acknowledged_by, over_at, over_how}]}; kind is consent,
client, deadline, forwarding, absence or unreachable, level is now or soon.
"""
SHOW_SHAPE = """
JSON: as in list, with members: [{name, address, owner, deadline}] and tellings: [{at, occasion, webhooks,
words, sendings: [{way, role, to, state, tries, next_at, done_at, through, words}]}].
"""
SHOW_EXAMPLES = """
Examples:
  postroom notices show 12
  postroom notices show 12 --json
"""
ACK_EXAMPLES = """
Examples:
  postroom notices ack 12 13
  postroom notices ack 12 --back
"""
SEND_EXAMPLES = """
Examples:
  postroom notices send 12
"""
SEND_STATUS = """
Exit status: 0 all was sent, or the agent sends it; 1 something did not go; 2 wrong usage.
"""
ABOUT = """
What needs a person, and who was told of it. Whom postroom tells stands in the configuration:

  [notices]
  operators = ["ops@example.com"]
  to = "both"                      # operators (the default), owner, or both
  through = "Billing"              # the asset that sends, or "notices" for notice_smtp; default: the best way
  signed = "The service desk"      # who asks in a mail to an owner
  answers_to = "desk@example.com"  # where an owner's answer goes; default: the first operator
  hook = ["/usr/local/bin/page"]   # run for each notice; the facts are in POSTROOM_NOTICE_...
  bell = true                      # the console rings once when a new notice appears

Webhooks are told by the event desk.notice.
"""


def add(families: Family) -> None:
    """Add the family."""
    notices = families.family(
        "notices", "what needs a person, and who is told of it", ABOUT, LIST_EXAMPLES, TEST_EXAMPLES
    )
    _kept(notices)
    _way(notices)


def _kept(notices: Family) -> None:
    """Commands on the notices themselves."""
    shown = notices.command(
        "list", "notices_kept:list_all", "list what needs a person", LIST_EXAMPLES, LIST_SHAPE
    )
    shown.add_argument("--all", action="store_true", help="what is over, too (kept for 90 days)")
    shown.add_argument("--filter", metavar="WORDS", help="only those that hold all the words")
    as_json(shown)
    one = notices.command(
        "show", "notices_kept:show", "show one notice, and who was told", SHOW_EXAMPLES, SHOW_SHAPE
    )
    one.add_argument("notice", metavar="ID", type=int, help="its number")
    as_json(one)
    ack = notices.command(
        "ack",
        "notices_kept:acknowledge",
        "say that you see to it: no reminder before it gets worse",
        ACK_EXAMPLES,
    )
    ack.add_argument("notice", metavar="ID", type=int, nargs="+", help="their numbers")
    ack.add_argument("--back", action="store_true", help="take that back")
    send = notices.command(
        "send", "notices_kept:send", "tell everybody of a notice now", SEND_EXAMPLES, SEND_STATUS
    )
    send.add_argument("notice", metavar="ID", type=int, help="its number")
    passphrase(send)


def _way(notices: Family) -> None:
    """Commands on the way that mail goes."""
    password = notices.command(
        "password",
        "notices:password",
        "give the password of the plain route",
        PASSWORD_EXAMPLES,
        about=PASSWORD_ABOUT.strip(),
    )
    one = password.add_mutually_exclusive_group()
    one.add_argument("--password-stdin", action="store_true", help="read it from standard input")
    one.add_argument("--password-file", metavar="FILE", type=Path, help="read it from a file")
    one.add_argument("--remove", action="store_true", help="forget it")
    passphrase(password)
    test = notices.command(
        "test", "notices:test", "send a short mail of postroom's own", TEST_EXAMPLES, TEST_STATUS
    )
    test.add_argument("--to", metavar="ADDRESS", required=True, help="who gets it")
    test.add_argument("--through", metavar="ASSET", help="an asset that sends it (default: the plain route)")
    passphrase(test)
