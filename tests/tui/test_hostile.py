"""Hostile text in every field is shown harmless in every pane, dialog and toast, and breaks none of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from rich.text import Text
from sqlmodel import delete, select
from textual import events
from textual.app import App, ComposeResult
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter
from textual.widgets import (
    Button,
    Checkbox,
    DataTable,
    Header,
    Input,
    Label,
    Log,
    Markdown,
    OptionList,
    RadioButton,
    RichLog,
    Select,
    Static,
    TextArea,
    Tree,
)

from store import assets
from store.assets import Asset, AssetRow, EditConflict
from store.audit import AuditRow
from store.checks import CheckRow
from store.database import Store
from store.vault import Vault
from tests.tui import rows
from tests.tui.hostile import MIXTURES, dangerous
from tests.tui.person import Person, at_console
from tui import clipboard
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.asset_screen import AssetScreen
from tui.dialogs.base import Question, confirmation, message, trouble
from tui.dialogs.conflict import resolved
from tui.dialogs.run_screen import RunScreen
from tui.dialogs.trouble import told
from tui.main_screen import MainScreen
from tui.widgets.safety_net import SafetyNet

pytestmark = pytest.mark.usefixtures("frozen")

WORST = (
    "\x1b]52;c;RVZJTA==\x07 \x9b2J \u202e [/b] [type=x, v={'a[0]'}] [@click=app.quit]x[/] \r\n東京 👩‍👩‍👧‍👦"
)
SIZE = (100, 40)


@pytest.fixture
def hostile_store(told_store: Path) -> Path:
    """For every attack an asset, a check and an audit entry that have it in every field."""
    store = Store.open(told_store)
    with store.write() as session:
        session.exec(delete(AuditRow))
        for row in session.exec(select(AssetRow)).all():
            session.delete(row)
        session.flush()
    vault = Vault(store)
    for number, text in enumerate(MIXTURES.values()):
        fields = rows.fields_of(f"asset {number}", "custom", "smtp.example.com", 587, "starttls")
        asset = assets.create(store, vault, fields)
        with store.write() as session:
            row = session.get_one(AssetRow, asset.id)
            for field in (
                "name",
                "address",
                "host",
                "username",
                "login_id",
                "owner",
                "note",
                "forwarding_address",
            ):
                setattr(row, field, f"{text}{number}")
            session.add(_check(asset.id, text))
            session.add(
                AuditRow(
                    at=rows.NOW - timedelta(minutes=number + 1),
                    user=text,
                    client=text,
                    action=text,
                    asset_id=asset.id,
                    asset_name=text,
                    detail=text,
                )
            )
    store.close()
    return told_store


def _check(asset_id: int, text: str) -> CheckRow:
    step = {"name": "ehlo", "outcome": "failed", "ms": 1.0, "words": text, "facts": [[text, text]]}
    passed = {"name": text, "outcome": "passed", "ms": 1.0, "words": text, "facts": [], "diagnosis": None}
    return CheckRow(
        asset_id=asset_id,
        asset_name=text,
        kind="connection",
        started_at=rows.NOW - timedelta(hours=1),
        ms=1.0,
        outcome="failed",
        failed_step="ehlo",
        diagnosis=text,
        steps=json.dumps([passed, {**step, "diagnosis": text}]),
        transcript=text,
    )


@pytest.fixture
def netless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Panes and dialogs make text harmless themselves; the net below them is not what they rest on."""
    monkeypatch.setattr(SafetyNet, "apply", lambda self, segments, background: segments)


@pytest.fixture(params=["with the net", "without the net"])
def net(request: pytest.FixtureRequest) -> None:
    if request.param == "without the net":
        request.getfixturevalue("netless")


def harmless(person: Person) -> None:
    for line in person.lines:
        assert dangerous(line) == [], line


async def every_row(person: Person) -> None:
    """Look at every row of the list, and at what is said of it elsewhere."""
    for _ in range(len(MIXTURES)):
        harmless(person)
        await person.press("down")
        await person.settled()
    harmless(person)


async def test_lists(hostile_store: Path, net: None) -> None:
    async with at_console(hostile_store, size=SIZE) as person:
        for pane in ("assets", "checks", "audit"):
            await person.go(pane)
            await every_row(person)


async def test_asset_screens_and_toasts(hostile_store: Path, netless: None) -> None:
    async with at_console(hostile_store, size=SIZE) as person:
        for _ in MIXTURES:
            await person.press("enter")
            await person.at(AssetScreen)
            await person.settled()
            harmless(person)
            await person.press("c", "y", "x")
            await person.settled()
            harmless(person)
            await person.press("escape", "down")
            await person.at(MainScreen)


async def test_checks_in_full(hostile_store: Path, netless: None) -> None:
    async with at_console(hostile_store, size=SIZE) as person:
        await person.go("checks")
        for _ in MIXTURES:
            await person.press("enter")
            await person.at(RunScreen)
            await person.settled()
            harmless(person)
            await person.press("end")
            harmless(person)
            await person.press("c", "escape", "down")
            await person.at(MainScreen)


async def test_audit_entries(hostile_store: Path, netless: None) -> None:
    async with at_console(hostile_store, size=SIZE) as person:
        await person.go("audit")
        for _ in MIXTURES:
            await person.press("enter")
            await person.at(Question)
            harmless(person)
            await person.press("escape", "down")


