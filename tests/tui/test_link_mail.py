"""Mailing an owner's link by keys: asked for, shown, sent, answered; and all that can be wrong with it."""

from __future__ import annotations

import email
from email import policy
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from textual import events

from live.outgoing.choice import Fitness, Way
from live.outgoing.routes import ThroughAsset
from live.rehearsal.authorization.consent import consent
from live.rehearsal.endpoints import Endpoints
from store import assets, audit, grants
from store.assets import Asset, Security
from store.checks import Outcome
from store.grants import GrantState
from tests.live.smtp_servers import (
    ADDRESS,
    HOST,
    OFFER,
    PASSWORD,
    SIGNED_IN,
    Mailroom,
    Scripted,
    ca_pem,
    good_server,
    listening,
)
from tests.store.kit import fields, keep_check
from tests.tui.hostile import MIXTURES, dangerous
from tests.tui.oauth_kit import MAILBOX, OAuthDesk
from tests.tui.person import Person, at_console
from tui.dialogs.browser_screen import BrowserScreen
from tui.dialogs.link_mail_form import LinkMailForm, MailPreview, remarks

OWNER = "ada@example.org"
SIZES = [(80, 24), (120, 40)]


@pytest.fixture
def desk(empty_store: Path, endpoints: Endpoints) -> OAuthDesk:
    return OAuthDesk(empty_store, endpoints)


@pytest.fixture
def mailbox(desk: OAuthDesk) -> Asset:
    """A mailbox without a grant, whose owner is known."""
    key = next(key for key, sample in MAILBOX.items() if sample.asset_name == "Reservations")
    return desk.asset(key, desk.client("office365"), owner=OWNER)


def sender(desk: OAuthDesk, port: int, **more: Any) -> Asset:
    """An asset that can send by the good server."""
    given: dict[str, Any] = {
        "name": "Support",
        "address": ADDRESS,
        "host": HOST,
        "port": port,
        "security": Security.STARTTLS,
        "ca_pem": ca_pem(),
        **more,
    }
    with desk.opened() as (store, vault):
        return assets.create(store, vault, fields(**given), password=SecretStr(PASSWORD))


def checked(desk: OAuthDesk, asset: Asset, outcome: Outcome = Outcome.PASSED) -> None:
    with desk.opened() as (store, _vault):
        keep_check(store, asset.id, outcome, asset_name=asset.name)


async def at_link(person: Person) -> str:
    """Open the owner's link of the one mailbox; the link."""
    await person.go("tokens")
    await person.press("l")
    await person.at(BrowserScreen)
    screen = person.console.screen
    assert isinstance(screen, BrowserScreen)
    await person.until(lambda: screen._begun, "link")
    await person.sees("m mails it")
    assert screen._begun is not None
    return screen._begun.url.get_secret_value()


def link_in(content: bytes) -> str:
    text = email.message_from_bytes(content, policy=policy.default).get_content()
    return next(line for line in text.splitlines() if line.startswith("http"))


@pytest.mark.parametrize("size", SIZES)
async def test_the_link_is_mailed_and_serves_the_owner(
    desk: OAuthDesk, mailbox: Asset, size: tuple[int, int]
) -> None:
    room = Mailroom()
    async with good_server("starttls", room) as port:
        checked(desk, sender(desk, port))
        async with at_console(desk.path, size=size) as person:
            link = await at_link(person)
            await person.press("m")
            await person.at(LinkMailForm)
            assert (person.value("to"), person.value("through")) == (OWNER, "Support")
            await person.fill("asked_by", "Grace Hopper")
            await person.press("ctrl+s")
            await person.at(MailPreview)
            await person.sees(f"From: {ADDRESS}, through Support")
            await person.sees("Grace Hopper looks after the mailbox")
            assert "s Send" in person.text
            assert "state=" not in person.text
            assert room.delivered == []
            await person.press("s")
            await person.sees("The link is mailed")
            await person.sees("250 2.0.0 queued as 4F1B2")
            await person.press("o")
            await person.at(BrowserScreen)
            await person.sees(f"Mailed to {OWNER} at")
            (envelope,) = room.delivered
            assert isinstance(envelope.content, bytes)
            assert link_in(envelope.content) == link
            answer = await consent(link_in(envelope.content), account=mailbox.address)
            person.console.screen.post_message(events.Paste(answer))
            await person.is_told("Reservations signs in with its new token.")
    with desk.opened() as (store, _vault):
        grant = grants.of(store, mailbox.id)
        sent = [entry for entry in audit.page(store) if entry.action == "mail sent"]
    assert grant is not None
    assert grant.state is GrantState.VALID
    assert [(entry.asset_name, entry.detail.partition(" <")[0]) for entry in sent] == [
        ("Reservations", f"consent link to {OWNER}, through Support ({ADDRESS}), Message-ID")
    ]


async def test_what_was_typed_is_there_again_when_the_mail_is_changed(
    desk: OAuthDesk, mailbox: Asset
) -> None:
    async with listening(Scripted({})) as port:
        sender(desk, port)
        async with at_console(desk.path) as person:
            await at_link(person)
            await person.press("m")
            await person.at(LinkMailForm)
            await person.sees("Support was never tested.")
            await person.fill("to", "grace@example.net")
            await person.fill("reply_to", "desk@example.com")
            await person.press("ctrl+s")
            await person.at(MailPreview)
            await person.sees("Answers to: desk@example.com")
            await person.press("c")
            await person.at(LinkMailForm)
            assert person.value("to") == "grace@example.net"
            assert person.value("reply_to") == "desk@example.com"
            await person.press("escape")
            await person.at(BrowserScreen)


