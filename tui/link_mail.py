"""Mailing a consent link to a mailbox's owner: what console and command line share."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass

from live.oauth.authorize import Begun
from live.outgoing import choice, consent_letter, owner_link
from live.outgoing.choice import Way
from live.outgoing.letter import Letter
from live.outgoing.routes import RouteUnusable
from live.outgoing.sending import NotSent, Sent, send
from store.assets import Asset
from store.oauth_clients import OAuthClient
from tui.desk import Desk

NO_WAY = (
    "No other asset can send this mail: each has failed its last test, or has no password or token. Mend "
    "one, or set up a plain route (notice_smtp in the configuration)."
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """To whom a link is mailed, how, and in whose name."""

    to: str
    way: Way
    reply_to: str
    """"": answers go to the mailbox that sends."""
    asked_by: str


@dataclass(frozen=True, slots=True)
class LinkMail:
    """A mail with a consent link, ready to be looked at and sent."""

    letter: Letter
    way: Way
    preview: str
    """The text with the link cut short."""


def ways(desk: Desk, asset: Asset) -> list[Way]:
    """The ways that a mail about this asset can go, the best first. Blocks for the disk."""
    return choice.ways(
        desk.store,
        not_through=(asset.id,),
        plain=desk.settings.notice_smtp,
        near=asset.owner or asset.address,
    )


def own_name(user: str) -> str:
    """What the person at this process is called: the full name that the system knows, else the user name."""
    try:
        full = pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0].strip()
    except KeyError:  # a user id without a name, as in containers
        full = ""
    return full if full.isprintable() and full else user


def composed(desk: Desk, asset: Asset, client: OAuthClient, begun: Begun, envelope: Envelope) -> LinkMail:
    """The mail as it would be sent. Blocks for the disk, to see whether an agent listens."""
    comes_back, _words = owner_link.answer_comes(
        client, desk.settings.callback_url, listens=desk.agent_listens()
    )
    asking = owner_link.asking(asset, client, begun, asked_by=envelope.asked_by, comes_back=comes_back)
    letter = Letter(
        to=envelope.to,
        subject=consent_letter.subject(asking),
        text=consent_letter.text(asking),
        purpose=consent_letter.PURPOSE,
        about=asset.id,
        about_name=asset.name,
        reply_to=envelope.reply_to,
        secrets=(begun.state,),
    )
    preview = consent_letter.text(asking, link=consent_letter.shown(begun.url))
    return LinkMail(letter, envelope.way, preview)


async def sent(desk: Desk, mail: LinkMail) -> Sent | NotSent | RouteUnusable:
    """Send it; what came of it, as a value.

    Raises:
        StoreError, store.vault.VaultError.
    """
    try:
        return await send(desk.store, desk.vault, mail.way.route, mail.letter)
    except RouteUnusable as unusable:
        return unusable


def told(mail: LinkMail, outcome: Sent) -> str:
    """How it went, in plain words: what the server said, and what that does not say."""
    words = (
        f"Mailed to {mail.letter.to} through {outcome.through}. Its server answered:\n{outcome.reply}\n\n"
        "It has taken the mail; whether it arrived, only the owner can say. If it cannot be delivered, a "
        f"bounce comes to {mail.way.address}."
    )
    if outcome.unrecorded:
        words += f"\n\nThe audit log does not have it. {outcome.unrecorded}"
    return words