async def test_deleting_all(hostile_store: Path, netless: None) -> None:
    async with at_console(hostile_store, size=SIZE) as person:
        await person.press("asterisk", "d")
        await person.at(Question)
        harmless(person)
        await person.press("escape")


async def test_the_form(hostile_store: Path) -> None:
    async with at_console(hostile_store, size=SIZE) as person:
        for _ in range(len(MIXTURES)):
            await person.press("e")
            await person.at(AssetForm)
            await person.until(lambda: person.focused == "name", "form")
            harmless(person)
            await person.press("ctrl+s")
            await person.settled()
            harmless(person)
            await person.press("escape")
            await person.at(MainScreen)
            await person.settled()
            await person.press("down")


async def test_pasting_and_filtering(hostile_store: Path) -> None:
    async with at_console(hostile_store, size=SIZE) as person:
        await person.press("n")
        await person.at(AssetForm)
        for text in MIXTURES.values():
            for field in ("name", "host", "password", "ca_file"):
                person.widget(f"#{field}", Input).focus()
                await person.press("end", "ctrl+u")
                person.console.focused.post_message(events.Paste(text))  # type: ignore[union-attr]
            await person.turn()
            harmless(person)
        await person.press("ctrl+s")
        await person.settled()
        harmless(person)
        await person.press("escape")
        await person.sees("Discard what you typed?")
        await person.press("y")
        await person.at(MainScreen)
        for pane in ("assets", "audit"):
            await person.go(pane)
            for text in MIXTURES.values():
                await person.press("/", "ctrl+u")
                person.console.focused.post_message(events.Paste(text))  # type: ignore[union-attr]
                await person.settled()
                harmless(person)
            await person.press("escape")


async def test_dialogs_and_toasts_of_any_text(empty_store: Path, netless: None) -> None:
    async with at_console(empty_store) as person:
        for text in MIXTURES.values():
            for dialog in (
                message(text, text),
                confirmation(text, text, text),
                trouble(text, text, text, text),
                told(ValueError(text), text).dialog(),
                told(assets.AssetError(text), text).dialog(),
            ):
                await person.console.push_screen(dialog)
                await person.turn()
                harmless(person)
                await person.press("escape")
            clipboard.copy(person.pane, "the value", text)
            person.console.needs(text)
            person.console.say_vault(text, "")
            await person.turn()
            harmless(person)
            person.console.clear_notifications()


async def test_a_conflict_over_hostile_values(hostile_store: Path, netless: None) -> None:
    store = Store.open(hostile_store)
    asset = assets.by_id(store, Vault(store), 7)
    store.close()
    assert isinstance(asset, Asset)
    mine = asset.fields().model_copy(update={"note": WORST, "owner": WORST, "host": WORST})
    async with at_console(hostile_store, size=SIZE) as person:
        person.console.run_worker(
            resolved(person.console, EditConflict(asset, mine)), group="verb", exit_on_error=False
        )
        await person.at(Question)
        harmless(person)
        await person.press("escape")


# The net alone


class Plain(App[None]):
    """Every widget of the library that shows text, with text as it came, and the net below them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.title = text

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), SafetyNet()]

    def compose(self) -> ComposeResult:
        text = self.text
        yield Header()
        yield Static(text, markup=False)
        yield Label(Content(text))
        yield Button(Content(text), compact=True)
        yield Input(text, placeholder=text, compact=True)
        yield TextArea(text, compact=True)
        yield OptionList(Content(text), compact=True)
        yield Select([(Content(text), 1)], value=1, compact=True)
        yield Checkbox(Content(text), compact=True)
        yield RadioButton(Content(text), compact=True)
        yield Log()
        yield RichLog()
        yield Tree(Text(text))
        yield DataTable()
        yield Markdown(text)

    def on_mount(self) -> None:
        table: DataTable[Any] = self.query_one(DataTable)
        table.add_column(Text(self.text))
        table.add_row(Text(self.text))
        self.query_one(Log).write_line(self.text)
        self.query_one(RichLog).write(self.text)
        self.query_one(Static).border_title = Content(self.text)
        self.notify(self.text, title=Content(self.text).plain, markup=False)


@pytest.mark.parametrize("attack", MIXTURES)
async def test_the_net_holds_below_every_widget(attack: str) -> None:
    app = Plain(MIXTURES[attack])
    async with app.run_test(size=(100, 90), notifications=True) as pilot:
        await pilot.pause()
        lines = [strip.text for strip in app.screen._compositor.render_strips()]
        assert [found for line in lines for found in dangerous(line)] == []
        assert len(lines) == 90


def nets() -> Iterator[tuple[str, str]]:
    yield "\x1b[2J", "␛[2J"
    yield "plain", "plain"
    yield "Größe ✓", "Größe ✓"
    yield "\u202e", "<U+202E>"


@pytest.mark.parametrize(("text", "shown"), nets())
def test_the_net_leaves_the_terminals_own_controls_alone(text: str, shown: str) -> None:
    bell = Segment("\x07", None, [(1,)])  # type: ignore[list-item]  # a control of the library's own
    segments = SafetyNet().apply([Segment(text), bell], Color(0, 0, 0))
    assert segments[0].text == shown
    assert segments[1] is bell
