"""What every verb of the console and the command line works on: settings, store and vault, opened
together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from store import assets, leases, settings
from store.database import Store
from store.key_homes import KeyHome, homes
from store.settings import Settings
from store.vault import Vault, VaultState
from store.vault_errors import HomeFault, KeyHomeError


@dataclass(frozen=True, slots=True)
class Desk:
    """An open desk. Everything here blocks for disk: from the screen, call it in a worker."""

    settings: Settings
    store: Store
    vault: Vault
    homes: tuple[KeyHome, ...]

    @classmethod
    def open(cls, store: Path | None = None, config: Path | None = None) -> Desk:
        """Read the configuration and open the store; the vault stays locked (see `unlock_from_homes`).

        Raises:
            SettingsError, StoreError: one sentence with the path and the remedy.
        """
        configured = settings.load(config, store)
        opened = Store.open(configured.store)
        assets.give_forwarding_addresses(opened, configured.inbound_domain)
        key_homes = homes(key_file=configured.key_file, keyring=configured.keyring)
        return cls(configured, opened, Vault(opened), key_homes)

    def unlock_from_homes(self) -> str | None:
        """Unlock the vault with a key that one of its homes holds; the home's name, or None. May take some
        seconds where a keyring hangs."""
        if self.vault.state() is not VaultState.LOCKED:
            return None
        return self.vault.unlock_from(self.homes)

    def keep_key(self) -> str:
        """Put the open vault's key into the first home that takes it (the keyring before the key file); says
        where.

        Raises:
            VaultError: the vault is locked, or no home takes the key; the text says why.
        """
        reasons = []
        for home in reversed([home for home in self.homes if home.writable]):
            try:
                self.vault.keep_in(home)
            except KeyHomeError as error:
                reasons.append(str(error))
            else:
                return f"the {home.name}"
        raise HomeFault(" ".join(reasons))

    def agent_listens(self) -> bool:
        """Whether an agent works here whose HTTP side is up."""
        lease = leases.look(self.store)
        return lease is not None and lease.alive(datetime.now(UTC)) and bool(lease.addresses("http"))

    def close(self) -> None:
        """Close the store; the key goes with the process."""
        self.store.close()
