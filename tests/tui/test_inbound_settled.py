"""Inbound while mail comes in: what was asked for stays in front, and a question is about what it names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from store import assets, audit, inbound
from store.assets import Asset
from store.database import Store
from tests.tui.inbound_kit import PASSPHRASE, keep, mail_store, sample
from tests.tui.person import Person, at_console
from tui.clipboard import SHOWN
from tui.columns import layout
from tui.dialogs.ask_line import AskLine
from tui.dialogs.base import Choice, Question
from tui.dialogs.confirmation_card import ConfirmationCard
from tui.dialogs.message_screen import MessageScreen
from tui.dialogs.passphrase import PassphraseDialog
from tui.inbound_list import COLUMNS
from tui.main_screen import MainScreen

KEYS = ("letter", "bounce", "letter-de", "answer", "html-only")
CONFIG = 'store = "postroom.db"\nkeyring = false\nagent_child = false\n'
RELOADS = 3


def desk(path: Path, keys: Sequence[str] = KEYS, config: str = "") -> Path:
    """A store with these mails whose key lies nowhere but in the passphrase."""
    store, _vault, _asset = mail_store(path / "postroom.db", keys)
    store.close()
    (path / "postroom.toml").write_text(CONFIG + config)
    return path / "postroom.db"


async def unlocked(person: Person) -> None:
    await person.at(PassphraseDialog)
    await person.type(PASSPHRASE.get_secret_value())
    await person.press("enter")


def support(person: Person) -> tuple[Store, Asset]:
    opened = person.console.desk
    assert opened is not None
    asset = assets.by_name(opened.store, opened.vault, "Support")
    assert asset is not None
    return opened.store, asset


@asynccontextmanager
async def mail_comes_in(person: Person) -> AsyncIterator[list[int]]:
    """One mail after the other, for as long as the block; gives their ids as they come."""
    store, asset = support(person)
    came: list[int] = []

    async def post() -> None:
        while True:
            came.extend(
                await asyncio.to_thread(keep, store, asset, [sample(asset, "bounce", 20 + len(came))])
            )

    posting = asyncio.create_task(post())
    try:
        yield came
    finally:
        posting.cancel()
        with suppress(asyncio.CancelledError):
            await posting


async def test_hits_in_bodies_stay_while_mail_comes_in(tmp_path: Path) -> None:
    path = desk(tmp_path)
    store = Store.open(path)
    oldest = inbound.page(store)[-1].id
    store.close()
    async with at_console(path) as person:
        await person.go("inbound")
        await person.press("v")
        await unlocked(person)
        await person.at(MainScreen)
        pane = person.pane
        async with mail_comes_in(person) as came:
            await person.until(lambda: len(came) > RELOADS, "mail")
            await person.press("b")
            await person.at(AskLine)
            await person.type("delivered")
            await person.press("enter")
            await person.until(lambda: "Esc: all again" in person.headline, "hits")
            hits = [pane.table.records.at(at).id for at in range(len(pane.table.records))]
            assert oldest not in hits, "the hits are not the whole list"
            for _ in range(RELOADS):
                many = len(came)
                pane.store_changed()
                pane._reload_due()
                await pane.reload().wait()
                await person.until(lambda many=many: len(came) > many, "more mail")
                assert "Esc: all again" in person.headline
                assert [pane.table.records.at(at).id for at in range(len(pane.table.records))] == hits
            await person.press("space")
            assert "Esc: all again" in person.headline
            await person.press("escape")
            await person.until(lambda: "messages" in person.headline, "all again")
            before = len(pane.table.records)
            await person.until(lambda: len(pane.table.records) > before, "the list that follows again")


async def test_the_hits_are_what_is_exported_and_what_is_deleted_leaves_them(tmp_path: Path) -> None:
    async with at_console(desk(tmp_path, (*KEYS, "bounce"))) as person:
        await person.go("inbound")
        await person.press("b")
        await person.at(AskLine)
        await person.type("delivered")
        await person.press("enter")
        await unlocked(person)
        await person.until(lambda: "2 bodies hold" in person.headline, "hits")
        await person.press("x")
        await person.sees("Export these 2: in which form?")
        await person.press("escape")
        await person.press("d")
        await person.sees("Delete this message?")
        await person.press("y")
        await person.until(lambda: "1 body holds" in person.headline, "one hit")
        assert len(person.pane.table.records) == 1


async def test_a_deletion_is_asked_by_name_and_is_of_the_message_that_was_under_the_cursor(
    tmp_path: Path,
) -> None:
    path = desk(tmp_path, ("letter", "hostile-escapes"))
    async with at_console(path) as person:
        await person.go("inbound")
        under = person.pane.table.current
        assert under is not None
        await person.press("d")
        await person.at(Question)
        store, asset = support(person)
        (newest,) = keep(store, asset, [sample(asset, "bounce", 30)])
        await person.until(lambda: len(person.pane.table.records) == 3, "the new mail below the question")
        for words in ("Came", "From", under.sender, "Subject", "Asset", "Support"):
            assert words in person.text, words
        assert "\x1b" not in person.text
        await person.press("y")
        await person.is_told("1 deleted")
        await person.until(lambda: len(person.pane.table.records) == 2, "one less")
        left = {person.pane.table.records.at(at).id for at in range(2)}
        assert newest in left
        assert under.id not in left
    store = Store.open(path)
    entry = audit.page(store)[0]
    assert (entry.action, entry.asset_name) == ("messages deleted", "Support")
    assert f"message {under.id}:" in entry.detail
    assert under.sender in entry.detail
    store.close()


async def test_several_are_named_as_far_as_there_is_room(tmp_path: Path) -> None:
    async with at_console(desk(tmp_path, KEYS * 2)) as person:
        await person.go("inbound")
        await person.press(*["space"] * 8, "d")
        await person.sees("Delete these 8 messages?")
        await person.sees("and 2 more")
        await person.sees("nothing brings them back")


async def test_the_passphrase_is_asked_before_the_reason(tmp_path: Path) -> None:
    async with at_console(desk(tmp_path, config="reading_needs_reason = true\n")) as person:
        await person.go("inbound")
        await person.press("enter")
        await unlocked(person)
        await person.at(AskLine)
        await person.sees("here with a reason")
        await person.press("escape")
        await person.at(MainScreen)


async def test_headers_alone_are_exported_without_reason_or_passphrase(tmp_path: Path) -> None:
    async with at_console(desk(tmp_path, config="reading_needs_reason = true\n")) as person:
        await person.go("inbound")
        await person.press("x")
        await person.at(Question)
        await person.press("c")
        await person.at(AskLine)
        await person.press("end", "ctrl+u")
        await person.type(str(tmp_path / "heads.csv"))
        await person.press("enter")
        await person.is_told(f"{len(KEYS)} of {len(KEYS)} messages written")
    assert (tmp_path / "heads.csv").read_text().count("\n") > len(KEYS)


async def test_json_lines_has_a_key_that_moves_nothing(tmp_path: Path) -> None:
    async with at_console(desk(tmp_path)) as person:
        await person.go("inbound")
        await person.press("x")
        await person.sees("l JSON Lines")
        await person.press("l")
        await person.sees("one JSON object a line")


@pytest.mark.parametrize("key", "jkgG")
def test_no_choice_takes_a_key_that_moves(key: str) -> None:
    with pytest.raises(ValueError, match="needs another key"):
        Choice(key, "Go on", True)


def test_no_two_choices_share_a_key() -> None:
    with pytest.raises(ValueError, match="same key"):
        Question("Which?", "", (Choice("y", "Yes", True), Choice("y", "Yes too", False)), False)


async def test_a_forged_confirmation_is_copied_with_a_warning(tmp_path: Path) -> None:
    path = desk(tmp_path, ("confirmation-de-old", "confirmation-en-new"))
    store = Store.open(path)
    with store.write() as session:
        session.connection().exec_driver_sql("UPDATE confirmations SET dkim = 'fail'")
    store.close()
    async with at_console(path) as person:
        await person.go("inbound")
        await person.sees("2 confirmations of 1 asset wait for you: c")
        await person.press("c")
        await person.at(ConfirmationCard)
        await person.sees("n Next")
        await person.press("c")
        await person.is_told("Do not use it: the signature does not hold")
        await person.sees("c Copy link  y Copy code")
        assert len(person.console.screen.card.link) < SHOWN  # type: ignore[attr-defined]


async def test_one_information_at_a_time_and_above_the_keys_of_a_dialog(tmp_path: Path) -> None:
    path = desk(tmp_path, ("confirmation-de-old",))
    async with at_console(path) as person:
        await person.go("inbound")
        await person.press("c")
        await person.at(ConfirmationCard)
        await person.press("c", "y")
        await person.is_told("Sent the code")
        assert len(person.toasts) == 1
        await person.sees("Sent the code")
        assert "y Copy code" in person.text
        assert "Code " in person.text
        assert any("Sent the code" in line for line in person.lines[:2])
        assert "n Next" not in person.text, "there is no other card"


async def test_names_of_attachments_keep_to_their_column_and_are_chosen_by_a_digit(tmp_path: Path) -> None:
    async with at_console(desk(tmp_path, ("attached-names",))) as person:
        await person.go("inbound")
        await person.press("enter")
        await unlocked(person)
        await person.at(MessageScreen)
        await person.press("a")
        await person.sees("Press w to save one")
        rows = [line for line in person.lines if line.strip()[:1].isdigit()]
        found = person.console.screen._opened.mail.attachments  # type: ignore[attr-defined]
        assert len(rows) == len(found) > 1, "one line each"
        assert max(len(one.name) for one in found) > 40
        assert all(row.rstrip().endswith(("k", "M", *"0123456789")) for row in rows)
        await person.press("w")
        await person.sees("Which one?")
        await person.press("2")
        await person.at(AskLine)
        await person.sees("Save")


@pytest.mark.parametrize("width", [33, 40, 60, 80])
def test_the_subject_is_the_last_to_go(width: int) -> None:
    shown = [COLUMNS[index].title for index, _width in layout(COLUMNS, width)]
    assert "Subject" in shown
    assert dict(layout(COLUMNS, width))[3] >= 20


async def test_refusals_do_not_pile_up(tmp_path: Path) -> None:
    async with at_console(desk(tmp_path, ("confirmation-en-new",))) as person:
        await person.go("inbound")
        await person.press("c")
        await person.at(ConfirmationCard)
        await person.press("y", "y", "n", "n", "c", "n")
        await person.is_told("There is no other confirmation")
        assert len(person.toasts) == 2
        await person.press("escape")
        await person.at(MainScreen)
