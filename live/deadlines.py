"""Deadlines: the earliest moment at which sending stops unless a person acts, from the provider's rules.

Reasons hold no times of their own, so that a deadline which only moves keeps its words, and the mailboxes of
one cause can be told together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Protocol

from sqlalchemy import select
from sqlmodel import Session, col

from live import providers
from live.diagnosis import WhoActs, by_id
from store import assets, deadlines, grants, oauth_clients
from store.assets import AssetRow
from store.database import Store
from store.deadlines import Deadline
from store.grants import Grant, GrantState
from store.kinds import SignIn
from store.oauth_clients import ClientType, Flow, OAuthClientFields, OAuthClientRow, Publishing

LASTING = 3
"""Failed refreshes in a row from which on the end of the access token counts: some minutes of failures, where
a single one is over before anybody has read of it."""

NO_CLIENT = "No OAuth client is chosen for this asset, so no token can be had."
NO_GRANT = "No token has been generated yet."
OTHERS = "The grant was made with {made_with}: generate a token again, or take that client again."
NO_REFRESH = "The access token ends, and no refresh token came with it: generate a token again."
LIMITED = "The refresh token ends at the time that the provider set when it gave it: generate a token again."
FAILING = "The access token ends, and refreshing it has failed several times in a row."
CONSENT = "The provider asks for a new consent: generate a token again."
CLIENT = "The provider does not accept the OAuth client: check it."
SECRET = "The client secret ends: make a new one at the provider, and enter it in the OAuth client."
SECRET_ENDED = (
    "The client secret has ended: make a new one at the provider, and enter it in the OAuth client."
)


class SignsIn(Protocol):
    """As much of an asset as is asked here; both in the words of the store."""

    @property
    def provider(self) -> str: ...
    @property
    def sign_in(self) -> str: ...


def deadline_of(
    asset: SignsIn, grant: Grant | None, client: OAuthClientFields | None, now: datetime
) -> Deadline | None:
    """When the asset stops sending unless a person acts; None: nothing is known to end.

    The end of the client's secret is the client's own (`client_deadline`): it stops all its assets at once.

    Args:
        client: the asset's OAuth client; None: none is chosen.
        now: aware; the deadline of what needs a person already.
    """
    if asset.sign_in == SignIn.PASSWORD:
        ends = providers.of(asset.provider).password_end(now)
        return Deadline(ends.at, ends.reason, WhoActs.OPERATOR) if ends else None
    if client is None:
        return Deadline(now, NO_CLIENT, WhoActs.OPERATOR)
    if grant is None or grant.state is GrantState.NONE:
        return Deadline(now, NO_GRANT, WhoActs.OPERATOR)
    if grant.made_with:
        return Deadline(now, OTHERS.format(made_with=grant.made_with), WhoActs.OPERATOR)
    if grant.state in (GrantState.CONSENT_REQUIRED, GrantState.CLIENT_FAULT):
        return _broken(grant, now)
    return min(_ends(asset, grant, client), key=lambda deadline: deadline.at, default=None)


def client_deadline(client: OAuthClientFields, now: datetime) -> Deadline | None:
    """When the client's secret ends: at the beginning of its last day (UTC), since nobody knows the hour.

    Args:
        now: aware; decides whether the words tell of what will be or of what was.
    """
    if client.secret_ends is None:
        return None
    at = datetime.combine(client.secret_ends, time.min, UTC)
    return Deadline(at, SECRET if now < at else SECRET_ENDED, WhoActs.OPERATOR)


def _broken(grant: Grant, now: datetime) -> Deadline:
    if grant.last_diagnosis is not None:
        known = by_id(grant.last_diagnosis)
        return Deadline(now, known.cause, known.who)
    if grant.state is GrantState.CLIENT_FAULT:
        return Deadline(now, CLIENT, WhoActs.OPERATOR)
    return Deadline(now, CONSENT, WhoActs.OWNER)


def _ends(asset: SignsIn, grant: Grant, client: OAuthClientFields) -> Iterator[Deadline]:
    """All that ends of a grant that works."""
    if grant.state is GrantState.RETRYING and grant.failures >= LASTING and grant.expires_at is not None:
        who = by_id(grant.last_diagnosis).who if grant.last_diagnosis else WhoActs.OPERATOR
        # Nobody is asked for what waiting may cure, but somebody has to look when it does not.
        yield Deadline(grant.expires_at, FAILING, WhoActs.OPERATOR if who is WhoActs.NOBODY else who)
    if client.flow != Flow.AUTHORIZATION_CODE:
        return  # a new request brings a new token: nothing was consented to that could end
    if not grant.has_refresh:
        if grant.expires_at is not None:
            yield Deadline(grant.expires_at, NO_REFRESH, WhoActs.OWNER)
        return
    if grant.refresh_expires_at is not None:
        yield Deadline(grant.refresh_expires_at, LIMITED, WhoActs.OWNER)
    rules = providers.of(asset.provider).oauth
    if rules.testing and client.publishing == Publishing.TESTING and grant.consent_at is not None:
        words = f"The consent ends: {rules.testing.words}. Publish the project, or generate a token again."
        yield Deadline(grant.consent_at + rules.testing.span, words, WhoActs.OPERATOR)
    if rules.spa and client.client_type == ClientType.SPA and grant.consent_at is not None:
        words = f"The grant ends: {rules.spa.words}. Register a desktop or web client instead."
        yield Deadline(grant.consent_at + rules.spa.span, words, WhoActs.OPERATOR)
    if rules.idle and grant.obtained_at is not None:
        words = f"The grant ends if nothing refreshes it: {rules.idle.words}."
        yield Deadline(grant.obtained_at + rules.idle.span, words, WhoActs.OPERATOR)


# Stored


def restate(store: Store, now: datetime, asset_ids: Collection[int] | None = None) -> int:
    """Work out the deadlines anew and keep those that changed, in one transaction; returns how many did.

    To be called when assets or clients were saved and when the console starts, since rules and the present
    move on; refreshing does it by itself. What needed a person before keeps the time since when. Nothing is
    written where nothing changed.

    Args:
        now: aware.
        asset_ids: these assets with their clients; None: all.

    Raises:
        StoreError: the store cannot be read or written.
    """
    with store.read() as session:
        changed = list(_changes(session, now, asset_ids))
    if not changed:
        return 0
    touched = [one.asset_id for one in changed if one.asset_id is not None]
    with store.write() as session:  # looked at again: somebody may have refreshed meanwhile
        news = [(one.subject, one.deadline) for one in _changes(session, now, touched)]
        deadlines.put_all(session, news)
    return len(news)


@dataclass(frozen=True, slots=True)
class _Change:
    subject: str
    asset_id: int | None
    """None: it is a client's."""
    deadline: Deadline | None


