"""Whose forwarding address it is, as the store says at that moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store import assets
from store.addressees import Addressee, Addressees
from store.database import Store, StoreError
from store.vault import Vault
from tests.store.kit import fields, raw


@pytest.fixture
def addressees(store: Store) -> Iterator[Addressees]:
    opened = Addressees(store)
    yield opened
    opened.close()


def test_as_the_store_is_now(store: Store, addressees: Addressees) -> None:
    vault = Vault(store)
    assert addressees.find("billing@in.example.com") is None
    made = assets.create(store, vault, fields(pci_check=True), inbound_domain="in.example.com")
    address = made.forwarding_address
    assert addressees.find(address) == Addressee(made.id, "Help.desk@example.com", pci=True)
    assert addressees.find(address.upper()) is None  # the caller folds
    assets.update(store, vault, made.id, fields(pci_check=False), version=1)
    assert addressees.find(address) == Addressee(made.id, "Help.desk@example.com", pci=False)
    assets.delete(store, vault, [made.id])
    assert addressees.find(address) is None


def test_no_address_is_nobodys(store: Store, addressees: Addressees) -> None:
    assets.create(store, Vault(store), fields())
    assert addressees.find("") is None


def test_while_somebody_writes(store: Store, addressees: Addressees) -> None:
    made = assets.create(store, Vault(store), fields(), inbound_domain="in.example.com")
    with store.write() as session:
        session.connection().exec_driver_sql("UPDATE assets SET address = 'other@example.com'")
        found = addressees.find(made.forwarding_address)
    assert found is not None
    assert found.address == "Help.desk@example.com"


def test_by_the_index(store: Store, addressees: Addressees) -> None:
    """A hundred thousand assets are no slower than one."""
    (plan,) = raw(
        store.path,
        "EXPLAIN QUERY PLAN SELECT id FROM assets WHERE forwarding_address = ? AND forwarding_address != ''",
        "x",
    )
    assert "INDEX assets_forwarding_address (forwarding_address=?)" in plan[3]


def test_a_store_that_cannot_be_read_is_told(store: Store, addressees: Addressees) -> None:
    raw(store.path, "ALTER TABLE assets RENAME TO hidden")
    with pytest.raises(StoreError, match=r"postroom\.db"):
        addressees.find("a@in.example.com")
