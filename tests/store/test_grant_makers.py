"""A grant is its asset's only with the OAuth client that made it, and again once the asset has that back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store import assets, grants, oauth_clients
from store.database import Store
from store.grants import Grant, GrantState, Maker, MakerChanged, maker_of
from store.oauth_clients import Flow, OAuthClient
from store.token_lines import TokenLine, token_lines
from store.vault import Vault
from tests.store.kit import CHEAP, NOON, PASSPHRASE
from tests.store.oauth_kit import HOUR, claimed, consent, failed, grant, held, kept, made_asset, made_client
from tests.store.past.write import DUMPS

LATER = NOON + HOUR


@pytest.fixture
def client(store: Store, vault: Vault) -> OAuthClient:
    return made_client(store, vault, "Desk app", tenant="contoso.example")


@pytest.fixture
def asset_id(store: Store, vault: Vault, client: OAuthClient) -> int:
    """An asset with a grant of its client, which is due."""
    made = made_asset(store, vault, oauth_client_id=client.id)
    consent(store, vault, made)
    return made


def edit_client(store: Store, vault: Vault, client: OAuthClient, **changed: Any) -> OAuthClient:
    now = oauth_clients.by_id(store, vault, client.id)
    assert now
    fields = now.fields().model_copy(update=changed)
    return oauth_clients.update(store, vault, client.id, fields, version=now.version)


def take(store: Store, vault: Vault, asset_id: int, client_id: int | None) -> None:
    """Give the asset another client."""
    now = assets.by_id(store, vault, asset_id)
    assert now
    fields = now.fields().model_copy(update={"oauth_client_id": client_id})
    assets.update(store, vault, asset_id, fields, version=now.version)


def seen(store: Store, asset_id: int) -> tuple[Grant, TokenLine, list[int]]:
    """As all who ask see it, which is the same."""
    one, (line,) = grant(store, asset_id), token_lines(store, asset_id)
    assert (one.state.value, one.made_with) == (line.state, line.made_with)
    return one, line, grants.due(store, LATER)


def assert_good(store: Store, asset_id: int) -> None:
    one, _line, due = seen(store, asset_id)
    assert (one.state, one.made_with, due) == (GrantState.VALID, "", [asset_id])


def assert_anothers(store: Store, asset_id: int, made_with: str) -> None:
    one, _line, due = seen(store, asset_id)
    assert (one.state, one.made_with, due) == (GrantState.CONSENT_REQUIRED, made_with, [])


def test_a_grant_is_of_the_client_that_its_asset_had(
    store: Store, asset_id: int, client: OAuthClient
) -> None:
    assert_good(store, asset_id)
    one = grant(store, asset_id)
    assert (one.made_by, one.made_as) == (client.id, f"contoso.example {client.client_id}")


def test_with_another_client_it_needs_a_new_consent_and_is_good_again_with_its_own(
    store: Store, vault: Vault, asset_id: int, client: OAuthClient
) -> None:
    other = made_client(store, vault, "Other app", tenant="contoso.example")
    take(store, vault, asset_id, other.id)
    assert_anothers(store, asset_id, "the client Desk app")
    edit_client(store, vault, client, name="Old app")
    assert_anothers(store, asset_id, "the client Old app")
    assert held(store, vault, asset_id) == ("1", "1")
    take(store, vault, asset_id, client.id)
    assert_good(store, asset_id)


@pytest.mark.parametrize(
    ("changed", "made_with"),
    [
        ({"client_id": "another"}, "the client ID 00000000-0000-4000-8000-000000000001"),
        ({"client_id": "another", "tenant": ""}, "the client ID 00000000-0000-4000-8000-000000000001"),
        ({"tenant": "fabrikam.example"}, "the tenant contoso.example"),
        ({"tenant": ""}, "the tenant contoso.example"),
    ],
)
def test_a_client_with_another_id_or_tenant_is_another(
    store: Store, vault: Vault, asset_id: int, client: OAuthClient, changed: dict[str, str], made_with: str
) -> None:
    edit_client(store, vault, client, **changed)
    assert_anothers(store, asset_id, made_with)
    edit_client(store, vault, client, client_id=client.client_id, tenant=client.tenant)
    assert_good(store, asset_id)


def test_a_tenant_where_there_was_none_makes_another(store: Store, vault: Vault) -> None:
    client = made_client(store, vault)
    asset_id = made_asset(store, vault, oauth_client_id=client.id)
    consent(store, vault, asset_id)
    assert_good(store, asset_id)
    edit_client(store, vault, client, tenant="contoso.example")
    assert_anothers(store, asset_id, "no tenant ID")


def test_all_else_of_a_client_may_change(
    store: Store, vault: Vault, asset_id: int, client: OAuthClient
) -> None:
    edit_client(store, vault, client, name="New name", scope="https://mail.example.com/")
    assert_good(store, asset_id)


def test_a_client_that_was_deleted_is_told_by_its_id(
    store: Store, vault: Vault, asset_id: int, client: OAuthClient
) -> None:
    other = made_client(store, vault, "Other app")
    take(store, vault, asset_id, other.id)
    oauth_clients.delete(store, vault, client.id)
    assert_anothers(store, asset_id, f"a client that was deleted (client ID {client.client_id})")


def test_without_a_client_the_grant_waits_for_it(
    store: Store, vault: Vault, asset_id: int, client: OAuthClient
) -> None:
    take(store, vault, asset_id, None)
    assert seen(store, asset_id)[0].made_with == ""
    take(store, vault, asset_id, client.id)
    assert_good(store, asset_id)


def test_what_was_had_with_no_known_client_is_left_alone(store: Store, vault: Vault) -> None:
    asset_id = made_asset(store, vault)
    consent(store, vault, asset_id)
    assert (grant(store, asset_id).made_by, grant(store, asset_id).made_as) == (None, "")
    take(store, vault, asset_id, made_client(store, vault).id)
    assert_good(store, asset_id)


def test_a_new_consent_makes_it_the_new_clients(
    store: Store, vault: Vault, asset_id: int, client: OAuthClient
) -> None:
    other = made_client(store, vault, "Other app")
    take(store, vault, asset_id, other.id)
    consent(store, vault, asset_id, number=2, maker=maker_of(other.id, other))
    assert_good(store, asset_id)
    take(store, vault, asset_id, client.id)
    assert_anothers(store, asset_id, "the client Other app")


def test_a_consent_for_a_client_that_is_no_longer_the_assets_is_not_kept(
    store: Store, vault: Vault, asset_id: int, client: OAuthClient
) -> None:
    then = maker_of(client.id, client)
    take(store, vault, asset_id, made_client(store, vault, "Other app").id)
    with pytest.raises(MakerChanged, match="changed meanwhile"):
        consent(store, vault, asset_id, number=2, maker=then)
    assert held(store, vault, asset_id) == ("1", "1")
    assert_anothers(store, asset_id, "the client Desk app")


def test_tokens_that_a_refresh_brought_too_late_are_kept_as_their_clients(
    store: Store, vault: Vault, asset_id: int, client: OAuthClient
) -> None:
    """The refresh token in the store may be dead by then, and the asset may be given its client back."""
    claimed(store, asset_id)
    then = maker_of(client.id, client)
    take(store, vault, asset_id, made_client(store, vault, "Other app").id)
    grants.keep_tokens(store, vault, [kept(asset_id, 2, maker=then)], owner="me")
    assert held(store, vault, asset_id) == ("2", "2")
    assert_anothers(store, asset_id, "the client Desk app")
    take(store, vault, asset_id, client.id)
    assert_good(store, asset_id)


def test_what_failed_before_is_told_again_once_the_client_is_back(
    store: Store, vault: Vault, asset_id: int, client: OAuthClient
) -> None:
    claimed(store, asset_id)
    grants.keep_failure(store, [failed(asset_id, GrantState.CLIENT_FAULT)], owner="me")
    take(store, vault, asset_id, made_client(store, vault, "Other app").id)
    assert_anothers(store, asset_id, "the client Desk app")
    take(store, vault, asset_id, client.id)
    one, line, _ = seen(store, asset_id)
    assert (one.state, line.diagnosis) == (GrantState.CLIENT_FAULT, "oauth-busy")


def test_a_client_that_needs_nobody_gets_new_tokens_by_itself(
    store: Store, vault: Vault, asset_id: int
) -> None:
    take(store, vault, asset_id, made_client(store, vault, "App only", flow=Flow.CLIENT_CREDENTIALS).id)
    one, _line, due = seen(store, asset_id)
    assert (one.state, due) == (GrantState.CONSENT_REQUIRED, [asset_id])


def test_a_revoked_grant_is_nobodys(store: Store, vault: Vault, asset_id: int) -> None:
    with store.write() as session:
        grants.forget(session, vault, asset_id)
    take(store, vault, asset_id, made_client(store, vault, "Other app").id)
    (line,) = token_lines(store, asset_id)
    assert (grants.of(store, asset_id), line.state, line.made_with) == (None, "none", "")


def test_grants_from_before_are_those_of_their_assets_clients(tmp_path: Path) -> None:
    path = tmp_path / "postroom.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((DUMPS / "0002.sql").read_text(encoding="utf-8"))
    path.chmod(0o600)
    store = Store.open(path)
    vault = Vault(store, kdf=CHEAP)
    vault.unlock(PASSPHRASE)
    (line,) = token_lines(store)
    (client,) = oauth_clients.all_clients(store, vault)
    one = grant(store, line.asset_id)
    made = Maker(one.made_by or 0, one.made_as)
    assert (made, one.made_with) == (maker_of(client.id, client), "")
    take(store, vault, line.asset_id, made_client(store, vault, "Other app").id)
    assert grant(store, line.asset_id).made_with == f"the client {client.name}"
    store.close()
