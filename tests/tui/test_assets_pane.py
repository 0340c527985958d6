"""The Assets pane by its keys: filter, order, marks, copy, delete."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from store import assets
from store.database import Store
from store.vault import Vault
from tests.tui.person import at_console
from tui import app, asset_list
from tui.columns import layout
from tui.desk import Desk
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.asset_screen import AssetScreen
from tui.main_screen import MainScreen
from tui.panes.assets import AssetsPane

pytestmark = pytest.mark.usefixtures("frozen")

ALL = ["Careers", "Returns EU", "Bookings", "Press", "Spare Parts", "Billing"]
"""By state: failing, ending soon, untested, well."""


async def test_first_look_answers_the_question(told_store: Path) -> None:
    async with at_console(told_store, size=(160, 40)) as person:
        assert person.headline == "1 needs you · 1 will end soon · 3 never tested · 1 well"
        assert person.names() == ALL
        assert person.under_cursor == "Careers"
        assert "1 needs you" in person.lines[0]
        assert "vault open" in person.lines[0]
        assert str(told_store) in person.lines[0]


async def test_keys_before_the_store_is_open_say_so(
    told_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is there at a glance; what works on the store waits for it."""
    gate, opening = threading.Event(), app._opened_desk

    def later(store: Path | None, config: Path | None) -> Desk:
        assert gate.wait(20)
        return opening(store, config)

    monkeypatch.setattr(app, "_opened_desk", later)
    async with at_console(told_store, ready=False) as person:
        await person.sees("✗ failing   Careers")
        for key in ("enter", "t", "n", "e", "d", "v"):
            await person.press(key)
            await person.is_told("The store is still being opened.")
            person.console.clear_notifications()
        gate.set()
        await person.until(lambda: person.console.desk is not None, "open desk")
        await person.settled()
        await person.press("enter")
        await person.at(AssetScreen)


async def test_an_empty_desk_teaches(empty_store: Path) -> None:
    async with at_console(empty_store) as person:
        assert "No mailboxes yet." in person.text
        assert "Press n to set one up" in person.flowing
        await person.press("t")
        await person.is_told("There is no asset under the cursor.")


@pytest.mark.parametrize("key", ["enter", "t", "T", "e", "d", "c", "y", "space", "h"])
async def test_keys_that_need_an_asset_say_so(empty_store: Path, key: str) -> None:
    async with at_console(empty_store) as person:
        await person.press(key)
        await person.is_told("There is no asset under the cursor.")
        assert isinstance(person.console.screen, MainScreen)


