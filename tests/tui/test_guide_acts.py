"""What Enter and m do from a set-up guide: tests, forms, clients, registration, another method."""

from __future__ import annotations

from pathlib import Path

from store import assets, guide_steps, oauth_clients
from store.database import Store
from store.oauth_clients import OAuthClientFields
from store.vault import Vault
from tests.tui.engage_kit import in_store, mail_came
from tests.tui.guide_kit import id_of, opens, step_of
from tests.tui.person import at_console
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.base import Question
from tui.dialogs.guide_screen import GuideScreen
from tui.guide_client import NewClient


async def test_a_test_is_run_from_the_guide_and_ticks_its_steps(desk_store: Path) -> None:
    async with at_console(desk_store) as person:
        screen = await opens(person, "Support")
        place = [judged.step.id for judged in screen.steps.records.rows].index("test")  # type: ignore[attr-defined]
        await person.press("g", *("n" * place), "enter")
        await person.until(lambda: screen.judged and step_of(screen) == "outbound-policy", "the next step")
        assert person.console.screen is screen, "the guide stays open"
        shown = {judged.step.id: str(judged.stand) for judged in screen.steps.records.rows}  # type: ignore[attr-defined]
        assert (shown["smtp-auth"], shown["test"]) == ("checked", "checked")


async def test_a_test_that_finds_smtp_auth_off_leads_to_it(desk_store: Path) -> None:
    async with at_console(desk_store) as person:
        screen = await opens(person, "Warranty")
        await person.press("n", "n", "n", "n", "enter")
        await person.until(lambda: screen.judged and step_of(screen) == "smtp-auth", "the switch's step")
        await person.sees("Why: SMTP AUTH is switched off for this")


async def test_the_form_and_the_registration_are_reached_by_enter(told_store: Path, frozen: None) -> None:
    mail_came(told_store)
    async with at_console(told_store) as person:
        screen = await opens(person, "Billing")
        assert step_of(screen) == "password"
        await person.press("enter")
        await person.at(AssetForm)
        await person.press("escape")
        await person.at(GuideScreen)
        await person.press("G", "enter")
        await person.sees("Register Billing to Webex Engage")
        await person.press("escape")
        await person.at(GuideScreen)


async def test_a_new_client_is_begun_as_the_guide_has_it_and_given_to_the_asset(
    told_store: Path, frozen: None
) -> None:
    async with at_console(told_store, size=(120, 40)) as person:
        screen = await opens(person, "Billing")
        await person.press("m")
        await person.at(Question)
        await person.press("1")
        await person.until(lambda: len(screen.steps.records) == 16, "the guide by OAuth")
        await person.press("g", "n", "n", "n", "n", "n", "enter")
        await person.at(NewClient)
        assert (person.value("provider"), person.value("client_type")) == ("gmail", "desktop")
        assert person.value("scope") == "https://mail.google.com/"
        await person.fill("name", "Desk app")
        await person.fill("client_id", "1234-abc.apps.googleusercontent.com")
        await person.fill("secret", "GOCSPX-planted")
        await person.press("ctrl+s")
        await person.sees("Give Desk app to Billing?")
        await person.press("y")
        await person.is_told("Billing signs in through Desk app.")
        await person.at(GuideScreen)
        await person.until(
            lambda: any(
                judged.step.id == "client-entered" and judged.done
                for judged in screen.steps.records.rows  # type: ignore[attr-defined]
            ),
            "the step ticked by itself",
        )


async def test_a_client_that_is_there_is_offered(told_store: Path, frozen: None) -> None:
    asset_id = id_of(told_store, "Billing")

    def prepare(store: Store) -> None:
        fields = OAuthClientFields(
            name="Desk app",
            provider="gmail",
            client_id="1234-abc.apps.googleusercontent.com",
            token_url="https://oauth2.googleapis.com/token",
            scope="https://mail.google.com/",
        )
        oauth_clients.create(store, Vault(store), fields)
        guide_steps.choose(store, asset_id, "gmail-oauth")

    in_store(told_store, prepare)
    async with at_console(told_store) as person:
        await opens(person, "Billing")
        await person.press("g", "n", "n", "n", "n", "n", "enter")
        await person.sees("Through which OAuth client shall Billing sign in?")
        await person.press("1")
        await person.sees("Give Desk app to Billing?")
        await person.press("n")
        await person.at(GuideScreen)
    billing = in_store(told_store, lambda store: assets.by_id(store, Vault(store), asset_id))
    assert billing
    assert billing.sign_in == "password"


async def test_the_method_is_kept_for_the_colleague(told_store: Path, frozen: None) -> None:
    async with at_console(told_store) as person:
        screen = await opens(person, "Bookings")
        await person.press("m")
        await person.sees("As Bookings signs in now: Office 365 by password.")
        await person.press("1")
        await person.until(lambda: step_of(screen) == "entra-app", "the other guide")
        await person.sees("Office 365 by OAuth 2.0")
    async with at_console(told_store) as person:
        screen = await opens(person, "Bookings")
        assert step_of(screen) == "entra-app"
        await person.press("m")
        await person.at(Question)
        await person.press("3")
        await person.until(lambda: step_of(screen) == "password-timetable", "the fitting guide")
    asset_id = id_of(told_store, "Bookings")
    assert in_store(told_store, lambda store: guide_steps.chosen(store, asset_id)) == ""
