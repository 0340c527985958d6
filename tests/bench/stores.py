"""Fills stores for the benchmarks: any number of assets, with passwords and checks, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from store import assets
from store.assets import AssetRow
from store.checks import CheckRow
from store.database import Store
from store.folding import folded
from store.key_file import KeyFile
from store.vault import Vault

NAME = "Desk"
"""Every asset's name begins so, and nothing else on the screen does."""
TEAMS = ("billing", "orders", "support", "returns", "press", "warranty", "bookings")
PROVIDERS = (("gmail", "smtp.gmail.com"), ("office365", "smtp.office365.com"), ("custom", "smtp.example.com"))
OUTCOMES = (
    ("passed", None, None),
    ("failed", "sign-in", "o365-smtp-auth-disabled-mailbox"),
    ("passed", None, None),
    None,
    ("failed", "connect", "net-refused"),
)
SETTINGS = 'inbound_domain = "in.example.net"\nkey_file = "vault.key"\nkeyring = false\n'
LONG_AGO = timedelta(days=3, hours=12)
"""Age of the checks: "3 d ago" does not change, and is not repainted, while a benchmark runs."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One server and one account for all assets, none of which has been checked yet."""

    host: str
    port: int
    login: str
    password: SecretStr
    ca_pem: str


def made(directory: Path, count: int, shape: Shape | None = None) -> Path:
    """Make a store in a directory, with a vault that opens unlocked; returns the store's path.

    Without a shape the assets are of all providers, and most have been checked.
    """
    path = directory / "postroom.db"
    (directory / "postroom.toml").write_text(SETTINGS, encoding="utf-8")
    store = Store.open(path)
    try:
        vault = Vault(store)
        vault.initialise(SecretStr("benchmark passphrase"))
        vault.keep_in(KeyFile(directory / "vault.key"))
        _fill(store, vault, count, shape)
    finally:
        store.close()
    return path


def _fill(store: Store, vault: Vault, count: int, shape: Shape | None) -> None:
    now = datetime.now(UTC)
    password = shape.password if shape else SecretStr("benchmark")
    rows = [_asset(number, now, shape) for number in range(count)]
    with store.write() as session:
        session.add_all(rows)
        session.flush()
        for number, row in enumerate(rows):
            assert row.id is not None
            vault.seal(session, assets.owner_of_secrets(row.id), assets.PASSWORD, password)
            check = None if shape else _check(number, row.id, row.name, now - LONG_AGO)
            if check is not None:
                session.add(check)


def _asset(number: int, now: datetime, shape: Shape | None) -> AssetRow:
    provider, host = PROVIDERS[number % len(PROVIDERS)]
    team = TEAMS[number % len(TEAMS)]
    name, address = f"{NAME} {number:04} {team}", f"{team}-{number}@example.com"
    return AssetRow(
        name=name,
        name_key=folded(name),
        address=address,
        address_key=folded(address),
        provider="custom" if shape else provider,
        host=shape.host if shape else host,
        port=shape.port if shape else 587,
        security="starttls",
        login_id=shape.login if shape else "",
        ca_pem=shape.ca_pem if shape else "",
        owner=f"owner-{number % 40}@example.com",
        forwarding_address=f"desk-{number}.abcdefghijklmnopqrst@in.example.net",
        created_at=now,
        updated_at=now,
    )


def _check(number: int, asset_id: int, name: str, at: datetime) -> CheckRow | None:
    found = OUTCOMES[number % len(OUTCOMES)]
    if found is None:
        return None
    outcome, failed_step, diagnosis = found
    return CheckRow(
        asset_id=asset_id,
        asset_name=name,
        kind="connection",
        started_at=at,
        ms=120.0,
        outcome=outcome,
        failed_step=failed_step,
        diagnosis=diagnosis,
        steps="[]",
    )
