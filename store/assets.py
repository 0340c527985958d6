"""Email assets: the mailboxes, their fields, and the queries on them."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography import x509
from pydantic import SecretStr
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, func, select

from store import audit
from store.columns import UtcDateTime
from store.database import Store
from store.vault import Vault

PASSWORD = "password"
"""Name of the secret that holds an asset's SMTP password."""


class Provider(StrEnum):
    """Whose mailbox it is."""

    GMAIL = "gmail"
    OFFICE365 = "office365"
    CUSTOM = "custom"


class SignIn(StrEnum):
    """How sending signs in."""

    PASSWORD = "password"
    OAUTH = "oauth"


class Security(StrEnum):
    """How the connection to the SMTP server is protected."""

    SSL = "ssl"
    STARTTLS = "starttls"
    NONE = "none"


class AssetFields(SQLModel):
    """What a person sets."""

    name: str
    address: str
    provider: Provider = Provider.CUSTOM
    sign_in: SignIn = SignIn.PASSWORD
    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str = ""
    """What AUTH sends; empty: the login ID, else the address."""
    login_id: str = ""
    """The account that signs in where the address itself cannot (a shared mailbox); empty: the address."""
    owner: str = ""
    """Address of the person who owns the mailbox, asked when only they can act."""
    note: str = ""
    ca_pem: str = ""
    """A certificate authority in PEM that is trusted for this asset alone, besides the system's."""
    cleartext_agreed: bool = False
    """A person's explicit yes to sending the password without TLS (security None)."""

    @property
    def sign_in_name(self) -> str:
        return self.username or self.login_id or self.address


class AssetRow(AssetFields, table=True):
    """The table. Name and address are unique without regard to case (the indexes are in the migration)."""

    __tablename__ = "assets"

    id: int | None = Field(default=None, primary_key=True)
    provider: str = Provider.CUSTOM.value  # type: ignore[assignment]  # kept as the plain word
    sign_in: str = SignIn.PASSWORD.value  # type: ignore[assignment]
    security: str = Security.STARTTLS.value  # type: ignore[assignment]
    forwarding_address: str = ""
    version: int = 1
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Asset(AssetFields):
    """An asset as the other rooms see it."""

    id: int
    forwarding_address: str
    """The generated address that the mailbox forwards to; empty while no inbound domain is configured."""
    version: int
    """Grows by one with every change; an edit that began on an older one is refused."""
    created_at: datetime
    updated_at: datetime
    has_password: bool

    def fields(self) -> AssetFields:
        """The part that a person sets."""
        return AssetFields(**{name: getattr(self, name) for name in AssetFields.model_fields})


@dataclass(frozen=True, slots=True)
class AssetLine:
    """What a list shows of an asset, with its latest check."""

    id: int
    name: str
    address: str
    provider: str
    sign_in: str
    host: str
    port: int
    security: str
    owner: str
    forwarding_address: str
    has_password: bool
    checked_at: datetime | None
    outcome: str | None
    failed_step: str | None
    diagnosis: str | None


class AssetError(Exception):
    """An asset cannot be kept as asked; the text is one sentence."""


class AssetTaken(AssetError):
    """Name or address belong to another asset already."""

    def __init__(self, field: str, value: str, asset_id: int, asset_name: str) -> None:
        super().__init__(f"The {field} {value} is already used by the asset {asset_name}.")
        self.field = field
        self.asset_id = asset_id
        self.asset_name = asset_name


class AssetGone(AssetError):
    """The asset was deleted by somebody in the meantime."""


class EditConflict(AssetError):
    """Somebody else saved the asset while it was being edited; both values are at hand."""

    def __init__(self, theirs: Asset, mine: AssetFields) -> None:
        super().__init__(f"The asset {theirs.name} was changed by somebody else while you edited it.")
        self.theirs = theirs
        self.differing = {
            name: (getattr(theirs, name), getattr(mine, name))
            for name in AssetFields.model_fields
            if getattr(theirs, name) != getattr(mine, name)
        }


def owner_of_secrets(asset_id: int) -> str:
    """Under what name the vault keeps an asset's secrets."""
    return f"asset:{asset_id}"


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
        AssetTaken: name or address are in use.
        store.vault.VaultLocked, VaultAbsent: a password was given and cannot be sealed; nothing is kept.
    """
    now = datetime.now(UTC)
    row = AssetRow(
        **_plain(fields),
        forwarding_address=forwarding_address(fields.name, inbound_domain),
        created_at=now,
        updated_at=now,
    )
    with store.write() as session:
        _refuse_taken(session, fields, None)
        session.add(row)
        _flushed(session, fields)
        assert row.id is not None
        if password is not None:
            vault.seal(session, owner_of_secrets(row.id), PASSWORD, password)
        audit.record(
            session, store.actor, "asset created", asset_id=row.id, asset_name=row.name, detail=row.address
        )
        session.flush()
        return _asset(session, vault, row)


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
        are in use. store.vault.VaultLocked, VaultAbsent: a password was given and cannot be sealed; nothing
        is changed.
    """
    with store.write() as session:
        row = session.get(AssetRow, asset_id)
        if row is None:
            raise AssetGone(f"The asset {fields.name} was deleted by somebody else.")
        if row.version != version:
            raise EditConflict(_asset(session, vault, row), fields)
        _refuse_taken(session, fields, asset_id)
        changed = [name for name, value in _plain(fields).items() if getattr(row, name) != value]
        for name, value in _plain(fields).items():
            setattr(row, name, value)
        if password is not None:
            vault.seal(session, owner_of_secrets(asset_id), PASSWORD, password)
            changed.append(PASSWORD)
        row.version += 1
        row.updated_at = datetime.now(UTC)
        session.add(row)
        _flushed(session, fields)
        told = ", ".join(name.replace("_", " ") for name in changed) or "nothing"
        audit.record(session, store.actor, "asset changed", asset_id=row.id, asset_name=row.name, detail=told)
        session.flush()
        return _asset(session, vault, row)


