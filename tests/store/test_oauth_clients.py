"""OAuth clients: kept with their secret in one transaction, shared by assets, not deleted under them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from store import audit, deadlines, oauth_clients
from store.database import Store
from store.deadlines import Deadline
from store.oauth_clients import (
    OAuthClientConflict,
    OAuthClientError,
    OAuthClientFields,
    owner_of_secrets,
)
from store.vault import Vault, VaultAbsent, VaultError, VaultLocked
from tests.store.kit import CHEAP, NOON, PASSPHRASE, contents, raw
from tests.store.oauth_kit import ALL_OF_A_CLIENT, CLIENT_SECRET, client_fields, made_client
from tests.store.past.write import dumped

KEY_FILE = SecretStr('{"type": "service_account", "private_key": "planted-' + "k" * 2_400 + '"}')


def secret_of(store: Store, vault: Vault, client_id: int) -> SecretStr | None:
    with store.read() as session:
        return vault.reveal(session, owner_of_secrets(client_id), oauth_clients.SECRET)


# create


def test_every_field_comes_back_as_it_was_given(store: Store, vault: Vault) -> None:
    before = datetime.now(UTC)
    made = oauth_clients.create(store, vault, ALL_OF_A_CLIENT, secret=CLIENT_SECRET)
    found = oauth_clients.by_id(store, vault, made.id)
    assert found == made
    assert made.fields() == ALL_OF_A_CLIENT
    assert (made.version, made.has_secret, made.assets) == (1, True, 0)
    assert made.created_at == made.updated_at
    assert made.created_at.tzinfo == UTC
    assert abs(made.created_at - before).total_seconds() < 60
    assert made.test_user_list == ("one@example.com", ALL_OF_A_CLIENT.test_users.splitlines()[1])
    assert secret_of(store, vault, made.id) == CLIENT_SECRET


def test_what_is_not_given_is_empty(store: Store, vault: Vault) -> None:
    made = made_client(store, vault)
    assert (made.flow, made.client_type, made.publishing) == ("authorization_code", "desktop", "")
    assert (made.secret_ends, made.refresh_url, made.test_user_list) == (None, "", ())
    assert not made.has_secret
    assert secret_of(store, vault, made.id) is None


def test_a_day_is_kept_as_a_day(store: Store, vault: Vault) -> None:
    for name, ends in (("One", date(2027, 5, 31)), ("Two", date.max), ("Three", date.min), ("Four", None)):
        assert made_client(store, vault, name, secret_ends=ends).secret_ends == ends
    found = raw(store.path, "SELECT secret_ends FROM oauth_clients ORDER BY id")
    assert found == [("2027-05-31",), ("9999-12-31",), ("0001-01-01",), (None,)]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Vault, int]]:
    """A store with one client, that every example changes."""
    store = Store.open(tmp_path_factory.mktemp("one") / "postroom.db")
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    yield store, vault, made_client(store, vault).id
    store.close()


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(
    st.builds(
        OAuthClientFields,
        **{
            name: TEXT
            for name, field in OAuthClientFields.model_fields.items()
            if field.annotation is str and name != "name"
        },
        name=TEXT,
        secret_ends=st.none() | st.dates(),
    )
)
def test_whatever_is_typed_comes_back(one: tuple[Store, Vault, int], typed: OAuthClientFields) -> None:
    store, vault, client_id = one
    before = oauth_clients.by_id(store, vault, client_id)
    assert before
    after = oauth_clients.update(store, vault, client_id, typed, version=before.version)
    assert after.fields() == typed
    assert oauth_clients.by_id(store, vault, client_id) == after
    found = oauth_clients.by_name(store, vault, typed.name)
    assert found == after


@pytest.mark.parametrize(
    ("text", "users"),
    [("", 0), (" \n\n ", 0), ("a@example.com\r\n\r\n b@example.com \n", 2), ("\n".join("x" * 100), 100)],
)
def test_test_users_are_the_lines_that_hold_something(text: str, users: int) -> None:
    assert len(client_fields(test_users=text).test_user_list) == users


@pytest.mark.parametrize("locked", [False, True])
def test_a_secret_that_cannot_be_sealed_leaves_nothing_behind(store: Store, locked: bool) -> None:
    vault = Vault(store, kdf=CHEAP)
    if locked:
        vault.initialise(PASSPHRASE)
        vault.lock()
    refusal = VaultLocked if locked else VaultAbsent
    before = dumped(store.path)
    with pytest.raises(refusal):
        oauth_clients.create(store, vault, client_fields(), secret=CLIENT_SECRET)
    assert dumped(store.path) == before
    made = made_client(store, vault)
    before = dumped(store.path)
    with pytest.raises(refusal):
        oauth_clients.update(
            store, vault, made.id, client_fields(tenant="t"), version=1, secret=CLIENT_SECRET
        )
    assert dumped(store.path) == before


def test_an_empty_secret_is_none(store: Store, vault: Vault) -> None:
    before = dumped(store.path)
    with pytest.raises(VaultError, match="client_secret is empty"):
        oauth_clients.create(store, vault, client_fields(), secret=SecretStr(""))
    assert dumped(store.path) == before


# secrets


@pytest.mark.parametrize("secret", [CLIENT_SECRET, KEY_FILE], ids=["secret", "key file"])
def test_a_secret_lies_in_no_file_and_in_no_word(store: Store, vault: Vault, secret: SecretStr) -> None:
    made = oauth_clients.create(store, vault, client_fields(), secret=secret)
    oauth_clients.update(store, vault, made.id, client_fields(), version=1, secret=secret)
    shown = [repr(oauth_clients.all_clients(store, vault)), repr(audit.page(store)), dumped(store.path)]
    assert secret_of(store, vault, made.id) == secret
    lying = contents(store.path.parent)
    store.close()
    for data in (*lying.values(), *contents(store.path.parent).values(), *map(str.encode, shown)):
        assert b"planted-" not in data
    assert any(b"login.example.com" in data for data in lying.values())


def test_a_secret_stays_until_it_is_replaced_or_dropped(store: Store, vault: Vault) -> None:
    made = oauth_clients.create(store, vault, client_fields(), secret=CLIENT_SECRET)
    vault.lock()
    kept = oauth_clients.update(store, vault, made.id, client_fields(tenant="t"), version=1)
    assert (kept.has_secret, kept.version) == (True, 2)
    vault.unlock(PASSPHRASE)
    assert secret_of(store, vault, made.id) == CLIENT_SECRET
    new = SecretStr("planted-new")
    oauth_clients.update(store, vault, made.id, client_fields(tenant="t"), version=2, secret=new)
    assert secret_of(store, vault, made.id) == new
    vault.lock()
    for version in (3, 4):
        dropped = oauth_clients.update(
            store, vault, made.id, client_fields(tenant="t"), version=version, drop_secret=True
        )
        assert not dropped.has_secret
    assert raw(store.path, "SELECT count(*) FROM secrets") == [(0,)]
    assert [entry.detail for entry in audit.page(store, words=["client changed"])] == [
        "App: nothing",
        "App: client secret dropped",
        "App: client secret",
        "App: tenant",
    ]


# names, edits

SAME = [("App", "aPP"), ("App", "  App "), ("Ärger", "A\u0308RGER"), ("Straße", "STRASSE"), ("App", "Ａpp")]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_a_name_that_differs_in_case_alone_is_taken(
    store: Store, vault: Vault, first: str, second: str
) -> None:
    one = made_client(store, vault, first)
    with pytest.raises(OAuthClientError) as caught:
        made_client(store, vault, second)
    assert str(caught.value) == f"The name {second} is already used by another OAuth client."
    other = made_client(store, vault, "Other")
    with pytest.raises(OAuthClientError):
        oauth_clients.update(store, vault, other.id, client_fields(second), version=1)
    found = oauth_clients.by_name(store, vault, second)
    assert found == one
    renamed = oauth_clients.update(store, vault, one.id, client_fields(second), version=1)
    assert (renamed.name, renamed.id) == (second, one.id)
    assert [client.id for client in oauth_clients.all_clients(store, vault)].count(one.id) == 1


def test_all_are_sorted_by_name_whatever_the_case(store: Store, vault: Vault) -> None:
    for name in ("beta", "Alpha", "älpha", "ALPHA 2"):
        made_client(store, vault, name)
    names = [client.name for client in oauth_clients.all_clients(store, vault)]
    assert names == ["Alpha", "ALPHA 2", "beta", "älpha"]
    assert oauth_clients.by_name(store, vault, "x' OR 1=1 --") is None
    assert oauth_clients.by_id(store, vault, 99) is None


def test_an_edit_of_an_older_version_is_refused_and_shows_theirs(store: Store, vault: Vault) -> None:
    made = made_client(store, vault)
    theirs = oauth_clients.update(store, vault, made.id, client_fields(tenant="theirs"), version=1)
    assert theirs.updated_at >= made.updated_at
    assert theirs.created_at == made.created_at
    before = dumped(store.path)
    with pytest.raises(OAuthClientConflict) as caught:
        oauth_clients.update(
            store, vault, made.id, client_fields(tenant="mine"), version=1, secret=CLIENT_SECRET
        )
    assert caught.value.theirs == theirs
    assert str(caught.value) == "The OAuth client App was changed by somebody else while you edited it."
    assert dumped(store.path) == before


def test_an_edit_of_one_that_was_deleted_is_told(store: Store, vault: Vault) -> None:
    made = made_client(store, vault)
    oauth_clients.delete(store, vault, made.id)
    with pytest.raises(OAuthClientError, match="The OAuth client App was deleted by somebody else"):
        oauth_clients.update(store, vault, made.id, client_fields(), version=1, secret=CLIENT_SECRET)
    assert raw(store.path, "SELECT count(*) FROM secrets") == [(0,)]


@pytest.mark.parametrize(("field", "value"), [("flow", "implicit"), ("provider", "x"), ("secret_ends", "x")])
def test_a_value_of_no_known_kind_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=field):
        client_fields(**{field: value})


# delete


def test_a_client_is_deleted_with_its_secret_and_deadline(store: Store, vault: Vault) -> None:
    doomed, stays = (
        oauth_clients.create(store, vault, client_fields(name), secret=CLIENT_SECRET)
        for name in ("One", "Two")
    )
    with store.write() as session:
        for client in (doomed, stays):
            deadlines.put(session, owner_of_secrets(client.id), Deadline(NOON, "The secret ends.", "admin"))
    vault.lock()
    oauth_clients.delete(store, vault, doomed.id)
    oauth_clients.delete(store, vault, doomed.id)
    assert [client.name for client in oauth_clients.all_clients(store, vault)] == ["Two"]
    for statement in ("SELECT owner FROM secrets", "SELECT subject FROM deadlines"):
        assert raw(store.path, statement) == [(owner_of_secrets(stays.id),)]
    told = [(entry.action, entry.detail) for entry in audit.page(store, words=["OAuth client"])]
    created = [("OAuth client created", name) for name in ("Two", "One")]
    assert told == [("OAuth client deleted", "One"), *created]
    assert made_client(store, vault, "Three").id > stays.id


def test_the_last_id_is_never_used_again(store: Store, vault: Vault) -> None:
    """Else an authorization under way would be completed through another client."""
    last = made_client(store, vault)
    oauth_clients.delete(store, vault, last.id)
    with closing(Store.open(store.path)) as again:
        assert made_client(again, vault).id > last.id