async def test_the_form_stays_until_the_mail_can_go(desk: OAuthDesk, mailbox: Asset) -> None:
    async with listening(Scripted({})) as port:
        checked(desk, sender(desk, port))
        async with at_console(desk.path) as person:
            await at_link(person)
            await person.press("m")
            await person.at(LinkMailForm)
            await person.fill("through", mailbox.name)
            await person.press("ctrl+s")
            await person.sees("The mail is about Reservations itself")
            assert person.focused == "through"
            await person.fill("through", "Support")
            await person.fill("to", "ada")
            await person.press("ctrl+s")
            await person.sees("name@domain")
            assert person.focused == "to"
            await person.press("escape")
            await person.sees("Discard what you typed?")
            await person.press("y")
            await person.at(BrowserScreen)


async def test_a_refusal_is_explained_and_the_link_stays(desk: OAuthDesk, mailbox: Asset) -> None:
    refusal = {"EHLO": OFFER, "AUTH": SIGNED_IN, "RCPT": b"550 5.1.1 no such user\r\n"}
    async with listening(Scripted(refusal)) as port:
        sender(desk, port, security=Security.NONE, cleartext_agreed=True)
        async with at_console(desk.path) as person:
            await at_link(person)
            await person.press("m")
            await person.at(LinkMailForm)
            await person.press("ctrl+s")
            await person.at(MailPreview)
            await person.press("s")
            await person.sees("The link was not mailed")
            await person.sees("550 5.1.1 no such user")
            await person.sees("Who can do it")
            await person.press("o")
            await person.at(BrowserScreen)
            await person.sees("Waiting until")


async def test_without_any_way_it_is_said_what_to_do(desk: OAuthDesk, mailbox: Asset) -> None:
    async with listening(Scripted({})) as port:
        checked(desk, sender(desk, port), Outcome.FAILED)
        async with at_console(desk.path) as person:
            await at_link(person)
            await person.press("m")
            await person.is_told("No other asset can send this mail")
            assert isinstance(person.console.screen, BrowserScreen)


async def test_only_an_owners_link_is_mailed(desk: OAuthDesk, mailbox: Asset) -> None:
    async with at_console(desk.path) as person:
        await person.go("tokens")
        await person.press("n")
        await person.sees("get its token?")
        await person.press("b")
        await person.at(BrowserScreen)
        screen = person.console.screen
        assert isinstance(screen, BrowserScreen)
        await person.until(lambda: screen._begun, "address")
        await person.press("m")
        await person.is_told("Only an owner's link is mailed")


async def test_hostile_names_do_no_harm(desk: OAuthDesk, mailbox: Asset) -> None:
    reply = b"250 \x1b]52;c;aGVsbG8=\x07 [red]queued[/red]\r\n"
    script = {"EHLO": OFFER, "AUTH": SIGNED_IN, "DATA": b"354 go\r\n", ".": reply}
    async with listening(Scripted(script)) as port:
        sender(
            desk,
            port,
            name=MIXTURES["escapes"] + MIXTURES["C0 and C1"] + MIXTURES["markup"],
            security=Security.NONE,
            cleartext_agreed=True,
        )
        async with at_console(desk.path, size=(120, 40)) as person:
            await at_link(person)
            await person.press("m")
            await person.at(LinkMailForm)
            await person.fill("through", ADDRESS)
            await person.press("ctrl+s")
            await person.at(MailPreview)
            assert dangerous(person.text.replace("\n", "")) == []
            await person.press("s")
            await person.sees("The link is mailed")
            await person.sees("[red]queued[/red]")
            assert dangerous(person.text.replace("\n", "")) == []


def ways(fitness: Fitness = Fitness.PROVEN, why_not: str = "") -> list[Way]:
    return [Way(ThroughAsset(1), "Support", ADDRESS, fitness, why_not)]


@pytest.mark.parametrize(
    ("changed", "field", "severity"),
    [
        ({"to": " "}, "to", "error"),
        ({"to": "ada@example.org\nx"}, "to", "error"),
        ({"reply_to": "x"}, "reply_to", "error"),
        ({"through": ""}, "through", "error"),
        ({"asked_by": ""}, "asked_by", "error"),
    ],
)
def test_what_is_wrong_with_a_draft(changed: dict[str, str], field: str, severity: str) -> None:
    right = {"to": OWNER, "through": "support", "reply_to": "", "asked_by": "Ada"}
    assert remarks(right, ways()) == []
    (remark,) = remarks({**right, **changed}, ways())
    assert (remark.field, remark.severity) == (field, severity)
    assert remark.remedy


async def test_an_answer_that_comes_while_the_form_is_open_waits_for_it(
    desk: OAuthDesk, mailbox: Asset
) -> None:
    async with listening(Scripted({})) as port:
        tested_by = sender(desk, port)
        async with at_console(desk.path) as person:
            link = await at_link(person)
            screen = person.console.screen
            await person.press("m")
            await person.at(LinkMailForm)
            screen.post_message(events.Paste(await consent(link, account=mailbox.address)))
            await person.until(lambda: screen._answer is not None, "answer behind the form")  # type: ignore[attr-defined]
            assert person.value("through") == tested_by.name
            await person.press("escape")
            await person.is_told("Reservations signs in with its new token.")
