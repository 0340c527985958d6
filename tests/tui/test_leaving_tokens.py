"""Leaving the console while renewed tokens cannot be written: what is asked, what is told, what is saved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from live.rehearsal.endpoints import Endpoints
from store import grants
from store.assets import Asset
from tests.live.oauth.test_refresh_unwritten import REFUSED, TAKEN_AGAIN
from tests.store.kit import raw
from tests.tui.oauth_kit import OAuthDesk, with_grant
from tests.tui.person import Person, at_console
from tui import crash
from tui.dialogs.base import Question
from tui.main_screen import MainScreen

WIDE = (120, 40)


@pytest.fixture
def desk(empty_store: Path, endpoints: Endpoints) -> OAuthDesk:
    return OAuthDesk(empty_store, endpoints)


@pytest.fixture
def mailbox(desk: OAuthDesk) -> Asset:
    """A mailbox with a grant that works."""
    return with_grant(desk, "Reservations", desk.client("office365"))


def rotation(desk: OAuthDesk, asset: Asset) -> int:
    with desk.opened() as (store, _vault):
        grant = grants.of(store, asset.id)
    return grant.rotation if grant else 0


@asynccontextmanager
async def with_an_unwritten_token(desk: OAuthDesk) -> AsyncIterator[Person]:
    """A console that has renewed a token, which the store does not take."""
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        raw(desk.path, REFUSED)
        await person.press("r")
        await person.is_told("A renewed token cannot be written")
        yield person


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_q_asks_with_the_names_and_stays(desk: OAuthDesk, mailbox: Asset, key: str) -> None:
    async with with_an_unwritten_token(desk) as person:
        await person.press(key)
        await person.at(Question)
        await person.sees(f"The renewed tokens of {mailbox.name} are in memory alone")
        assert "cannot be written" in person.flowing
        await person.press("n")
        await person.at(MainScreen)
        assert person.console.return_code is None
        raw(desk.path, TAKEN_AGAIN)
        await person.is_told("1 renewed.")
        await person.press("q")
        await person.until(lambda: person.console.return_code is not None, "end")
    assert (person.console.return_code, person.console.farewell) == (0, "")
    assert rotation(desk, mailbox) == 2


async def test_q_writes_them_once_it_can(desk: OAuthDesk, mailbox: Asset) -> None:
    async with with_an_unwritten_token(desk) as person:
        await person.press("q")
        await person.at(Question)
        raw(desk.path, TAKEN_AGAIN)
        await person.press("t")
        await person.until(lambda: person.console.return_code is not None, "end")
    assert (person.console.return_code, person.console.farewell) == (0, "")
    assert rotation(desk, mailbox) == 2


async def test_trying_again_in_vain_asks_again(desk: OAuthDesk, mailbox: Asset) -> None:
    async with with_an_unwritten_token(desk) as person:
        await person.press("q")
        await person.at(Question)
        first = person.console.screen
        await person.press("t")
        await person.until(
            lambda: isinstance(person.console.screen, Question) and person.console.screen is not first,
            "second question",
        )
        await person.press("escape")
        await person.at(MainScreen)
        raw(desk.path, TAKEN_AGAIN)
        await person.is_told("1 renewed.")


async def test_who_leaves_all_the_same_is_told_what_is_lost(desk: OAuthDesk, mailbox: Asset) -> None:
    async with with_an_unwritten_token(desk) as person:
        await person.press("q")
        await person.at(Question)
        await person.press("l")
        await person.until(lambda: person.console.return_code is not None, "end")
    assert_told(person, mailbox)
    assert rotation(desk, mailbox) == 1


def leave_by_signal(person: Person) -> None:
    """As the handlers of SIGTERM and SIGHUP do."""
    person.console.exit()


async def test_a_signal_does_not_ask_and_tells_afterwards(desk: OAuthDesk, mailbox: Asset) -> None:
    async with with_an_unwritten_token(desk) as person:
        leave_by_signal(person)
    assert_told(person, mailbox)
    assert mailbox.name in crash.log_path().read_text(encoding="utf-8")


async def test_a_signal_saves_what_can_be_written_by_then(desk: OAuthDesk, mailbox: Asset) -> None:
    async with with_an_unwritten_token(desk) as person:
        raw(desk.path, TAKEN_AGAIN)
        leave_by_signal(person)
    assert person.console.farewell == ""
    assert rotation(desk, mailbox) == 2


async def test_ctrl_c_says_what_would_be_lost_before_it_leaves(desk: OAuthDesk, mailbox: Asset) -> None:
    async with with_an_unwritten_token(desk) as person:
        await person.press("ctrl+c")
        await person.is_told(f"The renewed tokens of {mailbox.name} are not written yet")
        await person.press("ctrl+c")
        await person.until(lambda: person.console.return_code is not None, "end")
    assert_told(person, mailbox)


async def test_a_console_that_keeps_nothing_in_memory_leaves_at_once(desk: OAuthDesk, mailbox: Asset) -> None:
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        await person.press("r")
        await person.is_told("1 renewed.")
        await person.press("q")
        await person.until(lambda: person.console.return_code is not None, "end")
    assert (person.console.return_code, person.console.farewell) == (0, "")


def assert_told(person: Person, asset: Asset) -> None:
    """One line for each asset, for stderr."""
    (line,) = person.console.farewell.splitlines()
    assert line.startswith(f"postroom: the renewed token of {asset.name} was not written, and is lost")
    assert "generate its token again" in line
    assert person.console.return_code == 1
