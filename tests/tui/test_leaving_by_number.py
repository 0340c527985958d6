"""Number keys on a screen that a verb waits for: they leave it as Escape does, and the next verb is heard."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from live.outgoing.owner_link import OWNER_DAYS
from live.rehearsal.endpoints import Endpoints
from store import authorizations
from tests.tui.oauth_kit import MAILBOX, OAuthDesk
from tests.tui.person import Person, at_console
from tui import times
from tui.dialogs.base import Question
from tui.dialogs.browser_screen import BrowserScreen
from tui.dialogs.device_screen import DeviceScreen
from tui.dialogs.guide_screen import GuideScreen
from tui.main_screen import MainScreen


@pytest.fixture
def desk(empty_store: Path, endpoints: Endpoints) -> OAuthDesk:
    """A mailbox of Office 365 with a client, and no grant yet."""
    desk = OAuthDesk(empty_store, endpoints)
    key = next(key for key, sample in MAILBOX.items() if sample.asset_name == "Reservations")
    desk.asset(key, desk.client("office365"))
    return desk


async def leaves_for_inbound(person: Person) -> None:
    """Press the number of another pane, and see that no verb is at work any more."""
    await person.press("4")
    await person.at(MainScreen)
    await person.until(lambda: person.pane.id == "inbound", "the Inbound pane")
    await person.until(lambda: not at_work(person), "end of the verb")


def at_work(person: Person) -> list[str]:
    return [one.description for one in person.console.workers if one.group == "verb" and not one.is_finished]


@pytest.mark.parametrize(
    ("keys", "screen"), [("nb", BrowserScreen), ("nd", DeviceScreen), ("l", BrowserScreen)]
)
async def test_a_number_key_leaves_the_screen_of_a_token(desk: OAuthDesk, keys: str, screen: type) -> None:
    async with at_console(desk.path) as person:
        await person.go("tokens")
        for key in keys:
            await person.press(key)
            if len(keys) > 1 and key == keys[0]:
                await person.at(Question)
        await person.at(screen)
        await leaves_for_inbound(person)
        await person.go("tokens")
        await person.press("n")
        await person.sees("get its token?")
        assert not person.toasts


async def test_an_owners_link_goes_on_waiting(desk: OAuthDesk) -> None:
    async with at_console(desk.path) as person:
        await person.go("tokens")
        await person.press("l")
        await person.sees("Send it to the owner")
        screen = person.console.screen
        assert isinstance(screen, BrowserScreen)
        assert screen._begun is not None
        assert "ssh" not in person.lines[-1]
        await person.press("s")
        await person.is_told("An owner's link needs no port")
        await leaves_for_inbound(person)
        with desk.opened() as (store, _vault):
            asked = authorizations.asked(store, screen._begun.state)
        assert asked is not None
        assert asked.used_at is None
        assert asked.ends_at > times.now() + timedelta(days=OWNER_DAYS - 1)


async def test_a_number_key_leaves_screens_one_above_the_other(desk: OAuthDesk) -> None:
    async with at_console(desk.path) as person:
        await person.press("u")
        await person.at(GuideScreen)
        await leaves_for_inbound(person)
        await person.go("assets")
        await person.press("u")
        await person.at(GuideScreen)
