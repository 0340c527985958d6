"""The Inbound pane by its keys: the list, searching, reading, confirmations, bodies, export."""

from __future__ import annotations

from pathlib import Path

import pytest

from store import audit, confirmations, inbound
from store.database import Store
from store.vault import Vault
from tests.tui.inbound_kit import PASSPHRASE, keep, mail_store, sample
from tests.tui.person import Person, at_console
from tui.dialogs.ask_line import AskLine
from tui.dialogs.base import Question
from tui.dialogs.confirmation_card import ConfirmationCard
from tui.dialogs.message_screen import MessageScreen
from tui.dialogs.passphrase import PassphraseDialog
from tui.main_screen import MainScreen
from tui.widgets.text_view import TextView

KEYS = ("letter", "bounce", "html-only", "answer", "attached-card", "by-a-stranger", "direct", "letter-ja")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with one mail of each of `KEYS`; its vault's key lies nowhere but in the passphrase."""
    store, _vault, _asset = mail_store(tmp_path / "postroom.db", KEYS)
    store.close()
    (tmp_path / "postroom.toml").write_text('store = "postroom.db"\nkeyring = false\nagent_child = false\n')
    return tmp_path / "postroom.db"


async def unlocked(person: Person) -> None:
    await person.at(PassphraseDialog)
    await person.type(PASSPHRASE.get_secret_value())
    await person.press("enter")


async def test_newest_first_with_kinds_and_marks(path: Path) -> None:
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        assert person.headline == f"{len(KEYS)} messages"
        rows = person.lines[4 : 4 + len(KEYS)]
        assert "✗ bounce" in rows[-2]
        assert "· mail !" in rows[1]
        await person.press("down")
        await person.sees("sent straight to the secret address")


async def test_a_search_narrows_while_one_types_and_escape_drops_it(path: Path) -> None:
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("/")
        await person.type("kind:boun")
        await person.settled()
        await person.until(lambda: person.headline.startswith("1 match"), "one match")
        await person.press("escape")
        await person.until(lambda: person.headline == f"{len(KEYS)} messages", "all again")


async def test_a_search_that_cannot_be_understood_says_what_can(path: Path) -> None:
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("/")
        await person.type("kind:nonsense ")
        await person.sees("kind:")
        await person.sees("bounce")


async def test_the_kinds_go_by_one_key(path: Path) -> None:
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("s")
        await person.until(lambda: person.pane.filter_text == "kind:ordinary", "the first kind")


async def test_a_message_is_read_after_the_passphrase_and_the_audit_log_says_so(path: Path) -> None:
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("end", "enter")
        await unlocked(person)
        await person.at(MessageScreen)
        view = person.widget("TextView", TextView)
        await person.until(lambda: "Subject" in view.text, "the head of the message")
        for key, words in (("h", "Message-ID"), ("s", "Received:"), ("r", "Opened by"), ("a", "attachments")):
            await person.press(key)
            await person.until(lambda words=words: words in view.text, words)
        await person.press("escape")
        await person.at(MainScreen)
    store = Store.open(path)
    entry = next(one for one in audit.page(store) if one.action == "message opened")
    assert entry.asset_name == "Support"
    store.close()


async def test_without_the_passphrase_nothing_is_opened_or_noted(path: Path) -> None:
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("enter")
        await person.at(PassphraseDialog)
        await person.press("escape")
        await person.at(MainScreen)
    store = Store.open(path)
    assert not [one for one in audit.page(store) if one.action == "message opened"]
    store.close()


async def test_a_reason_is_asked_for_where_the_configuration_says_so(path: Path) -> None:
    with path.with_name("postroom.toml").open("a") as file:
        file.write("reading_needs_reason = true\n")
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("enter")
        await unlocked(person)
        await person.at(AskLine)
        await person.press("enter")
        await person.sees("A reason is needed")
        await person.type("ticket 4711")
        await person.press("enter")
        await person.at(MessageScreen)
    store = Store.open(path)
    entry = next(one for one in audit.page(store) if one.action == "message opened")
    assert "ticket 4711" in entry.detail
    store.close()


async def test_what_is_quoted_is_folded(path: Path) -> None:
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("end", "up", "up", "up", "enter")
        await unlocked(person)
        await person.at(MessageScreen)
        view = person.widget("TextView", TextView)
        await person.until(lambda: "quoted lines; z unfolds" in view.text, "a fold")
        await person.press("z")
        await person.until(lambda: "quoted lines" not in view.text, "no fold")


async def test_an_attachment_is_saved_and_never_over_another_file(path: Path, tmp_path: Path) -> None:
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("down", "down", "down", "enter")
        await unlocked(person)
        await person.at(MessageScreen)
        await person.press("a", "w")
        await person.at(AskLine)
        target = tmp_path / "saved"
        await person.press("end", "ctrl+u")
        await person.type(str(target))
        await person.press("enter")
        await person.is_told(f"bytes are in {target}")
        await person.press("w")
        await person.at(AskLine)
        await person.press("end", "ctrl+u")
        await person.type(str(target))
        await person.press("enter")
        await person.sees("nothing is written over")
    assert target.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o600


