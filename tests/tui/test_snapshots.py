"""Pictures of every pane and the main dialogs, at 80×24 and 120×40, from fixed rows under a frozen clock.

`pytest tests/tui/test_snapshots.py --snapshot-update` takes them anew; look at each before keeping it.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot

from store import assets
from store.database import Store
from store.vault import Vault
from tests.tui import rows
from tests.tui.conftest import PASSPHRASE
from tests.tui.inbound_kit import keep, sample
from tests.tui.person import Person
from tests.tui.webhook_kit import at_deliveries, at_webhooks
from tests.tui.webhook_kit import fill as fill_webhooks
from tui.app import Console
from tui.dialogs.asset_form import AssetForm
from tui.dialogs.asset_screen import AssetScreen
from tui.dialogs.base import Question
from tui.dialogs.confirmation_card import ConfirmationCard
from tui.dialogs.guide_screen import GuideScreen
from tui.dialogs.message_screen import MessageScreen
from tui.dialogs.passphrase import PassphraseDialog
from tui.dialogs.run_screen import RunScreen
from tui.live_tests import LiveTest

Take = Callable[..., bool]
Act = Callable[[Person], Awaitable[None]]

SMALL, LARGE = (80, 24), (120, 40)
SIZES = {"80x24": SMALL, "120x40": LARGE}
MAIL = (
    *("letter", "bounce", "html-only", "out-of-office", "confirmation-ja-old", "by-a-stranger", "direct"),
    *("letter-de", "attached-names", "hostile-escapes", "confirmation-en-new", "answer"),
)
SHOWN_STORE = Path("/srv/postroom/postroom.db")
"""Stands in the status line in the place of a path that differs from run to run."""


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch, frozen: None) -> Iterator[None]:
    """Time zone, host, user and colours do not depend on the machine."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(socket, "gethostname", lambda: "desk")
    monkeypatch.setattr("pwd.getpwuid", lambda uid: SimpleNamespace(pw_name="operator"))
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def picture(snap_compare: Take, told_store: Path) -> Callable[[tuple[int, int], Act], bool]:
    """Compare the screen after some acts with the picture that is kept of it."""
    return lambda size, act: taken(snap_compare, told_store, size, act)


def taken(snap_compare: Take, store: Path, size: tuple[int, int], act: Act) -> bool:
    console = Console(store)

    async def acted(pilot: Pilot[Any]) -> None:
        person = Person(console, pilot)
        await person.until(lambda: console.desk is not None, "open desk")
        await person.settled()
        assert console.desk is not None
        console.desk.store.path = SHOWN_STORE
        console.main.draw_lines()
        await act(person)
        await person.turn()

    return snap_compare(console, terminal_size=size, run_before=acted)


@pytest.fixture
def with_mail(snap_compare: Take, told_store: Path) -> Callable[[tuple[int, int], Act], bool]:
    """The same, with mail in the log of one asset; the last came two minutes ago."""
    store = Store.open(told_store)
    vault = Vault(store)
    vault.unlock(PASSPHRASE)
    with store.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE assets SET forwarding_address = 'desk.abcdefghij2345672345@in.example.com' WHERE id = 1"
        )
    asset = assets.by_id(store, vault, 1)
    assert asset is not None
    since = rows.NOW - timedelta(minutes=len(MAIL) + 1)
    keep(store, asset, [sample(asset, key, n, since=since) for n, key in enumerate(MAIL)])
    store.close()
    return lambda size, act: taken(snap_compare, told_store, size, act)


sizes = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)


@sizes
def test_assets(picture: Any, size: tuple[int, int]) -> None:
    async def act(person: Person) -> None:
        await person.press("down", "space")

    assert picture(size, act)


@sizes
def test_checks(picture: Any, size: tuple[int, int]) -> None:
    async def act(person: Person) -> None:
        await person.go("checks")

    assert picture(size, act)


@sizes
def test_inbound(with_mail: Any, size: tuple[int, int]) -> None:
    async def act(person: Person) -> None:
        await person.go("inbound")
        await person.press("down", "space")

    assert with_mail(size, act)


