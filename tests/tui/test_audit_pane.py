"""The Audit pane by its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from store import audit
from store.actor import Actor
from store.database import Store
from tests.tui.person import at_console
from tui.columns import layout
from tui.dialogs.base import Question
from tui.main_screen import MainScreen
from tui.panes import audit as audit_pane
from tui.widgets.records import PAGE

pytestmark = pytest.mark.usefixtures("frozen")

BULK = 5 * PAGE


async def test_newest_first_with_who_and_from_where(told_store: Path) -> None:
    async with at_console(told_store, size=(120, 40)) as person:
        await person.go("audit")
        assert person.headline == "6 entries"
        rows = person.lines[4:10]
        assert [row[2:13].strip() for row in rows] == [
            "4 min ago",
            "4 h ago",
            "5 h ago",
            "3 d ago",
            "39 d ago",
            "40 d ago",
        ]
        assert "connection tested" in rows[0]
        assert "this machine" in rows[0]
        assert "203.0.113.7" in rows[1]
        assert "operator" in rows[1]


async def test_an_entry_in_full(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.go("audit")
        await person.press("down", "enter")
        await person.at(Question)
        for words in ("Audit entry 5", "2026-03-09", "203.0.113.7", "connection tested", "Billing", "passed"):
            await person.sees(words)
        await person.press("escape")
        await person.at(MainScreen)
        assert person.pane.table.cursor == 1


async def test_filter(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.go("audit")
        await person.press("/")
        await person.type("tested careers")
        await person.settled()
        assert person.headline == "1 entry matches"
        await person.type("zz")
        await person.settled()
        assert person.headline == "0 entries match"
        assert "Nothing has been done yet" not in person.text
        await person.press("escape")
        await person.settled()
        assert person.headline == "6 entries"
        await person.press("escape")
        await person.settled()
        assert person.pane.id == "assets"


async def test_an_entry_is_asked_for(told_store: Path) -> None:
    async with at_console(told_store) as person:
        await person.go("audit")
        await person.press("/")
        await person.type("nothing like it")
        await person.press("enter")
        await person.settled()
        await person.press("enter")
        await person.is_told("There is no entry under the cursor.")


async def test_thousands_of_entries_page_by_page(told_store: Path) -> None:
    store = Store.open(told_store)
    with store.write() as session:
        for number in range(BULK):
            audit.record(session, Actor("operator"), "bulk", detail=f"entry {number}")
    store.close()
    async with at_console(told_store, size=(120, 40)) as person:
        await person.go("audit")
        assert person.headline == f"{BULK + 6:,} entries"
        assert f"entry {BULK - 1}" in person.lines[4]
        await person.press("end")
        await person.until(lambda: "vault created" in person.text, "the oldest entry")
        assert person.pane.table.cursor == BULK + 5
        await person.press("home")
        await person.until(lambda: f"entry {BULK - 1}" in person.lines[4], "the newest entry")
        for _ in range(20):
            await person.press("pagedown")
        await person.settled()
        records = person.pane.table.records
        place = person.pane.table.cursor
        entry = records.at(place)
        assert entry is not None
        assert entry.detail == f"entry {BULK - 1 - place}"
        assert "…" not in person.lines[5][:4]


async def test_a_new_entry_leaves_the_cursor_on_its_own(told_store: Path) -> None:
    other = Store.open(told_store)
    try:
        async with at_console(told_store) as person:
            await person.go("audit")
            await person.press("down", "down")
            before = person.pane.table.current.id  # type: ignore[union-attr]
            with other.write() as session:
                audit.record(session, Actor("somebody"), "looked", detail="in")
            await person.until(lambda: person.headline == "7 entries", "the new entry")
            assert person.pane.table.current.id == before  # type: ignore[union-attr]
            await person.press("home")
            assert person.pane.table.current.user == "somebody"  # type: ignore[union-attr]
    finally:
        other.close()


def test_at_80_columns_the_detail_is_seen() -> None:
    shown = [audit_pane.COLUMNS[index].title for index, _width in layout(audit_pane.COLUMNS, 80)]
    assert shown == ["When", "Who", "What", "Asset", "Detail"]
