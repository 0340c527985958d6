"""One asset in full: its fields, its latest check, its keys; it leaves when the asset is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import assets
from store.database import Store
from store.vault import Vault
from tests.tui.person import Person, at_console
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.asset_screen import AssetScreen
from tui.dialogs.base import Question
from tui.main_screen import MainScreen

pytestmark = pytest.mark.usefixtures("frozen")


class Elsewhere:
    """Another program on the same store."""

    def __init__(self, path: Path) -> None:
        self.store = Store.open(path)
        self.vault = Vault(self.store)

    def change(self, asset_id: int, **fields: object) -> None:
        asset = assets.by_id(self.store, self.vault, asset_id)
        assert asset is not None
        changed = asset.fields().model_copy(update=fields)
        assets.update(self.store, self.vault, asset_id, changed, version=asset.version)

    def delete(self, asset_id: int) -> None:
        assets.delete(self.store, self.vault, [asset_id])


@pytest.fixture
def elsewhere(told_store: Path) -> Iterator[Elsewhere]:
    other = Elsewhere(told_store)
    yield other
    other.store.close()


async def opened(person: Person, name: str) -> None:
    await person.goes_to(name)
    await person.press("enter")
    await person.at(AssetScreen)
    await person.settled()


async def test_everything_about_an_asset(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Billing")
        for words in (
            "Billing  ✓ well",
            "billing@example.com",
            "billing.abcdefghij234567klmn@in.example.net",
            "Gmail",
            "smtp.gmail.com:465  SSL",
            "as billing@example.com, password not kept yet",
            "owner@example.com",
            "First line of support.",
            "3 d ago",
            "Billing  ✓ passed after 431 ms",
            "✓ Sign-in",
        ):
            assert words in person.text, words


async def test_a_failing_asset_says_what_to_do(told_store: Path) -> None:
    """What happened, why, and who can act are seen on 24 lines without scrolling."""
    async with at_console(told_store) as person:
        await opened(person, "Careers")
        for words in ("✗ failing", "What happened", "Why", "Who can do it", "✗ Sign-in"):
            assert words in person.text, words


async def test_long_values_leave_room_for_the_ladder_and_the_keys(
    told_store: Path, elsewhere: Elsewhere
) -> None:
    elsewhere.change(3, note="A very long note. " * 300, owner=f"{'x' * 900}@example.com", name="N" * 900)
    async with at_console(told_store) as person:
        await person.press("enter")
        await person.at(AssetScreen)
        await person.settled()
        assert "Esc Back" in person.lines[-1]
        assert "✗ failing" in person.lines[0]
        assert "✗ failed" in person.text
        assert "A very long note." in person.text or "…" in person.text


async def test_an_untested_asset_says_how_to_begin(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Spare Parts")
        assert "Never tested. Press t to test the connection." in person.text
        assert "None (a password in the clear was agreed to)" in person.text
        await person.press("x")
        await person.is_told("There is no check to copy yet; press t.")


async def test_copying(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Careers")
        await person.press("c")
        assert person.console.clipboard == "careers.abcdefghij234567klmn@in.example.net"
        await person.press("y")
        assert person.console.clipboard == "careers@example.com"
        await person.press("x")
        assert person.console.clipboard.startswith("Connection test of Careers")
        assert "Who can do it: mailbox owner" in person.console.clipboard


async def test_a_change_elsewhere_shows_by_itself(told_store: Path, elsewhere: Elsewhere) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Billing")
        elsewhere.change(1, note="Changed by a colleague.")
        await person.sees("Changed by a colleague.")


async def test_it_leaves_when_the_asset_is_deleted_elsewhere(told_store: Path, elsewhere: Elsewhere) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Billing")
        elsewhere.delete(1)
        await person.at(MainScreen)
        await person.is_told("This asset was deleted by somebody else.")
        await person.until(lambda: "Billing" not in person.names(), "shorter list")


async def test_it_leaves_also_from_below_a_form_and_the_form_stays(
    told_store: Path, elsewhere: Elsewhere
) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Billing")
        await person.press("e")
        await person.at(AssetForm)
        await person.fill("note", "typed in vain")
        elsewhere.delete(1)
        await person.until(lambda: "Billing" not in _rows(person), "the deletion")
        await person.is_told("This asset was deleted by somebody else.")
        assert person.value("note") == "typed in vain"
        await person.press("ctrl+s")
        await person.until(lambda: "was deleted by somebody else" in person.remarks, "remark")
        await person.press("escape")
        await person.sees("Discard what you typed?")
        await person.press("y")
        await person.at(MainScreen)
        await person.settled()
        await person.press("n")
        await person.at(AssetForm)


def _rows(person: Person) -> list[str]:
    pane = person.console.main.active
    rows = [pane.table.records.at(index) for index in range(len(pane.table.records))]
    return [row.line.name for row in rows if row is not None]


async def test_deleting_from_here(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Billing")
        await person.press("d")
        await person.at(Question)
        await person.sees("Billing <billing@example.com>")
        await person.press("y")
        await person.at(MainScreen)
        await person.is_told("1 deleted.")
        await person.until(lambda: "Billing" not in person.names(), "shorter list")
        await person.settled()
        assert not any("somebody else" in toast for toast in person.toasts)


async def test_editing_from_here_comes_back_here(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Billing")
        await person.press("e")
        await person.at(AssetForm)
        await person.fill("note", "Written from here.")
        await person.press("ctrl+s")
        await person.at(AssetScreen)
        await person.sees("Written from here.")


async def test_testing_from_here_shows_the_ladder(desk_store: Path) -> None:
    async with at_console(desk_store) as person:
        await opened(person, "Press")
        await person.press("t")
        await person.at(MainScreen)
        await person.until(lambda: person.pane.id == "checks", "checks pane")
        await person.sees("✓ passed")
        await person.settled()


async def test_panes_are_one_key_away(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Billing")
        await person.go("audit")
        await person.go("assets")
        await opened(person, "Billing")
        await person.press("backspace")
        await person.at(MainScreen)
        await opened(person, "Billing")
        await person.press("?")
        await person.at(Question)
        await person.sees("One mailbox: its fields")
        await person.press("escape")
        await person.at(AssetScreen)