async def test_filter_while_typing(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("slash")
        seen = []
        for key in "ress":
            await person.press(key)
            seen.append(len(person.names()))
        assert seen == sorted(seen, reverse=True)
        assert person.names() == ["Press"]
        assert person.headline.startswith("1 of 6 shown · 1 needs you")
        await person.press("enter")
        assert person.focused == "asset-list"
        assert person.names() == ["Press"]
        await person.press("escape")
        assert person.names() == ALL
        assert "shown" not in person.headline


async def test_keys_of_the_list_are_letters_in_the_filter(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("slash")
        await person.type("qt1?vdn")
        assert person.pane.filter_text == "qt1?vdn"
        assert isinstance(person.console.screen, MainScreen)
        assert person.names() == []
        await person.press("escape")
        assert person.pane.filter_text == ""
        assert person.focused == "asset-list"
        assert not person.pane.query_one(".filter").has_class("open")


async def test_from_the_filter_the_arrows_go_on_in_the_list(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("slash", "e", "down", "down")
        assert person.focused == "asset-list"
        assert person.pane.table.cursor == 1


async def test_an_empty_filter_is_closed_by_enter(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("slash", "enter")
        assert not person.pane.query_one(".filter").has_class("open")
        assert person.focused == "asset-list"


async def test_the_cursor_stays_on_its_asset_while_filtering(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.goes_to("Press")
        await person.press("slash")
        await person.type("e")
        assert person.under_cursor == "Press"
        await person.press("escape")
        assert person.under_cursor == "Press"


async def test_provider_method_and_state_by_one_key(told_store: Path) -> None:
    async with at_console(told_store) as person:
        for names in (["Careers", "Billing"], ["Returns EU", "Bookings"], ["Press", "Spare Parts"], ALL):
            await person.press("p")
            await person.settled()
            assert person.names() == names
        for names in (["Careers"], ["Returns EU"], ["Bookings", "Press", "Spare Parts"], ["Billing"], ALL):
            await person.press("s")
            await person.settled()
            assert person.names() == names
        await person.press("m")
        await person.settled()
        assert "method:password" in person.text
        assert person.names() == ALL
        await person.press("p", "s")
        await person.settled()
        assert person.pane.filter_text == "method:password provider:gmail state:failing"
        assert person.names() == ["Careers"]
        assert person.focused == "asset-list"


async def test_order(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("o")
        assert person.names() == sorted(ALL)
        assert person.headline.endswith("by name")
        await person.press("o")
        assert person.headline.endswith("by address")
        await person.press("o")
        assert person.names()[:3] == ["Careers", "Returns EU", "Billing"]
        assert person.headline.endswith("by checked")
        await person.press("o")
        assert person.names() == ALL


async def test_marks(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("space", "space")
        assert person.headline.startswith("2 marked · ")
        assert [line[:3] for line in person.lines[4:7]] == [" •✗", " •!", "› ○"]
        await person.press("asterisk")
        assert person.headline.startswith("6 marked · ")
        await person.press("asterisk")
        assert "marked" not in person.headline
        await person.press("space", "escape")
        assert "marked" not in person.headline


async def test_escape_drops_the_filter_before_the_marks(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("space", "p")
        await person.settled()
        await person.press("escape")
        assert person.pane.filter_text == ""
        assert "1 marked" in person.headline
        await person.press("escape")
        assert "marked" not in person.headline


async def test_marking_all_marks_what_is_shown(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("p")
        await person.settled()
        await person.press("asterisk", "escape")
        assert "2 marked" in person.headline
        pane = person.pane
        assert isinstance(pane, AssetsPane)
        assert sorted(pane.targets()) == [1, 3]


async def test_copying_says_what_was_sent_where(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("c")
        assert person.console.clipboard == "careers.abcdefghij234567klmn@in.example.net"
        await person.is_told(
            "Sent the forwarding address to your terminal's clipboard:\n"
            "careers.abcdefghij234567klmn@in.example.net"
        )
        await person.press("y")
        assert person.console.clipboard == "careers@example.com"
        await person.is_told("Sent the address to your terminal's clipboard:\ncareers@example.com")
        assert not any("tmux" in toast for toast in person.toasts)


async def test_copying_in_tmux_says_what_tmux_needs(
    told_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    async with at_console(told_store) as person:
        await person.press("c")
        await person.is_told("set -s set-clipboard on")


async def test_without_an_inbound_domain_copying_says_how_to_set_it(told_store: Path) -> None:
    config = told_store.parent / "postroom.toml"
    config.write_text('key_file = "vault.key"\nkeyring = false\n')
    with sqlite3.connect(told_store) as store:
        store.execute("UPDATE assets SET forwarding_address = ''")
    store.close()
    async with at_console(told_store) as person:
        await person.press("c")
        await person.is_told(
            f"There is no forwarding address: set inbound_domain in {config} and start again."
        )
        assert person.console.clipboard == ""
        await person.press("enter")
        await person.at(AssetScreen)
        await person.sees("none: set inbound_domain in")
    config.write_text('inbound_domain = "in.example.org"\nkey_file = "vault.key"\nkeyring = false\n')
    async with at_console(told_store) as person:
        await person.press("c")
        assert person.console.clipboard.endswith("@in.example.org")


async def test_deleting_asks_and_names(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("d")
        await person.sees("Careers <careers@example.com>")
        await person.sees("Delete this asset?")
        await person.press("escape")
        await person.settled()
        assert len(person.names()) == 6
        await person.press("d")
        await person.sees("Delete this asset?")
        await person.press("enter")  # the button that changes nothing has the focus
        await person.settled()
        assert len(person.names()) == 6
        await person.press("d")
        await person.sees("Delete this asset?")
        await person.press("y")
        await person.is_told("1 deleted.")
        await person.until(lambda: person.names() == ALL[1:], "shorter list")
        assert person.headline == "Nothing is failing · 1 will end soon · 3 never tested · 1 well"


async def test_deleting_marked_ones_names_each(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("space", "down", "space", "d")
        await person.sees("Delete these 2 assets?")
        await person.sees("Careers <careers@example.com>")
        await person.sees("Bookings <bookings@example.com>")
        await person.press("y")
        await person.is_told("2 deleted.")
        await person.until(lambda: len(person.names()) == 4, "shorter list")
        assert "marked" not in person.headline


async def test_a_key_pressed_twice_asks_once(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press_at_once("d", "d")
        await person.sees("Delete this asset?")
        await person.press("escape")
        await person.settled()
        assert isinstance(person.console.screen, MainScreen)


async def test_another_programs_change_shows_by_itself(told_store: Path) -> None:
    other = Store.open(told_store)
    try:
        async with at_console(told_store) as person:
            await person.goes_to("Press")
            vault = Vault(other)
            assets.delete(other, vault, [3])
            await person.until(lambda: "Careers" not in person.names(), "the deletion")
            assert person.under_cursor == "Press"
            press = assets.by_name(other, vault, "Press")
            assert press is not None
            fields = press.fields().model_copy(update={"name": "Pressroom"})
            assets.update(other, vault, press.id, fields, version=press.version)
            await person.until(lambda: "Pressroom" in person.names(), "the new name")
            assert person.under_cursor == "Pressroom"
    finally:
        other.close()


async def test_number_keys_switch_panes(told_store: Path) -> None:
    async with at_console(told_store) as person:
        for pane in ("checks", "audit", "assets", "audit", "checks"):
            await person.go(pane)
            assert person.console.focused is person.pane.table


async def test_enter_opens_and_escape_goes_back(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("down", "enter")
        await person.at(AssetScreen)
        await person.sees("Returns EU  ! ends soon")
        await person.press("escape")
        await person.at(MainScreen)
        assert person.under_cursor == "Returns EU"


async def test_leaving(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("q")
        await person.until(lambda: person.console.return_code is not None, "end")
    assert person.console.return_code == 0


async def test_ctrl_c_leaves_when_pressed_twice(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("ctrl+c")
        await person.is_told("Press Ctrl+C once more to leave postroom.")
        assert person.console.return_code is None
        await person.press("ctrl+c")
        await person.until(lambda: person.console.return_code is not None, "end")
    assert person.console.return_code == 0


async def test_ctrl_q_leaves_where_q_does_and_nowhere_else(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.press("n")
        await person.at(AssetForm)
        await person.press("ctrl+q")
        assert isinstance(person.console.screen, AssetForm)
        assert person.console.return_code is None
        await person.press("escape")
        await person.at(MainScreen)
        await person.press("ctrl+q")
        await person.until(lambda: person.console.return_code == 0, "the end")


def test_at_80_columns_the_forwarding_is_seen() -> None:
    shown = [asset_list.COLUMNS[index].title for index, _width in layout(asset_list.COLUMNS, 80)]
    assert {"State", "Name", "Forwarding", "Finding"} <= set(shown)
