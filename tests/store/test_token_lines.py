"""Lines of the list of tokens: the earlier of two deadlines, the earliest first, 10,000 by one query."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert
from sqlmodel import SQLModel

from store import assets, deadlines, grants
from store.assets import AssetRow, SignIn
from store.database import Store
from store.deadlines import Deadline, DeadlineRow
from store.grants import GrantRow, GrantState
from store.token_lines import LINES, TokenLine, token_counts, token_lines
from store.vault import Vault
from tests.store.kit import CHEAP, NOON, PASSPHRASE, fields
from tests.store.oauth_kit import DAY, HOUR, claimed, consent, failed, made_asset, made_client, plans


def ends(store: Store, subject: str, at: datetime | None, reason: str = "It ends.") -> None:
    with store.write() as session:
        deadlines.put(session, subject, Deadline(at, reason, "owner") if at else None)


def test_a_line_tells_all_of_a_grant_and_its_client(store: Store, vault: Vault) -> None:
    client = made_client(store, vault, "Ärger app")
    asset_id = made_asset(
        store, vault, oauth_client_id=client.id, owner="owner@example.com", provider="gmail"
    )
    consent(store, vault, asset_id, deadline=Deadline(NOON + 9 * DAY, "The refresh token ends.", "owner"))
    line = TokenLine(
        asset_id=asset_id,
        name="Help desk",
        address="Help.desk@example.com",
        provider="gmail",
        sign_in="oauth",
        owner="owner@example.com",
        client_id=client.id,
        client_name="Ärger app",
        state="valid",
        expires_at=NOON + HOUR,
        next_refresh_at=NOON + timedelta(minutes=55),
        has_refresh=True,
        failures=0,
        diagnosis=None,
        deadline_at=NOON + 9 * DAY,
        deadline_reason="The refresh token ends.",
        deadline_who="owner",
    )
    assert token_lines(store) == [line]
    times = (line.expires_at, line.next_refresh_at, line.deadline_at)
    assert {time.tzinfo for time in times if time} == {UTC}
    claimed(store, asset_id)
    fault = failed(asset_id, GrantState.CLIENT_FAULT, next_refresh_at=None, deadline=None)
    grants.keep_failure(store, [fault], owner="me")
    (found,) = token_lines(store)
    assert found == line._replace(
        state="client_fault",
        next_refresh_at=None,
        failures=1,
        diagnosis="oauth-busy",
        deadline_at=None,
        deadline_reason=None,
        deadline_who=None,
    )
    assert isinstance(found.has_refresh, bool)


def test_an_asset_without_a_grant_has_a_line_of_its_own(store: Store, vault: Vault) -> None:
    asset_id = made_asset(store, vault)
    (line,) = token_lines(store)
    assert (line.asset_id, line.state, line.client_id, line.client_name) == (asset_id, "none", None, None)
    assert (line.expires_at, line.deadline_at, line.deadline_reason) == (None, None, None)
    assert line.has_refresh is False


def test_a_password_has_a_line_where_it_has_a_deadline(store: Store, vault: Vault) -> None:
    client = made_client(store, vault)
    plain, bound = (
        assets.create(store, vault, fields(name, oauth_client_id=client.id)).id for name in ("One", "Two")
    )
    ends(store, f"oauth_client:{client.id}", NOON)
    assert token_lines(store) == []
    ends(store, f"asset:{bound}", NOON + DAY, "Basic authentication ends.")
    (line,) = token_lines(store)
    assert (line.asset_id, line.sign_in, line.state) == (bound, "password", "none")
    assert (line.deadline_at, line.deadline_reason) == (NOON + DAY, "Basic authentication ends.")
    assert line.client_id is None  # it does not sign in through it
    assert token_lines(store, plain) == []


@pytest.mark.parametrize(
    ("own", "clients", "told"),
    [
        (None, None, None),
        (2, None, "own"),
        (None, 2, "client's"),
        (1, 2, "own"),
        (2, 1, "client's"),
        (2, 2, "own"),
    ],
)
def test_the_earlier_of_an_assets_and_its_clients_deadline_is_told(
    store: Store, vault: Vault, own: int | None, clients: int | None, told: str | None
) -> None:
    client = made_client(store, vault)
    asset_id = made_asset(store, vault, oauth_client_id=client.id)
    elsewhere = made_asset(store, vault, "Elsewhere")
    ends(store, f"asset:{asset_id}", NOON + own * DAY if own else None, "own")
    ends(store, f"oauth_client:{client.id}", NOON + clients * DAY if clients else None, "client's")
    (line,) = token_lines(store, asset_id)
    earliest = min((NOON + days * DAY for days in (own, clients) if days), default=None)
    assert (line.deadline_at, line.deadline_reason) == (earliest, told)
    assert line.deadline_who == ("owner" if told else None)
    assert token_lines(store, elsewhere)[0].deadline_at is None


def test_one_client_that_ends_ends_all_its_assets(store: Store, vault: Vault) -> None:
    client, other = made_client(store, vault), made_client(store, vault, "Other")
    ids = [
        made_asset(store, vault, f"Desk {number}", oauth_client_id=(client, other)[number % 2].id)
        for number in range(6)
    ]
    consent(store, vault, *ids, deadline=Deadline(NOON + 9 * DAY, "own", "owner"))
    ends(store, f"oauth_client:{client.id}", NOON, "client's")
    assert [line.asset_id for line in token_lines(store)] == ids[::2] + ids[1::2]
    assert [line.deadline_reason for line in token_lines(store)] == ["client's"] * 3 + ["own"] * 3


def test_one_line_is_had_by_itself(store: Store, vault: Vault) -> None:
    made_asset(store, vault, "One")
    two = made_asset(store, vault, "Two")
    assert token_lines(store, two) == [line for line in token_lines(store) if line.asset_id == two]
    assert token_lines(store, 99) == []


# sorted


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[int], list[int]]]:
    """A store with six assets, two for each of two clients, and their ids."""
    store = Store.open(tmp_path_factory.mktemp("lines") / "postroom.db")
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    clients = [made_client(store, vault, f"App {number}").id for number in range(2)]
    ids = [
        made_asset(
            store, vault, f"{'bA'[number % 2]} {number}", oauth_client_id=(*clients, None)[number // 2]
        )
        for number in range(6)
    ]
    yield store, ids, clients
    store.close()


HOURS = st.none() | st.integers(0, 4)


@given(st.lists(HOURS, min_size=6, max_size=6), st.lists(HOURS, min_size=2, max_size=2))
def test_the_earliest_comes_first_then_by_name_and_those_without_last(
    desk: tuple[Store, list[int], list[int]], own: list[int | None], clients: list[int | None]
) -> None:
    store, ids, client_ids = desk
    with store.write() as session:
        for word, subjects, hours in (("asset", ids, own), ("oauth_client", client_ids, clients)):
            for id_, hour in zip(subjects, hours, strict=True):
                one = None if hour is None else Deadline(NOON + hour * HOUR, f"{word} {id_}", "owner")
                deadlines.put(session, f"{word}:{id_}", one)
    both = [[own[number], [*clients, None][number // 2]] for number in range(6)]
    earliest = [min((hour for hour in hours if hour is not None), default=99) for hours in both]
    order = sorted(range(6), key=lambda number: (earliest[number], "ba"[number % 2], number))
    found = token_lines(store)
    assert [line.asset_id for line in found] == [ids[number] for number in order]
    times = [None if earliest[number] == 99 else NOON + earliest[number] * HOUR for number in order]
    assert [line.deadline_at for line in found] == times


# ten thousand


MANY = 10_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with 10,000 grants of 20 clients, deadlines in no order."""
    store = Store.open(tmp_path_factory.mktemp("many") / "postroom.db")
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    clients = [made_client(store, vault, f"App {number}").id for number in range(20)]
    stamps = {"created_at": NOON, "updated_at": NOON}
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {AssetRow: [], GrantRow: [], DeadlineRow: []}
    for number in range(1, MANY + 1):
        given = fields(f"Desk {number:05}", sign_in=SignIn.OAUTH, oauth_client_id=clients[number % 20])
        keys = {"name_key": given.name.casefold(), "address_key": given.address.casefold()}
        rows[AssetRow].append({"id": number, **given.model_dump(mode="json"), **keys, **stamps})
        due = NOON + timedelta(seconds=number * 7_919 % 3_600)
        rows[GrantRow].append(
            {"asset_id": number, "state": "valid", "expires_at": due, "next_refresh_at": due}
        )
        at = NOON + timedelta(minutes=number * 7_919 % 129_600)
        rows[DeadlineRow].append({"subject": f"asset:{number}", "at": at, "reason": "x" * 60, "who": "owner"})
    with store.write() as session:
        for table, values in rows.items():
            session.execute(insert(table), values)
        for number, client_id in enumerate(clients[::2]):
            one = Deadline(NOON + number * 9 * DAY, "The client secret ends.", "admin")
            deadlines.put(session, f"oauth_client:{client_id}", one)
    yield store
    store.close()


