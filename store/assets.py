"""Email assets: the mailboxes, their fields, and the queries on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr
from sqlmodel import Session, select

from store import audit, authorizations, deadlines, inbound_retention, registrations
from store.asset_errors import AssetError as AssetError
from store.asset_errors import AssetGone as AssetGone
from store.asset_errors import AssetTaken as AssetTaken
from store.asset_errors import EditConflict as EditConflict
from store.asset_lines import AssetLine as AssetLine
from store.asset_lines import lines as lines
from store.asset_rows import MOST_KEPT
from store.asset_rows import PASSWORD as PASSWORD
from store.asset_rows import Asset as Asset
from store.asset_rows import AssetFields as AssetFields
from store.asset_rows import AssetRow as AssetRow
from store.asset_rows import owner_of_secrets as owner_of_secrets
from store.ca_file import read_ca_file as read_ca_file
from store.database import Store
from store.folding import folded
from store.forwarding import forwarding_address as forwarding_address
from store.kinds import Provider as Provider
from store.kinds import Security as Security
from store.kinds import SignIn as SignIn
from store.oauth_clients import OAuthClientRow
from store.vault import Vault


def create(
    store: Store,
    vault: Vault,
    fields: AssetFields,
    *,
    inbound_domain: str = "",
    password: SecretStr | None = None,
) -> Asset:
    """Keep a new asset, with its password sealed, in one transaction.

    Raises:
        AssetTaken: name or address are in use. AssetError: its OAuth client is gone.
        store.vault.VaultLocked, VaultAbsent: a password was given and cannot be sealed; nothing is kept.
    """
    now = datetime.now(UTC)
    row = AssetRow(
        **_columns(fields),
        forwarding_address=forwarding_address(fields.name, inbound_domain),
        created_at=now,
        updated_at=now,
    )
    with store.write() as session:
        _refuse(session, fields, None)
        session.add(row)
        session.flush()
        assert row.id is not None
        if password is not None:
            vault.seal(session, owner_of_secrets(row.id), PASSWORD, password)
        audit.record(
            session, store.actor, "asset created", asset_id=row.id, asset_name=row.name, detail=row.address
        )
        return _kept(session, vault, row)


def update(
    store: Store,
    vault: Vault,
    asset_id: int,
    fields: AssetFields,
    *,
    version: int,
    password: SecretStr | None = None,
) -> Asset:
    """Replace the fields, and the password where one is given, in one transaction.

    Args:
        version: the version that the edit began on.

    Raises:
        EditConflict: it is no longer the current one. AssetGone: it was deleted. AssetTaken: name or address
        are in use. AssetError: its OAuth client is gone. store.vault.VaultLocked, VaultAbsent: a password was
        given and cannot be sealed; nothing is changed.
    """
    with store.write() as session:
        row = session.get(AssetRow, asset_id)
        if row is None:
            raise AssetGone(f"The asset {fields.name} was deleted by somebody else.")
        if row.version != version:
            raise EditConflict(_asset(session, vault, row), fields)
        _refuse(session, fields, asset_id)
        columns = _columns(fields)
        changed = [name for name in AssetFields.model_fields if getattr(row, name) != columns[name]]
        for name, value in columns.items():
            setattr(row, name, value)
        if password is not None:
            vault.seal(session, owner_of_secrets(asset_id), PASSWORD, password)
            changed.append(PASSWORD)
        row.version += 1
        row.updated_at = datetime.now(UTC)
        told = ", ".join(name.replace("_", " ") for name in changed) or "nothing"
        audit.record(session, store.actor, "asset changed", asset_id=row.id, asset_name=row.name, detail=told)
        return _kept(session, vault, row)


def delete(store: Store, vault: Vault, asset_ids: Iterable[int]) -> int:
    """Delete assets with their secrets, checks, grants and mail; returns how many there were.

    Raises:
        store.registrations.AssetRegistered: one is registered to Webex Engage; none is deleted.
    """
    asset_ids = list(dict.fromkeys(asset_ids))
    with store.read() as session:
        for asset_id in asset_ids:
            registrations.refuse_deletion(session, asset_id)
    for asset_id in asset_ids:
        # In short transactions; what comes meanwhile goes with the asset.
        inbound_retention.delete_of_asset(store, asset_id)
    deleted = 0
    with store.write() as session:
        for asset_id in asset_ids:
            registrations.refuse_deletion(session, asset_id)
            row = session.get(AssetRow, asset_id)
            if row is None:
                continue
            _delete(session, vault, row)
            audit.record(
                session,
                store.actor,
                "asset deleted",
                asset_id=asset_id,
                asset_name=row.name,
                detail=row.address,
            )
            deleted += 1
    return deleted


def delete_registered(store: Store, vault: Vault, asset_id: int, *, service: str, export: str) -> None:
    """Delete an asset though it is registered to Webex Engage, and leave a tombstone.

    Args:
        service: what the person was told is orphaned there.
        export: where the asset's settings were written before.

    Raises:
        store.registrations.RegistrationError: it is not registered so; nothing is deleted.
    """
    with store.read() as session:
        registrations.refuse_burial(session, asset_id, service)
    inbound_retention.delete_of_asset(store, asset_id)  # in short transactions; a mapping cannot change
    with store.write() as session:
        registrations.bury(session, store.actor, asset_id, service, export)
        row = session.get(AssetRow, asset_id)
        assert row is not None, "the tombstone was just made of it"
        _delete(session, vault, row)


def _delete(session: Session, vault: Vault, row: AssetRow) -> None:
    assert row.id is not None
    vault.forget(session, owner_of_secrets(row.id))
    deadlines.forget(session, owner_of_secrets(row.id))
    authorizations.forget(session, vault, row.id)
    session.delete(row)


def give_forwarding_addresses(store: Store, inbound_domain: str) -> int:
    """Make the forwarding addresses of assets that were created before the inbound domain was set.

    It is no edit: the version stays, and a person who edits an asset meanwhile is not told of a conflict.
    """
    if not inbound_domain:
        return 0
    without = select(AssetRow).where(AssetRow.forwarding_address == "")
    with store.read() as session:
        if session.exec(without.limit(1)).first() is None:
            return 0
    with store.write() as session:
        rows = session.exec(without).all()
        for row in rows:
            row.forwarding_address = forwarding_address(row.name, inbound_domain)
            audit.record(
                session,
                store.actor,
                "forwarding address made",
                asset_id=row.id,
                asset_name=row.name,
                detail=row.forwarding_address,
            )
        return len(rows)


def by_id(store: Store, vault: Vault, asset_id: int) -> Asset | None:
    """The asset of that id."""
    with store.read() as session:
        row = session.get(AssetRow, asset_id)
        return _asset(session, vault, row) if row else None


def by_name(store: Store, vault: Vault, name: str) -> Asset | None:
    """The asset of that name or, failing that, of that address (case does not matter)."""
    with store.read() as session:
        for column in (AssetRow.name_key, AssetRow.address_key):
            if row := session.exec(select(AssetRow).where(column == folded(name))).first():
                return _asset(session, vault, row)
    return None


def names(store: Store) -> dict[str, int]:
    """Every asset's name and id, in order of names."""
    with store.read() as session:
        found = session.exec(select(AssetRow.name, AssetRow.id).order_by(AssetRow.name_key)).all()
    return {name: id_ for name, id_ in found if id_ is not None}


