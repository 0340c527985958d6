"""Registration to Webex Engage by keys: offered, typed, handed on, settled, retired, deleted all the same."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store import assets, audit, registrations
from store.database import Store
from tests.live.engage_server import CREATED, answer, engaged
from tests.tui.engage_kit import (
    BILLING,
    CAREERS,
    TOKEN,
    found,
    in_store,
    mail_came,
    trusted_authority,
    with_token,
)
from tests.tui.person import Person, at_console
from tui.dialogs.ask_line import AskLine
from tui.dialogs.base import Question
from tui.main_screen import MainScreen

pytestmark = pytest.mark.usefixtures("frozen")

SERVICE = "Desk One"


@pytest.fixture
def ready_store(told_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The fixed rows, with a mail for Billing; the console is started in a directory of its own."""
    mail_came(told_store)
    started = tmp_path / "started"
    started.mkdir()
    monkeypatch.chdir(started)
    return told_store


async def on_billing(person: Person) -> None:
    await person.goes_to("Billing")
    await person.press("R")


async def types(person: Person, text: str) -> None:
    await person.at(AskLine)
    await person.type(text)
    await person.press("enter")


def state(path: Path) -> str:
    one = found(path)
    return one.state.value if one else ""


# Offered


async def test_what_is_missing_is_said(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.goes_to("Careers")
        await person.press("R")
        await person.sees("Not ready to be registered")
        await person.sees("its connection test has failed and no forwarded message has come yet")
        await person.press("o")
    assert found(told_store, CAREERS) is None


async def test_registered_by_hand(ready_store: Path) -> None:
    async with at_console(ready_store, size=(120, 40)) as person:
        await on_billing(person)
        await person.sees("the mapping can never be changed")
        await types(person, "")
        assert "Name the service" in person.complaint
        await types(person, SERVICE)
        await person.sees("This cannot be undone")
        await person.sees("Afterwards the service cannot be changed")
        await types(person, "billing")
        assert "Type Billing exactly" in person.complaint
        assert state(ready_store) == ""
        person.widget("Input").value = ""
        await types(person, "Billing")
        await person.is_told("Billing is registered for Desk One.")
        await person.sees("◆ yes")
    assert state(ready_store) == "registered"


@pytest.mark.parametrize("stop", [1, 2])
async def test_esc_at_any_question_registers_nothing(ready_store: Path, stop: int) -> None:
    async with at_console(ready_store) as person:
        await on_billing(person)
        await person.at(AskLine)
        if stop == 2:
            await types(person, SERVICE)
            await person.sees("This cannot be undone")
        await person.press("escape")
        await person.settled()
        assert isinstance(person.console.screen, MainScreen)
    assert state(ready_store) == ""


async def test_the_marks_are_in_the_list(ready_store: Path) -> None:
    def pci(store: Store) -> None:
        with store.write() as session:
            row = session.get(assets.AssetRow, BILLING)
            assert row is not None
            row.pci_check = True

    in_store(ready_store, pci)
    in_store(ready_store, lambda store: registrations.record(store, BILLING, SERVICE))
    async with at_console(ready_store, size=(120, 40)) as person:
        await person.sees("◆ yes PCI")
        assert "Engage" in person.text
    async with at_console(ready_store, size=(80, 24)) as person:
        await person.sees("◆ yes PCI")
        assert "Forwarding" in person.text


async def test_two_consoles_register_at_once(ready_store: Path) -> None:
    async with at_console(ready_store) as person:
        await on_billing(person)
        await types(person, SERVICE)
        in_store(ready_store, lambda store: registrations.record(store, BILLING, "Another desk"))
        await types(person, "Billing")
        await person.sees("Nothing was changed")
        await person.sees("a mapping never changes")
    one = found(ready_store)
    assert one is not None
    assert one.service == "Another desk"


async def test_a_store_that_is_locked_at_that_moment(ready_store: Path) -> None:
    async with at_console(ready_store) as person:
        await on_billing(person)
        await types(person, SERVICE)
        with closing(sqlite3.connect(ready_store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await types(person, "Billing")
            await person.sees("keeps")
            other.execute("ROLLBACK")
    assert state(ready_store) == ""


# Handed on


@pytest.fixture
def trusting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("SSL_CERT_FILE", trusted_authority(tmp_path))
    return monkeypatch


async def hand_on(person: Person) -> None:
    await on_billing(person)
    await types(person, SERVICE)
    await person.sees("What is sent to localhost")


async def test_handed_on_after_the_request_was_seen(ready_store: Path, trusting: pytest.MonkeyPatch) -> None:
    with engaged() as engage:
        trusting.setenv("POSTROOM_ENGAGE_URL", engage.url)
        async with at_console(ready_store, size=(120, 40)) as person:
            await on_billing(person)
            await types(person, SERVICE)
            await person.sees("none is kept yet")
            await types(person, TOKEN)
            assert TOKEN not in person.text
            await person.sees("What is sent to localhost")
            assert '"service": "Desk One"' in person.text
            assert "Authorization: Bearer (the token kept in the vault)" in person.text
            assert TOKEN not in person.text
            assert engage.requests == []
            await person.press("y")
            await person.sees("It is handed on to localhost at once")
            await types(person, "Billing")
            await person.is_told("Billing is registered for Desk One.")
        ((headers, body),) = engage.requests
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert body["emailId"] == "billing@example.com"
    assert state(ready_store) == "registered"


async def test_a_refusal_is_told_and_not_recorded(ready_store: Path, trusting: pytest.MonkeyPatch) -> None:
    with_token(ready_store)
    with engaged(answer(422, "no \x1b[31m such [service]")) as engage:
        trusting.setenv("POSTROOM_ENGAGE_URL", engage.url)
        async with at_console(ready_store, size=(120, 40)) as person:
            await hand_on(person)
            await person.press("y")
            await types(person, "Billing")
            await person.sees("Billing was not registered")
            await person.sees("localhost answered 422, it does not accept what is in the request.")
            assert "[service]" in person.text
            assert "\x1b" not in person.text
    assert state(ready_store) == ""


async def test_a_lost_answer_asks_and_never_sends_again(
    ready_store: Path, trusting: pytest.MonkeyPatch
) -> None:
    with_token(ready_store)
    with engaged(b"") as engage:
        trusting.setenv("POSTROOM_ENGAGE_URL", engage.url)
        async with at_console(ready_store, size=(120, 40)) as person:
            await hand_on(person)
            await person.press("y")
            await types(person, "Billing")
            await person.sees("It is not known whether it is registered")
            await person.press("o")
            await person.sees("? open")
            assert "1 to settle with Engage" in person.headline
            engage.reply = CREATED
            await person.press("R")
            await person.sees("Is Billing registered?")
            await person.press("n")
            await person.settled()
            assert state(ready_store) == "unknown"
            await person.press("R")
            await person.sees("Is Billing registered?")
            await person.press("r")
            await person.is_told("Billing is registered for Desk One.")
            assert len(engage.requests) == 1
    assert state(ready_store) == "registered"


async def test_a_console_that_is_closed_in_the_middle_leaves_it_unknown(
    ready_store: Path, trusting: pytest.MonkeyPatch
) -> None:
    with_token(ready_store)
    with engaged(None) as engage:
        trusting.setenv("POSTROOM_ENGAGE_URL", engage.url)
        async with at_console(ready_store) as person:
            await hand_on(person)
            await person.press("y")
            await types(person, "Billing")
            await person.until(engage.came.is_set, "request")
            await person.press("q")
        assert state(ready_store) == "unknown"
        async with at_console(ready_store) as person:
            await on_billing(person)
            await person.sees("Is Billing registered?")
            await person.press("x")
            await person.is_told("Billing is not registered; R registers it anew.")
    assert state(ready_store) == ""


# Retired


async def test_retired_and_taken_back(ready_store: Path) -> None:
    in_store(ready_store, lambda store: registrations.record(store, BILLING, SERVICE))
    async with at_console(ready_store, size=(120, 40)) as person:
        await on_billing(person)
        await person.sees("Billing is registered to Webex Engage")
        await person.press("t")
        await person.is_told("Billing is retired: kept, and not used.")
        await person.sees("■ retired")
        await person.goes_to("Billing")
        assert "1 retired" in person.headline
        await person.press("t")
        await person.is_told("Billing is retired, and not used; R takes it back into use.")
        await person.press("D")
        await person.settled()
        assert person.pane.id == "assets"
        await person.press("R")
        await person.sees("Billing is retired")
        await person.press("u")
        await person.is_told("Billing is in use again.")
    assert state(ready_store) == "registered"


# Deleted


async def test_d_offers_to_retire(ready_store: Path) -> None:
    in_store(ready_store, lambda store: registrations.record(store, BILLING, SERVICE))
    async with at_console(ready_store) as person:
        await person.goes_to("Billing")
        await person.press("d")
        await person.sees("Billing is registered")
        await person.press("r")
        await person.is_told("Billing is retired")
    assert state(ready_store) == "retired"


async def test_deleted_after_two_names_and_an_export(ready_store: Path) -> None:
    in_store(ready_store, lambda store: registrations.record(store, BILLING, SERVICE))
    async with at_console(ready_store, size=(120, 40)) as person:
        await person.goes_to("Billing")
        await person.press("d")
        await person.sees("Delete all the same")
        await person.press("x")
        await types(person, "Billing")
        await person.sees("What will be orphaned")
        await person.sees("in Webex Engage: the service Desk One")
        (path,) = Path.cwd().iterdir()
        assert state(ready_store) == "registered"
        await types(person, "Billing")
        assert "Type Desk One exactly" in person.complaint
        person.widget("Input").value = ""
        await types(person, SERVICE)
        await person.is_told("Billing is deleted")
        await person.until(lambda: "Billing" not in person.names(), "list without it")
    exported = json.loads(path.read_text())
    assert exported["asset"]["address"] == "billing@example.com"
    assert exported["registration"]["service"] == SERVICE
    assert path.stat().st_mode & 0o777 == 0o600
    (grave,) = in_store(ready_store, registrations.every)
    assert grave.state == "tombstone"
    newest = in_store(ready_store, audit.page)[0]
    assert (newest.action, str(path) in newest.detail) == ("registered asset deleted", True)


async def test_the_second_esc_keeps_the_asset_and_the_export(ready_store: Path) -> None:
    in_store(ready_store, lambda store: registrations.record(store, BILLING, SERVICE))
    async with at_console(ready_store) as person:
        await person.goes_to("Billing")
        await person.press("d")
        await person.at(Question)
        await person.press("x")
        await types(person, "Billing")
        await person.sees("What will be orphaned")
        await person.press("escape")
        await person.is_told("Nothing was deleted; the export stays")
    assert state(ready_store) == "registered"
    assert len(list(Path.cwd().iterdir())) == 1


async def test_without_an_export_nothing_is_deleted(
    ready_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_store(ready_store, lambda store: registrations.record(store, BILLING, SERVICE))
    gone = tmp_path / "gone"
    gone.mkdir()
    async with at_console(ready_store, size=(120, 40)) as person:
        monkeypatch.setattr(Path, "cwd", lambda: gone / "away")
        await person.goes_to("Billing")
        await person.press("d")
        await person.at(Question)
        await person.press("x")
        await types(person, "Billing")
        await person.sees("Nothing was deleted")
        await person.sees("No such file or directory")
    assert state(ready_store) == "registered"


async def test_several_marked_ones_leave_the_registered_out(ready_store: Path) -> None:
    in_store(ready_store, lambda store: registrations.record(store, BILLING, SERVICE))
    async with at_console(ready_store, size=(120, 40)) as person:
        for name in ("Billing", "Press"):
            await person.goes_to(name)
            await person.press("space")
        await person.press("d")
        await person.sees("Registered to Webex Engage")
        assert "Billing (service Desk One)" in person.text
        await person.press("y")
        await person.sees("Delete this asset?")
        await person.press("y")
        await person.is_told("1 deleted.")
        await person.until(lambda: "Press" not in person.names(), "list without it")
        assert "Billing" in person.names()


async def test_registered_elsewhere_while_the_question_to_delete_stands(ready_store: Path) -> None:
    async with at_console(ready_store) as person:
        await person.goes_to("Billing")
        await person.press("d")
        await person.sees("Delete this asset?")
        in_store(ready_store, lambda store: registrations.record(store, BILLING, SERVICE))
        await person.press("y")
        await person.sees("Nothing was deleted")
        await person.sees("it is not deleted but retired")
    assert state(ready_store) == "registered"


async def test_one_that_is_unknown_is_settled_first(ready_store: Path) -> None:
    def lost(store: Store) -> None:
        begun = registrations.begin(store, BILLING, SERVICE, "engage.example.com", "postroom_1")
        registrations.left_open(store, begun.id, "It did not answer.")

    in_store(ready_store, lost)
    async with at_console(ready_store, size=(120, 40)) as person:
        await person.goes_to("Billing")
        await person.sees("Whether it is registered to Engage for Desk One is not known: R settles it.")
        await person.press("d")
        await person.sees("Press R and settle that first.")
        await person.press("o", "enter")
        await person.sees("? unknown: service Desk One")
    assert state(ready_store) == "unknown"
