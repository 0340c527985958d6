"""Grants: the tokens of an asset with their life, one at a time refreshed by one process.

The rules that never break: a rotated refresh token is committed before the access token that came with it is
used (`keep_tokens` is the one way in); one refresh at a time per grant, across processes (`claim`); a failure
that could pass drops nothing (`keep_failure`). Both write batches: 0.3 ms a grant in place of 3 ms and a
commit of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import bindparam, case, update
from sqlalchemy import select as select_core
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, col

from store import deadlines, grant_news
from store.assets import AssetGone, AssetRow, owner_of_secrets
from store.database import Store
from store.deadlines import Deadline
from store.grant_claims import ClaimLost as ClaimLost
from store.grant_claims import claim as claim
from store.grant_claims import release as release
from store.grant_events import GrantEvent, record_events
from store.grant_makers import Maker as Maker
from store.grant_makers import MakerChanged as MakerChanged
from store.grant_makers import maker_of as maker_of
from store.grant_makers import present
from store.grant_makers import registration_of as registration_of
from store.grant_reading import due as due
from store.grant_reading import of as of
from store.grant_reading import of_many as of_many
from store.grant_rows import Grant as Grant
from store.grant_rows import GrantRow as GrantRow
from store.grant_rows import GrantState as GrantState
from store.grant_rows import Tokens as Tokens
from store.outside_words import kept_words
from store.vault import Vault

ACCESS = "access_token"
REFRESH = "refresh_token"
"""Names of the secrets that hold the tokens."""

SCOPE_CHARACTERS = 10_000
"""All scopes that Google has together take 9,000."""


def access_token(session: Session, vault: Vault, asset_id: int) -> SecretStr | None:
    """The access token, which may have ended. Raises VaultError where the vault is locked."""
    return vault.reveal(session, owner_of_secrets(asset_id), ACCESS)


def refresh_token(session: Session, vault: Vault, asset_id: int) -> SecretStr | None:
    """The newest refresh token. Raises VaultError where the vault is locked."""
    return vault.reveal(session, owner_of_secrets(asset_id), REFRESH)


@dataclass(frozen=True, slots=True)
class Kept:
    """New tokens of an asset, and what follows from them."""

    asset_id: int
    tokens: Tokens
    obtained_at: datetime
    expires_at: datetime | None
    next_refresh_at: datetime | None
    deadline: Deadline | None
    event: GrantEvent
    consented: bool = False
    """Whether a person consented just now: then the old refresh token is replaced even where none came."""
    maker: Maker | None = None
    """The OAuth client that they were had with; None: the one that the asset has when they are written."""


def keep_tokens(
    store: Store,
    vault: Vault,
    news: Sequence[Kept],
    *,
    owner: str | None = None,
    also: Callable[[Session], None] | None = None,
) -> None:
    """Seal and commit new tokens, of one asset or of many in one transaction.

    Args:
        owner: the claim under which they were fetched; None: a new consent, which needs no claim.
        also: writes what belongs to it in the same transaction, such as an audit entry.

    Raises:
        ClaimLost: one of the claims is another's by now, or a new consent's; nothing is kept.
        AssetGone: a person consented for an asset that was deleted meanwhile; nothing is kept.
        MakerChanged: it was given another client meanwhile; nothing is kept.
        VaultError: the vault is locked; nothing is kept. StoreError: it cannot be written.
    """
    if not news:
        return
    asset_ids = [new.asset_id for new in news]
    with store.write() as session:
        before = _before(session, asset_ids)
        if owner is None:
            _refuse_gone(session, [asset_id for asset_id in asset_ids if asset_id not in before])
        elif lost := [id_ for id_ in asset_ids if before.get(id_, NEVER)["claimed_by"] != owner]:
            raise ClaimLost(lost)
        makers = _makers(session, news, new_consent=owner is None)
        _seal_tokens(session, vault, news)
        rows = [_row(new, before.get(new.asset_id, NEVER), makers.get(new.asset_id)) for new in news]
        statement = insert(GrantRow)
        replaced = {name: statement.excluded[name] for name in rows[0] if name != "asset_id"}
        session.connection().execute(
            statement.on_conflict_do_update(index_elements=["asset_id"], set_=replaced), rows
        )
        deadlines.put_all(session, [(owner_of_secrets(new.asset_id), new.deadline) for new in news])
        record_events(session, [(new.asset_id, new.event) for new in news])
        grant_news.renewed(session, news, before)
        if also is not None:
            also(session)


NEVER: Mapping[str, Any] = {
    **dict.fromkeys(("consent_at", "refresh_expires_at", "refresh_at")),
    **dict.fromkeys(("refresh_length", "rotation", "failures"), 0),
    "state": GrantState.NONE.value,
    "has_refresh": False,
    "claimed_by": "",
}
"""What there was of a grant before its first tokens."""


def _before(session: Session, asset_ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """The rows that are there, by asset."""
    names = ("asset_id", *NEVER)
    query = select_core(*(col(getattr(GrantRow, name)) for name in names))
    rows = session.connection().execute(query.where(col(GrantRow.asset_id).in_(asset_ids))).mappings()
    return {row["asset_id"]: dict(row) for row in rows}


def _refuse_gone(session: Session, asset_ids: Sequence[int]) -> None:
    for asset_id in asset_ids:
        if session.get(AssetRow, asset_id) is None:
            raise AssetGone(f"The asset {asset_id} was deleted by somebody else; its tokens are not kept.")


def _makers(session: Session, news: Sequence[Kept], *, new_consent: bool) -> dict[int, Maker]:
    """With which clients they were had. What was refreshed with one that the asset has no longer is kept all
    the same: the refresh token in the store may be dead, and the asset may be given that client again."""
    named = {new.asset_id: new.maker for new in news if new.maker is not None}
    if not new_consent and len(named) == len(news):
        return named
    makers = present(session, [new.asset_id for new in news])
    if new_consent and any(makers.get(asset_id) != maker for asset_id, maker in named.items()):
        raise MakerChanged
    return makers | named


def _seal_tokens(session: Session, vault: Vault, news: Sequence[Kept]) -> None:
    secrets = []
    for new in news:
        of_asset = owner_of_secrets(new.asset_id)
        secrets.append((of_asset, ACCESS, new.tokens.access))
        if new.tokens.refresh is not None:
            secrets.append((of_asset, REFRESH, new.tokens.refresh))
        elif new.consented:
            vault.forget(session, of_asset, REFRESH)
    vault.seal_all(session, secrets)


def _row(new: Kept, before: Mapping[str, Any], maker: Maker | None) -> dict[str, Any]:
    """The whole row as it is from now on."""
    tokens = new.tokens
    refresh = len(tokens.refresh.get_secret_value()) if tokens.refresh else 0
    stays = tokens.refresh is None and not new.consented
    until_said = new.consented or tokens.refresh_expires_at is not None
    return {
        "asset_id": new.asset_id,
        "state": GrantState.VALID.value,
        "scope": kept_words(tokens.scope, SCOPE_CHARACTERS),
        "validity": tokens.validity,
        "obtained_at": new.obtained_at,
        "expires_at": new.expires_at,
        "consent_at": new.obtained_at if new.consented else before["consent_at"],
        "refresh_expires_at": tokens.refresh_expires_at if until_said else before["refresh_expires_at"],
        "has_refresh": before["has_refresh"] if stays else tokens.refresh is not None,
        "access_length": len(tokens.access.get_secret_value()),
        "refresh_length": before["refresh_length"] if stays else refresh,
        "next_refresh_at": new.next_refresh_at,
        "failures": 0,
        "last_words": "",
        "last_diagnosis": None,
        "rotation": before["rotation"] + 1,
        "refresh_at": before["refresh_at"] if stays else new.obtained_at if tokens.refresh else None,
        "made_by": maker.client_id if maker else None,
        "made_as": maker.registration if maker else "",
        "claimed_by": "",
        "claimed_until": None,
    }


@dataclass(frozen=True, slots=True)
class Failed:
    """A refresh that failed, and what follows from it."""

    asset_id: int
    state: GrantState
    words: str
    diagnosis: str | None
    next_refresh_at: datetime | None
    deadline: Deadline | None
    event: GrantEvent


def keep_failure(store: Store, failures: Sequence[Failed], *, owner: str) -> None:
    """Record failed refreshes and release their claims. The tokens stay as they are.

    A claim that another process holds by now is left alone, and so is its grant: that process knows more.
    """
    with store.write() as session:
        before = _before(session, [failed.asset_id for failed in failures])
        record_events(
            session, [(failed.asset_id, failed.event) for failed in failures if failed.asset_id in before]
        )
        ours = [
            failed
            for failed in failures
            if failed.asset_id in before and before[failed.asset_id]["claimed_by"] == owner
        ]
        if not ours:
            return
        session.connection().execute(
            update(GrantRow).where(col(GrantRow.asset_id) == bindparam("failed_id")),
            [
                {
                    "failed_id": failed.asset_id,
                    "state": failed.state.value,
                    "last_words": kept_words(failed.words),
                    "last_diagnosis": failed.diagnosis,
                    "failures": before[failed.asset_id]["failures"] + 1,
                    "next_refresh_at": failed.next_refresh_at,
                    "claimed_by": "",
                    "claimed_until": None,
                }
                for failed in ours
            ],
        )
        deadlines.put_all(session, [(owner_of_secrets(failed.asset_id), failed.deadline) for failed in ours])
        grant_news.failed(session, ours, before)


def forget(session: Session, vault: Vault, asset_id: int) -> None:
    """Drop an asset's grant with its tokens, in the caller's transaction."""
    for name in (ACCESS, REFRESH):
        vault.forget(session, owner_of_secrets(asset_id), name)
    row = session.get(GrantRow, asset_id)
    if row is not None:
        session.delete(row)
    deadlines.forget(session, owner_of_secrets(asset_id))


def make_due(store: Store, asset_ids: Sequence[int], now: datetime) -> None:
    """Bring grants forward: those of a client whose secret was renewed, or those that a server refused.

    A client fault is tried again; where a consent is missing no refresh helps, and it stays missing.
    """
    valid, retrying = GrantState.VALID.value, GrantState.RETRYING.value
    state = col(GrantRow.state)
    can_be = state.in_([valid, retrying, GrantState.CLIENT_FAULT.value])
    with store.write() as session:
        session.connection().execute(
            update(GrantRow)
            .where(col(GrantRow.asset_id).in_(asset_ids), can_be)
            .values(next_refresh_at=now, state=case((state == valid, valid), else_=retrying))
        )