def fastest(act: Callable[[], object]) -> float:
    """Processor time of the fastest of nine runs, in milliseconds."""
    times = []
    for _ in range(9):
        begun = time.process_time()
        act()
        times.append(time.process_time() - begun)
    return min(times) * 1_000


def test_ten_thousand_lines_cost_little_more_than_sqlite_takes_for_them(many: Store) -> None:
    with closing(sqlite3.connect(many.path)) as connection:
        bare = fastest(
            lambda: connection.execute(
                LINES.text, {"asset_id": None, "most": -1, "retired": False}
            ).fetchall()
        )
    whole = fastest(lambda: token_lines(many))
    print(f"{MANY:,} lines: {whole:.1f} ms, of which SQLite {bare:.1f} ms")
    assert whole < 3 * bare
    found = token_lines(many)
    assert len(found) == MANY
    times = [line.deadline_at for line in found if line.deadline_at]
    assert times == sorted(times)
    assert len(times) == MANY


@pytest.mark.parametrize("most", [None, 200])
def test_assets_clients_and_registrations_are_gone_through_once_and_all_else_is_looked_up(
    many: Store, most: int | None
) -> None:
    plan = plans(many, lambda: token_lines(many, most=most))
    assert plan[-1] == "USE TEMP B-TREE FOR ORDER BY"
    assert sorted(line for line in plan if line.startswith("SCAN")) == ["SCAN a", "SCAN o", "SCAN r"]
    looked_up = [line for line in plan if line.startswith("SEARCH")]
    assert {line.split()[1] for line in looked_up} == {"c", "d", "e", "g"}
    assert all(" USING " in line for line in looked_up)


