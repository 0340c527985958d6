"""What the tests of the registration to Webex Engage share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr

from store import engage_token, registrations
from store.database import Store
from store.registrations import Registration
from store.vault import Vault
from tests.live.smtp_servers import ca_pem
from tests.store.kit import raw
from tests.tui import rows
from tests.tui.conftest import PASSPHRASE

T = TypeVar("T")

BILLING, CAREERS = 1, 3
"""Of the fixed rows: one whose connection test passed, and one whose test failed."""
TOKEN = "planted-token-0a1b2c3d4e5f6071"


def mail_came(path: Path, asset_id: int = BILLING) -> None:
    """As the receiver leaves it behind after a forwarded mail."""
    at = rows.NOW.isoformat(timespec="milliseconds")
    raw(
        path,
        "INSERT INTO inbound_states (asset_id, messages, bytes, first_at, last_at, usual_gap) "
        "VALUES (?, 1, 1, ?, ?, 0)",
        asset_id,
        at,
        at,
    )


def in_store(path: Path, act: Callable[[Store], T]) -> T:
    """Do something as another console would."""
    store = Store.open(path)
    try:
        return act(store)
    finally:
        store.close()


def registered(path: Path, asset_id: int = BILLING, service: str = "Desk One") -> Registration:
    """Register it, as another console would."""
    mail_came(path, asset_id)
    return in_store(path, lambda store: registrations.record(store, asset_id, service))


def found(path: Path, asset_id: int = BILLING) -> Registration | None:
    """How it stands."""
    return in_store(path, lambda store: registrations.of(store, asset_id))


def with_token(path: Path) -> None:
    """Keep a token for Engage."""

    def keep(store: Store) -> None:
        vault = Vault(store)
        vault.unlock(PASSPHRASE)
        engage_token.keep(store, vault, SecretStr(TOKEN))

    in_store(path, keep)


def trusted_authority(directory: Path) -> str:
    """A file with the authority of the tests' servers, for SSL_CERT_FILE."""
    path = directory / "authority.pem"
    path.write_text(ca_pem())
    return str(path)
