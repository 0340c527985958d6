"""The grammar of `postroom vault`."""

from __future__ import annotations

from tui.commandline.grammar_parts import Family, as_json, passphrase

STATUS_EXAMPLE = """
Example:
  postroom vault status
"""

STATUS_SHAPE = """
JSON: {"postroom": 1, "vault": {state (absent|locked|open), served_by (or null), log_key, homes: [HOME, ...]}}
  where log_key, of the key that opens inbound messages, has state and served_by likewise; a HOME, in the
  order in which they are tried, has name, state, where, words, writable, served, log_key (true: holds it too)
"""

KEEP = "where the key is kept: keyring, or a file of mode 0600"

DEFAULT = "default: the keyring if it works, else the file"

LOG_KEY = "keep the log key there too: then inbound messages open without the passphrase as well"

UNLOCK_ABOUT = """
Unlock the vault for commands and consoles to come: the key, opened with the passphrase, is kept in the
keyring or in a key file until `postroom vault lock`. Other commands that ask for it unlock for themselves.
The key that opens inbound messages is not kept unless you say --log-key.
"""

PASSPHRASE_ABOUT = """
Change the passphrase. The keys stay, and so do all secrets and messages. From standard input or a file: two
lines, the present passphrase and the new one.
"""

ROTATE_ABOUT = """
Make new keys and seal every secret anew, in one transaction. Messages stay as they are: what opens them is
wrapped anew. Homes that held the old keys get the new ones.
"""


def add(families: Family) -> None:
    """Add the family."""
    family = families.family("vault", "the vault that keeps passwords sealed", STATUS_EXAMPLE)
    status = family.command(
        "status", "vault:status", "whether it is open, and where its keys lie", STATUS_EXAMPLE, STATUS_SHAPE
    )
    as_json(status)
    init = family.command(
        "init",
        "vault:init",
        "make the vault, with a passphrase",
        "Example:\n  postroom vault init --keep file",
    )
    init.add_argument(
        "--keep",
        choices=("keyring", "file", "nowhere"),
        default="nowhere",
        help=f"{KEEP} (default: nowhere, so that the passphrase is asked for; `vault unlock` keeps it later)",
    )
    init.add_argument("--log-key", action="store_true", help=LOG_KEY)
    passphrase(init, "the new passphrase")
    unlock = family.command(
        "unlock",
        "vault:unlock",
        "keep the key at hand for commands and consoles",
        "Examples:\n  postroom vault unlock\n  postroom vault unlock --keep file --passphrase-stdin < phrase",
        about=UNLOCK_ABOUT.strip(),
    )
    unlock.add_argument("--keep", choices=("keyring", "file"), help=f"{KEEP} ({DEFAULT})")
    unlock.add_argument("--log-key", action="store_true", help=LOG_KEY)
    passphrase(unlock)
    family.command(
        "lock", "vault:lock", "remove the key from keyring and key file", "Example:\n  postroom vault lock"
    )
    changed = family.command(
        "passphrase",
        "vault:change_passphrase",
        "change the passphrase",
        "Example:\n  postroom vault passphrase",
        about=PASSPHRASE_ABOUT.strip(),
    )
    passphrase(changed, "the present and the new passphrase, one a line,")
    rotate = family.command(
        "rotate",
        "vault:rotate",
        "make new keys",
        "Example:\n  postroom vault rotate",
        about=ROTATE_ABOUT.strip(),
    )
    passphrase(rotate)
