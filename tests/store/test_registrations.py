"""Registrations to Webex Engage: what may become of one, and what no program can do to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from store import assets, audit, checks, grants, registrations
from store.assets import Asset
from store.checks import Outcome
from store.database import Store
from store.registrations import (
    AssetRegistered,
    AssetRetired,
    Registration,
    RegistrationError,
    RegistrationState,
)
from store.token_lines import token_counts, token_lines
from store.vault import Vault
from tests.store.kit import NOON, Program, fields, keep_check, raw
from tests.store.oauth_kit import HOUR, consent, made_asset, made_client

SERVICE = "Contact Centre"


def mail_came(store: Store, asset_id: int) -> None:
    """As the receiver leaves it behind after a forwarded mail."""
    now = NOON.isoformat(timespec="milliseconds")
    raw(
        store.path,
        "INSERT INTO inbound_states (asset_id, messages, bytes, first_at, last_at, usual_gap) "
        "VALUES (?, 1, 100, ?, ?, 0)",
        asset_id,
        now,
        now,
    )


@pytest.fixture
def asset(store: Store, vault: Vault) -> Asset:
    """One that may be registered."""
    made = assets.create(store, vault, fields(), inbound_domain="in.example.net")
    keep_check(store, made.id)
    mail_came(store, made.id)
    return made


def actions(store: Store) -> list[str]:
    return [entry.action for entry in audit.page(store)]


def state(store: Store, asset: Asset) -> str:
    (line,) = assets.lines(store, asset.id)
    return line.engage


# Registering


def test_what_is_missing_is_said(store: Store, vault: Vault) -> None:
    made = assets.create(store, vault, fields())
    with pytest.raises(RegistrationError) as refused:
        registrations.record(store, made.id, SERVICE)
    assert "its connection test has never been run and no forwarded message has come yet" in str(
        refused.value
    )
    keep_check(store, made.id, Outcome.FAILED)
    mail_came(store, made.id)
    assert registrations.missing(store, made.id) == ("its connection test has failed",)
    keep_check(store, made.id)
    assert registrations.missing(store, made.id) == ()
    keep_check(store, made.id, Outcome.CANCELLED)
    keep_check(store, made.id, Outcome.FAILED, kind=checks.DOMAIN)
    assert registrations.missing(store, made.id) == ()
    assert registrations.of(store, made.id) is None


def test_registered_by_hand(store: Store, asset: Asset) -> None:
    found = registrations.record(store, asset.id, f"  {SERVICE}\n")
    assert (found.state, found.service, found.how) == ("registered", SERVICE, registrations.BY_HAND)
    assert found.registered_at is not None
    (line,) = assets.lines(store, asset.id)
    assert (line.engage, line.service) == ("registered", SERVICE)
    assert actions(store)[0] == "registered to Engage"
    assert registrations.services(store) == [SERVICE]


@pytest.mark.parametrize("service", ["", "  ", "a\x00b", "a\u202eb", "x" * 201])
def test_a_service_has_a_name(store: Store, asset: Asset, service: str) -> None:
    with pytest.raises(RegistrationError, match="Name the service"):
        registrations.record(store, asset.id, service)


def test_it_is_registered_once(store: Store, asset: Asset) -> None:
    registrations.record(store, asset.id, SERVICE)
    for act in (
        lambda: registrations.record(store, asset.id, "Other"),
        lambda: registrations.begin(store, asset.id, SERVICE, "engage.example.com", "x"),
    ):
        with pytest.raises(RegistrationError, match="a mapping never changes"):
            act()
    with pytest.raises(RegistrationError, match="deleted by somebody else"):
        registrations.record(store, 999, SERVICE)


def test_two_programs_register_at_once(store: Store, asset: Asset) -> None:
    source = """
    from store import registrations
    store = Store.open(Path(sys.argv[1]))
    say("ready"); hear()
    try: registrations.record(store, int(sys.argv[2]), sys.argv[3])
    except registrations.RegistrationError as error: say("refused")
    else: say("done")
    """
    with (
        Program(source, store.path, asset.id, "One") as one,
        Program(source, store.path, asset.id, "Two") as two,
    ):
        for program in (one, two):
            assert program.hear() == "ready"
        for program in (one, two):
            program.say()
        assert sorted([one.hear(), two.hear()]) == ["done", "refused"]
    assert len(registrations.every(store)) == 1


def test_the_file_itself_keeps_the_mapping(store: Store, asset: Asset) -> None:
    registrations.record(store, asset.id, SERVICE)
    for statement in (
        "UPDATE registrations SET service = 'Other'",
        "UPDATE registrations SET asset_id = NULL",
        "UPDATE registrations SET asset_id = asset_id + 1",
        "DELETE FROM registrations",
        "DELETE FROM assets",
    ):
        with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys=ON")
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)
    assert state(store, asset) == "registered"


def test_an_edit_leaves_it_as_it_is(store: Store, vault: Vault, asset: Asset) -> None:
    registrations.record(store, asset.id, SERVICE)
    renamed = asset.fields().model_copy(update={"name": "New name"})
    assets.update(store, vault, asset.id, renamed, version=asset.version)
    assert state(store, asset) == "registered"
    registrations.retire(store, asset.id)
    (found,) = registrations.every(store)
    assert found.asset_name == "New name"


# Unknown


def begun(store: Store, asset: Asset) -> Registration:
    return registrations.begin(store, asset.id, SERVICE, "engage.example.com", "postroom_1")


def test_it_is_unknown_before_anything_is_sent(store: Store, asset: Asset) -> None:
    found = begun(store, asset)
    assert found.state is RegistrationState.UNKNOWN
    assert found.is_under_way(datetime.now(UTC))
    assert not found.is_under_way(datetime.now(UTC) + timedelta(seconds=61))
    assert not found.is_under_way(datetime.now(UTC) - timedelta(hours=1))
    assert state(store, asset) == "unknown"
    with pytest.raises(RegistrationError, match="at this moment"):
        registrations.settle(store, asset.id, registered=True)


def test_the_answer_makes_it_registered_or_nothing(store: Store, asset: Asset) -> None:
    refused = begun(store, asset)
    assert registrations.answered(store, refused.id, registered=False, words="422") is None
    assert registrations.of(store, asset.id) is None
    taken = begun(store, asset)
    found = registrations.answered(store, taken.id, registered=True, words="201")
    assert found is not None
    assert found.state is RegistrationState.REGISTERED
    assert actions(store)[:2] == ["registered to Engage", "Engage registration asked for"]
    assert registrations.answered(store, taken.id, registered=False, words="late") == found


@pytest.mark.parametrize("registered", [True, False])
def test_a_person_settles_what_was_left_open(store: Store, asset: Asset, registered: bool) -> None:
    registrations.left_open(store, begun(store, asset).id, "It did not answer.")
    with pytest.raises(RegistrationError, match="may be registered already"):
        begun(store, asset)
    found = registrations.settle(store, asset.id, registered=registered)
    assert (found is not None) is registered
    assert state(store, asset) == ("registered" if registered else "")
    with pytest.raises(RegistrationError, match="nothing to settle"):
        registrations.settle(store, asset.id, registered=registered)


def test_a_program_that_is_killed_in_the_middle_leaves_it_unknown(store: Store, asset: Asset) -> None:
    source = """
    from store import registrations
    store = Store.open(Path(sys.argv[1]))
    registrations.begin(store, int(sys.argv[2]), "Desk", "engage.example.com", "postroom_2")
    say("sent"); hear()
    """
    with Program(source, store.path, asset.id) as program:
        assert program.hear() == "sent"
        with pytest.raises(RegistrationError, match="at this moment"):
            registrations.settle(store, asset.id, registered=True)
        program.kill()
    found = registrations.of(store, asset.id)
    assert found is not None
    assert found.state is RegistrationState.UNKNOWN
    assert not found.is_under_way(datetime.now(UTC))
    assert registrations.settle(store, asset.id, registered=True) is not None


# Retired


def test_retired_and_taken_back(store: Store, asset: Asset) -> None:
    with pytest.raises(RegistrationError, match="only a registered asset"):
        registrations.retire(store, asset.id)
    registrations.record(store, asset.id, SERVICE)
    found = registrations.retire(store, asset.id)
    assert found.state is RegistrationState.RETIRED
    assert found.retired_at is not None
    with store.read() as session, pytest.raises(AssetRetired, match="Help desk is retired"):
        registrations.refuse_retired(session, asset.id, asset.name)
    with pytest.raises(RegistrationError, match="is retired"):
        registrations.retire(store, asset.id)
    assert registrations.take_back(store, asset.id).state is RegistrationState.REGISTERED
    with store.read() as session:
        assert registrations.retired(session) == set()
    assert actions(store)[:2] == ["asset taken back into use", "asset retired"]


def test_nobody_waits_for_the_tokens_of_a_retired_asset(store: Store, vault: Vault) -> None:
    asset_id = made_asset(store, vault, "Sales", oauth_client_id=made_client(store, vault).id)
    keep_check(store, asset_id)
    mail_came(store, asset_id)
    consent(store, vault, asset_id)
    assert grants.due(store, NOON + HOUR) == [asset_id]
    assert sum(token_counts(store, NOON, NOON)) == 1
    registrations.record(store, asset_id, SERVICE)
    registrations.retire(store, asset_id)
    assert grants.due(store, NOON + HOUR) == []
    assert token_lines(store) == []
    assert sum(token_counts(store, NOON, NOON)) == 0
    assert [line.asset_id for line in token_lines(store, retired=True)] == [asset_id]


# Deleting


def test_a_registered_asset_is_not_deleted(store: Store, vault: Vault, asset: Asset) -> None:
    other = assets.create(store, vault, fields("Other"))
    registrations.record(store, asset.id, SERVICE)
    for _ in range(2):
        with pytest.raises(AssetRegistered, match="not deleted but retired"):
            assets.delete(store, vault, [other.id, asset.id])
        assert len(assets.names(store)) == 2
        found = registrations.of(store, asset.id)
        assert found is not None
        if found.state is RegistrationState.REGISTERED:
            registrations.retire(store, asset.id)


def test_one_that_may_be_registered_is_not_deleted_either(store: Store, vault: Vault, asset: Asset) -> None:
    begun(store, asset)
    with pytest.raises(AssetRegistered, match="settle that first"):
        assets.delete(store, vault, [asset.id])
    with pytest.raises(RegistrationError, match="changed meanwhile"):
        assets.delete_registered(store, vault, asset.id, service=SERVICE, export="x.json")


def test_deleted_all_the_same_it_leaves_a_tombstone(store: Store, vault: Vault, asset: Asset) -> None:
    registrations.record(store, asset.id, SERVICE)
    with pytest.raises(RegistrationError, match="changed meanwhile"):
        assets.delete_registered(store, vault, asset.id, service="Other", export="x.json")
    assets.delete_registered(store, vault, asset.id, service=SERVICE, export="/tmp/x.json")
    assert assets.names(store) == {}
    (grave,) = registrations.every(store)
    assert (grave.state, grave.asset_id) == (RegistrationState.TOMBSTONE, None)
    assert (grave.asset_name, grave.address, grave.service) == (asset.name, asset.address, SERVICE)
    assert grave.forwarding_address == asset.forwarding_address
    newest = audit.page(store)[0]
    assert newest.action == "registered asset deleted"
    assert "/tmp/x.json" in newest.detail
    assert newest.asset_id == asset.id
    again = assets.create(store, vault, fields())
    assert registrations.of(store, again.id) is None
    with pytest.raises(sqlite3.IntegrityError, match="kept for good"):
        raw(store.path, "DELETE FROM registrations")
