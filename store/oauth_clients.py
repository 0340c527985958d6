"""OAuth clients: app registrations at a provider, shared by the assets that sign in through them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Index, column, func, table
from sqlalchemy import select as select_core
from sqlmodel import Field, Session, SQLModel, col, select

from store import audit, deadlines
from store.columns import UtcDateTime
from store.database import Store
from store.folding import folded
from store.kinds import Provider
from store.vault import Vault

SECRET = "client_secret"
"""Name of the secret that holds the client secret, or a service account's whole key file."""
ASSETS = table("assets", column("id"), column("oauth_client_id"), column("name_key"))
"""As much of the assets' table as is asked here; the assets' own room imports this one."""
TEST_USERS = 100
"""Google lets a project in Testing have so many, https://support.google.com/cloud/answer/15549945."""


class Flow(StrEnum):
    """How a token is had."""

    AUTHORIZATION_CODE = "authorization_code"
    """A person consents in a browser; device code is another way to the same (RFC 6749 4.1, RFC 8628)."""
    CLIENT_CREDENTIALS = "client_credentials"
    """Office 365, app-only (RFC 6749 4.4)."""
    SERVICE_ACCOUNT = "service_account"
    """Google Workspace, a signed assertion for the mailbox (RFC 7523)."""


class ClientType(StrEnum):
    """As what it is registered; decides redirect URIs and how long a refresh token lives."""

    DESKTOP = "desktop"
    WEB = "web"
    SPA = "spa"


class Publishing(StrEnum):
    """Google's publishing status of the project."""

    UNKNOWN = ""
    TESTING = "testing"
    PRODUCTION = "production"
    INTERNAL = "internal"


class OAuthClientFields(SQLModel):
    """What a person sets."""

    name: str
    provider: Provider
    flow: Flow = Flow.AUTHORIZATION_CODE
    client_type: ClientType = ClientType.DESKTOP
    client_id: str
    tenant: str = ""
    authorization_url: str = ""
    token_url: str
    refresh_url: str = ""
    """Empty: the token URL."""
    device_url: str = ""
    revocation_url: str = ""
    scope: str
    """Space-separated (RFC 6749 3.3)."""
    callback_url: str = ""
    """The redirect URI as registered; for a desktop client the port is free (RFC 8252 7.3)."""
    secret_ends: date | None = None
    publishing: Publishing = Publishing.UNKNOWN
    test_users: str = ""
    """One address a line."""

    @property
    def test_user_list(self) -> tuple[str, ...]:
        return tuple(filter(None, (line.strip() for line in self.test_users.splitlines())))


