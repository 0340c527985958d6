"""The asset's form by its keys: presets, remarks, duplicates, passwords tried first, conflicts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from live.rehearsal.endpoints import Endpoints
from store import assets, checks
from store.assets import Asset, Security
from store.checks import Outcome
from store.database import Store
from store.key_file import KeyFile
from store.settings import FILE_NAME
from store.vault import Vault
from tests.tui.person import Person, at_console
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.base import Question, message
from tui.dialogs.passphrase import PassphraseDialog
from tui.main_screen import MainScreen

WRONG, RIGHT = "rehearsalmistype", "rehearsalhotline"
"""Passwords of the asset Complaints: the one it has, which the server refuses, and the one that works."""


class Elsewhere:
    """Another program on the same store."""

    def __init__(self, path: Path) -> None:
        self.store = Store.open(path)
        self.vault = Vault(self.store)

    def asset(self, name: str) -> Asset:
        found = assets.by_name(self.store, self.vault, name)
        assert found is not None, name
        return found

    def change(self, name: str, **fields: object) -> None:
        asset = self.asset(name)
        changed = asset.fields().model_copy(update=fields)
        assets.update(self.store, self.vault, asset.id, changed, version=asset.version)

    def password(self, name: str) -> str | None:
        self.vault.unlock_from([KeyFile(self.store.path.parent / "vault.key")])
        with self.store.read() as session:
            found = self.vault.reveal(session, assets.owner_of_secrets(self.asset(name).id), assets.PASSWORD)
        return found.get_secret_value() if found else None


@pytest.fixture
def elsewhere(desk_store: Path) -> Iterator[Elsewhere]:
    other = Elsewhere(desk_store)
    yield other
    other.store.close()


async def opened(person: Person, name: str = "") -> None:
    """Open the form, for a new asset or the one of that name."""
    if name:
        await person.goes_to(name)
    await person.press("e" if name else "n")
    await person.at(AssetForm)
    await person.until(lambda: person.focused == "name", "cursor in the first field")


async def chosen(person: Person, field: str, *keys: str) -> None:
    """Choose from a list of the form, by keys in the opened list."""
    person.widget(f"#{field}").focus()
    await person.press("enter", *keys, "enter")
    await person.turn()


def server(person: Person) -> tuple[str, str, str]:
    return person.value("host"), person.value("port"), person.value("security")


# Making one


async def test_a_new_asset(empty_store: Path) -> None:
    async with at_console(empty_store) as person:
        await opened(person)
        assert server(person) == ("smtp.gmail.com", "465", "ssl")
        await person.type("Billing")
        await person.press("tab")
        await person.type("billing@example.com")
        await person.fill("password", "abcdefghijklmnop")
        await person.press("ctrl+s")
        await person.at(MainScreen)
        await person.is_told("Billing is kept. Press t to test it.")
        await person.settled()
        assert person.names() == ["Billing"]
        assert "Billing" in person.text
        other = Elsewhere(empty_store)
        kept = other.asset("Billing")
        assert (kept.address, kept.host, kept.port, kept.security) == (
            "billing@example.com",
            "smtp.gmail.com",
            465,
            "ssl",
        )
        assert kept.forwarding_address.startswith("billing.")
        assert kept.forwarding_address.endswith("@in.example.net")
        assert other.password("Billing") == "abcdefghijklmnop"
        other.store.close()


async def test_the_cursor_goes_to_the_new_asset(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("/")
        await person.type("press")
        await person.press("enter")
        await opened(person)
        await person.type("Mailroom")
        await person.fill("address", "mailroom@example.com")
        await person.press("ctrl+s")
        await person.at(MainScreen)
        await person.settled()
        assert person.under_cursor == "Mailroom"
        assert len(person.names()) == 7


async def test_choosing_a_provider_refills_what_nobody_touched(empty_store: Path) -> None:
    async with at_console(empty_store) as person:
        await opened(person)
        await chosen(person, "provider", "down")
        assert server(person) == ("smtp.office365.com", "587", "starttls")
        await chosen(person, "provider", "down")
        assert server(person) == ("", "587", "starttls")
        await chosen(person, "provider", "home")
        assert server(person) == ("smtp.gmail.com", "465", "ssl")
        await person.fill("host", "relay.example.com")
        await chosen(person, "provider", "down")
        assert server(person) == ("relay.example.com", "587", "starttls")
        await person.fill("port", "2525")
        await chosen(person, "provider", "home")
        assert server(person) == ("relay.example.com", "2525", "ssl")


async def test_an_assets_own_server_is_kept_when_the_provider_changes(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Press")
        await chosen(person, "provider", "home")
        assert server(person) == ("smtp.example.net", "465", "ssl")


async def test_the_providers_own_server_goes_with_it(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Billing")
        await chosen(person, "provider", "down")
        assert server(person) == ("smtp.office365.com", "587", "starttls")


async def test_a_password_without_tls_needs_a_yes(empty_store: Path) -> None:
    async with at_console(empty_store) as person:
        await opened(person)
        assert not person.widget("#row-cleartext_agreed").display
        await person.type("Branch")
        await person.fill("address", "branch@example.net")
        await chosen(person, "provider", "end")
        await person.fill("host", "mail.example.net")
        await chosen(person, "security", "end")
        assert person.widget("#row-cleartext_agreed").display
        await person.press("ctrl+s")
        await person.turn()
        assert "nobody has agreed to that" in person.remarks
        assert person.focused == "security"
        person.widget("#cleartext_agreed").focus()
        await person.press("space", "ctrl+s")
        await person.at(MainScreen)
        other = Elsewhere(empty_store)
        assert other.asset("Branch").cleartext_agreed
        other.store.close()


# What is wrong


async def test_fields_not_touched_yet_are_left_in_peace(empty_store: Path) -> None:
    async with at_console(empty_store) as person:
        await opened(person)
        assert person.remarks == ""
        await person.press("tab", "tab", "tab")
        assert person.remarks == ""


async def test_saving_says_what_is_wrong_and_goes_there(empty_store: Path) -> None:
    async with at_console(empty_store) as person:
        await opened(person)
        await person.fill("owner", "owner@example.com")
        await person.fill("note", "typed in vain?")
        await person.press("ctrl+s")
        await person.until(lambda: person.focused == "name", "cursor in the name")
        assert "The name is empty." in person.remarks
        assert person.widget("#row-name").has_class("wrong")
        await person.type("Billing")
        await person.press("ctrl+s")
        await person.until(lambda: person.focused == "address", "cursor in the address")
        assert "The address is empty." in person.remarks
        await person.type("Billing <billing@example.com>")
        assert "Enter billing@example.com alone." in person.remarks
        await person.fill("host", "smtps://smtp.gmail.com:465")
        assert "a scheme (smtps://) and a port" in person.remarks
        await person.press("ctrl+s")
        await person.settled()
        assert person.value("owner") == "owner@example.com"
        assert person.value("note") == "typed in vain?"
        assert person.value("host") == "smtps://smtp.gmail.com:465"


async def test_what_was_pasted_is_judged_at_once(empty_store: Path) -> None:
    async with at_console(empty_store) as person:
        await opened(person)
        await person.fill("port", "587")
        assert "but the security is SSL" in person.remarks
        await person.fill("port", "465")
        assert person.remarks == ""
        await person.fill("password", "My-own-password-1")
        assert "this is none" in person.remarks
        assert "My-own-password-1" not in person.text


async def test_a_password_on_office_365_is_told_its_days(empty_store: Path, frozen: None) -> None:
    async with at_console(empty_store) as person:
        await opened(person)
        await chosen(person, "provider", "down")
        assert "297 days left." in person.remarks
        assert person.widget("#row-sign_in").has_class("remarked")


async def test_a_name_that_is_taken(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person)
        await person.press("ctrl+g")
        await person.is_told("Name and address are not used by another asset.")
        await person.type("PRESS")
        assert "The name is already used by the asset Press." in person.remarks
        await person.fill("address", "somebody@example.com")
        await person.press("ctrl+s")
        await person.until(lambda: person.focused == "name", "cursor in the name")
        await person.press("ctrl+g")
        await person.at(MainScreen)
        await person.settled()
        assert person.under_cursor == "Press"
        assert len(person.names()) == 6


async def test_an_address_that_was_taken_meanwhile(desk_store: Path, elsewhere: Elsewhere) -> None:
    async with at_console(desk_store) as person:
        await opened(person)
        await person.type("Second")
        await person.fill("address", "new@example.com")
        await person.press("tab")
        elsewhere.change("Press", address="NEW@example.com")
        await person.press("ctrl+s")
        await person.until(lambda: "already used by the asset Press" in person.remarks, "remark")
        await person.settled()
        assert "^G goes there." in person.remarks
        assert person.focused == "address"
        assert person.value("name") == "Second"
        await person.press("ctrl+g")
        await person.at(MainScreen)
        await person.settled()
        assert person.under_cursor == "Press"


# Closing


async def test_closing_asks_only_when_something_was_typed(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person)
        await person.press("escape")
        await person.at(MainScreen)
        await opened(person, "Billing")
        await person.press("escape")
        await person.at(MainScreen)
        await opened(person, "Billing")
        await person.fill("note", "changed")
        await person.press("escape")
        await person.sees("Discard what you typed?")
        await person.press("escape")
        await person.at(AssetForm)
        assert person.value("note") == "changed"
        await person.press("escape")
        await person.sees("Discard what you typed?")
        await person.press("y")
        await person.at(MainScreen)
        await person.settled()


async def test_escape_closes_an_opened_list_before_the_form(empty_store: Path) -> None:
    async with at_console(empty_store) as person:
        await opened(person)
        person.widget("#provider").focus()
        await person.press("enter", "down", "escape")
        assert isinstance(person.console.screen, AssetForm)
        assert person.value("provider") == "gmail"
        await person.press("escape")
        await person.at(MainScreen)


async def test_keys_of_the_panes_do_not_reach_past_the_form(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person)
        person.widget("#provider").focus()
        for key in ("q", "1", "2", "3", "?", "v"):
            await person.press(key)
            assert isinstance(person.console.screen, AssetForm), key
        assert person.console.return_code is None


async def test_the_palette_cannot_close_the_form(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person)
        await person.type("Typed")
        await person.press("ctrl+p")
        await person.settled()
        await person.type("Checks")
        await person.settled()
        await person.press("enter", "escape")
        await person.settled()
        await person.at(AssetForm)
        assert person.value("name") == "Typed"


# A new password


async def test_a_password_that_the_server_refuses_is_not_kept(desk_store: Path, elsewhere: Elsewhere) -> None:
    before = elsewhere.password("Complaints")
    async with at_console(desk_store) as person:
        await opened(person, "Complaints")
        await person.fill("note", "and the note")
        await person.fill("password", "wrongwrongwrongw")
        await person.press("ctrl+s")
        await person.until(lambda: "The new password was not kept" in person.remarks, "refusal")
        await person.settled()
        assert "Sign-in failed. 535-5.7.8 Username and Password not accepted." in person.remarks
        assert "The old password stays. ^S tests again, ^O saves" in person.remarks
        assert elsewhere.password("Complaints") == before == WRONG
        assert elsewhere.asset("Complaints").note != "and the note"
        assert person.value("password") == "wrongwrongwrongw"
        assert "wrongwrongwrongw" not in person.text
        await person.press("ctrl+o")
        await person.at(MainScreen)
        await person.is_told("Complaints is kept. Press t to test it.")
        assert elsewhere.password("Complaints") == "wrongwrongwrongw"
        assert elsewhere.asset("Complaints").note == "and the note"
        assert checks.count(elsewhere.store) == 0


async def test_a_password_that_passes_replaces_the_old_one(desk_store: Path, elsewhere: Elsewhere) -> None:
    async with at_console(desk_store) as person:
        await opened(person, "Complaints")
        await person.fill("password", RIGHT)
        await person.press("ctrl+s")
        await person.at(MainScreen)
        await person.is_told("Complaints is kept.")
        assert not any("Press t" in toast for toast in person.toasts)
        assert elsewhere.password("Complaints") == RIGHT
        runs = checks.page(elsewhere.store)
        assert [(run.asset_name, run.outcome) for run in runs] == [("Complaints", Outcome.PASSED)]
        await person.until(lambda: "✓ well" in person.text, "a well asset")
        assert RIGHT not in runs[0].transcript


async def test_the_first_password_needs_no_trial(desk_store: Path, elsewhere: Elsewhere) -> None:
    with elsewhere.store.write() as session:
        elsewhere.vault.forget(session, assets.owner_of_secrets(elsewhere.asset("Press").id))
    async with at_console(desk_store) as person:
        await opened(person, "Press")
        await person.fill("password", "anything-at-all")
        await person.press("ctrl+s")
        await person.at(MainScreen)
        assert elsewhere.password("Press") == "anything-at-all"
        await person.is_told("Press is kept. Press t to test it.")


async def test_escape_during_the_trial_keeps_the_old_one(
    desk_store: Path, elsewhere: Elsewhere, endpoints: Endpoints
) -> None:
    elsewhere.change("Press", port=endpoints.ports["silent"], security=Security.STARTTLS)
    before = elsewhere.password("Press")
    async with at_console(desk_store) as person:
        await person.settled()
        await opened(person, "Press")
        await person.fill("password", "another-password")
        await person.press("ctrl+s")
        await person.until(lambda: "Testing the new password: Banner" in person.remarks, "trial")
        await person.press("ctrl+s")
        await person.is_told("This is being saved already.")
        await person.type("!")
        assert "Testing the new password: Banner" in person.remarks
        assert "Changed meanwhile: this test saves nothing any more." in person.remarks
        await person.press("escape")
        await person.settled()
        assert person.remarks == "The test was stopped, and nothing is saved."
        assert person.value("password") == "another-password!"
        assert elsewhere.password("Press") == before
        await person.press("escape")
        await person.sees("Discard what you typed?")
        await person.press("y")
        await person.at(MainScreen)
        await person.settled()


async def test_what_is_typed_during_the_trial_is_told_to_come_too_late(
    desk_store: Path, elsewhere: Elsewhere
) -> None:
    before = elsewhere.asset("Complaints")
    async with at_console(desk_store) as person:
        await opened(person, "Complaints")
        await person.fill("password", RIGHT)
        await person.press("tab", "tab")
        await person.press_at_once("ctrl+s", *"late")
        await person.settled()
        assert person.value("note") == "late"
        assert "Nothing is saved: the form changed while it was being tested." in person.remarks
        await person.type("r")
        assert "Nothing is saved: the form changed while it was being tested." in person.remarks
        assert elsewhere.asset("Complaints") == before
        await person.press("ctrl+s")
        await person.at(MainScreen)
        assert elsewhere.password("Complaints") == RIGHT
        assert elsewhere.asset("Complaints").note == "later"


async def test_a_refusal_stays_on_the_screen_while_typing_goes_on(
    desk_store: Path, elsewhere: Elsewhere
) -> None:
    async with at_console(desk_store) as person:
        await opened(person, "Complaints")
        await person.fill("password", "wrong-wrong-wrong")
        await person.press("ctrl+s")
        await person.until(lambda: "The new password was not kept" in person.remarks, "refusal")
        await person.fill("note", "something else")
        assert "The new password was not kept" in person.remarks


async def test_a_message_that_comes_meanwhile_does_not_lose_the_form(
    desk_store: Path, elsewhere: Elsewhere
) -> None:
    """What fails in the background is told above the form; what is typed stays below it."""
    async with at_console(desk_store) as person:
        await opened(person, "Press")
        await person.fill("note", "my note")
        await person.console.push_screen(message("Could not read the assets", "The disk is full."))
        await person.sees("The disk is full.")
        await person.press("escape")
        await person.at(AssetForm)
        assert person.value("note") == "my note"
        await person.press("ctrl+s")
        await person.console.push_screen(message("Could not read the assets", "The disk is full."))
        await person.until(lambda: elsewhere.asset("Press").note == "my note", "the note")
        await person.press("escape")
        await person.at(MainScreen)
        await person.settled()


async def test_saving_twice_at_once_saves_once(empty_store: Path) -> None:
    async with at_console(empty_store) as person:
        await opened(person)
        await person.type("Billing")
        await person.fill("address", "billing@example.com")
        await person.press_at_once("ctrl+s", "ctrl+s")
        await person.at(MainScreen)
        await person.settled()
        assert person.names() == ["Billing"]
        other = Elsewhere(empty_store)
        assert other.asset("Billing").version == 1
        other.store.close()


async def test_a_locked_vault_is_asked_for_when_a_password_is_typed(
    desk_store: Path, elsewhere: Elsewhere
) -> None:
    (desk_store.parent / "vault.key").rename(desk_store.parent / "away.key")
    async with at_console(desk_store) as person:
        await opened(person, "Press")
        await person.fill("note", "no secret")
        await person.press("ctrl+s")
        await person.at(MainScreen)
        await person.settled()
        assert elsewhere.asset("Press").note == "no secret"
        await opened(person, "Press")
        await person.fill("password", "another-password")
        await person.press("ctrl+o")
        await person.at(PassphraseDialog)
        await person.press("escape")
        await person.at(AssetForm)
        await person.until(lambda: "cannot be kept while the vault is locked" in person.remarks, "remark")
        assert person.value("password") == "another-password"
        await person.press("ctrl+o")
        await person.at(PassphraseDialog)
        await person.type("rehearsal")
        await person.press("enter")
        await person.at(MainScreen)
        (desk_store.parent / "away.key").rename(desk_store.parent / "vault.key")
        assert elsewhere.password("Press") == "another-password"


# Two people


async def conflicting(person: Person, elsewhere: Elsewhere) -> None:
    """Edit an asset that somebody else changes meanwhile, and save."""
    await opened(person, "Press")
    await person.fill("note", "my note")
    await person.fill("owner", "mine@example.com")
    elsewhere.change("Press", note="their note", login_id="theirs@example.com")
    await person.press("ctrl+s")
    await person.at(Question)
    await person.sees("Changed by somebody else meanwhile")


async def test_a_conflict_shows_both_values(desk_store: Path, elsewhere: Elsewhere) -> None:
    async with at_console(desk_store) as person:
        await conflicting(person, elsewhere)
        for words in (
            "theirs their note",
            "mine my note",
            "theirs theirs@example.com",
            "mine mine@example.com",
        ):
            await person.sees(words)
        await person.sees("mine (empty)")
        await person.press("m")
        await person.at(MainScreen)
        kept = elsewhere.asset("Press")
        assert (kept.note, kept.owner, kept.login_id) == ("my note", "mine@example.com", "")


async def test_keeping_theirs(desk_store: Path, elsewhere: Elsewhere) -> None:
    async with at_console(desk_store) as person:
        await conflicting(person, elsewhere)
        await person.press("t")
        await person.at(MainScreen)
        kept = elsewhere.asset("Press")
        assert (kept.note, kept.login_id) == ("their note", "theirs@example.com")
        assert kept.owner != "mine@example.com"


@pytest.mark.parametrize("key", ["b", "escape"])
async def test_back_to_the_form_keeps_what_was_typed(
    desk_store: Path, elsewhere: Elsewhere, key: str
) -> None:
    async with at_console(desk_store) as person:
        await conflicting(person, elsewhere)
        await person.press(key)
        await person.at(AssetForm)
        await person.settled()
        assert person.value("note") == "my note"
        assert elsewhere.asset("Press").note == "their note"
        await person.press("ctrl+s")
        await person.sees("Changed by somebody else meanwhile")
        await person.press("m")
        await person.at(MainScreen)
        assert elsewhere.asset("Press").note == "my note"


async def test_saving_what_was_deleted_meanwhile_says_so(desk_store: Path, elsewhere: Elsewhere) -> None:
    async with at_console(desk_store) as person:
        await opened(person, "Press")
        await person.fill("note", "my note")
        assets.delete(elsewhere.store, elsewhere.vault, [elsewhere.asset("Press").id])
        await person.press("ctrl+s")
        await person.until(lambda: "was deleted by somebody else" in person.remarks, "remark")
        assert person.value("note") == "my note"


async def test_opening_what_was_deleted_meanwhile_says_so(desk_store: Path, elsewhere: Elsewhere) -> None:
    async with at_console(desk_store) as person:
        await person.goes_to("Press")
        assets.delete(elsewhere.store, elsewhere.vault, [elsewhere.asset("Press").id])
        person.console.edit_asset(person.pane.table.current.line.id)  # type: ignore[union-attr]
        await person.is_told("This asset was deleted by somebody else.")
        await person.settled()
        assert isinstance(person.console.screen, MainScreen)


# A certificate authority of its own


async def test_an_authority_is_read_from_its_file(
    empty_store: Path, endpoints: Endpoints, tmp_path: Path
) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text(endpoints.ca_pem)
    async with at_console(empty_store) as person:
        await opened(person)
        await person.type("Branch")
        await person.fill("address", "branch@example.net")
        await person.fill("ca_file", str(tmp_path / "nothing.pem"))
        await person.press("ctrl+s")
        await person.until(lambda: "cannot be read" in person.remarks, "remark")
        assert person.focused == "ca_file"
        await person.fill("ca_file", str(authority))
        await person.press("ctrl+s")
        await person.at(MainScreen)
        other = Elsewhere(empty_store)
        assert other.asset("Branch").ca_pem.strip() == endpoints.ca_pem.strip()
        await person.settled()
        await opened(person, "Branch")
        await person.sees("one is kept; a path replaces it, - removes it")
        await person.fill("ca_file", "-")
        await person.press("ctrl+s")
        await person.at(MainScreen)
        assert other.asset("Branch").ca_pem == ""
        other.store.close()


async def test_the_configurations_authority_is_filled_in_for_a_new_asset(
    empty_store: Path, endpoints: Endpoints
) -> None:
    authority = empty_store.with_name("company.pem")
    authority.write_text(endpoints.ca_pem)
    with (empty_store.parent / FILE_NAME).open("a", encoding="utf-8") as settings:
        settings.write(f'ca_file = "{authority.name}"\n')
    async with at_console(empty_store) as person:
        await opened(person)
        assert person.value("ca_file") == str(authority)
        await person.type("Branch")
        await person.fill("address", "branch@example.net")
        await person.press("ctrl+s")
        await person.at(MainScreen)
        other = Elsewhere(empty_store)
        assert other.asset("Branch").ca_pem.strip() == endpoints.ca_pem.strip()
        other.store.close()
        await person.settled()
        await opened(person, "Branch")
        assert person.value("ca_file") == ""


async def test_a_private_key_in_the_authoritys_file_is_left_there(
    empty_store: Path, endpoints: Endpoints, tmp_path: Path
) -> None:
    both = tmp_path / "both.pem"
    both.write_text(f"{endpoints.ca_pem}\n-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n")
    async with at_console(empty_store) as person:
        await opened(person)
        await person.type("Branch")
        await person.fill("address", "branch@example.net")
        await person.fill("ca_file", str(both))
        await person.press("ctrl+s")
        await person.at(MainScreen)
        other = Elsewhere(empty_store)
        assert "CERTIFICATE" in other.asset("Branch").ca_pem
        assert "PRIVATE" not in other.asset("Branch").ca_pem
        other.store.close()


async def test_an_authority_that_was_read_and_then_not_wanted_is_not_kept(
    empty_store: Path, endpoints: Endpoints, tmp_path: Path
) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text(endpoints.ca_pem)
    async with at_console(empty_store) as person:
        await opened(person)
        await person.fill("ca_file", str(authority))
        await person.press("ctrl+s")
        await person.until(lambda: person.focused == "name", "cursor in the name")
        await person.type("Branch")
        await person.fill("address", "branch@example.net")
        await person.fill("ca_file", "")
        await person.press("ctrl+s")
        await person.at(MainScreen)
        other = Elsewhere(empty_store)
        assert other.asset("Branch").ca_pem == ""
        other.store.close()


async def test_the_form_does_not_show_the_kept_password(desk_store: Path, elsewhere: Elsewhere) -> None:
    async with at_console(desk_store) as person:
        await opened(person, "Press")
        assert person.value("password") == ""
        await person.sees("one is kept; a new one is tested before it replaces it")
