"""`postroom notices`: the password of the plain route, and a mail that shows whether it works."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from live.outgoing.letter import Letter
from live.outgoing.routes import Plain, Route, RouteUnusable, ThroughAsset
from live.outgoing.sending import NotSent, send
from live.smtp.names import WireNameError
from store import notice_route
from tui.commandline import opening, secret_input
from tui.commandline.choosing import named
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate
from tui.commandline.refusals import tell
from tui.desk import Desk

REFUSED = 1
TEXT = """\
This is a test of postroom, the console for e-mail channel assets.

It shows that postroom's own mail can go this way. Nobody needs to answer it.
"""


def password(options: Namespace) -> int:
    """Keep the plain route's password, or forget it."""
    with opening.opened(options) as desk:
        if options.remove:
            there = notice_route.drop_password(desk.store, desk.vault)
            narrate("The password of the plain route is forgotten." if there else "There is no password.")
            return 0
        if options.password_stdin and options.passphrase_stdin:
            raise UsageError("Standard input cannot bring both; use --passphrase-file for the passphrase.")
        opening.unlock(desk, options)
        if options.password_stdin:
            given = secret_input.from_stdin("password")[0]
        elif options.password_file:
            given = secret_input.from_file(options.password_file, "password")[0]
        else:
            given = secret_input.prompted_twice("password", "--password-stdin or --password-file FILE")
        notice_route.keep_password(desk.store, desk.vault, given)
        narrate("The password of the plain route is kept.")
        smtp = desk.settings.notice_smtp
        if smtp is None or not smtp.username:
            narrate("It is not used yet: the configuration has no notice_smtp with a username.")
    return 0


def test(options: Namespace) -> int:
    """Send a short mail; 1 when the server did not take it."""
    with opening.opened(options) as desk:
        route = _route(desk, options.through)
        if isinstance(route, ThroughAsset) or route.smtp.username:
            opening.unlock(desk, options)
        letter = Letter(options.to, "postroom test message", TEXT, purpose="test")
        try:
            outcome = asyncio.run(send(desk.store, desk.vault, route, letter))
        except WireNameError as error:
            raise UsageError(f"{options.to!r}: {error}") from None
        except RouteUnusable as unusable:
            raise UsageError(str(unusable)) from None
    if isinstance(outcome, NotSent):
        doubt = " No answer came: it may arrive all the same." if outcome.in_doubt else ""
        tell(f"✗ No mail went through {outcome.through}.{doubt}", outcome.words, outcome.diagnosis)
        return REFUSED
    narrate(f"✓ Mailed to {options.to} through {outcome.through}. Its server answered:")
    for line in outcome.reply.split("\n"):
        narrate(f"  {line}")
    return 0


def _route(desk: Desk, name: str | None) -> Route:
    if name is not None:
        return ThroughAsset(named(desk, name).id)
    if desk.settings.notice_smtp is None:
        raise UsageError(
            "No plain route is configured (notice_smtp, see `postroom notices password --help`); or use "
            "--through ASSET."
        )
    return Plain(desk.settings.notice_smtp)
