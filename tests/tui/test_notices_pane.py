"""The Notices pane and one notice, by their keys; the bell; and hostile words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import audit, notices
from store.database import Store
from store.grants import GrantState
from store.key_file import KeyFile
from store.settings import load
from store.vault import Vault
from tests.live.notices.kit import Desk, breaks, client, connected, mends
from tests.store.oauth_kit import failed
from tests.tui.person import Person, at_console
from tests.tui.rows import NOW
from tui.dialogs.base import Question
from tui.dialogs.notice_screen import NoticeScreen
from tui.main_screen import MainScreen
from tui.widgets.text_view import TextView

sizes = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
HOSTILE = "Evil [/b] \x1b]0;owned\x07 \N{RIGHT-TO-LEFT OVERRIDE}"


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Desk]:
    """The desk as its owner's programs see it, with an open vault."""
    settings = load(None, path)
    store = Store.open(path)
    vault = Vault(store)
    assert settings.key_file
    assert vault.unlock_from([KeyFile(settings.key_file)])
    desk = Desk(store, vault, settings)
    desk.clock.at = NOW
    try:
        yield desk
    finally:
        store.close()


@pytest.fixture
def path(empty_store: Path, frozen: None) -> Path:
    toml = empty_store.with_name("postroom.toml")
    told = toml.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in told if not line.startswith("notices")]
    toml.write_text("".join(kept) + '[notices]\noperators = ["ops@example.org"]\n', encoding="utf-8")
    return empty_store


@pytest.fixture
def some(path: Path) -> Path:
    """A client fault of twelve, a missing consent, and one that is over."""
    with opened(path) as desk:
        contoso = client(desk.store, desk.vault)
        names = [f"Desk {number:02}" for number in range(12)]
        faulty = connected(desk.store, desk.vault, *names, client_id=contoso)
        other = client(desk.store, desk.vault, "Fabrikam")
        billing, orders = connected(desk.store, desk.vault, "Billing", "Orders", client_id=other)
        with desk.store.write() as session:
            session.connection().exec_driver_sql("DELETE FROM deadlines")
        breaks(desk.store, GrantState.CONSENT_REQUIRED, orders)
        desk.look()
        mends(desk.store, desk.vault, orders)
        with desk.store.write() as session:
            session.connection().exec_driver_sql("DELETE FROM deadlines")
        desk.look()
        desk.clock.on(minutes=6)
        desk.look()
        breaks(desk.store, GrantState.CLIENT_FAULT, *faulty, who="operator")
        breaks(desk.store, GrantState.CONSENT_REQUIRED, billing)
        desk.look()
    return path


async def at_notices(person: Person) -> None:
    await person.go("notices")
    await person.settled()


@sizes
async def test_an_empty_pane_teaches(path: Path, size: tuple[int, int]) -> None:
    async with at_console(path, size=size) as person:
        await at_notices(person)
        await person.sees("Nobody was ever needed.")
        await person.sees("t tries all ways")
        await person.press("a")
        await person.is_told("There is no notice under the cursor")
        await person.press("escape")
        await person.until(lambda: person.pane.id == "assets", "the assets")


@sizes
async def test_what_needs_somebody_comes_first(some: Path, size: tuple[int, int]) -> None:
    async with at_console(some, size=size) as person:
        await at_notices(person)
        await person.until(lambda: person.headline == "2 need a person · 1 over", "headline")
        rows = person.lines[4:7]
        assert [row[2:13].strip() for row in rows] == ["✗ needs you", "✗ needs you", "✓ over"]
        assert "Contoso: OAuth client refused" in rows[0]
        assert "Billing: a new consent is needed" in rows[1]
        await person.press("a")
        await person.is_told("Acknowledged")
        await person.until(
            lambda: person.headline == "1 needs a person · 1 acknowledged · 1 over", "headline"
        )
        await person.press("a")
        await person.settled()