class OAuthClientRow(OAuthClientFields, table=True):
    """The table."""

    __tablename__ = "oauth_clients"
    __table_args__ = (Index("oauth_clients_name", "name_key", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    provider: str  # type: ignore[assignment]  # kept as the plain words
    flow: str  # type: ignore[assignment]
    client_type: str  # type: ignore[assignment]
    publishing: str  # type: ignore[assignment]
    name_key: str
    version: int = 1
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class OAuthClient(OAuthClientFields):
    """An OAuth client as the other rooms see it."""

    id: int
    version: int
    created_at: datetime
    updated_at: datetime
    has_secret: bool
    assets: int
    """How many assets use it."""

    def fields(self) -> OAuthClientFields:
        """The part that a person sets."""
        return OAuthClientFields(**{name: getattr(self, name) for name in OAuthClientFields.model_fields})


class OAuthClientError(Exception):
    """An OAuth client cannot be kept or deleted as asked; the text is one sentence."""


class OAuthClientConflict(OAuthClientError):
    """Somebody else saved it meanwhile; `theirs` is what they saved."""

    def __init__(self, theirs: OAuthClient) -> None:
        super().__init__(f"The OAuth client {theirs.name} was changed by somebody else while you edited it.")
        self.theirs = theirs


def owner_of_secrets(client_id: int) -> str:
    """Under what name the vault keeps a client's secret."""
    return f"oauth_client:{client_id}"


def create(
    store: Store, vault: Vault, fields: OAuthClientFields, *, secret: SecretStr | None = None
) -> OAuthClient:
    """Keep a new client, with its secret sealed, in one transaction.

    Raises:
        OAuthClientError: the name is in use. VaultError: the secret cannot be sealed; nothing is kept.
    """
    now = datetime.now(UTC)
    with store.write() as session:
        _refuse_taken(session, fields.name, None)
        row = OAuthClientRow(
            **_plain(fields), name_key=folded(fields.name) or "", created_at=now, updated_at=now
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        if secret is not None:
            vault.seal(session, owner_of_secrets(row.id), SECRET, secret)
        audit.record(session, store.actor, "OAuth client created", detail=row.name)
        return _kept(session, vault, row)


def update(
    store: Store,
    vault: Vault,
    client_id: int,
    fields: OAuthClientFields,
    *,
    version: int,
    secret: SecretStr | None = None,
    drop_secret: bool = False,
) -> OAuthClient:
    """Replace the fields, and the secret where one is given, in one transaction.

    Args:
        version: the version that the edit began on.
        drop_secret: forget the secret; a public client must not send one.

    Raises:
        OAuthClientConflict: `version` is not the current one. OAuthClientError: it was deleted, or the name
        is in use.
        VaultError: the secret cannot be sealed; nothing is changed.
    """
    with store.write() as session:
        row = session.get(OAuthClientRow, client_id)
        if row is None:
            raise OAuthClientError(f"The OAuth client {fields.name} was deleted by somebody else.")
        if row.version != version:
            raise OAuthClientConflict(_client(session, vault, row))
        _refuse_taken(session, fields.name, client_id)
        plain = _plain(fields)
        changed = [name.replace("_", " ") for name, value in plain.items() if getattr(row, name) != value]
        for name, value in plain.items():
            setattr(row, name, value)
        row.name_key = folded(fields.name) or ""
        if secret is not None:
            vault.seal(session, owner_of_secrets(client_id), SECRET, secret)
            changed.append("client secret")
        elif drop_secret and vault.forget(session, owner_of_secrets(client_id), SECRET):
            changed.append("client secret dropped")
        row.version += 1
        row.updated_at = datetime.now(UTC)
        session.add(row)
        told = f"{row.name}: {', '.join(changed) or 'nothing'}"
        audit.record(session, store.actor, "OAuth client changed", detail=told)
        return _kept(session, vault, row)


def delete(store: Store, vault: Vault, client_id: int) -> None:
    """Delete a client with its secret and deadline.

    Raises:
        OAuthClientError: assets still use it; the text counts them.
    """
    with store.write() as session:
        row = session.get(OAuthClientRow, client_id)
        if row is None:
            return
        used = _uses(session, client_id)
        if used:
            raise OAuthClientError(
                f"The OAuth client {row.name} is used by {used} asset{'s' if used > 1 else ''}; "
                "give them another client first."
            )
        vault.forget(session, owner_of_secrets(client_id))
        deadlines.forget(session, owner_of_secrets(client_id))
        audit.record(session, store.actor, "OAuth client deleted", detail=row.name)
        session.delete(row)


def by_id(store: Store, vault: Vault, client_id: int) -> OAuthClient | None:
    """The client of that id."""
    with store.read() as session:
        row = session.get(OAuthClientRow, client_id)
        return _client(session, vault, row) if row else None


def by_name(store: Store, vault: Vault, name: str) -> OAuthClient | None:
    """The client of that name (case does not matter)."""
    with store.read() as session:
        row = session.exec(select(OAuthClientRow).where(OAuthClientRow.name_key == folded(name))).first()
        return _client(session, vault, row) if row else None


def all_clients(store: Store, vault: Vault) -> list[OAuthClient]:
    """All clients by name; there are few."""
    with store.read() as session:
        rows = session.exec(select(OAuthClientRow).order_by(col(OAuthClientRow.name_key))).all()
        return [_client(session, vault, row) for row in rows]


def assets_of(store: Store, client_id: int) -> list[int]:
    """The ids of the assets that use a client, by name."""
    query = select_core(ASSETS.c.id).where(ASSETS.c.oauth_client_id == client_id).order_by(ASSETS.c.name_key)
    with store.read() as session:
        return [int(asset_id) for asset_id in session.execute(query).scalars()]


def _plain(fields: OAuthClientFields) -> dict[str, Any]:
    valid = OAuthClientFields.model_validate(fields.model_dump())
    return {**valid.model_dump(mode="json"), "secret_ends": valid.secret_ends}


def _uses(session: Session, client_id: int) -> int:
    query = select_core(func.count()).select_from(ASSETS).where(ASSETS.c.oauth_client_id == client_id)
    return int(session.execute(query).scalar_one())


def _client(session: Session, vault: Vault, row: OAuthClientRow) -> OAuthClient:
    assert row.id is not None
    return OAuthClient.model_validate(
        {
            **row.model_dump(),
            "has_secret": vault.has(session, owner_of_secrets(row.id), SECRET),
            "assets": _uses(session, row.id),
        }
    )


def _kept(session: Session, vault: Vault, row: OAuthClientRow) -> OAuthClient:
    session.flush()
    session.refresh(row)  # times are kept to the millisecond
    return _client(session, vault, row)


def _refuse_taken(session: Session, name: str, but: int | None) -> None:
    query = select(OAuthClientRow.id).where(OAuthClientRow.name_key == folded(name))
    if any(other != but for other in session.exec(query)):
        raise OAuthClientError(f"The name {name} is already used by another OAuth client.")
