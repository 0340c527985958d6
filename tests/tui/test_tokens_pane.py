"""The Tokens pane: the first rows at once, all others after, figures by the second, and own verbs at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from live.rehearsal.endpoints import Endpoints
from store import grants
from store.assets import Asset, AssetRow, SignIn
from store.database import Store
from store.deadlines import DeadlineRow
from store.grants import GrantRow
from store.oauth_clients import OAuthClientRow
from store.token_lines import TokenLine
from tests.tui.oauth_kit import OAuthDesk, with_grant
from tests.tui.person import at_console
from tui import app, times, token_list
from tui.dialogs.token_by_hand import TokenByHand
from tui.panes import tokens
from tui.panes.tokens import TokensPane
from tui.token_list import Group

WIDE = (120, 40)
NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
MANY = 500


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The console's clock, which stands still until it is set."""
    hands = [NOW]
    monkeypatch.setattr(times, "now", lambda: hands[0])
    return hands


@pytest.fixture
def many(empty_store: Path) -> Path:
    """A store with more grants than are read at first, each with a deadline of its own."""
    store = Store.open(empty_store)
    stamps = {"created_at": NOW, "updated_at": NOW}
    client = {"id": 1, "name": "Desk app", "name_key": "desk app", "provider": "custom", "version": 1}
    texts = dict.fromkeys(
        ("flow", "client_type", "client_id", "tenant", "authorization_url", "token_url"), ""
    )
    more = dict.fromkeys(
        ("refresh_url", "device_url", "revocation_url", "scope", "callback_url", "publishing", "test_users"),
        "",
    )
    with store.write() as session:
        session.execute(insert(OAuthClientRow), [{**client, **texts, **more, **stamps}])
        session.execute(insert(AssetRow), [{**asset(number), **stamps} for number in range(1, MANY + 1)])
        session.execute(insert(GrantRow), [grant(number) for number in range(1, MANY + 1)])
        session.execute(
            insert(DeadlineRow),
            [
                {
                    "subject": f"asset:{number}",
                    "at": NOW + timedelta(days=number),
                    "reason": "The grant ends.",
                    "who": "operator",
                }
                for number in range(1, MANY + 1)
            ],
        )
    store.close()
    return empty_store


def asset(number: int) -> dict[str, object]:
    name = f"Desk {number:04}"
    return {
        "id": number,
        "name": name,
        "name_key": name.casefold(),
        "address": f"desk-{number}@example.com",
        "address_key": f"desk-{number}@example.com",
        "provider": "custom",
        "sign_in": SignIn.OAUTH.value,
        "host": "smtp.example.com",
        "port": 587,
        "security": "starttls",
        "oauth_client_id": 1,
    }


def grant(number: int) -> dict[str, object]:
    ends = NOW + timedelta(hours=5, minutes=30)
    return {
        "asset_id": number,
        "state": "valid",
        "expires_at": ends,
        "next_refresh_at": ends,
        "has_refresh": True,
    }


