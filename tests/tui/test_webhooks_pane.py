"""The Webhooks pane by its keys: health at a glance, on and off, testing, secrets, removal."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from store import audit, webhooks
from store.deliveries import DeliveryState
from store.webhooks import Event, Style
from tests.live.webhooks.kit import OK, SECRET, Request, answering, counted, receiving, status
from tests.tui.conftest import PASSPHRASE
from tests.tui.person import at_console
from tests.tui.webhook_kit import at_deliveries, at_webhooks, fails, given_up, opened, tried
from tui.dialogs.base import Question
from tui.dialogs.delivery_screen import DeliveryScreen
from tui.dialogs.passphrase import PassphraseDialog
from tui.dialogs.trial_screen import TrialScreen
from tui.main_screen import MainScreen
from tui.widgets.text_view import TextView

sizes = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
GRANTS = (Event.GRANT_FAILED,)


@pytest.fixture
def path(empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POSTROOM_WEBHOOK_ALLOW_PRIVATE", "true")
    return empty_store


@sizes
async def test_an_empty_pane_teaches(path: Path, size: tuple[int, int]) -> None:
    async with at_console(path, size=size) as person:
        await at_webhooks(person)
        await person.sees("No webhooks yet.")
        await person.sees("n sets one up")
        await person.press("t")
        await person.is_told("There is no webhook under the cursor")
        await person.press("escape")
        await person.until(lambda: person.pane.id == "assets", "the assets")


@sizes
async def test_the_first_line_says_what_needs_you(path: Path, size: tuple[int, int]) -> None:
    with opened(path) as desk:
        async with receiving() as well, receiving(answering(status(500))) as ill:
            desk.webhook(well.url, "Helpdesk", events=GRANTS)
            desk.webhook(ill.url, "Ticketing", events=GRANTS)
            fails(desk)
            await tried(desk)
            given_up(desk)
            await tried(desk)
            fails(desk, asset=1, count=2)
            desk.webhook("https://hooks.example.com/x", "Archive", enabled=False)
            async with at_console(path, size=size) as person:
                await at_webhooks(person)
                assert person.headline == "1 endpoint is failing · 4 wait · 1 dead letter · 1 well · 1 off"
                assert [line[2:13].strip() for line in person.lines[4:7]] == ["✗ failing", "✓ well", "○ off"]
                assert "Ticketing" in person.lines[4]
                assert "2, now" in person.lines[4]
                await person.sees("What to do")
                await person.sees("It answered 500; only 2xx counts as delivered.")
                await person.press("down")
                await person.sees(well.url)


async def test_another_program_s_changes_are_seen(path: Path) -> None:
    with opened(path) as desk:
        async with at_console(path) as person:
            await at_webhooks(person)
            made = desk.webhook("https://hooks.example.com/x", "Helpdesk")
            await person.sees("Helpdesk")
            webhooks.set_enabled(desk.store, made.id, False)
            await person.sees("○ off")


@sizes
async def test_a_test_shows_request_and_signature(path: Path, size: tuple[int, int]) -> None:
    with opened(path) as desk:
        async with receiving() as endpoint:
            desk.webhook(endpoint.url, "Helpdesk")
            async with at_console(path, size=size) as person:
                await at_webhooks(person)
                await person.press("t")
                await person.at(TrialScreen)
                await person.sees("Answered 200 after")
                (came,) = endpoint.requests
                assert came.verified()["type"] == "test.ping"
                view = person.widget("TextView", TextView)
                rows = [view.render_line(y).text for y in range(view.size.height)]
                assert "".join("".join(rows).split()) in "".join(view.text.split())
                shown = "".join(view.text.split())  # as it wraps, lines lose the spaces at their ends
                assert "POST /hook?x=1 HTTP/1.1" in view.text
                for name in ("webhook-id", "webhook-timestamp", "webhook-signature", "user-agent"):
                    assert f"{name}:{came.headers[name]}" in shown
                assert came.body.decode().replace(" ", "") in shown
                for words in ("1. body", "2. signed text", "3. key", "4. HMAC-SHA256 of the signed text"):
                    assert words in view.text
                assert SECRET.get_secret_value() not in view.text
                await person.press("t")
                await person.until(lambda: len(endpoint.requests) == 2, "another test")
                await person.settled()
                await person.press("c")
                await person.is_told("Sent the test")
                await person.press("escape")
                await person.at(MainScreen)
            assert counted(desk, DeliveryState.DONE) == 2


async def test_a_test_of_the_platform_s_style_that_fails(path: Path) -> None:
    with opened(path) as desk:
        async with receiving(answering(status(403))) as endpoint:
            desk.webhook(endpoint.url, "Flow", style=Style.PLATFORM_SHA512)
            async with at_console(path, size=(80, 24)) as person:
                await at_webhooks(person)
                await person.press("t")
                await person.sees("It answered 403; only 2xx counts as delivered.")
                await person.sees("x-hub-signature: sha512=")


async def test_nothing_listens_and_nothing_is_resolved(path: Path) -> None:
    with opened(path) as desk:
        desk.webhook("http://127.0.0.1:9/", "Nobody")
        async with at_console(path) as person:
            await at_webhooks(person)
            await person.press("t")
            await person.sees("No connection to 127.0.0.1")


async def test_private_addresses_are_refused_in_a_test_too(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POSTROOM_WEBHOOK_ALLOW_PRIVATE")
    path.with_name("postroom.toml").write_text(
        path.with_name("postroom.toml").read_text().replace("webhook_allow_private = true", "")
    )
    with opened(path) as desk:
        async with receiving() as endpoint:
            desk.webhook(endpoint.url.replace("http:", "https:"), "Inside")
            async with at_console(path) as person:
                await at_webhooks(person)
                await person.press("t")
                await person.sees("which is not a public address")
            assert not endpoint.connections


async def test_a_locked_vault_shows_everything_and_asks_for_a_test(path: Path) -> None:
    with opened(path) as desk:
        async with receiving() as endpoint:
            desk.webhook(endpoint.url, "Helpdesk")
            path.with_name("vault.key").unlink()
            async with at_console(path) as person:
                await at_webhooks(person)
                await person.sees("Helpdesk")
                await person.press("t")
                await person.at(PassphraseDialog)
                await person.press("escape")
                await person.is_told("Nothing was sent: the vault is locked.")
                assert not endpoint.requests
                await person.press("t")
                await person.at(PassphraseDialog)
                await person.type(PASSPHRASE.get_secret_value())
                await person.press("enter")
                await person.sees("Answered 200 after")
                assert Webhook(SECRET.get_secret_value()).verify(
                    endpoint.requests[0].body, endpoint.requests[0].headers
                )


async def test_off_asks_and_on_does_not(path: Path) -> None:
    with opened(path) as desk:
        desk.webhook("https://hooks.example.com/x", "Helpdesk")
        async with at_console(path) as person:
            await at_webhooks(person)
            await person.press("space")
            await person.sees("Switch off Helpdesk?")
            await person.press("n")
            await person.at(MainScreen)
            assert desk.endpoint().fields.enabled
            await person.press("space")
            await person.at(Question)
            await person.press("y")
            await person.is_told("Helpdesk is off.")
            assert not desk.endpoint().fields.enabled
            await person.settled()
            await person.press("space")
            await person.is_told("Helpdesk is on")
            assert desk.endpoint().fields.enabled


async def test_removal_asks_and_counts_what_is_lost(path: Path) -> None:
    with opened(path) as desk:
        desk.webhook("https://hooks.example.com/x", "Helpdesk", events=GRANTS)
        fails(desk, count=3)
        async with at_console(path) as person:
            await at_webhooks(person)
            await person.press("d")
            await person.sees("3 deliveries that wait for it are lost.")
            await person.press("n")
            await person.at(MainScreen)
            await person.press("d")
            await person.at(Question)
            await person.press("y")
            await person.is_told("Deleted Helpdesk.")
            await person.sees("No webhooks yet.")
        assert not webhooks.all_endpoints(desk.store, desk.vault)


async def test_the_secret_is_handed_out_after_asking(path: Path) -> None:
    secret = SECRET.get_secret_value()
    with opened(path) as desk:
        desk.webhook("https://hooks.example.com/x", "Helpdesk")
        async with at_console(path) as person:
            await at_webhooks(person)
            await person.press("c")
            await person.sees("Hand out the secret of Helpdesk?")
            await person.press("n")
            await person.at(MainScreen)
            assert not [one for one in audit.page(desk.store) if one.action == "webhook secret shown"]
            await person.press("c")
            await person.at(Question)
            await person.press("y")
            await person.sees("The secret of Helpdesk")
            assert secret not in person.text
            await person.press("c")
            await person.is_told("Sent the secret to your terminal's clipboard.")
            assert person.console.clipboard == secret
            assert not [toast for toast in person.toasts if secret in toast]
            await person.press("s")
            await person.sees(secret)
            await person.press("o")
            await person.settled()
            await person.press("o")
            await person.at(MainScreen)
            await person.press("y")
            await person.is_told("https://hooks.example.com/x")
        (entry,) = [one for one in audit.page(desk.store) if one.action == "webhook secret shown"]
        assert entry.detail == "Helpdesk"


async def test_dead_letters_are_replayed_after_asking(path: Path) -> None:
    with opened(path) as desk:
        async with receiving(answering(status(500))) as endpoint:
            desk.webhook(endpoint.url, "Helpdesk", events=GRANTS)
            fails(desk)
            given_up(desk)
            await tried(desk)
            async with at_console(path) as person:
                await at_webhooks(person)
                assert "1 dead letter" in person.headline
                await person.press("R")
                await person.sees("Replay 1 delivery?")
                await person.press("y")
                await person.is_told("1 is delivered again, by the agent. No agent is at work here")
                await person.until(lambda: "1 waits" in person.headline, "it waits")
                await person.settled()
                await person.press("R")
                await person.is_told("Helpdesk has no dead letters.")


async def test_filter(path: Path) -> None:
    with opened(path) as desk:
        for name in ("Helpdesk", "Ticketing", "Archive"):
            desk.webhook(f"https://{name.lower()}.example.com/x", name)
        async with at_console(path) as person:
            await at_webhooks(person)
            await person.press("/")
            await person.type("ticket")
            await person.settled()
            assert person.headline.startswith("1 of 3 shown")
            assert "Helpdesk" not in person.text
            await person.press("escape")
            await person.settled()
            assert "Helpdesk" in person.text


async def test_a_slow_endpoint_holds_nobody_up(path: Path) -> None:
    released = asyncio.Event()

    async def slowly(_request: Request, writer: asyncio.StreamWriter) -> None:
        await released.wait()
        writer.write(OK)

    with opened(path) as desk:
        async with receiving(slowly) as endpoint:
            desk.webhook(endpoint.url, "Helpdesk")
            async with at_console(path) as person:
                await at_webhooks(person)
                await person.press("t")
                await person.at(TrialScreen)
                await person.sees("it has 15 seconds to answer")
                await person.press("t")
                await person.is_told("The test is under way")
                await person.press("escape")
                await person.at(MainScreen)
                await person.press("space")
                await person.sees("Switch off Helpdesk?")
                await person.press("n")
                released.set()
                await person.until(lambda: counted(desk, DeliveryState.DONE), "the test in the store")
                await person.settled()


async def test_a_delivery_whose_webhook_is_deleted_elsewhere(path: Path) -> None:
    with opened(path) as desk:
        made = desk.webhook("https://hooks.example.com/x", "Helpdesk", events=GRANTS)
        fails(desk)
        async with at_console(path) as person:
            await at_webhooks(person)
            await at_deliveries(person)
            await person.press("enter")
            await person.at(DeliveryScreen)
            await person.sees("grant.failed")
            webhooks.delete(desk.store, desk.vault, made.id)
            await person.sees("This delivery is gone")
            await person.press("r")
            await person.is_told("This delivery is gone")
            await person.press("escape")
            await person.at(MainScreen)
            await person.sees("A webhook that was deleted: 0 deliveries")
            await person.press("escape")
            await person.sees("No webhooks yet.")