async def test_mail_that_comes_is_followed_on_top_and_counted_below(path: Path) -> None:
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        store = person.console.desk.store  # type: ignore[union-attr]
        asset = next(one for one in inbound.page(store))
        support = next(iter(_assets(store, person)))
        keep(store, support, [sample(support, "letter-de", 30)])
        await person.until(lambda: person.headline == f"{len(KEYS) + 1} messages", "one more")
        assert person.pane.table.cursor == 0
        await person.press("down", "down")
        under = person.pane.table.current.id  # type: ignore[union-attr]
        keep(store, support, [sample(support, "letter-ja", 31), sample(support, "html", 32)])
        await person.until(lambda: "2 new: Home" in person.headline, "two new ones")
        assert person.pane.table.current.id == under  # type: ignore[union-attr]
        await person.press("home")
        await person.until(lambda: "new" not in person.headline, "nothing new")
        assert asset.asset_name == "Support"


def _assets(store: Store, person: Person) -> list:  # type: ignore[type-arg]
    from store import assets

    vault = person.console.desk.vault  # type: ignore[union-attr]
    return [assets.by_id(store, vault, line.id) for line in assets.lines(store)]


async def test_the_card_of_a_confirmation_needs_no_key(tmp_path: Path) -> None:
    store, _vault, _asset = mail_store(tmp_path / "postroom.db", ["confirmation-de-old"])
    store.close()
    (tmp_path / "postroom.toml").write_text('store = "postroom.db"\nkeyring = false\nagent_child = false\n')
    async with at_console(tmp_path / "postroom.db", size=(120, 40)) as person:
        await person.sees("1 forwarding to confirm")
        await person.go("inbound")
        await person.sees("1 confirmation waits for you: c")
        await person.press("c")
        await person.at(ConfirmationCard)
        await person.sees("/mail/vf-")
        await person.sees("the asset's own mailbox")
        await person.press("c")
        await person.is_told("Sent the link")
        await person.press("y")
        await person.is_told("Sent the code")
        await person.press("d")
        await person.is_told("Marked as done")
        await person.until(lambda: "waits" not in person.headline, "none waits")
    store = Store.open(tmp_path / "postroom.db")
    assert not confirmations.confirmations(store)
    assert next(one.action for one in audit.page(store)).startswith("confirmation")
    store.close()


async def test_a_strangers_confirmation_is_marked(tmp_path: Path) -> None:
    store, _vault, _asset = mail_store(tmp_path / "postroom.db", ["confirmation-stranger"])
    store.close()
    (tmp_path / "postroom.toml").write_text('store = "postroom.db"\nkeyring = false\nagent_child = false\n')
    async with at_console(tmp_path / "postroom.db", size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("c")
        await person.at(ConfirmationCard)
        await person.sees("which is not the asset's mailbox")


async def test_words_in_bodies_are_found_by_opening_them(path: Path) -> None:
    store = Store.open(path)
    vault = Vault(store)
    vault.unlock(PASSPHRASE)
    oldest = inbound.page(store)[-1]
    word = max(inbound.opened(store, vault, oldest.id).decode().split("\r\n\r\n", 1)[1].split(), key=len)
    store.close()
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("b")
        await person.at(AskLine)
        await person.type(word)
        await person.press("enter")
        await unlocked(person)
        await person.until(lambda: "Esc: all again" in person.headline, "hits")
        await person.press("escape")
        await person.until(lambda: person.headline == f"{len(KEYS)} messages", "all again")
    store = Store.open(path)
    assert any(one.action == "message bodies searched" for one in audit.page(store))
    store.close()


async def test_the_marked_messages_are_exported(path: Path, tmp_path: Path) -> None:
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("space", "space", "x")
        await person.at(Question)
        await person.press("m")
        await person.at(AskLine)
        target = tmp_path / "two.mbox"
        await person.press("end", "ctrl+u")
        await person.type(str(target))
        await person.press("enter")
        await unlocked(person)
        await person.is_told("2 of 2 messages written")
    from live.inbound import mailboxes

    store = Store.open(path)
    vault = Vault(store)
    vault.unlock(PASSPHRASE)
    newest = [line.id for line in inbound.page(store, limit=2)]
    assert list(mailboxes.messages(target)) == [
        content for _, content in inbound.contents(store, vault, newest)
    ]
    store.close()


async def test_deleting_asks_first(path: Path) -> None:
    async with at_console(path, size=(120, 40)) as person:
        await person.go("inbound")
        await person.press("d")
        await person.at(Question)
        await person.press("n")
        await person.at(MainScreen)
        await person.press("d")
        await person.at(Question)
        await person.press("y")
        await person.is_told("1 deleted")
        await person.until(lambda: person.headline == f"{len(KEYS) - 1} messages", "one less")
