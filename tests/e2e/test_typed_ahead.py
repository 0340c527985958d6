"""Keys that arrive in one piece, as a slow line, a paste or a script delivers them, in a real terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from store import assets
from store.assets import Asset
from store.database import Store
from store.vault import Vault
from tests.e2e.test_console import desk
from tests.tui.command_line import Terminal, terminal

OPEN, LOCKED = "vault open", "vault locked"


def kept(path: Path, name: str) -> Asset | None:
    """An asset as it is in the store."""
    store = Store.open(path)
    try:
        return assets.by_name(store, Vault(store), name)
    finally:
        store.close()


def ready(screen: Terminal) -> None:
    """The desk is open, and asks nothing."""
    screen.shows("Returns")
    screen.shows(LOCKED)


def test_tabs_and_text_behind_the_key_that_opens_a_form(tmp_path: Path) -> None:
    path = desk(tmp_path)
    with terminal("--store", str(path), home=tmp_path) as screen:
        ready(screen)
        screen.type("e\t\x15info@example.com\x13")  # Tab, Ctrl+U, Ctrl+S
        screen.shows("Billing is kept.")
    asset = kept(path, "Billing")
    assert asset is not None
    assert asset.address == "info@example.com"


def test_every_field_of_a_new_asset_in_one_piece(tmp_path: Path) -> None:
    path = desk(tmp_path)
    with terminal("--store", str(path), home=tmp_path) as screen:
        ready(screen)
        screen.type("nSales\tsales@example.com\x1b[B\x13")
        screen.shows("Sales is kept.")
        screen.shows("Sales")
    asset = kept(path, "Sales")
    assert asset is not None
    assert asset.address == "sales@example.com"


def test_a_passphrase_behind_the_key_that_asks_for_it(tmp_path: Path) -> None:
    path = desk(tmp_path)
    with terminal("--store", str(path), home=tmp_path) as screen:
        ready(screen)
        screen.type("vcorrect horse\r")
        screen.shows(OPEN)
        screen.type("vvcorrect horse\r")  # lock, and unlock again
        screen.shows("The vault is locked in this console")
        screen.shows(OPEN)
        assert "correct" not in screen.text


def test_an_answer_goes_to_the_question_that_is_coming(tmp_path: Path) -> None:
    path = desk(tmp_path)
    with terminal("--store", str(path), home=tmp_path) as screen:
        ready(screen)
        screen.type("dn" * 3 + "dy")
        screen.shows("1 deleted.")
    assert kept(path, "Billing") is None
    assert kept(path, "Returns") is not None


def test_a_pane_and_a_key_for_it(tmp_path: Path) -> None:
    path = desk(tmp_path)
    with terminal("--store", str(path), home=tmp_path) as screen:
        ready(screen)
        screen.type("1/ret\rj?")
        screen.shows("filter")
        screen.shows("─ Help ─")
        screen.type("\x1b")
        screen.hides("─ Help ─")
        assert "Billing" not in screen.text


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ("\x15Fresh", "Fresh"),  # Ctrl+U
        ("\x05 old\x17new", "Billing new"),  # Ctrl+E, Ctrl+W
        ("\x01My \x0bOwn", "My Own"),  # Ctrl+A, Ctrl+K
        ("\x1b[F!\x1b[H>\x1b[3~b", ">billing!"),  # End, Home, Delete
        ("\x1b[F\x7f\x7f\x7fs", "Bills"),  # Backspace
        ("\x1b[F\x1b[D\x1b[D-", "Billi-ng"),  # Left
    ],
)
def test_editing_keys_and_text_keep_their_order(tmp_path: Path, keys: str, name: str) -> None:
    path = desk(tmp_path)
    with terminal("--store", str(path), home=tmp_path) as screen:
        ready(screen)
        screen.type("e")
        screen.shows("Asset Billing")
        screen.type(keys + "\x13")
        screen.shows(f"{name} is kept.")
    assert kept(path, name) is not None