@dataclass(frozen=True, slots=True)
class _Asset:
    id: int
    provider: str
    sign_in: str
    oauth_client_id: int | None


def _changes(session: Session, now: datetime, asset_ids: Collection[int] | None) -> Iterator[_Change]:
    before = deadlines.all_of(session)
    clients = {row.id: _fields(row) for row in session.execute(select(OAuthClientRow)).scalars() if row.id}
    for client_id, client in clients.items():
        subject = oauth_clients.owner_of_secrets(client_id)
        found = client_deadline(client, now)
        if found != before.get(subject):
            yield _Change(subject, None, found)
    held = grants.of_many(session, asset_ids)
    for asset in _assets(session, asset_ids):
        subject = assets.owner_of_secrets(asset.id)
        own = clients.get(asset.oauth_client_id) if asset.oauth_client_id else None
        found = _since(before.get(subject), deadline_of(asset, held.get(asset.id), own, now), now)
        if found != before.get(subject):
            yield _Change(subject, asset.id, found)


def _since(before: Deadline | None, found: Deadline | None, now: datetime) -> Deadline | None:
    """What needs a person now, as it did before, needs them since then."""
    same = before is not None and found is not None and found.at == now and found.reason == before.reason
    return before if same and before is not None and before.at <= now else found


def _assets(session: Session, asset_ids: Collection[int] | None) -> Sequence[_Asset]:
    names = ("id", "provider", "sign_in", "oauth_client_id")
    query = select(*(col(getattr(AssetRow, name)) for name in names))
    if asset_ids is not None:
        query = query.where(col(AssetRow.id).in_(asset_ids))
    return [_Asset(*row) for row in session.connection().execute(query)]


def _fields(row: OAuthClientRow) -> OAuthClientFields:
    return OAuthClientFields.model_validate(row.model_dump())
