"""Authorizations under way: a person was sent to the provider with a `state`, and has not come back yet.

Only a hash of the `state` is kept; what belongs to it (PKCE verifier, redirect URI) is sealed. Each can be
taken once.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import ColumnElement
from sqlalchemy import select as select_core
from sqlmodel import Field, Session, SQLModel, col, delete, select

from store.asset_errors import AssetGone
from store.columns import UtcDateTime
from store.database import Store
from store.oauth_clients import ASSETS
from store.vault import Vault

VERIFIER = "authorization"
"""Name of the secret that holds verifier and redirect URI."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """What was remembered of an authorization request."""

    asset_id: int
    client_id: int
    verifier: SecretStr
    redirect_uri: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What can be told of an authorization without its secrets, also with a locked vault."""

    asset_id: int
    began_at: datetime
    ends_at: datetime
    used_at: datetime | None


class StateRefused(Exception):
    """The `state` that came back is not one that waits: wrong, too old, or used already; the text says
    which."""


class AuthorizationRow(SQLModel, table=True):
    """The table."""

    __tablename__ = "authorizations"

    state_hash: str = Field(primary_key=True)
    asset_id: int = Field(foreign_key="assets.id", ondelete="CASCADE")
    client_id: int
    began_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def remember(
    store: Store, vault: Vault, state: SecretStr, authorization: Authorization, ends_at: datetime
) -> None:
    """Keep an authorization until `ends_at`; older ones that have ended are dropped.

    Raises:
        AssetGone: the asset was deleted meanwhile. VaultError: the verifier cannot be sealed. Nothing is kept
        then.
    """
    hashed = _hashed(state)
    with store.write() as session:
        _refuse_gone(session, authorization.asset_id)
        _drop_ended(session, vault, authorization.began_at)
        session.add(
            AuthorizationRow(
                state_hash=hashed,
                asset_id=authorization.asset_id,
                client_id=authorization.client_id,
                began_at=authorization.began_at,
                ends_at=ends_at,
            )
        )
        sealed = json.dumps(
            {
                "verifier": authorization.verifier.get_secret_value(),
                "redirect_uri": authorization.redirect_uri,
            }
        )
        vault.seal(session, _owner(hashed), VERIFIER, SecretStr(sealed))


def asked(store: Store, state: SecretStr) -> Asked | None:
    """Whose answer a `state` belongs to; nothing is used up. None: it is nobody's, or was dropped."""
    with store.read() as session:
        row = session.get(AuthorizationRow, _hashed(state))
    return Asked(row.asset_id, row.began_at, row.ends_at, row.used_at) if row else None


def take(store: Store, vault: Vault, state: SecretStr, now: datetime) -> Authorization:
    """Take what belongs to a `state`, once: a second time it is refused, also by another process.

    Raises:
        StateRefused: no such `state` waits. VaultError: the vault is locked; it can be taken later.
    """
    hashed = _hashed(state)
    with store.write() as session:
        row = session.get(AuthorizationRow, hashed)
        if row is None:
            raise StateRefused("The answer's state is not one that was given out; begin again.")
        if row.used_at is not None:
            raise StateRefused("The answer's state was used already; begin again.")
        if row.ends_at <= now:
            raise StateRefused("The answer came too late: its state has ended; begin again.")
        sealed = vault.reveal(session, _owner(hashed), VERIFIER)
        if sealed is None:
            raise StateRefused("What belongs to the answer's state is gone; begin again.")
        kept = json.loads(sealed.get_secret_value())
        row.used_at = now
        session.add(row)
        vault.forget(session, _owner(hashed))
        return Authorization(
            row.asset_id, row.client_id, SecretStr(kept["verifier"]), kept["redirect_uri"], row.began_at
        )


def forget(session: Session, vault: Vault, asset_id: int) -> None:
    """Drop all that are under way for an asset, in the caller's transaction."""
    _drop(session, vault, col(AuthorizationRow.asset_id) == asset_id)


def _owner(hashed: str) -> str:
    return f"authorization:{hashed}"


def _hashed(state: SecretStr) -> str:
    # What comes back may hold anything, the halves of surrogate pairs included.
    return hashlib.sha256(state.get_secret_value().encode("utf-8", "surrogatepass")).hexdigest()


def _refuse_gone(session: Session, asset_id: int) -> None:
    if session.execute(select_core(ASSETS.c.id).where(ASSETS.c.id == asset_id)).first() is None:
        raise AssetGone(f"The asset {asset_id} was deleted by somebody else; nobody can sign it in.")


def _drop_ended(session: Session, vault: Vault, now: datetime) -> None:
    _drop(session, vault, col(AuthorizationRow.ends_at) < now)


def _drop(session: Session, vault: Vault, which: ColumnElement[bool]) -> None:
    """Drop rows with what is sealed for them: the vault's table knows nothing of this one."""
    for hashed in session.exec(select(AuthorizationRow.state_hash).where(which)).all():
        vault.forget(session, _owner(hashed))
    session.execute(delete(AuthorizationRow).where(which))
