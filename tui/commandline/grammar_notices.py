"""The grammar of `postroom notices`: the plain route that postroom's own mail can go."""

from __future__ import annotations

from pathlib import Path

from tui.commandline.grammar_parts import Family, passphrase

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


def add(families: Family) -> None:
    """Add the family."""
    notices = families.family("notices", "the way that postroom's own mail goes", TEST_EXAMPLES)
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
