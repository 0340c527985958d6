"""Platform sources: webhooks of the platform that lead here, with their secrets, their assets and their
figures."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr
from sqlmodel import Session, col, select

from store import audit
from store.addressees import Addressee
from store.asset_rows import AssetRow
from store.database import Store
from store.folding import folded
from store.platform_tables import PlatformFiguresRow, PlatformSourceRow
from store.vault import Vault

SECRET = "secret"
"""Name of the secret in the vault."""
KEY = re.compile(r"[A-Za-z0-9_-]{22}\Z")
NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}\Z")
SECRET_CHARACTERS = (16, 256)
"""The platform takes any text; shorter ones are guessed by whoever sees one signed event."""
MOST_SOURCES = 1_000
"""One for each asset of a large desk."""


class PlatformError(Exception):
    """A source cannot be kept as asked; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What came from a source."""

    kept: int = 0
    repeats: int = 0
    passed: int = 0
    """Events that are no mail."""
    refused: int = 0
    last_at: datetime | None = None
    refused_at: datetime | None = None
    refused_words: str = ""
    """Untrusted."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source as the other rooms see it."""

    id: int
    name: str
    key: str
    by_address: bool
    asset_id: int | None
    asset_name: str
    """"": each event's own, or the asset was deleted."""
    created_at: datetime
    has_secret: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class Caller:
    """A source as far as it must be known to take an event."""

    id: int
    name: str
    by_address: bool
    asset_id: int | None
    secret: SecretStr | None


def owner_of_secrets(source_id: int) -> str:
    """Under what name the vault keeps a source's secret."""
    return f"platform:{source_id}"


def new_secret() -> SecretStr:
    """A fresh secret, of plain characters that any form takes."""
    return SecretStr(secrets.token_hex(32))


