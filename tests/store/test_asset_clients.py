"""Assets and their OAuth clients: one points to the other, and takes what is its own along."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from store import assets, authorizations, deadlines, grants, oauth_clients
from store.assets import AssetError
from store.authorizations import Authorization
from store.database import Store
from store.deadlines import Deadline
from store.oauth_clients import OAuthClientError
from store.vault import Vault
from tests.store.kit import NOON, PASSWORD, Program, fields, raw
from tests.store.oauth_kit import (
    CLIENT_SECRET,
    HOUR,
    claimed,
    client_fields,
    consent,
    kept,
    made_asset,
    made_client,
    plans,
)
from tests.store.past.write import dumped


def test_an_asset_keeps_its_client_and_whether_to_ask_for_consent(store: Store, vault: Vault) -> None:
    client = made_client(store, vault)
    without = fields()
    assert (without.oauth_client_id, without.ask_consent) == (None, False)
    made = assets.create(store, vault, fields("One", oauth_client_id=client.id, ask_consent=True))
    found = assets.by_id(store, vault, made.id)
    assert found == made
    assert (made.oauth_client_id, made.ask_consent) == (client.id, True)
    after = assets.update(store, vault, made.id, fields("One"), version=1)
    assert (after.oauth_client_id, after.ask_consent) == (None, False)


def test_a_client_that_is_gone_is_told_and_nothing_is_kept(store: Store, vault: Vault) -> None:
    client = made_client(store, vault)
    made = assets.create(store, vault, fields())
    oauth_clients.delete(store, vault, client.id)
    before = dumped(store.path)
    again, another = (fields(name, oauth_client_id=client.id) for name in ("Help desk", "Another"))
    with pytest.raises(AssetError, match="The OAuth client was deleted by somebody else"):
        assets.create(store, vault, another, password=PASSWORD)
    with pytest.raises(AssetError, match="The OAuth client was deleted by somebody else"):
        assets.update(store, vault, made.id, again, version=1, password=PASSWORD)
    assert dumped(store.path) == before


def test_a_client_counts_its_assets_and_names_them_in_order(store: Store, vault: Vault) -> None:
    client, other = made_client(store, vault), made_client(store, vault, "Other")
    last, first, middle = (
        made_asset(store, vault, name, oauth_client_id=client.id) for name in ("c", "A", "b")
    )
    made_asset(store, vault, "elsewhere", oauth_client_id=other.id)
    made_asset(store, vault, "nowhere")
    assert oauth_clients.assets_of(store, client.id) == [first, middle, last]
    assert oauth_clients.assets_of(store, 99) == []
    counts = {found.name: found.assets for found in oauth_clients.all_clients(store, vault)}
    assert counts == {"App": 3, "Other": 1}
    asked = plans(store, lambda: oauth_clients.assets_of(store, client.id))
    asked += plans(store, lambda: oauth_clients.by_id(store, vault, client.id))
    looked_for = [line for line in asked if "assets" in line]
    assert len(looked_for) == 2
    assert all("USING" in line and "ix_assets_oauth_client_id" in line for line in looked_for)


@pytest.mark.parametrize(("count", "words"), [(1, "1 asset;"), (2, "2 assets;")])
def test_a_client_that_is_used_is_not_deleted(store: Store, vault: Vault, count: int, words: str) -> None:
    client = oauth_clients.create(store, vault, client_fields(), secret=CLIENT_SECRET)
    using = [made_asset(store, vault, f"Desk {number}", oauth_client_id=client.id) for number in range(count)]
    with store.write() as session:
        deadlines.put(session, f"oauth_client:{client.id}", Deadline(NOON, "The secret ends.", "admin"))
    before = dumped(store.path)
    with pytest.raises(OAuthClientError) as caught:
        oauth_clients.delete(store, vault, client.id)
    assert str(caught.value) == f"The OAuth client App is used by {words} give them another client first."
    assert dumped(store.path) == before
    assets.delete(store, vault, using[1:])
    assets.update(store, vault, using[0], fields("Desk 0"), version=1)
    oauth_clients.delete(store, vault, client.id)
    assert oauth_clients.all_clients(store, vault) == []


def test_the_file_itself_refuses_to_leave_an_asset_without_its_client(store: Store, vault: Vault) -> None:
    client = made_client(store, vault)
    made_asset(store, vault, oauth_client_id=client.id)
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            connection.execute("DELETE FROM oauth_clients")


def test_of_one_that_deletes_a_client_and_one_that_uses_it_at_once_one_is_told(
    store: Store, vault: Vault
) -> None:
    client = made_client(store, vault)
    source = """
        from store import oauth_clients
        store = Store.open(Path(sys.argv[1]))
        vault = Vault(store)
        client_id = int(sys.argv[2])
        say("ready")
        act = hear()
        try:
            if act == "delete": oauth_clients.delete(store, vault, client_id)
            else: assets.create(store, vault, kit.fields(oauth_client_id=client_id))
        except (oauth_clients.OAuthClientError, assets.AssetError) as error: say("told", error)
        else: say("done")
    """
    with Program(source, store.path, client.id) as one, Program(source, store.path, client.id) as two:
        assert [one.hear(), two.hear()] == ["ready", "ready"]
        one.say("delete")
        two.say("use")
        heard = sorted(program.hear().partition(" ")[0] for program in (one, two))
    assert heard == ["done", "told"]
    assert len(oauth_clients.all_clients(store, vault)) == len(assets.names(store))


# what goes with an asset


def everything_of(store: Store, vault: Vault, asset_id: int, client_id: int) -> None:
    """Give an asset one of everything: grant with tokens, event and deadline, and an authorization."""
    consent(store, vault, asset_id)
    begun = Authorization(asset_id, client_id, SecretStr("verifier"), "http://127.0.0.1:1/", NOON)
    authorizations.remember(store, vault, SecretStr(f"state-{asset_id}"), begun, NOON + HOUR)


BY_ASSET = ("grants", "grant_events", "authorizations")
"""Tables with a row for every asset that has something."""


def left(path: Path) -> list[int]:
    """How much there is in every table of the OAuth half, the secrets last."""
    tables = (*BY_ASSET, "deadlines", "secrets")
    return [raw(path, f"SELECT count(*) FROM {table}")[0][0] for table in tables]


@pytest.mark.parametrize("locked", [False, True])
def test_an_asset_is_deleted_with_all_of_its_grant(store: Store, vault: Vault, locked: bool) -> None:
    client = made_client(store, vault)
    doomed, stays = (made_asset(store, vault, name, oauth_client_id=client.id) for name in ("One", "Two"))
    everything_of(store, vault, stays, client.id)
    alone = left(store.path)
    secrets = raw(store.path, "SELECT * FROM secrets")
    everything_of(store, vault, doomed, client.id)
    assert left(store.path) == [2 * count for count in alone] == [2, 2, 2, 2, 6]
    if locked:
        vault.lock()
    assert assets.delete(store, vault, [doomed]) == 1
    assert left(store.path) == alone
    assert raw(store.path, "SELECT * FROM secrets") == secrets
    for table in BY_ASSET:
        assert raw(store.path, f"SELECT asset_id FROM {table}") == [(stays,)]
    assert raw(store.path, "PRAGMA foreign_key_check") == []


def test_a_refresh_that_comes_back_after_the_asset_was_deleted_leaves_nothing(
    store: Store, vault: Vault
) -> None:
    asset_id = made_asset(store, vault)
    consent(store, vault, asset_id)
    claimed(store, asset_id)
    assets.delete(store, vault, [asset_id])
    before = dumped(store.path)
    with pytest.raises(grants.ClaimLost):
        grants.keep_tokens(store, vault, [kept(asset_id)], owner="me")
    with pytest.raises(assets.AssetGone, match="was deleted by somebody else"):
        consent(store, vault, asset_id)
    assert dumped(store.path) == before