async def test_one_in_full_and_what_is_reached_from_it(some: Path) -> None:
    async with at_console(some, size=(120, 40)) as person:
        await at_notices(person)
        await person.press("enter")
        await person.at(NoticeScreen)
        for words in ("It touches 12 assets", "Desk 07 <Desk.07@example.com>", "when it was noticed"):
            await person.sees(words)
        await person.sees("○ ops@example.org (operator): waiting")
        await person.press("a")
        await person.sees("● acknowledged")
        await person.press("a")
        await person.sees("✗ needs you")
        await person.press("l")
        await person.until(
            lambda: person.pane.id == "tokens" and isinstance(person.console.screen, MainScreen), "tokens"
        )
        assert person.pane.filter_text == "Contoso"
    with opened(some) as desk:
        acts = [entry.action for entry in audit.page(desk.store)][:2]
    assert acts == ["notice open again", "notice acknowledged"]


async def test_the_filter_finds_assets_that_are_not_in_the_row(some: Path) -> None:
    async with at_console(some) as person:
        await at_notices(person)
        await person.press("/")
        await person.type("desk.11@")
        await person.until(lambda: person.headline.startswith("1 matches · "), "one match")
        await person.press("escape")
        await person.until(lambda: person.headline == "2 need a person · 1 over", "all")


async def test_send_now_queues_it_once_more(some: Path) -> None:
    async with at_console(some) as person:
        await at_notices(person)
        await person.press("down", "s")
        await person.at(Question)
        await person.press("y")
        await person.is_told("No agent works now")
    with opened(some) as desk:
        (line,) = [line for line in desk.lines if "Billing" in line.cause]
        notice = notices.one(desk.store, line.id)
        assert notice
        assert [one.occasion.value for one in notice.rounds] == ["asked", "opened"]
        assert [one.state.value for each in notice.rounds for one in each.sendings] == ["waiting", "dropped"]


async def test_what_is_over_is_not_acknowledged(some: Path) -> None:
    async with at_console(some) as person:
        await at_notices(person)
        await person.press("end", "a")
        await person.is_told("This notice is over.")
        await person.press("s")
        await person.is_told("This notice is over.")


async def test_the_test_of_all_ways_says_what_fails(path: Path) -> None:
    async with at_console(path) as person:
        await at_notices(person)
        await person.press("t")
        await person.at(Question)
        await person.press("y")
        await person.sees("✗ mail to ops@example.org")
        await person.sees("No way is there to send it")


async def test_the_bell_rings_once_for_a_new_one(some: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_console(some) as person:
        rung: list[int] = []
        monkeypatch.setattr(person.console, "bell", lambda: rung.append(1))
        with opened(some) as desk:
            (fresh,) = connected(
                desk.store, desk.vault, "Fresh", client_id=client(desk.store, desk.vault, "New")
            )
            await person.settled()
            breaks(desk.store, GrantState.CONSENT_REQUIRED, fresh)
            desk.look()
        await person.until(lambda: rung, "the bell")
        await person.go("notices")
        await person.until(lambda: "3 need a person" in person.headline, "the new one")
        assert rung == [1]


async def test_hostile_words_are_harmless(path: Path) -> None:
    with opened(path) as desk:
        fabrikam = client(desk.store, desk.vault, "App [/b]")
        (asset,) = connected(desk.store, desk.vault, "Evil [/b]", client_id=fabrikam)
        breaks(desk.store, GrantState.CONSENT_REQUIRED, asset)
        desk.look()
        with desk.store.write() as session:
            connection = session.connection()
            for column in ("cause", "reason", "client_name", "asset_name", "acked_by", "ended_how"):
                connection.exec_driver_sql(f"UPDATE notices SET {column} = ?", (HOSTILE,))
            connection.exec_driver_sql(
                "UPDATE notice_sendings SET words = ?, through = ?", (HOSTILE, HOSTILE)
            )
            connection.exec_driver_sql("UPDATE notice_rounds SET words = ?", (HOSTILE,))
        assert failed(asset)
    async with at_console(path, size=(120, 40)) as person:
        await at_notices(person)
        await person.sees("Evil [/b]")
        await person.press("enter")
        await person.at(NoticeScreen)
        await person.sees("Evil [/b]")
        text = person.text + person.widget("TextView", TextView).text
        assert not any(character in text for character in "\x1b\x07\N{RIGHT-TO-LEFT OVERRIDE}")