@sizes
def test_message(with_mail: Any, size: tuple[int, int]) -> None:
    async def act(person: Person) -> None:
        await person.go("inbound")
        await person.press("enter")
        await person.at(MessageScreen)
        await person.settled()

    assert with_mail(size, act)


@sizes
def test_confirmation(with_mail: Any, size: tuple[int, int]) -> None:
    async def act(person: Person) -> None:
        await person.go("inbound")
        await person.press("down", "c")
        await person.at(ConfirmationCard)

    assert with_mail(size, act)


@pytest.fixture
def with_webhooks(snap_compare: Take, told_store: Path) -> Callable[[tuple[int, int], Act], bool]:
    """The same, with webhooks and their deliveries."""
    store = Store.open(told_store)
    vault = Vault(store)
    vault.unlock(PASSPHRASE)
    fill_webhooks(store, vault, rows.NOW)
    store.close()
    return lambda size, act: taken(snap_compare, told_store, size, act)


@sizes
def test_webhooks(with_webhooks: Any, size: tuple[int, int]) -> None:
    assert with_webhooks(size, at_webhooks)


@sizes
def test_deliveries(with_webhooks: Any, size: tuple[int, int]) -> None:
    async def act(person: Person) -> None:
        await at_webhooks(person)
        await at_deliveries(person)
        await person.press("down", "space")

    assert with_webhooks(size, act)


@sizes
def test_audit(picture: Any, size: tuple[int, int]) -> None:
    async def act(person: Person) -> None:
        await person.go("audit")

    assert picture(size, act)


@sizes
def test_asset(picture: Any, size: tuple[int, int]) -> None:
    async def act(person: Person) -> None:
        await person.press("enter")
        await person.at(AssetScreen)
        await person.settled()

    assert picture(size, act)


@sizes
def test_guide(picture: Any, size: tuple[int, int]) -> None:
    async def act(person: Person) -> None:
        await person.goes_to("Careers")
        await person.press("u")
        await person.at(GuideScreen)
        await person.settled()

    assert picture(size, act)


@sizes
def test_check(picture: Any, size: tuple[int, int]) -> None:
    async def act(person: Person) -> None:
        await person.go("checks")
        await person.press("enter")
        await person.at(RunScreen)
        await person.settled()

    assert picture(size, act)


@sizes
def test_form(picture: Any, size: tuple[int, int]) -> None:
    async def act(person: Person) -> None:
        await person.goes_to("Press")
        await person.press("e")
        await person.at(AssetForm)
        await person.until(lambda: person.focused == "name", "form")
        await person.fill("port", "465")

    assert picture(size, act)


def test_running_test(picture: Any) -> None:
    async def act(person: Person) -> None:
        steps = rows.passed_steps()
        rungs = tuple(step.name for step in steps)
        live = LiveTest(4, "Press", rungs, rows.NOW, list(steps[:3]), current=rungs[3])
        person.console.tests.accept([4])
        person.console.tests.running[4] = live
        await person.go("checks")

    assert picture(SMALL, act)


def test_deleting(picture: Any) -> None:
    async def act(person: Person) -> None:
        await person.press("space", "space", "d")
        await person.at(Question)

    assert picture(SMALL, act)


def test_help(picture: Any) -> None:
    async def act(person: Person) -> None:
        await person.press("?")
        await person.at(Question)

    assert picture(SMALL, act)


def test_unlocking(picture: Any) -> None:
    async def act(person: Person) -> None:
        await person.press("v")
        await person.until(lambda: person.console.vault_words[0] == "vault locked", "locked vault")
        await person.settled()
        person.console.clear_notifications()
        await person.press("v")
        await person.at(PassphraseDialog)

    assert picture(SMALL, act)


def test_an_empty_desk(snap_compare: Take, empty_store: Path) -> None:
    async def act(person: Person) -> None:
        await person.press("slash", "escape")

    assert taken(snap_compare, empty_store, SMALL, act)
