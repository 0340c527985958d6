"""`postroom authorize ASSET --owner-link --mail-to ADDRESS`: mails the link instead of printing it."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from live.oauth.authorize import Begun
from live.outgoing import choice
from live.outgoing.choice import Way
from live.outgoing.routes import RouteUnusable
from live.outgoing.sending import NotSent
from live.smtp.names import WireNameError, mailbox_on_wire
from tui import link_mail
from tui.commandline import asking, links
from tui.commandline.asset_shapes import quoted
from tui.commandline.authorizing import Task
from tui.commandline.faults import UsageError
from tui.commandline.printing import narrate, narrate_pairs
from tui.commandline.refusals import tell
from tui.link_mail import Envelope, LinkMail
from tui.times import exact

OWNER = "owner"
"""Instead of an address: the one that the asset names as its owner's."""
REFUSED = 1


def owner_link(task: Task, minutes: float, options: Namespace) -> int:
    """Show the mail, ask, send it, and say what the server answered; 1 when it was not taken. A link that was
    made and not mailed is printed, so that it can go another way.

    Raises:
        UsageError: it cannot be mailed so; no link is made then. TokenRefused, VaultError, StoreError.
    """
    envelope = _envelope(task, options)
    begun = task.begin(task.callback, minutes)
    mail = link_mail.composed(task.desk, task.asset, task.client, begun, envelope)
    _show(mail)
    if not options.yes and not asking.agreed("Send this mail?", "send it"):
        narrate("Nothing was mailed. The link itself is made:")
        return _printed(begun, options, 0)
    outcome = asyncio.run(link_mail.sent(task.desk, mail))
    if isinstance(outcome, RouteUnusable):
        narrate(f"✗ The link was not mailed. {outcome} The link itself is made:")
        return _printed(begun, options, REFUSED)
    if isinstance(outcome, NotSent):
        happened = "may have been mailed, or not: no answer came" if outcome.in_doubt else "was not mailed"
        tell(f"✗ The link {happened}.", outcome.words, outcome.diagnosis)
        narrate("The link itself is made:")
        return _printed(begun, options, REFUSED)
    for line in f"✓ {link_mail.told(mail, outcome)}".split("\n"):
        narrate(line)
    narrate(f"The link waits until {exact(begun.ends_at)}. An address that the owner sends back goes to")
    narrate(f"  postroom authorize {quoted(task.asset.name)} --paste")
    return 0


def _printed(begun: Begun, options: Namespace, status: int) -> int:
    links.show(begun.url, with_qr=options.qr)
    return status


def _envelope(task: Task, options: Namespace) -> Envelope:
    to = options.mail_to
    if to == OWNER:
        to = task.asset.owner
        if not to:
            name = quoted(task.asset.name)
            raise UsageError(
                f"{task.asset.name} names no owner; give an address, or: postroom assets set {name} --owner "
                "ADDRESS"
            )
    asked_by = options.signed or link_mail.own_name(task.desk.store.actor.user)
    reply_to = _address(options.answers_to) if options.answers_to else ""
    return Envelope(_address(to), _way(task, options.through), reply_to, asked_by)


def _address(text: str) -> str:
    try:
        return mailbox_on_wire(text)
    except WireNameError as error:
        raise UsageError(f"{text!r}: {error}") from None


def _way(task: Task, name: str | None) -> Way:
    ways = link_mail.ways(task.desk, task.asset)
    usable = [way for way in ways if not way.why_not]
    if name is None:
        if not usable:
            raise UsageError(link_mail.NO_WAY)
        return usable[0]
    way = choice.named(ways, name)
    if way is None or way.why_not:
        why = way.why_not if way else f"There is no asset {name!r} to send through."
        instead = f" For instance: --through {quoted(usable[0].name)}." if usable else f" {link_mail.NO_WAY}"
        raise UsageError(f"{why}{instead}")
    return way


def _show(mail: LinkMail) -> None:
    """The mail on stderr, as it would go, but for the link's length."""
    letter = mail.letter
    heads = [("To", letter.to), ("From", f"{mail.way.address}, through {mail.way.name}")]
    if letter.reply_to:
        heads.append(("Answers to", letter.reply_to))
    narrate_pairs([*heads, ("Subject", letter.subject)], "  ")
    narrate("")
    for line in mail.preview.split("\n"):
        narrate(f"  {line}" if line else "")
    narrate("")