def add(store: Store, vault: Vault, name: str, secret: SecretStr, asset_id: int | None = None) -> Source:
    """Keep a new source, with its secret sealed, in one transaction.

    Args:
        asset_id: the asset that all its events belong to; None: each to the one that it is addressed to.

    Raises:
        PlatformError: the name is in use or none, the secret too short or too long, the asset gone.
        store.vault.VaultError: the secret cannot be sealed; nothing is kept.
    """
    name = name.strip()
    if not NAME.match(name):
        raise PlatformError("A source has a name of up to 100 characters, in one line.")
    least, most = SECRET_CHARACTERS
    if not least <= len(secret.get_secret_value()) <= most:
        raise PlatformError(f"The secret of a source has {least} to {most} characters.")
    with store.write() as session:
        keys = session.exec(select(PlatformSourceRow.name_key)).all()
        if folded(name) in keys:
            raise PlatformError(f"The name {name} is already used by another source.")
        if len(keys) >= MOST_SOURCES:
            raise PlatformError(f"There are {MOST_SOURCES:,} sources, and there cannot be more.")
        asset = session.get(AssetRow, asset_id) if asset_id is not None else None
        if asset_id is not None and asset is None:
            raise PlatformError("The asset was deleted by somebody else.")
        row = PlatformSourceRow(
            name=name,
            name_key=folded(name) or "",
            key=secrets.token_urlsafe(16),
            by_address=asset_id is None,
            asset_id=asset_id,
            created_at=datetime.now(UTC),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        session.add(PlatformFiguresRow(source_id=row.id))
        vault.seal(session, owner_of_secrets(row.id), SECRET, secret)
        told = f"{name}: {'each event to its asset' if asset is None else 'all to one asset'}"
        name_of_asset = asset.name if asset is not None else ""
        audit.record(
            session,
            store.actor,
            "platform source created",
            asset_id=asset_id,
            asset_name=name_of_asset,
            detail=told,
        )
        session.flush()
        session.refresh(row)  # times are kept to the millisecond
        return _source(session, vault, row, name_of_asset)


def remove(store: Store, vault: Vault, source_id: int) -> bool:
    """Delete a source with its secret and its figures; returns whether it was there. Works locked."""
    with store.write() as session:
        row = session.get(PlatformSourceRow, source_id)
        if row is None:
            return False
        vault.forget(session, owner_of_secrets(source_id))
        audit.record(session, store.actor, "platform source deleted", asset_id=row.asset_id, detail=row.name)
        session.delete(row)
        return True


def all_sources(store: Store, vault: Vault) -> list[Source]:
    """All sources by name."""
    with store.read() as session:
        return _sources(session, vault)


def by_name(store: Store, vault: Vault, name: str) -> Source | None:
    """The source of that name (case does not matter)."""
    with store.read() as session:
        found = _sources(session, vault, folded(name.strip()))
    return found[0] if found else None


def count(store: Store) -> int:
    """How many sources there are."""
    with store.read() as session:
        return int(
            session.connection().exec_driver_sql("SELECT count(*) FROM platform_sources").scalar() or 0
        )


def caller(store: Store, vault: Vault, key: str) -> Caller | None:
    """The source whose address ends so, with its secret; None: there is none.

    Raises:
        store.vault.VaultError: the vault is locked, or the secret damaged. StoreError.
    """
    if not KEY.match(key):
        return None
    with store.read() as session:
        row = session.exec(select(PlatformSourceRow).where(PlatformSourceRow.key == key)).first()
        if row is None or row.id is None:
            return None
        secret = vault.reveal(session, owner_of_secrets(row.id), SECRET)
        return Caller(row.id, row.name, row.by_address, row.asset_id, secret)


def exists(store: Store, key: str) -> bool:
    """Whether a source's address ends so; works locked."""
    if not KEY.match(key):
        return False
    with store.read() as session:
        query = select(PlatformSourceRow.id).where(PlatformSourceRow.key == key)
        return session.exec(query).first() is not None


def addressees(store: Store, found: Caller, addresses: Sequence[str]) -> list[tuple[str, Addressee]]:
    """(address, asset) of each asset that an event of this source belongs to, each asset once; empty: none.

    Args:
        addresses: whom the event is addressed to.
    """
    with store.read() as session:
        if not found.by_address:
            asset = session.get(AssetRow, found.asset_id) if found.asset_id is not None else None
            return [(asset.forwarding_address or asset.address, _addressee(asset))] if asset else []
        named: dict[int, tuple[str, Addressee]] = {}
        for address in dict.fromkeys(addresses):
            known = (col(AssetRow.address_key) == folded(address)) | (
                (col(AssetRow.forwarding_address) == address.lower())
                & (col(AssetRow.forwarding_address) != "")
            )
            for asset in session.exec(select(AssetRow).where(known)):
                assert asset.id is not None
                named.setdefault(asset.id, (address, _addressee(asset)))
        return list(named.values())


def _sources(session: Session, vault: Vault, name_key: str | None = None) -> list[Source]:
    query = select(PlatformSourceRow, AssetRow.name).join(
        AssetRow, col(AssetRow.id) == col(PlatformSourceRow.asset_id), isouter=True
    )
    if name_key is not None:
        query = query.where(PlatformSourceRow.name_key == name_key)
    rows = session.exec(query.order_by(col(PlatformSourceRow.name_key))).all()
    return [_source(session, vault, row, name or "") for row, name in rows]


def _source(session: Session, vault: Vault, row: PlatformSourceRow, asset_name: str) -> Source:
    assert row.id is not None
    figures = session.get(PlatformFiguresRow, row.id) or PlatformFiguresRow(source_id=row.id)
    return Source(
        row.id,
        row.name,
        row.key,
        row.by_address,
        row.asset_id,
        asset_name,
        row.created_at,
        vault.has(session, owner_of_secrets(row.id), SECRET),
        Figures(**{name: getattr(figures, name) for name in Figures.__slots__}),
    )


def _addressee(asset: AssetRow) -> Addressee:
    assert asset.id is not None
    return Addressee(asset.id, asset.address, asset.pci_check)
