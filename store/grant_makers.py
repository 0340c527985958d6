"""Which OAuth client a grant was made with, and whether that is still the one of its asset.

A refresh token is bound to the client that it was given to (RFC 6749 6). So a grant is its asset's only while
the asset has the same client, and the client the same client ID and tenant; it is good again when they are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from store.assets import AssetRow
from store.grant_rows import GrantRow
from store.oauth_clients import OAuthClientFields, OAuthClientRow


@dataclass(frozen=True, slots=True)
class Maker:
    """The OAuth client that tokens were had with, as it was then."""

    client_id: int
    """Of the OAuth client in the store."""
    registration: str
    """Tenant, where there is one, and client ID, as the provider knows it."""


class MakerChanged(Exception):
    """The asset's OAuth client was changed while a token was had with the one before; it is not kept."""

    def __init__(self) -> None:
        super().__init__("The asset's OAuth client was changed meanwhile: generate a token with the new one.")


def maker_of(client_id: int, fields: OAuthClientFields) -> Maker:
    """The client as what tokens are had with.

    Args:
        client_id: its id in the store.
    """
    return Maker(client_id, registration_of(fields))


def registration_of(fields: OAuthClientFields) -> str:
    """Tenant and client ID; written as `REGISTRATION` has it."""
    return f"{fields.tenant} {fields.client_id}".strip(" ")


REGISTRATION = func.trim(col(OAuthClientRow.tenant) + " " + col(OAuthClientRow.client_id))
IS_ANOTHERS = and_(
    col(GrantRow.made_by).is_not(None),
    col(OAuthClientRow.id).is_not(None),
    or_(col(GrantRow.made_by) != col(OAuthClientRow.id), col(GrantRow.made_as) != REGISTRATION),
)
"""Of a grant joined to its asset and the asset's client: whether another made it. Where it is not known which
one did, or the asset has none, it is not."""


def present(session: Session, asset_ids: Collection[int]) -> dict[int, Maker]:
    """The clients of these assets as they are now; assets without one are left out."""
    query = (
        select(col(AssetRow.id), col(OAuthClientRow.id), REGISTRATION)
        .join(OAuthClientRow, col(OAuthClientRow.id) == col(AssetRow.oauth_client_id))
        .where(col(AssetRow.id).in_(asset_ids))
    )
    rows = session.connection().execute(query)
    return {asset_id: Maker(client_id, registration) for asset_id, client_id, registration in rows}


def told(made_by: int, made_as: str, name: str | None, own_id: int, own: str) -> str:
    """What a grant was made with, in words that follow "made with", where that is not the asset's client.

    Args:
        name: of the OAuth client `made_by`; None: it was deleted.
        own_id, own: id and registration of the asset's client.
    """
    tenant, _, client_id = made_as.rpartition(" ")
    if made_by != own_id:
        return f"the client {name}" if name else f"a client that was deleted (client ID {client_id})"
    if client_id != own.rpartition(" ")[2]:
        return f"the client ID {client_id}"
    return f"the tenant {tenant}" if tenant else "no tenant ID"