@pytest.fixture
def no_deadlines_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadlines stay as they were written here."""
    monkeypatch.setattr("live.deadlines.restate", lambda *_: 0)


@pytest.mark.usefixtures("no_deadlines_anew", "clock")
async def test_the_first_rows_are_shown_with_the_counts_of_all(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[tuple[int, tuple[int, int, int], bool]] = []
    take = TokensPane._take

    def noted(pane: TokensPane, read: tokens.Read) -> None:
        take(pane, read)
        reads.append((len(pane.table.records), read.counts, pane.table.records.at(0) is not None))

    monkeypatch.setattr(TokensPane, "_take", noted)
    async with at_console(many, size=WIDE) as person:
        await person.go("tokens")
        await person.settled()
        assert reads == [(MANY, (0, 7, MANY - 7), True)] * 2
        assert person.headline == f"Nobody is needed now · 7 this week · {MANY - 7} well"
        assert isinstance(person.pane, TokensPane)
        assert len(person.pane.rows) == MANY
        await person.press("end")
        await person.sees("Desk 0500")
        await person.press("/")
        await person.type("0499")
        await person.until(lambda: person.headline.startswith(f"1 of {MANY} shown"), "one row")


@pytest.mark.usefixtures("no_deadlines_anew", "clock")
async def test_the_rows_that_follow_repaint_nothing(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    whole = TokensPane._take

    def noted(pane: TokensPane, read: tokens.Read) -> None:
        if read.whole:
            monkeypatch.setattr(pane.table, "refresh", lambda *regions, **_: painted.append(len(regions)))
        whole(pane, read)

    monkeypatch.setattr(TokensPane, "_take", noted)
    async with at_console(many, size=WIDE) as person:
        await person.go("tokens")
        await person.settled()
        assert painted == []
        await person.sees("Desk 0001")


@pytest.mark.usefixtures("no_deadlines_anew")
async def test_a_row_whose_time_has_come_is_seen_within_a_second_or_two(
    many: Path, clock: list[datetime]
) -> None:
    async with at_console(many, size=WIDE) as person:
        await person.go("tokens")
        await person.sees("in 1 d")
        clock[0] = NOW + timedelta(days=1, seconds=1)
        await person.until(
            lambda: person.headline.startswith("1 needs a person now · 7 this week"), "one more"
        )
        clock[0] = NOW + timedelta(days=1, hours=2)
        await person.sees("in 22 h")


def test_the_turn_is_when_the_first_row_changes_its_group() -> None:
    def line(ends: timedelta | None) -> TokenLine:
        at = NOW + ends if ends is not None else None
        return TokenLine(
            1, "Desk", "desk@example.com", "gmail", "oauth", "", 1, "App", "valid", None, None, True, 0, None,
            at, "It ends.", "operator",
        )  # fmt: skip

    day = timedelta(days=1)
    lines = [line(None), line(-day), line(20 * day), line(3 * day), line(9 * day)]
    turn = token_list.turn(lines, NOW)
    assert turn == NOW + 2 * day
    assert [token_list.grouped(one, NOW) for one in lines] == [
        token_list.grouped(one, turn - day / 9) for one in lines
    ]
    assert token_list.grouped(lines[4], turn) is Group.SOON
    assert token_list.turn(lines[:2], NOW) is None


# What its own verbs did


@pytest.fixture
def desk(empty_store: Path, endpoints: Endpoints) -> OAuthDesk:
    return OAuthDesk(empty_store, endpoints)


@pytest.fixture
def connected(desk: OAuthDesk) -> Asset:
    """A mailbox with a grant."""
    return with_grant(desk, "Reservations", desk.client("office365"))


@pytest.mark.usefixtures("connected")
async def test_what_a_verb_did_is_seen_when_it_is_told(
    desk: OAuthDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when the store is next looked at: a key that is pressed at once meets what was told."""
    monkeypatch.setattr(app, "WATCH_SECONDS", 3_600)
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        await person.press("X")
        await person.sees("Revoke the grant of Reservations?")
        await person.press("y")
        await person.is_told("The grant of Reservations is gone")
        await person.press("r")
        await person.is_told("Reservations has no grant yet; n generates one.")


async def test_a_token_that_was_generated_can_be_renewed_at_once(
    desk: OAuthDesk, connected: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "WATCH_SECONDS", 3_600)
    with desk.opened() as (store, vault):
        with store.read() as session:
            token = grants.refresh_token(session, vault, connected.id)
        with store.write() as session:
            grants.forget(session, vault, connected.id)
    assert token
    async with at_console(desk.path, size=WIDE) as person:
        await person.go("tokens")
        await person.press("n")
        await person.sees("get its token?")
        await person.press("t")
        await person.at(TokenByHand)
        await person.type(token.get_secret_value())
        await person.press("enter")
        await person.is_told("Reservations signs in with its new token.")
        await person.press("r")
        await person.is_told("1 renewed.")