NUMBERS = st.integers(-10, 20)


@given(st.lists(st.tuples(NUMBERS, st.booleans(), st.sampled_from(GrantState)), min_size=6, max_size=6))
def test_the_counts_are_those_of_the_lines(
    desk: tuple[Store, list[int], list[int]], drawn: list[tuple[int, bool, GrantState]]
) -> None:
    store, ids, client_ids = desk
    rows = [
        {"asset_id": id_, "state": state.value, "made_by": client_ids[0] if other else None, "made_as": "x"}
        for id_, (_days, other, state) in zip(ids, drawn, strict=True)
    ]
    with store.write() as session:
        session.execute(delete(GrantRow))
        session.execute(insert(GrantRow), rows)
        for id_, (days, _other, _state) in zip(ids, drawn, strict=True):
            one = Deadline(NOON + days * DAY, "It ends.", "owner") if days < 15 else None
            deadlines.put(session, f"asset:{id_}", one)
            deadlines.put(session, f"oauth_client:{client_ids[0]}", one)
    counted = Counter(_group(line) for line in token_lines(store))
    assert token_counts(store, NOON, NOON + 7 * DAY)._asdict() == {
        group: counted[group] for group in ("now", "soon", "well")
    }


def _group(line: TokenLine) -> str:
    """As the list of tokens groups it."""
    if line.state not in ("valid", "retrying") or (line.deadline_at and line.deadline_at <= NOON):
        return "now"
    return "soon" if line.deadline_at and line.deadline_at <= NOON + 7 * DAY else "well"


def test_the_first_lines_are_those_of_the_whole(many: Store) -> None:
    assert token_lines(many, most=200) == token_lines(many)[:200]


def test_the_first_lines_and_the_counts_are_had_in_a_part_of_the_time(many: Store) -> None:
    first = fastest(lambda: token_lines(many, most=200))
    counts = fastest(lambda: token_counts(many, NOON, NOON + 7 * DAY))
    whole = fastest(lambda: token_lines(many))
    print(f"the first 200 of {MANY:,}: {first:.1f} ms, counts {counts:.1f} ms, all {whole:.1f} ms")
    assert first + counts < whole


def test_what_is_due_among_ten_thousand_is_found_by_its_index(many: Store) -> None:
    due = fastest(lambda: grants.due(many, NOON + timedelta(minutes=1), limit=50))
    whole = fastest(lambda: token_lines(many))
    print(f"50 due of {MANY:,}: {due:.2f} ms")
    assert due < whole / 4
