"""The asset's form on an asset that signs in by OAuth 2.0: its client and its tokens, to be read only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from textual.widgets import Select

from live.rehearsal.endpoints import Endpoints
from store import grants, oauth_clients
from store.assets import Asset
from store.grants import Grant, GrantState
from store.kinds import Provider
from store.oauth_clients import Flow, OAuthClient
from tests.tui.oauth_kit import MAILBOX, OAuthDesk, with_grant
from tests.tui.person import Person, at_console
from tests.tui.test_asset_form import opened
from tui.dialogs import client_shown
from tui.dialogs.asset_form import AssetForm
from tui.main_screen import MainScreen

NAME = "Reservations"
WIDE, SMALL = (120, 40), (80, 24)
ALWAYS = [
    "client_id",
    "client_secret",
    "authorization_url",
    "token_url",
    "refresh_url",
    "scope",
    "callback_url",
]
TOKENS = ["grant", "validity", "access_token", "refresh_token"]
NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def desk(empty_store: Path, endpoints: Endpoints) -> OAuthDesk:
    return OAuthDesk(empty_store, endpoints)


@pytest.fixture
def client(desk: OAuthDesk) -> OAuthClient:
    return desk.client("office365")


@pytest.fixture
def connected(desk: OAuthDesk, client: OAuthClient) -> Asset:
    """A mailbox with a grant of that client."""
    return with_grant(desk, NAME, client)


def shown(person: Person) -> dict[str, str]:
    """What stands in the fixed fields that are seen."""
    names = [field.name for field in client_shown.FIELDS]
    rows = {name: person.widget(f"#row-{name}") for name in names}
    return {name: str(person.widget(f"#{name}").content) for name in names if rows[name].display}


async def test_the_clients_fields_are_those_of_the_platforms_form(
    desk: OAuthDesk, client: OAuthClient
) -> None:
    desk.asset(next(key for key, sample in MAILBOX.items() if sample.asset_name == NAME), client)
    async with at_console(desk.path, size=WIDE) as person:
        await opened(person, NAME)
        found = shown(person)
        await person.press("escape")
        await person.at(MainScreen)
    assert list(found) == ALWAYS
    assert found["client_id"] == client.client_id
    assert found["client_secret"] == ("•••• kept in the vault" if client.has_secret else "none")
    assert found["token_url"] == client.token_url
    assert found["scope"] == client.scope
    assert found["callback_url"] == client.callback_url


async def test_after_the_grant_validity_and_both_tokens_are_there_by_age_and_length(
    desk: OAuthDesk, connected: Asset
) -> None:
    with desk.opened() as (store, vault), store.read() as session:
        access = grants.access_token(session, vault, connected.id) or SecretStr("")
        refresh = grants.refresh_token(session, vault, connected.id) or SecretStr("")
    async with at_console(desk.path, size=WIDE) as person:
        await opened(person, NAME)
        found = shown(person)
        picture = person.console.export_screenshot()
        await person.press("escape")
        await person.at(MainScreen)
    assert list(found) == [*ALWAYS, *TOKENS]
    assert found["grant"] == "valid"
    assert found["validity"].endswith(")")
    assert " s (" in found["validity"]
    assert found["access_token"].startswith(
        f"•••• {len(access.get_secret_value()):,} characters, got now, ends in "
    )
    assert found["refresh_token"] == f"•••• {len(refresh.get_secret_value()):,} characters, got now"
    for token in (access, refresh):
        assert token.get_secret_value()[:20] not in picture


async def test_another_client_shows_its_own_fields_and_what_becomes_of_the_grant(
    desk: OAuthDesk, client: OAuthClient, connected: Asset
) -> None:
    other = desk.client("office365", name="Other app", client_id="aaaaaaaa-0000-4000-8000-00000000000f")
    async with at_console(desk.path, size=WIDE) as person:
        await opened(person, NAME)
        choice = person.widget("#oauth_client_id", Select)
        choice.value = str(other.id)
        await person.turn()
        assert shown(person)["client_id"] == other.client_id
        assert shown(person)["grant"] == (
            f"made with the client {client.name}: with this one, a token must be generated again"
        )
        await person.press("ctrl+s")
        await person.is_told(f"Its grant was made with the client {client.name} and is not used any more")
        await person.at(MainScreen)
        await person.go("tokens")
        await person.sees("✗ consent")
        await person.sees(f"made with the client {client.name}")
        await person.press("r")
        await person.sees("was not renewed")
        await person.sees("made with another OAuth client")
        await person.press("o")
        await person.press("h")
        await person.sees("which the asset has no longer")
        await person.press("escape")
        await person.go("assets")
        await opened(person, NAME)
        choice = person.widget("#oauth_client_id", Select)
        choice.value = str(client.id)
        await person.turn()
        assert shown(person)["grant"] == "made with this client: good again once it is saved"
        await person.press("ctrl+s")
        await person.at(MainScreen)
        await person.go("tokens")
        await person.sees("✓ valid")
        await person.press("r")
        await person.is_told("1 renewed.")
    assert state(desk, connected) is GrantState.VALID


async def test_another_client_id_makes_another_client(
    desk: OAuthDesk, client: OAuthClient, connected: Asset
) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        with desk.opened() as (store, vault):
            fields = client.fields().model_copy(update={"client_id": "another"})
            oauth_clients.update(store, vault, client.id, fields, version=client.version)
        await person.sees("✗ consent")
        await person.sees(f"made with the client ID {client.client_id}")
    assert state(desk, connected) is GrantState.CONSENT_REQUIRED


@pytest.mark.usefixtures("connected")
async def test_what_is_only_shown_is_no_change_and_hears_no_key(desk: OAuthDesk) -> None:
    async with at_console(desk.path, size=SMALL) as person:
        await opened(person, NAME)
        person.widget("#oauth_client_id").focus()
        await person.turn()
        seen = person.text
        await person.press("tab")
        assert person.focused == "ask_consent"
        await person.turn()
        seen += person.text
        for field in client_shown.FIELDS:
            assert f" {field.label} " in seen, seen
        assert "^S Save" in person.text
        await person.press("escape")
        await person.at(MainScreen)


@pytest.mark.usefixtures("connected")
async def test_by_password_nothing_of_a_client_is_shown(desk: OAuthDesk) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        await opened(person, NAME)
        person.widget("#sign_in", Select).value = "password"
        await person.turn()
        assert shown(person) == {}
        person.widget("#sign_in", Select).value = "oauth"
        await person.turn()
        assert list(shown(person)) == [*ALWAYS, *TOKENS]
        assert isinstance(person.console.screen, AssetForm)
        await person.press("escape")
        await person.at(MainScreen)


def state(desk: OAuthDesk, asset: Asset) -> GrantState | None:
    with desk.opened() as (store, _vault):
        grant = grants.of(store, asset.id)
    return grant.state if grant else None


# The words


def registered(**more: Any) -> OAuthClient:
    given: dict[str, Any] = {
        "name": "Desk app",
        "provider": Provider.OFFICE365,
        "client_id": "id",
        "token_url": "https://login.example.com/token",
        "scope": "https://mail.example.com/",
        "id": 1,
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
        "has_secret": False,
        "assets": 1,
    }
    return OAuthClient(**(given | more))


def a_grant(**more: Any) -> Grant:
    given: dict[str, Any] = {
        "asset_id": 1,
        "state": GrantState.VALID,
        "scope": "",
        "validity": None,
        "obtained_at": NOW - timedelta(hours=2),
        "expires_at": NOW - timedelta(hours=1),
        "consent_at": None,
        "refresh_expires_at": None,
        "has_refresh": False,
        "access_length": 1_500,
        "refresh_length": 0,
        "next_refresh_at": None,
        "failures": 0,
        "last_words": "",
        "last_diagnosis": None,
        "rotation": 1,
    }
    return Grant(**(given | more))


def test_a_client_that_needs_nobody_has_neither_authorization_nor_callback_url() -> None:
    client = registered(flow=Flow.CLIENT_CREDENTIALS, authorization_url="https://x", callback_url="https://y")
    found = client_shown.shown(client, None, {}, NOW)
    assert list(found) == ["client_id", "client_secret", "token_url", "refresh_url", "scope"]
    assert (found["client_secret"], found["refresh_url"]) == ("none", "the token URL")


def test_tokens_that_have_ended_and_that_are_not_there() -> None:
    found = client_shown.shown(registered(), a_grant(), {}, NOW)
    assert found["access_token"] == "•••• 1,500 characters, got 2 h ago, ended 1 h ago"
    assert (found["refresh_token"], found["validity"]) == ("none", "not said by the provider")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3_599, "3,599 s (59 min 59 s)"),
        (3_600, "3,600 s (1 h)"),
        (5_400, "5,400 s (1 h 30 min)"),
        (86_399, "86,399 s (23 h 59 min)"),
        (90_000, "90,000 s (1 d 1 h)"),
        (45, "45 s (45 s)"),
        (0, "0 s (0 s)"),
    ],
)
def test_a_validity_is_told_in_seconds_and_in_words(seconds: int, words: str) -> None:
    assert client_shown.lasting(seconds) == words


@given(st.text(max_size=2_000))
def test_values_are_bounded(scope: str) -> None:
    found = client_shown.shown(registered(scope=scope), None, {}, NOW)
    assert len(found.get("scope", "")) <= client_shown.LONGEST