def _columns(fields: AssetFields) -> dict[str, Any]:
    for name, most in MOST_KEPT.items():
        if not 0 <= (getattr(fields, name) or 0) <= most:
            raise ValueError(f"{name} must be from 0 to {most:,}.")
    plain = AssetFields.model_validate(fields.model_dump()).model_dump(mode="json")
    return {**plain, "name_key": folded(plain["name"]), "address_key": folded(plain["address"])}


def _asset(session: Session, vault: Vault, row: AssetRow) -> Asset:
    assert row.id is not None
    return Asset.model_validate(
        {**row.model_dump(), "has_password": vault.has(session, owner_of_secrets(row.id), PASSWORD)}
    )


def _kept(session: Session, vault: Vault, row: AssetRow) -> Asset:
    session.flush()
    session.refresh(row)  # times are kept to the millisecond
    return _asset(session, vault, row)


def _refuse(session: Session, fields: AssetFields, but: int | None) -> None:
    client_id = fields.oauth_client_id
    if client_id is not None and session.get(OAuthClientRow, client_id) is None:
        raise AssetError("The OAuth client was deleted by somebody else; choose another.")
    for field, column in (("name", AssetRow.name_key), ("address", AssetRow.address_key)):
        value = getattr(fields, field)
        other = session.exec(select(AssetRow).where(column == folded(value))).first()
        if other is not None and other.id is not None and other.id != but:
            raise AssetTaken(field, value, other.id, other.name)
