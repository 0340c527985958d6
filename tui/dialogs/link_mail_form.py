"""Mailing a consent link: to whom, through what and in whose name; then the mail, as it would go; then the
answer of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.content import Content

from live.outgoing import choice
from live.outgoing.choice import Fitness, Way
from live.outgoing.routes import RouteUnusable
from live.outgoing.sending import NotSent
from live.smtp.names import WireNameError, mailbox_on_wire
from tui import diagnosis_text, link_mail
from tui.commands import Scope, bindings
from tui.dialogs.base import Choice, Question, message
from tui.dialogs.form import Field, Form
from tui.link_mail import Envelope, LinkMail
from tui.widgets.untrusted import visible

if TYPE_CHECKING:
    from live.oauth.authorize import Begun
    from store.assets import Asset
    from store.oauth_clients import OAuthClient
    from tui.desk import Desk
    from tui.hub import Hub

FIELDS = (
    Field("to", "To", "the owner of the mailbox, for instance ada@example.com"),
    Field("through", "Through", "name or address of an asset that works"),
    Field("reply_to", "Answers to", "empty: the mailbox that sends"),
    Field("asked_by", "Signed", "a name that the owner knows"),
)
NAMED = 4
"""Assets that are offered by name where none was typed that can be used; more do not fit in two lines."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong or doubtful with a field."""

    field: str
    severity: Literal["error", "warning"]
    text: str
    remedy: str


class LinkMailForm(Form[Envelope]):
    """Answers how the mail is to go; nothing is sent yet."""

    SCOPE = Scope.LINK_MAIL
    BINDINGS = bindings(Scope.LINK_MAIL)

    def __init__(self, asset_name: str, ways: Sequence[Way], first: Mapping[str, str]) -> None:
        """
        Args:
            ways: the best first.
            first: what is in the fields at first.
        """
        super().__init__(f"Mail the link for {asset_name}", tried=bool(first["to"]))
        self._ways = ways
        self._at_first = first

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def initial(self, name: str) -> str:
        return self._at_first.get(name, "")

    def prepared(self) -> None:
        self.call_after_refresh(self.judge)  # what is filled in already may be doubtful

    def remarks(self) -> Sequence[Remark]:
        return remarks({name: str(value) for name, value in self.typed().items()}, self._ways)

    def do_preview(self) -> None:
        if self.is_wrong():
            return
        typed = {name: str(value).strip() for name, value in self.typed().items()}
        way = choice.named(self._ways, typed["through"])
        assert way is not None
        self.leave(Envelope(mailbox_on_wire(typed["to"]), way, typed["reply_to"], typed["asked_by"]))


class MailPreview(Question[bool]):
    """The whole mail; whether it is to be sent."""


def remarks(typed: Mapping[str, str], ways: Sequence[Way]) -> list[Remark]:
    """What is wrong with what is typed."""
    found: list[Remark] = []
    for field, needed in (("to", True), ("reply_to", False)):
        if not typed[field].strip():
            if needed:
                found.append(Remark(field, "error", "To whom?", "Type the address of the mailbox's owner."))
            continue
        try:
            mailbox_on_wire(typed[field].strip())
        except WireNameError as error:
            found.append(Remark(field, "error", str(error), "Type it as in ada@example.com."))
    found += _of_way(typed["through"], ways)
    if not typed["asked_by"].strip():
        text = "Without a name the owner cannot know who asks."
        found.append(Remark("asked_by", "error", text, "Type one that the owner knows."))
    return found


def _of_way(text: str, ways: Sequence[Way]) -> list[Remark]:
    way = choice.named(ways, text)
    usable = [one.name for one in ways if not one.why_not][:NAMED]
    instead = f"For instance: {', '.join(usable)}."
    if way is None:
        return [Remark("through", "error", "No asset has this name or address.", instead)]
    if way.why_not:
        return [Remark("through", "error", way.why_not, instead)]
    if way.fitness is Fitness.UNTRIED:
        return [Remark("through", "warning", f"{way.name} was never tested.", "It may not be able to send.")]
    return []


async def mail_link(
    console: Hub, desk: Desk, asset: Asset, client: OAuthClient, begun: Begun
) -> LinkMail | None:
    """Ask how the link is to be mailed, show the mail, send it, and say what the server answered. The mail
    that went, or None. For workers."""
    ways = await asyncio.to_thread(link_mail.ways, desk, asset)
    best = next((way for way in ways if not way.why_not), None)
    if best is None:
        console.notify(link_mail.NO_WAY, severity="warning", timeout=15, markup=False)
        return None
    typed = {"to": asset.owner, "through": best.name, "asked_by": link_mail.own_name(console.user)}
    while True:
        envelope = await console.push_screen_wait(LinkMailForm(asset.name, ways, typed))
        if envelope is None:
            return None
        mail = await asyncio.to_thread(link_mail.composed, desk, asset, client, begun, envelope)
        if await console.push_screen_wait(_preview(mail)):
            return mail if await _sent(console, desk, mail) else None
        typed = {
            "to": envelope.to,
            "through": envelope.way.name,
            "reply_to": envelope.reply_to,
            "asked_by": envelope.asked_by,
        }


def _preview(mail: LinkMail) -> Question[bool]:
    letter = mail.letter
    heads = [("To", letter.to), ("From", f"{mail.way.address}, through {mail.way.name}")]
    if letter.reply_to:
        heads.append(("Answers to", letter.reply_to))
    heads.append(("Subject", letter.subject))
    told = [Content.assemble((f"{label}: ", "$accent"), visible(value)) for label, value in heads]
    words = Content("\n").join([*told, Content(""), Content(visible(mail.preview, newlines=True))])
    choices = (Choice("s", "Send", True), Choice("c", "Change", False))
    return MailPreview("The mail, as it would go (the link is shortened here)", words, choices, False)


async def _sent(console: Hub, desk: Desk, mail: LinkMail) -> bool:
    console.notify(f"Sending the mail to {visible(mail.letter.to)} …", markup=False)
    outcome = await link_mail.sent(desk, mail)
    if isinstance(outcome, RouteUnusable):
        console.notify(str(outcome), severity="warning", timeout=15, markup=False)
        return False
    if isinstance(outcome, NotSent):
        title = IN_DOUBT if outcome.in_doubt else "The link was not mailed"
        words = diagnosis_text.as_content(outcome.words, outcome.diagnosis)
        await console.push_screen_wait(message(title, words))
        return False
    await console.push_screen_wait(message("The link is mailed", link_mail.told(mail, outcome)))
    return True


IN_DOUBT = "No answer: the mail may have been taken, or not"
