"""The grammar of `postroom guide`."""

from __future__ import annotations

from tui.commandline.grammar_parts import Family, as_json

GUIDES = (
    "gmail-oauth",
    "gmail-playground",
    "gmail-password",
    "gmail-service-account",
    "office365-oauth",
    "office365-app-only",
    "office365-password",
    "custom-password",
    "custom-oauth",
)
AUTOMATIC = "automatic"

ABOUT = """
How an asset is set up at its provider, step by step: who does what, in which menu, with the values of this
asset filled in. Steps that postroom can see for itself are done or failing by themselves (checks, tokens,
mail that came); the others are ticked here or in the console, and kept for whoever goes on.
Without an option: the list of steps, and in full the one to go on with.
"""

EXAMPLES = """
Examples:
  postroom guide Support
  postroom guide Support --step smtp-auth
  postroom guide Support --all > for-the-administrator.txt
  postroom guide Support --tick google-project
  postroom guide Support --json | jq -r '.guide.now'
"""

SHAPE = """
JSON: {"postroom": 1, "guide": GUIDE}, where a GUIDE has
  asset, asset_id, provider, method (one of those of --method), chosen (true: by --method or in the console),
  title, about, complete (true|false), done (how many), now (id of the step to go on with, or null),
  steps ([STEP, ...]; with --step that one alone), where a STEP has
    id, title, who (operator|mailbox owner|tenant administrator), state (checked|by hand|failing|now|later),
    seen (what postroom sees), diagnosis (null, or {id, cause, fix, who, again, source}), well_at (of a
    failing one: when it last was well), ticked_by, ticked_at (ISO 8601 in UTC, or null), optional,
    text ([TEXT, ...]), values ([{label, value (or null), missing}]), link (or null)
"""

STATUS = """
Exit status: 0 done; 2 wrong usage, such as a tick on a step that postroom sees by itself.
"""


def add(families: Family) -> None:
    """Add `postroom guide`."""
    guide = families.command(
        "guide",
        "guide:run",
        "how an asset is set up, step by step, and how far it is",
        EXAMPLES,
        SHAPE,
        STATUS,
        about=ABOUT.strip(),
    )
    guide.add_argument("asset", metavar="ASSET", help="name or address of the asset")
    guide.add_argument(
        "--method",
        choices=(*GUIDES, AUTOMATIC),
        metavar="METHOD",
        help=f"set it up by this method, and keep that: {', '.join(GUIDES)}, or {AUTOMATIC} "
        "(by how the asset signs in)",
    )
    one = guide.add_mutually_exclusive_group()
    one.add_argument("--step", metavar="ID", help="one step in full")
    one.add_argument("--all", action="store_true", help="every step in full")
    one.add_argument("--tick", metavar="ID", help="mark a step as done")
    one.add_argument("--untick", metavar="ID", help="take a tick back")
    as_json(guide)
