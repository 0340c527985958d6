"""Deliveries by their keys: the list, filters, one in full, replay of one, several, all failed, a span."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store import audit, events, webhooks
from store.events import Event
from store.inbound_bodies import audit_name
from tests.live.webhooks.kit import Desk, Request, answering, mail, receiving, status
from tests.tui.conftest import PASSPHRASE
from tests.tui.hostile import ATTACKS, dangerous
from tests.tui.person import Person, at_console
from tests.tui.webhook_kit import at_deliveries, at_webhooks, fails, given_up, opened, tried
from tui.dialogs.ask_line import AskLine
from tui.dialogs.asset_screen import AssetScreen
from tui.dialogs.base import Question
from tui.dialogs.delivery_screen import DeliveryScreen
from tui.dialogs.message_screen import MessageScreen
from tui.dialogs.passphrase import PassphraseDialog
from tui.dialogs.request_screen import RequestScreen
from tui.dialogs.span_form import SpanForm
from tui.main_screen import MainScreen
from tui.widgets.safety_net import SafetyNet
from tui.widgets.text_view import TextView

sizes = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
GRANTS = (Event.GRANT_FAILED,)
MANY = 1_200


@pytest.fixture
def path(empty_store: Path) -> Path:
    return empty_store


async def with_dead_letter(desk: Desk, url: str) -> None:
    """A webhook with one delivery that was given up."""
    desk.webhook(url, "Helpdesk", events=GRANTS)
    fails(desk)
    given_up(desk)
    await tried(desk)


def words_of(person: Person) -> str:
    """All that the text view in front holds, without white space."""
    return "".join(person.widget("TextView", TextView).text.split())


@sizes
async def test_the_list_and_one_in_full(path: Path, size: tuple[int, int]) -> None:
    with opened(path) as desk:
        async with receiving(answering(status(500))) as endpoint:
            desk.webhook(endpoint.url, "Helpdesk", events=GRANTS)
            fails(desk)
            await tried(desk)
            async with at_console(path, size=size) as person:
                await at_webhooks(person)
                await at_deliveries(person)
                assert person.headline == "Helpdesk: 1 delivery · 1 waits"
                assert "▌" not in person.lines[1]
                (row,) = [line for line in person.lines if "grant.failed" in line]
                assert "! retrying" in row
                assert "Billing" in row
                assert "500" in row
                await person.sees("It answered 500")
                await person.press("enter")
                await person.at(DeliveryScreen)
                await person.sees("! retrying")
                uid = endpoint.requests[0].headers["webhook-id"]
                shown = words_of(person)
                for words in (
                    f"webhook-id{uid}",
                    "Try1,",
                    "500after",
                    "wordsinvalid_grant:",
                    "POST/hook?x=1HTTP/1.1",
                ):
                    assert words in shown
                await person.press("m")
                await person.is_told("This event is about no mail.")
                await person.press("y")
                await person.is_told(uid)
                await person.press("escape")
                await person.at(MainScreen)
                await person.press("a")
                await person.at(AssetScreen)
                await person.press("escape", "escape")
                await person.until(lambda: person.pane.id == "webhooks", "the webhooks")


async def test_one_is_replayed_and_arrives_with_the_same_id(path: Path) -> None:
    with opened(path) as desk:
        async with receiving(answering(status(500), status(204))) as endpoint:
            await with_dead_letter(desk, endpoint.url)
            async with at_console(path, size=(120, 40)) as person:
                await at_webhooks(person)
                await at_deliveries(person)
                assert "1 dead: R replays" in person.headline
                await person.press("enter")
                await person.at(DeliveryScreen)
                await person.sees("✗ dead")
                await person.press("x")
                await person.is_told("It is not tried any more as it is.")
                await person.press("r")
                await person.is_told("1 is delivered again")
                await person.sees("○ waiting")
                await tried(desk)
                await person.sees("✓ done")
                await person.sees("Try 2,")
                await person.press("r")
                await person.sees("It was delivered already")
                await person.press("n")
                await person.at(DeliveryScreen)
            assert [one.headers["webhook-id"] for one in endpoint.requests] == [desk.delivery().uid] * 2
            assert len(endpoint.requests) == 2


async def test_marked_ones_all_failed_and_a_span(path: Path) -> None:
    with opened(path) as desk:
        async with receiving(answering(status(500))) as endpoint:
            desk.webhook(endpoint.url, "Helpdesk", events=GRANTS)
            for asset in range(3):
                fails(desk, asset=asset)
            given_up(desk)
            await tried(desk)
            async with at_console(path, size=(120, 40)) as person:
                await at_webhooks(person)
                await at_deliveries(person)
                await person.press("space", "space")
                assert person.headline.startswith("2 marked")
                await person.press("r")
                await person.is_told("2 are delivered again")
                await person.until(lambda: desk.states() == ["dead", "waiting", "waiting"], "two that wait")
                await person.press("escape", "R")
                await person.sees("Replay 1 delivery?")
                await person.press("y")
                await person.until(lambda: desk.states() == ["waiting"] * 3, "three that wait")
                await person.settled()
                await person.press("R")
                await person.is_told("There are no dead letters.")
                given_up(desk)
                await tried(desk)
                await person.settled()
                await person.press("S")
                await person.at(SpanForm)
                await person.press("ctrl+s")
                await person.sees("A span begins somewhere.")
                await person.fill("since", "yesterday")
                await person.sees("is no time; write it as in")
                await person.fill("since", "1h")
                await person.fill("until", "2h")
                await person.press("ctrl+s")
                await person.sees("This is before the beginning.")
                assert person.value("since") == "1h"
                await person.fill("until", "")
                await person.press("ctrl+s")
                await person.sees("Replay 3 deliveries?")
                await person.press("y")
                await person.until(lambda: desk.states() == ["waiting"] * 3, "three that wait")


async def test_given_up_so_that_those_behind_go_on(path: Path) -> None:
    with opened(path) as desk:
        desk.webhook("https://hooks.example.com/x", "Helpdesk", events=GRANTS)
        fails(desk, count=2)
        async with at_console(path) as person:
            await at_webhooks(person)
            await at_deliveries(person)
            await person.press("down", "x")
            await person.at(Question)
            await person.press("y")
            await person.is_told("1 given up.")
            assert desk.states() == ["dead", "waiting"]
            await person.sees("✗ dead")


async def test_filters(path: Path) -> None:
    with opened(path) as desk:
        async with receiving(answering(status(500))) as endpoint:
            await with_dead_letter(desk, endpoint.url)
            fails(desk, asset=1)
            async with at_console(path, size=(120, 40)) as person:
                await at_webhooks(person)
                await at_deliveries(person)
                for text, headline in (
                    ("state:dead", "1 matches"),
                    ("state:dead asset:Orders", "0 match"),
                    ("asset:ord", "1 matches"),
                    ("event:grant.failed after:1h", "2 match"),
                    ("before:1h", "0 match"),
                    ("only 2xx", "1 matches"),
                ):
                    await person.press("/", "end", "ctrl+u")
                    await person.type(text)
                    await person.until(lambda: person.headline.endswith(headline), headline)  # noqa: B023
                for text, complaint in (
                    ("state:lost", "state: takes waiting, held, done, dead."),
                    ("event:grant.", "event: takes grant.expiring, grant.failed, grant.renewed."),
                    ("asset:nobody", "No asset's name begins with nobody."),
                    ("after:soon", "is no time"),
                ):
                    await person.press("end", "ctrl+u")
                    await person.type(text)
                    await person.sees(complaint)
                await person.press("escape")
                await person.settled()
                await person.press("s")
                await person.until(lambda: person.headline.endswith("1 matches"), "the dead one")
                assert person.pane.filter_text == "state:dead"


async def test_thousands_page_by_page_and_new_ones_on_top(path: Path) -> None:
    with opened(path) as desk:
        desk.webhook("https://hooks.example.com/x", "Helpdesk", events=GRANTS, ordered=False)
        since = datetime.now(UTC) - timedelta(days=1)
        with desk.store.write() as session:
            for number in range(MANY):
                data = {"state": "", "words": f"number {number}", "diagnosis": None}
                at = since + timedelta(seconds=number)
                events.emit(session, Event.GRANT_FAILED, desk.assets[0].id, data, at=at)
        async with at_console(path, size=(120, 40)) as person:
            await at_webhooks(person)
            await at_deliveries(person)
            assert person.headline == f"Helpdesk: {MANY:,} deliveries · {MANY:,} wait"
            await person.press("end")
            await person.settled()
            assert person.pane.table.cursor == MANY - 1
            assert person.pane.table.current.id == 1  # type: ignore[union-attr]
            fails(desk, asset=1, count=2)
            await person.until(lambda: "2 new: Home" in person.headline, "two new ones")
            assert person.pane.table.current.id == 1  # type: ignore[union-attr]
            await person.press("home")
            await person.until(lambda: "new" not in person.headline, "nothing new")
            assert person.pane.table.current.asset_name == "Orders"  # type: ignore[union-attr]


async def test_the_deliveries_of_all_webhooks(path: Path) -> None:
    with opened(path) as desk:
        for name in ("Helpdesk", "Ticketing"):
            desk.webhook(f"https://{name.lower()}.example.com/x", name, events=GRANTS)
        fails(desk)
        async with at_console(path, size=(120, 40)) as person:
            await at_webhooks(person)
            await at_deliveries(person)
            assert person.headline.startswith("Helpdesk: 1 delivery")
            await person.press("escape", "a")
            await person.until(lambda: person.headline == "All webhooks: 2 deliveries", "all of them")
            await person.sees("Ticketing")


# What is in a delivery


async def test_the_request_of_an_event_without_mail_needs_the_secret_alone(path: Path) -> None:
    with opened(path) as desk:
        desk.webhook("https://hooks.example.com/x", "Helpdesk", events=GRANTS)
        fails(desk)
        async with at_console(path, size=(120, 40)) as person:
            await at_webhooks(person)
            await at_deliveries(person)
            await person.press("enter")
            await person.at(DeliveryScreen)
            await person.settled()
            await person.press("b")
            await person.at(RequestScreen)
            assert '"type":"grant.failed"' in words_of(person)
            assert "webhook-signature:v1," in words_of(person)
            assert "4.HMAC-SHA256" in words_of(person)
        assert not [one for one in audit.page(desk.store) if one.action == "message opened"]


async def test_a_mail_in_it_takes_what_opening_a_message_takes(path: Path) -> None:
    toml = path.with_name("postroom.toml")
    toml.write_text(toml.read_text() + "reading_needs_reason = true\n")
    with opened(path) as desk:
        desk.webhook("https://hooks.example.com/x", "Helpdesk")
        (kept,) = desk.receive(mail(1, "A planted sentence."))
        path.with_name("vault.key").unlink()
        async with at_console(path, size=(120, 40)) as person:
            await at_webhooks(person)
            await at_deliveries(person)
            await person.press("enter")
            await person.at(DeliveryScreen)
            await person.settled()
            assert "planted" not in person.text
            await person.press("b")
            await person.at(AskLine)
            await person.press("enter")
            await person.sees("A reason is needed")
            await person.type("ticket 4711")
            await person.press("enter")
            await person.at(PassphraseDialog)
            await person.press("escape")
            await person.at(DeliveryScreen)
            await person.settled()
            assert not _openings(desk)
            await person.press("b")
            await person.at(AskLine)
            await person.type("ticket 4711")
            await person.press("enter")
            await person.at(PassphraseDialog)
            await person.type(PASSPHRASE.get_secret_value())
            await person.press("enter")
            await person.at(RequestScreen)
            assert "Aplantedsentence." in words_of(person)
            assert _openings(desk) == [f"{audit_name(kept.id)} in delivery 1 ticket 4711"]
            await person.settled()
            await person.press("escape", "m")
            await person.at(AskLine)
            await person.type("ticket 4711")
            await person.press("enter")
            await person.at(MessageScreen)
            assert len(_openings(desk)) == 2


def _openings(desk: Desk) -> list[str]:
    return [one.detail for one in audit.page(desk.store) if one.action == "message opened"]


async def test_no_link_to_a_source_is_made_for_the_eye(path: Path) -> None:
    with opened(path) as desk:
        desk.webhook("https://hooks.example.com/x", "Helpdesk", raw=webhooks.RawSource.LINK)
        desk.receive(mail())
        async with at_console(path, size=(120, 40)) as person:
            await at_webhooks(person)
            await at_deliveries(person)
            await person.press("enter")
            await person.at(DeliveryScreen)
            await person.settled()
            await person.press("b")
            await person.at(RequestScreen)
            assert "signature=" not in words_of(person)
            assert '"omitted"' in words_of(person)


async def test_card_numbers_stay_masked(path: Path) -> None:
    with opened(path) as desk:
        desk.webhook("https://hooks.example.com/x", "Helpdesk")
        desk.receive(mail(1, "My card is 4111 1111 1111 1111."), asset=2)
        async with at_console(path, size=(120, 40)) as person:
            await at_webhooks(person)
            await at_deliveries(person)
            await person.press("enter")
            await person.at(DeliveryScreen)
            await person.settled()
            await person.press("b")
            await person.at(RequestScreen)
            assert "Mycardis" in words_of(person)
            assert "4111111111111111" not in words_of(person)


# Hostile endpoints and events


def hostile(text: str) -> Callable[[Request, object], Awaitable[None]]:
    """An endpoint that answers 500 with this body."""
    body = text.encode("utf-8", "surrogatepass")

    async def behave(_request: Request, writer: object) -> None:
        head = f"HTTP/1.1 500 {'Word'}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        writer.write(head + body)  # type: ignore[attr-defined]

    return behave


@pytest.mark.parametrize("name", ATTACKS)
async def test_hostile_answers_are_harmless(path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SafetyNet, "apply", lambda self, segments, background: segments)
    text = ATTACKS[name]
    with opened(path) as desk:
        async with receiving(hostile(text)) as endpoint:
            desk.webhook(endpoint.url, text[:40], events=GRANTS)
            fails(desk, words=text)
            await tried(desk)
            async with at_console(path, size=(100, 40)) as person:
                await at_webhooks(person)
                harmless(person)
                await at_deliveries(person)
                harmless(person)
                await person.press("enter")
                await person.at(DeliveryScreen)
                await person.settled()
                harmless(person)
                await person.press("b")
                await person.at(RequestScreen)
                harmless(person)
                await person.press("escape", "escape", "t")
                await person.sees("How the signature comes about")
                harmless(person)
                await person.press("escape")
                await person.at(MainScreen)
                await person.press("r")
                await person.settled()
                harmless(person)


def harmless(person: Person) -> None:
    for line in person.lines:
        assert dangerous(line) == [], line
    assert person.console.is_running
