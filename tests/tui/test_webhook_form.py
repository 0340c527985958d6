"""Webhooks set up and changed by keys: all fields, assets, secrets made, typed, rotated and dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from store import webhooks
from store.webhooks import Event, RawSource, Style
from tests.live.webhooks.kit import SECRET
from tests.tui.conftest import PASSPHRASE
from tests.tui.person import Person, at_console
from tests.tui.webhook_kit import at_webhooks, opened
from tui.dialogs.asset_picker import AssetPicker
from tui.dialogs.base import Question
from tui.dialogs.passphrase import PassphraseDialog
from tui.dialogs.webhook_form import EVENT_FIELDS, WebhookForm
from tui.main_screen import MainScreen

URL = "https://hooks.example.com/postroom"
sizes = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
FIELD = {event: name for name, event in EVENT_FIELDS.items()}


@pytest.fixture
def path(empty_store: Path) -> Path:
    toml = empty_store.with_name("postroom.toml")
    toml.write_text(toml.read_text().replace("webhook_allow_private = true\n", ""))
    return empty_store


async def at_form(person: Person, key: str) -> None:
    await at_webhooks(person)
    await person.press(key)
    await person.at(WebhookForm)
    await person.until(lambda: person.focused == "name", "the form")


async def ticks(person: Person, field: str) -> None:
    """Change a tick, as Tab and Space do."""
    person.widget(f"#{field}").focus()
    await person.press("space")


async def chooses(person: Person, field: str, label: str) -> None:
    """Choose in a list, by its keys."""
    person.widget(f"#{field}").focus()
    await person.press("enter")
    await person.settled()
    select = person.widget(f"#{field}")
    labels = [str(option[0]) for option in select._options]
    overlay = select.query_one("SelectOverlay")
    place = next(index for index, one in enumerate(labels) if label in one)
    while overlay.highlighted != place:
        await person.press("down" if (overlay.highlighted or 0) < place else "up")
    await person.press("enter")
    await person.settled()


@sizes
async def test_a_webhook_is_set_up_by_keys(path: Path, size: tuple[int, int]) -> None:
    with opened(path) as desk:
        async with at_console(path, size=size) as person:
            await at_form(person, "n")
            await person.fill("name", "Helpdesk")
            await person.fill("url", URL)
            await person.press("ctrl+s")
            await person.sees("It is told of nothing. Choose at least one event.")
            assert person.focused == "event_0"
            await person.press("space")
            await ticks(person, FIELD[Event.GRANT_FAILED])
            await person.press("ctrl+s")
            await person.sees("The secret of Helpdesk")
            await person.press("c")
            await person.is_told("Sent the secret")
            await person.press("o")
            await person.at(MainScreen)
            await person.sees("○ unused")
        made = desk.endpoint()
        assert (made.fields.name, made.fields.url) == ("Helpdesk", URL)
        assert made.fields.events == (Event.EMAIL_RECEIVED, Event.GRANT_FAILED)
        assert (made.fields.style, made.fields.asset_ids, made.fields.raw) == (
            Style.STANDARD,
            None,
            RawSource.NONE,
        )
        assert (made.fields.enabled, made.fields.ordered, made.fields.opt_in_confirmation) == (
            True,
            True,
            False,
        )
        with desk.store.read() as session:
            (secret,) = webhooks.secrets_of(session, desk.vault, made.id)
        assert secret.get_secret_value() == person.console.clipboard


async def test_everything_that_the_command_line_can(path: Path) -> None:
    with opened(path) as desk:
        async with at_console(path, size=(120, 40)) as person:
            await at_form(person, "n")
            await person.fill("name", "Flow")
            await person.fill("url", URL)
            await ticks(person, "enabled")
            await chooses(person, "style", "SHA-512")
            await ticks(person, FIELD[Event.EMAIL_CONFIRMATION])
            await chooses(person, "secret", "type the one")
            await person.press("ctrl+s")
            await person.sees("No secret is typed.")
            await person.fill("secret_value", "short")
            await person.press("ctrl+s")
            await person.sees("has 8 to 256 characters")
            await person.fill("secret_value", "the-flow's-own-secret")
            await person.press("ctrl+o")
            await person.at(AssetPicker)
            await person.sees("0 of 3 chosen")
            await person.press("/")
            await person.type("ord")
            await person.until(lambda: "Billing" not in person.text, "Orders alone")
            await person.press("enter", "space")
            await person.sees("1 of 3 chosen")
            await person.press("enter")
            await person.at(WebhookForm)
            await person.sees("1: Orders")
            await chooses(person, "raw", "base64")
            await ticks(person, "ordered")
            await ticks(person, "confirmations")
            await person.sees("Who has link and code can take")
            await person.press("ctrl+s")
            await person.is_told("Flow is kept")
        found = desk.endpoint().fields
        assert (found.enabled, found.ordered, found.opt_in_confirmation) == (False, False, True)
        assert (found.style, found.raw) == (Style.PLATFORM_SHA512, RawSource.INLINE)
        assert found.asset_ids == (desk.assets[1].id,)
        assert found.events == (Event.EMAIL_CONFIRMATION,)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hooks.example.com/", "begins with https://"),
        ("https://user:word@hooks.example.com/", "no name and password"),
        ("https://hooks.example.com/#x", "#fragment"),
        ("hooks", "looks like https://"),
    ],
)
async def test_what_cannot_be_used_is_said_at_once(path: Path, url: str, why: str) -> None:
    async with at_console(path) as person:
        await at_form(person, "n")
        await person.fill("url", url)
        await person.settled()
        await person.sees(why)


async def test_a_secret_rotates_and_the_old_one_is_dropped(path: Path) -> None:
    with opened(path) as desk:
        made = desk.webhook(URL, "Helpdesk")
        async with at_console(path, size=(120, 40)) as person:
            await at_form(person, "e")
            await chooses(person, "secret", "make another")
            await person.sees("both sign, until the old one is dropped here")
            await person.press("ctrl+s")
            await person.sees("The secret of Helpdesk")
            await person.press("o")
            await person.sees("two sign, until the old one is dropped")
            with desk.store.read() as session:
                new, old = webhooks.secrets_of(session, desk.vault, made.id)
            assert old == SECRET != new
            await at_form(person, "e")
            await chooses(person, "secret", "drop the old one")
            await person.press("ctrl+s")
            await person.is_told("Helpdesk is kept")
            await person.until(lambda: not desk.endpoint().is_rotating, "one secret")
            with desk.store.read() as session:
                assert webhooks.secrets_of(session, desk.vault, made.id) == (new,)


async def test_another_style_wants_another_secret(path: Path) -> None:
    with opened(path) as desk:
        desk.webhook(URL, "Helpdesk")
        async with at_console(path, size=(120, 40)) as person:
            await at_form(person, "e")
            await chooses(person, "style", "SHA-256")
            await person.sees("Another style takes another secret.")
            await person.press("ctrl+s")
            await person.settled()
            assert desk.endpoint().fields.style is Style.STANDARD
            await chooses(person, "secret", "make another")
            await person.sees("it takes the old one's place at once")
            await person.press("ctrl+s")
            await person.sees("The secret of Helpdesk")
            await person.press("o")
            found = desk.endpoint()
            assert (found.fields.style, found.is_rotating) == (Style.PLATFORM_SHA256, False)


async def test_fields_change_while_the_vault_is_locked(path: Path) -> None:
    with opened(path) as desk:
        desk.webhook(URL, "Helpdesk")
        path.with_name("vault.key").unlink()
        async with at_console(path) as person:
            await at_form(person, "e")
            await person.fill("name", "Service desk")
            await person.press("ctrl+s")
            await person.is_told("Service desk is kept")
            assert desk.endpoint().name == "Service desk"
            await at_form(person, "e")
            await chooses(person, "secret", "make another")
            await person.press("ctrl+s")
            await person.at(PassphraseDialog)
            await person.press("escape")
            await person.at(WebhookForm)
            await person.sees("cannot be kept while the vault is locked")
            assert not desk.endpoint().is_rotating
            await person.press("ctrl+s")
            await person.at(PassphraseDialog)
            await person.type(PASSPHRASE.get_secret_value())
            await person.press("enter")
            await person.sees("The secret of Service desk")
            assert desk.endpoint().is_rotating


async def test_somebody_else_saved_meanwhile(path: Path) -> None:
    with opened(path) as desk:
        made = desk.webhook(URL, "Helpdesk")
        async with at_console(path) as person:
            await at_form(person, "e")
            await person.fill("url", "https://mine.example.com/")
            webhooks.set_enabled(desk.store, made.id, False)
            await person.press("ctrl+s")
            await person.sees("was changed by somebody else")
            await person.press("y")
            await person.at(WebhookForm)
            assert person.value("url") == "https://mine.example.com/"
            await person.press("ctrl+s")
            await person.is_told("Helpdesk is kept")
            assert desk.endpoint().fields.url == "https://mine.example.com/"


async def test_a_name_that_is_taken_keeps_what_was_typed(path: Path) -> None:
    with opened(path) as desk:
        desk.webhook(URL, "Helpdesk")
        async with at_console(path) as person:
            await at_form(person, "n")
            await person.fill("name", "helpdesk")
            await person.fill("url", URL)
            await ticks(person, "event_0")
            await person.press("ctrl+s")
            await person.sees("The name helpdesk is already used by another webhook.")
            assert (person.value("name"), person.value("url")) == ("helpdesk", URL)
            await person.press("escape")
            await person.at(Question)
            await person.press("y")
            await person.at(MainScreen)


async def test_a_secret_that_is_typed_or_made_is_shown_and_kept_nowhere(path: Path) -> None:
    typed = "planted-secret-of-a-webhook-4242"
    seen: list[str] = []
    with opened(path):
        async with at_console(path) as person:

            def look() -> None:
                console = person.console
                seen.extend([person.text, console.export_screenshot(), *person.toasts, repr(console.desk)])
                seen.extend(f"{worker!r} {worker.description}" for worker in console.workers)
                seen.extend(f"{widget!r}" for widget in console.screen.walk_children())

            await at_form(person, "n")
            await person.fill("name", "Flow")
            await person.fill("url", URL)
            await ticks(person, "event_0")
            await chooses(person, "style", "SHA-256")
            await chooses(person, "secret", "type the one")
            await person.fill("secret_value", typed)
            look()
            await person.press("ctrl+s")
            await person.is_told("Flow is kept")
            look()
            await at_form(person, "e")
            look()
            await chooses(person, "secret", "make another")
            await person.press("ctrl+s")
            await person.sees("The secret of Flow")
            look()
            await person.press("c")
            await person.is_told("Sent the secret")
            look()
            made = person.console.clipboard
    assert made.startswith("whsec_")
    for secret in (typed, made):
        assert [text for text in seen if secret in text] == []
        files = [file for file in path.parent.parent.rglob("*") if file.is_file()]
        assert not [file for file in files if secret.encode() in file.read_bytes()]
