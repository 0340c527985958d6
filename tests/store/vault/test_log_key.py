"""The log key: what the public half seals opens by the private half alone, and in its own row alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import log_key
from store.actor import Actor
from store.database import Store
from store.log_key import LogSealer, public_half
from store.log_opener import LogOpener
from store.vault import (
    MessageUnreadable,
    SecretUnreadable,
    Vault,
    VaultLocked,
    VaultState,
)
from store.vault_key import VaultKey
from tests.store.vault.kit import (
    CHEAP,
    MAIL,
    PASSPHRASE,
    flipped,
    opened_mail,
    private,
    raw,
    sealed_mail,
    writing,
)

_sealings = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


# Sealing and opening


def test_a_message_is_sealed_without_a_passphrase_and_opened_with_one(
    store: Store, vault: Vault, sealer: LogSealer
) -> None:
    row = sealed_mail(store, sealer)
    assert MAIL not in row[2]
    assert opened_mail(store, vault, row) == [MAIL]
    other = Vault(store, kdf=CHEAP)
    assert other.log_state() is VaultState.LOCKED
    other.unlock(PASSPHRASE)
    assert (other.log_state(), other.log_served_by) == (VaultState.OPEN, "passphrase")
    with store.read() as session:
        assert other.open_message(session, *row) == MAIL
    assert opened_mail(store, other) == []


@given(contents=st.lists(st.binary(max_size=5_000), min_size=1, max_size=5))
@_sealings
def test_any_contents_come_back_in_order(
    store: Store, vault: Vault, sealer: LogSealer, contents: list[bytes]
) -> None:
    rows = [sealed_mail(store, sealer, number, content) for number, content in enumerate(contents)]
    assert opened_mail(store, vault, *rows) == contents
    assert opened_mail(store, vault, *rows[::-1]) == contents[::-1]


@given(first=st.binary(min_size=16, max_size=16), second=st.binary(min_size=16, max_size=16))
@_sealings
def test_a_message_opens_under_its_own_uid_alone(
    store: Store, vault: Vault, sealer: LogSealer, first: bytes, second: bytes
) -> None:
    with writing(store) as connection:
        data_key_id, sealed = sealer.seal(connection, first, MAIL)
    if first == second:
        assert opened_mail(store, vault, (second, data_key_id, sealed)) == [MAIL]
        return
    with pytest.raises(MessageUnreadable, match="altered or moved") as caught:
        opened_mail(store, vault, (second, data_key_id, sealed))
    assert caught.value.uid == second


def test_a_message_opens_under_its_own_data_key_alone(store: Store, vault: Vault, sealer: LogSealer) -> None:
    first = sealed_mail(store, sealer)
    sealer.forget()
    second = sealed_mail(store, sealer, 2)
    assert (first[1], second[1]) == (1, 2)
    with pytest.raises(MessageUnreadable):
        opened_mail(store, vault, (first[0], second[1], first[2]))
    # Not even where the data key itself is moved along.
    raw(store, "UPDATE inbound_data_keys SET wrapped = (SELECT wrapped FROM inbound_data_keys WHERE id = 1)")
    with pytest.raises(MessageUnreadable):
        opened_mail(store, vault, (first[0], second[1], first[2]))
    assert opened_mail(store, vault, first) == [MAIL]


def test_a_message_of_another_vault_does_not_open(
    store: Store, vault: Vault, sealer: LogSealer, tmp_path: Path
) -> None:
    other = Store.open(tmp_path / "other.db", Actor("operator"))
    Vault(other, kdf=CHEAP).initialise(PASSPHRASE)
    row = sealed_mail(other, LogSealer(other))
    sealed_mail(store, sealer)
    with pytest.raises(MessageUnreadable):
        opened_mail(store, vault, row)
    wrapped = raw(other, "SELECT wrapped FROM inbound_data_keys")[0][0]
    other.close()
    raw(store, "UPDATE inbound_data_keys SET wrapped = ?", wrapped)
    with pytest.raises(MessageUnreadable, match="data key was altered or moved"):
        opened_mail(store, vault, row)


def test_a_message_is_bound_to_its_log_key_even_under_the_same_data_key(
    store: Store, vault: Vault, sealer: LogSealer
) -> None:
    row = sealed_mail(store, sealer)
    key = private(vault)
    twin = VaultKey("b" * 32, key.key_id, key.secret)
    public = log_key.X25519PublicKey.from_public_bytes(public_half(twin))
    (wrapped,) = raw(store, "SELECT wrapped FROM inbound_data_keys")[0]
    assert isinstance(wrapped, bytes)
    data_key = log_key.unwrapped(key, wrapped)
    assert data_key is not None
    assert log_key.unwrapped(twin, wrapped) is None
    moved = log_key.wrapped_to(public, twin.vault_id, twin.key_id, data_key)
    raw(store, "UPDATE inbound_data_keys SET wrapped = ?", moved)
    with store.read() as session, pytest.raises(MessageUnreadable):
        LogOpener().open(session, twin, [row])


def test_every_turned_bit_of_a_message_and_of_its_data_key_is_refused(
    store: Store, vault: Vault, sealer: LogSealer
) -> None:
    place, data_key_id, sealed = sealed_mail(store, sealer, 1, b"x")
    for other in [*flipped(sealed), b"", sealed[:1], sealed[:9], sealed[:-1], sealed + b"\0"]:
        assert isinstance(other, bytes)
        with pytest.raises(MessageUnreadable):
            opened_mail(store, vault, (place, data_key_id, other))
    (wrapped,) = raw(store, "SELECT wrapped FROM inbound_data_keys")[0]
    for other in flipped(wrapped)[::5]:
        assert isinstance(other, bytes)
        assert log_key.unwrapped(private(vault), other) is None


@pytest.mark.parametrize("wrapped", [b"", b"x" * 80, b"x" * 79, "text", 7])
def test_a_damaged_data_key_is_told(store: Store, vault: Vault, sealer: LogSealer, wrapped: object) -> None:
    row = sealed_mail(store, sealer)
    raw(store, "UPDATE inbound_data_keys SET wrapped = ?", wrapped)
    with pytest.raises(SecretUnreadable, match=r"data key (is damaged|was altered)"):
        opened_mail(store, vault, row)
    raw(store, "DELETE FROM inbound_data_keys")
    with pytest.raises(SecretUnreadable, match="data key is gone"):
        opened_mail(store, vault, row)


@pytest.mark.parametrize("sealed", ["text", None, 7])
def test_a_message_of_the_wrong_type_is_told(
    store: Store, vault: Vault, sealer: LogSealer, sealed: Any
) -> None:
    place, data_key_id, _sealed = sealed_mail(store, sealer)
    with pytest.raises(MessageUnreadable, match="damaged"):
        opened_mail(store, vault, (place, data_key_id, sealed))


# Who can open


def test_the_store_alone_opens_nothing(store: Store, vault: Vault, sealer: LogSealer) -> None:
    """Another process with the file, and all that lies in it, has no way in without the passphrase."""
    row = sealed_mail(store, sealer)
    stranger = Vault(store, kdf=CHEAP)
    with pytest.raises(VaultLocked, match="unlock the vault with its passphrase"):
        opened_mail(store, stranger, row)
    public, salt, wrapped = raw(
        store, "SELECT public_key, salt, wrapped_key FROM vault_keys WHERE purpose = 'log'"
    )[0]
    assert isinstance(public, bytes)
    assert isinstance(wrapped, bytes)
    assert isinstance(salt, bytes)
    for guess in (public, wrapped[12:44], wrapped[:32], salt * 2, bytes(32)):
        key = VaultKey(private(vault).vault_id, 1, type(private(vault).secret)(guess))
        with store.read() as session, pytest.raises(MessageUnreadable):
            LogOpener().open(session, key, [row])


def test_the_sealer_keeps_nothing_that_opens_an_earlier_hour(
    store: Store, vault: Vault, sealer: LogSealer
) -> None:
    row = sealed_mail(store, sealer)
    sealer.forget()
    sealed_mail(store, sealer, 2)
    cipher = sealer._cipher
    assert cipher is not None
    with pytest.raises(log_key.InvalidTag):
        cipher.decrypt(row[2][1:13], row[2][13:], log_key.place(private(vault).vault_id, row[1], row[0]))


def test_lock_forgets_the_log_key_and_what_it_unwrapped(
    store: Store, vault: Vault, sealer: LogSealer
) -> None:
    row = sealed_mail(store, sealer)
    opened_mail(store, vault, row)
    assert len(vault._opener._ciphers) == 1
    vault.lock()
    assert len(vault._opener._ciphers) == 0
    assert (vault.log_state(), vault.log_served_by) == (VaultState.LOCKED, None)
    with pytest.raises(VaultLocked):
        opened_mail(store, vault, row)
