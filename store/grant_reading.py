"""How grants stand, with those of another OAuth client told apart, and which are due."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store import grant_makers
from store.assets import AssetRow
from store.database import Store
from store.grant_rows import Grant, GrantRow, GrantState
from store.oauth_clients import Flow, OAuthClientRow
from store.registration_rows import RegistrationRow, RegistrationState

KEPT = tuple(field.name for field in fields(Grant) if field.name != "made_with")
"""What of a grant has a column; `made_with` is the last of its fields."""
MADE_BY = aliased(OAuthClientRow)
OWN: tuple[ColumnElement[Any], ...] = (
    col(OAuthClientRow.id).label("own_id"),
    grant_makers.REGISTRATION.label("own"),
    MADE_BY.name.label("maker"),  # type: ignore[attr-defined]
    grant_makers.IS_ANOTHERS.label("is_anothers"),
)


def of(store: Store, asset_id: int) -> Grant | None:
    """An asset's grant; None: it never had one."""
    with store.read() as session:
        return of_many(session, [asset_id]).get(asset_id)


def of_many(session: Session, asset_ids: Collection[int] | None = None) -> dict[int, Grant]:
    """The grants of these assets, or of all, by asset; those that never had one are left out."""
    query = _with_client(select(*(col(getattr(GrantRow, name)) for name in KEPT), *OWN))
    query = query.outerjoin(MADE_BY, MADE_BY.id == col(GrantRow.made_by))  # type: ignore[arg-type]
    if asset_ids is not None:
        query = query.where(col(GrantRow.asset_id).in_(asset_ids))
    return {
        row[0]: _grant(row[: len(KEPT)], *row[len(KEPT) :]) for row in session.connection().execute(query)
    }


def _grant(
    kept: Sequence[Any], own_id: int | None, own: str | None, maker: str | None, is_anothers: bool
) -> Grant:
    grant = Grant(kept[0], GrantState(kept[1]), *kept[2:])
    if not is_anothers or grant.state is GrantState.NONE or grant.made_by is None or own_id is None:
        return grant
    made_with = grant_makers.told(grant.made_by, grant.made_as, maker, own_id, own or "")
    return replace(grant, state=GrantState.CONSENT_REQUIRED, made_with=made_with)


def due(store: Store, now: datetime, *, limit: int = 10_000) -> list[int]:
    """The assets whose grant is to be refreshed, the most urgent first.

    Those of retired assets are left out. One that was made with another client is not, but where its asset's
    client needs nobody's consent: that gets new tokens by its own secret.
    """
    alone = col(OAuthClientRow.flow) != Flow.AUTHORIZATION_CODE.value
    query = (
        _with_client(select(col(GrantRow.asset_id)))
        .where(
            col(GrantRow.next_refresh_at) <= now,
            col(GrantRow.state).in_([GrantState.VALID.value, GrantState.RETRYING.value]),
            col(GrantRow.asset_id).not_in(_RETIRED),
            or_(not_(grant_makers.IS_ANOTHERS), and_(col(OAuthClientRow.id).is_not(None), alone)),
        )
        .order_by(col(GrantRow.next_refresh_at))
        .limit(limit)
    )
    with store.read() as session:
        return list(session.connection().execute(query).scalars())


_RETIRED = select(col(RegistrationRow.asset_id)).where(
    col(RegistrationRow.state) == RegistrationState.RETIRED.value, col(RegistrationRow.asset_id).is_not(None)
)


def _with_client(query: Select[Any]) -> Select[Any]:
    """Grants joined to their assets' clients."""
    return (
        query.select_from(GrantRow)
        .join(AssetRow, col(AssetRow.id) == col(GrantRow.asset_id))
        .outerjoin(OAuthClientRow, col(OAuthClientRow.id) == col(AssetRow.oauth_client_id))
    )
