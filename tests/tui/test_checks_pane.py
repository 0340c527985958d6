"""The Checks pane by its keys: running tests live, stopping them, the history, what changed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import Static

from live.rehearsal.endpoints import Endpoints
from store import assets, checks
from store.assets import AssetFields
from store.checks import CheckRun, Outcome
from store.database import Store
from store.vault import Vault
from tests.tui import rows
from tests.tui.person import PATIENCE_S, TURN_S, Person, at_console
from tui import times
from tui.dialogs.ask_line import AskLine
from tui.dialogs.asset_screen import AssetScreen
from tui.dialogs.passphrase import PassphraseDialog
from tui.dialogs.run_screen import RunScreen
from tui.main_screen import MainScreen
from tui.widgets.ladder_view import LadderView


@pytest.fixture
def silent_store(empty_store: Path, endpoints: Endpoints) -> Path:
    """A desk with one asset whose server accepts and then says nothing."""
    store = Store.open(empty_store)
    fields = AssetFields(
        name="Silent", address="silent@example.net", host="localhost", port=endpoints.ports["silent"]
    )
    assets.create(store, Vault(store), fields)
    store.close()
    return empty_store


def ladder(person: Person) -> str:
    view = person.console.screen.query_one(LadderView)
    return str(view.query_one("#ladder", Static).content)


async def end_of_tests(person: Person, count: int = 1) -> None:
    """Wait for the end of the tests that were asked for."""
    await person.until(lambda: person.pane.id == "checks", "checks pane")
    await person.until(lambda: person.console.tests.asked >= count, "beginning of the tests")
    await person.until(lambda: not person.console.tests.busy, "end of the tests")
    await person.settled()
    await person.until(lambda: isinstance(person.pane.table.current, CheckRun), "result")
    await person.settled()


async def test_an_empty_pane_teaches(empty_store: Path) -> None:
    async with at_console(empty_store) as person:
        await person.go("checks")
        assert "No checks yet." in person.text
        assert person.headline == "0 checks kept"
        await person.press("enter")
        await person.is_told("There is no check under the cursor.")


async def test_one_key_tests_and_explains(desk_store: Path) -> None:
    async with at_console(desk_store, size=(120, 40)) as person:
        await person.goes_to("Warranty")
        await person.press("t")
        await end_of_tests(person)
        assert person.headline == "1 tested: 0 passed, 1 failed · 1 check kept"
        told = ladder(person)
        assert told.startswith("Warranty  ✗ failed after ")
        for part in ("What happened", "535 5.7.139", "Why", "Who can do it", "tenant administrator"):
            assert part in told
        assert "✓ Certificate" in told
        await person.go("assets")
        await person.until(lambda: person.under_cursor == "Warranty", "Warranty")
        assert "✗ failing   Warranty" in person.text
        assert person.headline.startswith("1 needs you")


async def test_marked_ones_are_tested_together(desk_store: Path) -> None:
    async with at_console(desk_store) as person:
        for name in ("Billing", "Partners", "Press"):
            await person.goes_to(name)
            await person.press("space")
        await person.press("t")
        await end_of_tests(person, 3)
        assert person.headline == "3 tested: 2 passed, 1 failed · 3 checks kept"
        await person.sees("✗ failed   Partners")
        await person.sees("✓ passed   Billing")


async def test_a_running_test_is_shown_live_and_escape_stops_it(silent_store: Path) -> None:
    async with at_console(silent_store) as person:
        await person.press("t")
        await person.sees("↻ running")
        await person.until(lambda: "↻ Banner" in ladder(person), "the rung under way")
        assert person.headline == "0 of 1 tested · Esc stops"
        assert "✓ Connect" in ladder(person)
        await person.press("enter")
        await person.is_told("This test still runs; its ladder is below.")
        await person.press("escape")
        await person.is_told("The tests were stopped.")
        await person.settled()
        await person.sees("■ stopped")
        store = Store.open(silent_store)
        runs = checks.page(store)
        store.close()
        assert [run.outcome for run in runs] == [Outcome.CANCELLED]
        assert runs[0].steps[-1].name == "banner"
        await person.press("escape")
        await person.settled()
        assert person.pane.id == "assets"


async def test_the_same_asset_is_not_tested_twice_at_once(silent_store: Path) -> None:
    async with at_console(silent_store) as person:
        await person.press("t")
        await person.sees("↻ running")
        await person.press("t")
        await person.is_told("This test is running already.")
        await person.press(person.key_of("assets"))
        await person.until(lambda: person.pane.id == "assets", "assets pane")
        await person.press("t")
        await person.until(lambda: person.pane.id == "checks", "checks pane")
        assert person.console.tests.asked == 1
        assert len(person.pane.table.records) == 1
        await person.press("escape")
        await person.settled()


async def test_going_elsewhere_and_coming_back_while_a_test_runs(silent_store: Path) -> None:
    async with at_console(silent_store) as person:
        await person.press("t")
        await person.sees("↻ running")
        for pane in ("assets", "audit", "checks"):
            await person.press(person.key_of(pane))
            await person.until(lambda pane=pane: person.pane.id == pane, pane)  # type: ignore[misc]
        await person.sees("↻ running")
        await person.press("escape")
        await person.settled()
        await person.sees("■ stopped")


async def test_leaving_stops_a_running_test_and_records_it(silent_store: Path) -> None:
    async with at_console(silent_store) as person:
        await person.press("t")
        await person.until(lambda: person.console.tests.running, "running test")
        await person.press("q")
    assert person.console.return_code == 0
    store = Store.open(silent_store)
    async with asyncio.timeout(PATIENCE_S):  # a thread writes it; the program's end waits for that thread
        while not (runs := checks.page(store)):
            await asyncio.sleep(TURN_S)
    assert [run.outcome for run in runs] == [Outcome.CANCELLED]
    store.close()


async def test_history_and_ladder_follow_the_cursor(told_store: Path, frozen: None) -> None:
    async with at_console(told_store) as person:
        await person.go("checks")
        assert person.headline == "4 checks kept"
        assert ladder(person).startswith("Careers  ✗ failed after 431 ms  4 min ago")
        assert "Since it worked" in ladder(person)
        assert "Sign-in result: passed → failed" in ladder(person)
        await person.press("down")
        await person.settled()
        assert ladder(person).startswith("Returns EU  ✓ passed after 431 ms  1 h ago")
        await person.press("end")
        await person.settled()
        assert ladder(person).startswith("Careers  ✓ passed after 431 ms  2 d ago")


async def test_relative_times_grow_old(
    told_store: Path, frozen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_console(told_store) as person:
        await person.go("checks")
        monkeypatch.setattr(times, "now", lambda: rows.NOW + timedelta(minutes=7))
        person.console.main.tick()
        await person.until(lambda: "11 min ago" in ladder(person), "eleven minutes")
        assert "11 min ago" in person.lines[4]


async def test_filter(told_store: Path, frozen: None) -> None:
    async with at_console(told_store) as person:
        await person.go("checks")
        await person.press("/")
        await person.type("careers failed")
        await person.settled()
        assert person.headline == "1 check matches"
        await person.type("x")
        await person.settled()
        assert person.headline == "0 checks match"
        assert "No checks yet" not in person.text
        assert ladder(person) == ""
        await person.press("escape")
        await person.settled()
        assert person.headline == "4 checks kept"


async def test_h_shows_the_checks_of_an_asset(told_store: Path, frozen: None) -> None:
    async with at_console(told_store) as person:
        await person.goes_to("Billing")
        await person.press("h")
        await person.settled()
        assert person.pane.id == "checks"
        assert person.headline == "1 check matches"
        assert ladder(person).startswith("Billing")
        await person.press("escape")
        await person.settled()
        assert person.headline == "4 checks kept"
        await person.press("escape")
        await person.settled()
        assert person.pane.id == "assets"


async def test_open_and_back(told_store: Path, frozen: None) -> None:
    async with at_console(told_store) as person:
        await person.go("checks")
        await person.press("enter")
        await person.at(RunScreen)
        await person.settled()
        assert "Connection test of Careers" in person.lines[0]
        told = ladder(person)
        assert "Transcript, credentials replaced" in told
        assert "2001:db8::10" in told
        await person.press("c")
        assert person.console.clipboard.startswith("S: 220 smtp.gmail.com")
        await person.is_told("Sent the transcript to your terminal's clipboard.")
        await person.press("x")
        assert person.console.clipboard.startswith("Connection test of Careers")
        assert "Changed since it last worked: Sign-in result: passed → failed" in person.console.clipboard
        before = person.text
        await person.press("pagedown")
        await person.until(lambda: person.text != before, "another page")
        await person.press("backspace")
        await person.at(MainScreen)
        await person.press("a")
        await person.at(AssetScreen)
        await person.press("escape")
        await person.at(MainScreen)
        await person.press("x")
        await person.settled()
        assert "Why: " in person.console.clipboard


async def test_a_check_that_went_away_under_the_cursor(told_store: Path, frozen: None) -> None:
    other = Store.open(told_store)
    try:
        async with at_console(told_store) as person:
            await person.go("checks")
            assets.delete(other, Vault(other), [3])
            await person.until(lambda: person.headline == "2 checks kept", "two checks less")
            await person.settled()
            assert ladder(person).startswith("Returns EU")
    finally:
        other.close()


async def test_another_programs_check_comes_on_top(told_store: Path, frozen: None) -> None:
    other = Store.open(told_store)
    try:
        async with at_console(told_store) as person:
            await person.go("checks")
            await person.press("down")
            await person.settled()
            run = checks.page(other, limit=1)[0]
            with other.write() as session:
                checks.record(
                    session,
                    1,
                    "Billing",
                    started_at=run.started_at,
                    ms=1.0,
                    outcome=Outcome.PASSED,
                    steps=run.steps[:2],
                    transcript="",
                )
            await person.until(lambda: person.headline == "5 checks kept", "the new check")
            assert person.pane.table.cursor == 2  # still on the same one
            await person.settled()
            assert ladder(person).startswith("Returns EU")
    finally:
        other.close()


# A locked vault


@pytest.fixture
def locked_store(desk_store: Path) -> Path:
    (desk_store.parent / "vault.key").unlink()
    return desk_store


async def test_a_locked_vault_asks_at_the_moment_of_testing(locked_store: Path) -> None:
    async with at_console(locked_store) as person:
        assert "vault locked" in person.lines[0]
        await person.goes_to("Billing")
        await person.press("t")
        await person.at(PassphraseDialog)
        await person.sees("The connection test signs in with the password that is kept in the vault.")
        await person.type("rehearsal")
        await person.press("enter")
        await end_of_tests(person)
        assert person.headline.startswith("1 tested: 1 passed")
        assert "vault open" in person.lines[0]


async def test_escape_goes_on_without_the_password(locked_store: Path) -> None:
    async with at_console(locked_store) as person:
        await person.goes_to("Billing")
        await person.press("t")
        await person.at(PassphraseDialog)
        await person.press("escape")
        await end_of_tests(person)
        assert "✗ Sign-in" in ladder(person)
        assert "vault is locked" in " ".join(ladder(person).split()).casefold()
        store = Store.open(locked_store)
        step = checks.page(store)[0].failed_step
        store.close()
        assert step is not None
        assert step.diagnosis == "any-vault-locked" or "vault" in str(step.diagnosis)


async def test_without_a_password_nothing_is_asked(told_store: Path) -> None:
    """No secret is needed for an asset that has none."""
    (told_store.parent / "vault.key").unlink()
    async with at_console(told_store) as person:
        await person.goes_to("Spare Parts")
        await person.press("t")
        await person.until(lambda: person.pane.id == "checks", "checks pane")
        await person.press("escape")
        await person.settled()


# A real message


async def test_a_test_message_asks_for_its_address(desk_store: Path) -> None:
    async with at_console(desk_store) as person:
        await person.goes_to("Press")
        await person.press("T")
        await person.at(AskLine)
        await person.type("not an address")
        await person.press("enter")
        assert isinstance(person.console.screen, AskLine)
        await person.until(lambda: "address" in person.complaint, "complaint")
        await person.press("ctrl+u")
        await person.type("you@example.com")
        await person.press("enter")
        await end_of_tests(person)
        assert "Test message" in ladder(person)
        assert person.headline.startswith("1 tested: 1 passed")


async def test_thinking_better_of_a_message_sends_and_tests_nothing(desk_store: Path) -> None:
    async with at_console(desk_store) as person:
        await person.press("asterisk", "T")
        await person.at(AskLine)
        await person.sees("14 messages, one from each asset, will be sent to this address:")
        await person.press("escape")
        await person.settled()
        assert person.pane.id == "assets"
        assert person.console.tests.asked == 0
