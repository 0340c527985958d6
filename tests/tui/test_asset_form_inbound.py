"""The part of the asset's form about inbound mail, by its keys."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from store import assets, audit
from store.assets import Asset
from store.database import Store
from store.vault import Vault
from tests.tui.person import Person, at_console
from tui.dialogs.asset_form import AssetForm
from tui.main_screen import MainScreen


def kept(path: Path, name: str) -> Asset:
    """The asset as it is in the store."""
    with closing(Store.open(path)) as store:
        found = assets.by_name(store, Vault(store), name)
    assert found is not None
    return found


async def opened(person: Person, name: str) -> None:
    """The form of that asset."""
    await person.goes_to(name)
    await person.press("e")
    await person.at(AssetForm)
    await person.until(lambda: person.focused == "name", "cursor in the first field")


async def test_the_check_and_the_limits_are_kept_and_shown_again(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Press")
        assert (person.value("keep_days"), person.value("keep_megabytes")) == ("", "")
        person.widget("#pci_check").focus()
        await person.press("space")
        await person.fill("keep_days", "30")
        await person.fill("keep_megabytes", "0")
        await person.press("ctrl+s")
        await person.at(MainScreen)
        asset = kept(told_store, "Press")
        assert (asset.pci_check, asset.keep_days, asset.keep_megabytes) == (True, 30, 0)
        with closing(Store.open(told_store)) as store:
            entry = next(one for one in audit.page(store) if one.action == "asset changed")
        assert entry.detail == "pci check, keep days, keep megabytes"
        await person.settled()
        await opened(person, "Press")
        assert (person.value("keep_days"), person.value("keep_megabytes")) == ("30", "0")
        await person.fill("keep_days", "")
        await person.press("ctrl+s")
        await person.at(MainScreen)
    asset = kept(told_store, "Press")
    assert (asset.pci_check, asset.keep_days, asset.keep_megabytes) == (True, None, 0)


@pytest.mark.parametrize("field", ["keep_days", "keep_megabytes"])
async def test_a_limit_that_is_none_names_field_and_remedy(told_store: Path, field: str) -> None:
    async with at_console(told_store) as person:
        await opened(person, "Press")
        await person.fill(field, "soon")
        unit = field.removeprefix("keep_")
        await person.until(
            lambda: f"How many {unit} of mail are kept is no whole number" in person.remarks, "the remark"
        )
        assert f"inbound_{field}" in person.remarks
        await person.press("ctrl+s")
        await person.turn()
        assert person.focused == field
        await person.at(AssetForm)
    assert getattr(kept(told_store, "Press"), field) is None


async def test_the_forwarding_address_heads_the_part(told_store: Path) -> None:
    address = kept(told_store, "Press").forwarding_address
    async with at_console(told_store) as person:
        await opened(person, "Press")
        person.widget("#keep_megabytes").focus()
        await person.turn()
        shown = "".join(person.text.split())
        assert address in shown
        assert "empty:asconfigured(90);0:withoutend" in shown