def delete(store: Store, vault: Vault, asset_ids: Iterable[int]) -> int:
    """Delete assets with their secrets and checks; returns how many there were."""
    deleted = 0
    with store.write() as session:
        for asset_id in asset_ids:
            row = session.get(AssetRow, asset_id)
            if row is None:
                continue
            vault.forget(session, owner_of_secrets(asset_id))
            audit.record(
                session,
                store.actor,
                "asset deleted",
                asset_id=row.id,
                asset_name=row.name,
                detail=row.address,
            )
            session.delete(row)
            deleted += 1
    return deleted


def give_forwarding_addresses(store: Store, inbound_domain: str) -> int:
    """Make the forwarding addresses of assets that were created before the inbound domain was set."""
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
            row.version += 1
            session.add(row)
            audit.record(
                session,
                store.actor,
                "forwarding address made",
                asset_id=row.id,
                asset_name=row.name,
                detail=row.forwarding_address,
            )
        return len(rows)


def forwarding_address(name: str, inbound_domain: str) -> str:
    """`<readable part>.<20 random characters>@<domain>`: 100 bits that cannot be guessed, "" without a
    domain."""
    if not inbound_domain:
        return ""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    readable = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30].rstrip("-") or "mailbox"
    token = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(20))
    return f"{readable}.{token}@{inbound_domain}"


def by_id(store: Store, vault: Vault, asset_id: int) -> Asset | None:
    """The asset of that id."""
    with store.read() as session:
        row = session.get(AssetRow, asset_id)
        return _asset(session, vault, row) if row else None


def by_name(store: Store, vault: Vault, name: str) -> Asset | None:
    """The asset of that name or, failing that, of that address (case does not matter)."""
    with store.read() as session:
        for column in (AssetRow.name, AssetRow.address):
            row = session.exec(select(AssetRow).where(func.lower(column) == name.strip().lower())).first()
            if row:
                return _asset(session, vault, row)
    return None


def names(store: Store) -> dict[str, int]:
    """Every asset's name and id, in order of names."""
    with store.read() as session:
        found = session.exec(select(AssetRow.name, AssetRow.id).order_by(func.lower(AssetRow.name))).all()
    return {name: id_ for name, id_ in found if id_ is not None}


LINES = text(
    """
    SELECT a.id, a.name, a.address, a.provider, a.sign_in, a.host, a.port, a.security, a.owner,
           a.forwarding_address,
           EXISTS (SELECT 1 FROM secrets s WHERE s.owner = 'asset:' || a.id AND s.name = 'password'),
           c.started_at, c.outcome, c.failed_step, c.diagnosis
      FROM assets a
      LEFT JOIN checks c ON c.id =
           (SELECT max(id) FROM checks WHERE asset_id = a.id AND outcome != 'cancelled')
     WHERE :asset_id IS NULL OR a.id = :asset_id
     ORDER BY a.name COLLATE NOCASE
    """
)


def lines(store: Store, asset_id: int | None = None) -> list[AssetLine]:
    """All assets as lines, by name, or just the one. Plain SQL, since 5,000 mapped rows cost ten times as
    much as 5,000 tuples."""
    with store.read() as session:
        connection: Connection = session.connection()
        return [
            AssetLine(
                *row[:10],
                bool(row[10]),
                datetime.fromisoformat(row[11]) if row[11] else None,
                *row[12:],
            )
            for row in connection.execute(LINES, {"asset_id": asset_id})
        ]


def _plain(fields: AssetFields) -> dict[str, Any]:
    return AssetFields.model_validate(fields.model_dump()).model_dump(mode="json")


def _asset(session: Session, vault: Vault, row: AssetRow) -> Asset:
    assert row.id is not None
    return Asset.model_validate(
        {**row.model_dump(), "has_password": vault.has(session, owner_of_secrets(row.id), PASSWORD)}
    )


def _refuse_taken(session: Session, fields: AssetFields, but: int | None) -> None:
    for field in ("name", "address"):
        value = getattr(fields, field)
        column = getattr(AssetRow, field)
        query = select(AssetRow).where(func.lower(column) == value.lower())
        other = session.exec(query.where(col(AssetRow.id) != but) if but is not None else query).first()
        if other is not None and other.id is not None:
            raise AssetTaken(field, value, other.id, other.name)


def _flushed(session: Session, fields: AssetFields) -> None:
    try:
        session.flush()
    except IntegrityError as error:  # beyond ASCII, SQLite's NOCASE and lower() may differ from ours
        raise AssetError(f"The asset {fields.name} cannot be kept: {error.orig}.") from None


CA_BYTES = 262_144
"""A bundle of authorities larger than this is a mistake: the system's own has about 220 kB."""


def read_ca_file(path: str) -> str:
    """The PEM text of a certificate authority's file, checked for being one.

    Raises:
        AssetError: it cannot be read, is too large, or holds no certificate.
    """
    file = Path(path).expanduser()
    try:
        with file.open("rb") as stream:
            data = stream.read(CA_BYTES + 1)
    except OSError as error:
        raise AssetError(f"The CA file {file} cannot be read: {error.strerror}.") from None
    if len(data) > CA_BYTES:
        raise AssetError(
            f"The CA file {file} is larger than {CA_BYTES:,} bytes; name one with just the authority."
        )
    try:
        x509.load_pem_x509_certificates(data)
    except ValueError:
        raise AssetError(
            f"The CA file {file} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)."
        ) from None
    return data.decode("ascii", "ignore")
