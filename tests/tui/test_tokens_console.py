"""The OAuth half of the console by keys: clients, the ways to a token, refresh, history, and refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from textual import events
from textual.widgets import Button

from live.rehearsal.authorization.consent import consent, enter_code
from live.rehearsal.endpoints import Endpoints
from store import grant_events, grants, oauth_clients
from store.assets import Asset
from store.grants import GrantState
from tests.tui.oauth_kit import MAILBOX, OAuthDesk
from tests.tui.person import Person, at_console
from tui.dialogs.browser_screen import BrowserScreen
from tui.dialogs.client_form import ClientForm
from tui.dialogs.clients_screen import ClientsScreen
from tui.dialogs.device_screen import DeviceScreen
from tui.dialogs.grant_screen import GrantScreen
from tui.dialogs.token_by_hand import TokenByHand

WIDE = (120, 40)


@pytest.fixture
def desk(empty_store: Path, endpoints: Endpoints) -> OAuthDesk:
    return OAuthDesk(empty_store, endpoints)


@pytest.fixture
def mailbox(desk: OAuthDesk) -> Asset:
    """A mailbox of Office 365 with a client, and no grant yet."""
    key = next(key for key, sample in MAILBOX.items() if sample.asset_name == "Reservations")
    return desk.asset(key, desk.client("office365"))


def state(desk: OAuthDesk, asset: Asset) -> GrantState | None:
    with desk.opened() as (store, _vault):
        grant = grants.of(store, asset.id)
    return grant.state if grant else None


async def way(person: Person, key: str, offered: int = 4) -> None:
    """Choose a way to a token, of so many."""
    await person.press("n")
    await person.sees("get its token?")
    assert len(person.console.screen.query(Button)) == offered
    await person.press(key)


async def in_browser(person: Person, offered: int = 4) -> str:
    """Choose the browser, and give the address that it shows."""
    await person.go("tokens")
    await way(person, "b", offered)
    await person.at(BrowserScreen)
    screen = person.console.screen
    assert isinstance(screen, BrowserScreen)
    await person.until(lambda: screen._begun, "address")
    await person.sees("ssh -N -L")
    assert screen._begun is not None
    return screen._begun.url.get_secret_value()


def paste(person: Person, text: str) -> None:
    person.console.screen.post_message(events.Paste(text))


async def test_an_address_pasted_back_becomes_a_grant(desk: OAuthDesk, mailbox: Asset) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        link = await in_browser(person)
        paste(person, "https://example.com/nothing")
        await person.sees("Paste the whole address")
        assert state(desk, mailbox) is None
        paste(person, await consent(link, account=mailbox.address))
        await person.is_told("Reservations signs in with its new token.")
    assert state(desk, mailbox) is GrantState.VALID


async def test_the_answer_of_another_person_is_not_trusted(desk: OAuthDesk) -> None:
    """The browser is signed in as somebody else, and nobody notices."""
    mailbox = desk.asset("oauth-wrong-account", desk.client("google"))
    async with at_console(desk.path, size=WIDE) as person:
        link = await in_browser(person, offered=3)
        paste(person, await consent(link, account=mailbox.address))
        await person.sees("The new token was not accepted")
        await person.press("o")
    assert state(desk, mailbox) is None


async def test_a_refusal_of_the_provider_is_explained(desk: OAuthDesk, mailbox: Asset) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        link = await in_browser(person)
        paste(person, await consent(link, account=mailbox.address, deny=True))
        await person.sees("No token was generated")
        await person.sees("Who can do it")
    assert state(desk, mailbox) is None


async def test_a_new_consent_prompt_makes_a_new_address(desk: OAuthDesk, mailbox: Asset) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        first = await in_browser(person)
        assert "prompt=consent" not in first
        await person.press("p")
        screen = person.console.screen
        assert isinstance(screen, BrowserScreen)
        await person.until(
            lambda: screen._begun and "prompt=consent" in screen._begun.url.get_secret_value(), "new address"
        )
        await person.press("escape")
        await person.until(lambda: not isinstance(person.console.screen, BrowserScreen), "way back")


async def test_a_device_code_becomes_a_grant(desk: OAuthDesk, mailbox: Asset) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        await way(person, "d")
        await person.at(DeviceScreen)
        screen = person.console.screen
        assert isinstance(screen, DeviceScreen)
        await person.until(lambda: screen._code, "code")
        assert screen._code is not None
        code = screen._code.user_code.get_secret_value()
        await enter_code(screen._code.verification_uri, code, account=mailbox.address)
        await person.is_told("Reservations signs in with its new token.")
    assert state(desk, mailbox) is GrantState.VALID


async def test_a_pasted_token_is_masked_and_tried(desk: OAuthDesk, mailbox: Asset) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        await way(person, "t")
        await person.at(TokenByHand)
        await person.type("not-a-token-of-theirs")
        assert "not-a-token-of-theirs" not in person.text
        await person.press("enter")
        await person.sees("No token was generated")
        assert "not-a-token-of-theirs" not in person.text
    assert state(desk, mailbox) is None


async def test_refresh_history_and_revocation(desk: OAuthDesk, mailbox: Asset) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        await person.press("r")
        await person.is_told("Reservations has no grant yet; n generates one.")
        paste_from = await in_browser(person)
        paste(person, await consent(paste_from, account=mailbox.address))
        await person.is_told("signs in with its new token")
        await person.press("r")
        await person.is_told("1 renewed.")
        await person.press("h")
        await person.at(GrantScreen)
        await person.sees("History, newest first")
        await person.press("escape")
        await person.settled()
        await person.press("X")
        await person.sees("Revoke the grant of Reservations?")
        await person.press("y")
        await person.is_told("The grant of Reservations is gone")
    with desk.opened() as (store, vault):
        kinds = [event.kind for event in grant_events.events(store, mailbox.id)]
        with store.read() as session:
            assert grants.refresh_token(session, vault, mailbox.id) is None
    assert kinds[-2:] == ["refresh", "consent"]
    assert state(desk, mailbox) is None


async def test_a_client_is_set_up_by_keys(desk: OAuthDesk) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        await person.press("O")
        await person.at(ClientsScreen)
        await person.press("n")
        await person.at(ClientForm)
        await person.type("Desk app")
        await person.press("ctrl+s")
        await person.until(lambda: person.focused == "client_id", "way to the field that is wrong")
        assert person.remarks
        assert person.value("name") == "Desk app"
        assert person.value("token_url") == "https://oauth2.googleapis.com/token"
        await person.fill("client_id", "100000000009-abc.apps.googleusercontent.com")
        await person.fill("secret", "GOCSPX-abcdefghijklmnopqrstuvwx")
        assert "GOCSPX" not in person.text
        await person.press("ctrl+s")
        await person.is_told("Desk app is kept.")
        await person.at(ClientsScreen)
        await person.sees("1 OAuth client")
    with desk.opened() as (store, vault):
        (client,) = oauth_clients.all_clients(store, vault)
        assert client.has_secret
        assert client.scope == "https://mail.google.com/"


async def test_what_was_left_empty_by_hand_stays_empty(desk: OAuthDesk) -> None:
    client = desk.client("office365", refresh_url="", revocation_url="")
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        await person.press("O")
        await person.at(ClientsScreen)
        await person.settled()
        await person.press("enter")
        await person.at(ClientForm)
        await person.settled()
        assert person.value("refresh_url") == ""
        assert person.value("token_url") == client.token_url
        await person.press("escape")
        await person.at(ClientsScreen)


async def test_another_client_id_is_told_to_end_the_grants_of_the_one_before(
    desk: OAuthDesk, mailbox: Asset
) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        link = await in_browser(person)
        paste(person, await consent(link, account=mailbox.address))
        await person.is_told("signs in with its new token")
        await person.press("O")
        await person.at(ClientsScreen)
        await person.settled()
        await person.press("enter")
        await person.at(ClientForm)
        await person.settled()
        await person.fill("client_id", "aaaaaaaa-0000-4000-8000-00000000000f")
        await person.press("ctrl+s")
        await person.is_told("1 of its grants was made with another client ID or tenant")
        await person.at(ClientsScreen)
        await person.press("escape")
        await person.sees("✗ consent")
        await person.sees("made with the client ID")


async def test_a_client_in_use_is_not_deleted(desk: OAuthDesk, mailbox: Asset) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        await person.press("O")
        await person.at(ClientsScreen)
        await person.settled()
        await person.press("d")
        await person.sees("Delete this OAuth client?")
        await person.press("y")
        await person.is_told("is used by 1 asset")


async def test_tokens_are_nowhere_on_the_screen(desk: OAuthDesk, mailbox: Asset) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        link = await in_browser(person)
        paste(person, await consent(link, account=mailbox.address))
        await person.is_told("signs in with its new token")
        with desk.opened() as (store, vault), store.read() as session:
            tokens = [
                token.get_secret_value()
                for token in (
                    grants.access_token(session, vault, mailbox.id) or SecretStr(""),
                    grants.refresh_token(session, vault, mailbox.id) or SecretStr(""),
                )
            ]
        assert all(tokens)
        for key in ("h", "escape", "O", "escape", "enter"):
            await person.press(key)
            await person.settled()
            picture = person.console.export_screenshot()
            assert not any(token in picture or token[:40] in picture for token in tokens)
