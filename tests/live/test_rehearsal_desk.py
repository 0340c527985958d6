"""The rehearsal's throw-away store: what `prepare` makes, read back through the rooms of the store."""

from pathlib import Path

import pytest

from live.rehearsal.accounts import SAMPLES
from live.rehearsal.desk import INBOUND_DOMAIN, PASSPHRASE, expectation, prepare
from live.rehearsal.endpoints import Endpoints, Listener
from store import assets, settings
from store.database import Store
from store.key_homes import homes
from store.vault import Vault, VaultState

ENDPOINTS = Endpoints(
    {listener.value: 1024 + number for number, listener in enumerate(Listener)}, "the authority"
)


@pytest.mark.parametrize("every", [False, True])
def test_the_desk_opens_with_its_own_settings_and_holds_every_sample(tmp_path: Path, every: bool) -> None:
    path = prepare(tmp_path, ENDPOINTS, every=every)
    found = settings.load(store=path)
    assert (found.store, found.inbound_domain, found.keyring) == (path, INBOUND_DOMAIN, False)
    assert found.ca_file is not None
    assert found.ca_file.read_text() == ENDPOINTS.ca_pem
    store = Store.open(found.store)
    try:
        vault = Vault(store)
        assert (
            vault.unlock_from(homes(key_file=found.key_file, keyring=found.keyring, environ={})) == "key file"
        )
        assert len(assets.lines(store)) == (len(SAMPLES) if every else 14)
        for name, asset_id in assets.names(store).items():
            sample, asset = expectation(name), assets.by_id(store, vault, asset_id)
            assert asset is not None
            assert (asset.address, asset.sign_in_name) == (sample.address, sample.login)
            assert asset.port == ENDPOINTS.ports[sample.listener]
            assert asset.ca_pem == ENDPOINTS.ca_pem
            assert asset.cleartext_agreed == (asset.security == "none")
            assert asset.forwarding_address.endswith("@" + INBOUND_DOMAIN)
            with store.read() as session:
                assert (
                    vault.reveal(session, assets.owner_of_secrets(asset_id), assets.PASSWORD)
                    == sample.password
                )
        vault.lock()
        vault.unlock(PASSPHRASE)
        assert vault.state() is VaultState.OPEN
    finally:
        store.close()


def test_nobody_else_can_read_what_is_secret(tmp_path: Path) -> None:
    path = prepare(tmp_path, ENDPOINTS)
    for file in (path, path.parent / "vault.key"):
        assert file.stat().st_mode & 0o077 == 0


def test_an_unknown_asset_has_no_expectation() -> None:
    with pytest.raises(KeyError):
        expectation("Nobody")
