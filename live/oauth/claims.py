"""Claims grants for a refresh, many in one transaction, and reads what a refresh of each needs."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import select
from sqlmodel import Session, col

from live.deadlines import OTHERS
from live.diagnosis import OAuthWords, diagnose_oauth
from live.oauth.faults import Fault, TokenRefused
from live.oauth.schedule import is_fresh
from store import grants, oauth_clients, registrations
from store.assets import AssetRow, owner_of_secrets
from store.database import Store, StoreError
from store.grants import Grant, GrantState
from store.kinds import SignIn
from store.oauth_clients import Flow, OAuthClientFields, OAuthClientRow
from store.vault import SecretUnreadable, Vault, VaultError, VaultState

LOCKED = "The vault is locked, so no refresh token can be read: nothing was asked of the provider."
Stand = tuple[int, int]
"""Rotation and failures of a grant: they change when anybody refreshes it, and when somebody fails to."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """As much of an asset as a refresh needs."""

    id: int
    name: str
    provider: str
    sign_in: str
    sign_in_name: str
    oauth_client_id: int | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A grant that is this process's to refresh, with all that the request needs."""

    mailbox: Mailbox
    grant: Grant
    client: OAuthClientFields
    secret: SecretStr | None
    refresh_token: SecretStr | None
    refused: TokenRefused | None = None
    """Why nothing can be asked: a secret that does not open."""


@dataclass(frozen=True, slots=True)
class NotClaimed:
    """A grant that is not refreshed now, and why."""

    asset_id: int
    name: str
    diagnosis: str | None
    """Id of an entry of `live.diagnosis`; None where the words, or `grant`, tell all."""
    words: str
    grant: Grant | None = None
    """How it stands, where somebody else has refreshed it meanwhile, or failed to."""
    busy: bool = False
    """Somebody else is refreshing it at this moment."""
    locked: bool = False
    """The vault is locked."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims grants of one store for one owner. All methods block."""

    store: Store
    vault: Vault
    owner: str
    lease: timedelta
    """How long a claim lasts, should this process not live to give it up."""

    def stands(self, asset_ids: Collection[int]) -> dict[int, Stand]:
        """How the grants stand now, to be compared with how they stand when they are claimed."""
        with self.store.read() as session:
            found = grants.of_many(session, asset_ids)
        return {asset_id: (grant.rotation, grant.failures) for asset_id, grant in found.items()}

    def claim(
        self, asset_ids: Sequence[int], stands: Mapping[int, Stand], now: datetime, *, only_due: bool
    ) -> list[Claimed | NotClaimed]:
        """Claim what nobody else holds, and read it, in the order given.

        What stands otherwise than in `stands` was refreshed by somebody else meanwhile, and is left to be.
        With a locked vault nothing is claimed, since nothing could be asked.

        Args:
            now: aware.
            only_due: leave alone what is not due.

        Raises:
            StoreError: the store cannot be read or written; nothing is claimed.
        """
        locked = self._locked()
        claimed = () if locked else grants.claim(self.store, asset_ids, self.owner, now, now + self.lease)
        try:
            reading = self._read(asset_ids, frozenset(claimed), locked)
        except BaseException:
            self.release(claimed)
            raise
        found = [reading.judged(asset_id, stands, now, only_due=only_due) for asset_id in asset_ids]
        self.release({*claimed} - {one.mailbox.id for one in found if isinstance(one, Claimed)})
        return found

    def release(self, asset_ids: Collection[int]) -> None:
        """Give claims up without a result; where the store cannot be written they end by themselves."""
        if asset_ids:
            with contextlib.suppress(StoreError):
                grants.release(self.store, list(asset_ids), self.owner)

    def _locked(self) -> str:
        try:
            return "" if self.vault.state() is VaultState.OPEN else LOCKED
        except VaultError as error:
            return str(error)

    def _read(self, asset_ids: Sequence[int], claimed: frozenset[int], locked: str) -> _Reading:
        with self.store.read() as session:
            reading = _Reading(
                claimed, locked, grants.of_many(session, asset_ids), _mailboxes(session, asset_ids)
            )
            reading.retired = registrations.retired(session, asset_ids)
            reading.clients = _clients(session, {one.oauth_client_id for one in reading.mailboxes.values()})
            if not claimed:
                return reading
            owners = map(owner_of_secrets, claimed)
            clients = map(oauth_clients.owner_of_secrets, reading.clients)
            try:
                reading.secrets = {
                    **self.vault.reveal_all(session, owners, grants.REFRESH),
                    **self.vault.reveal_all(session, clients, oauth_clients.SECRET),
                }
            except VaultError as error:  # locked since it was asked
                reading.locked = str(error)
            return reading


@dataclass(slots=True)
class _Reading:
    """What was read after the claims were taken, of one moment."""

    claimed: frozenset[int]
    locked: str
    """Why the vault cannot be read."""
    grants: Mapping[int, Grant]
    mailboxes: Mapping[int, Mailbox]
    retired: Collection[int] = ()
    clients: Mapping[int, OAuthClientFields] = field(default_factory=dict)
    secrets: Mapping[str, SecretStr | SecretUnreadable] = field(default_factory=dict, repr=False)
    """By owner: refresh tokens of assets, secrets of clients."""

    def judged(
        self, asset_id: int, stands: Mapping[int, Stand], now: datetime, *, only_due: bool
    ) -> Claimed | NotClaimed:
        """Whether the grant can be refreshed now."""
        mailbox, grant = self.mailboxes.get(asset_id), self.grants.get(asset_id)
        if mailbox is None:
            return NotClaimed(asset_id, "", None, "The asset was deleted.")
        client = self.clients.get(mailbox.oauth_client_id or 0)
        no, why = functools.partial(NotClaimed, asset_id, mailbox.name), functools.partial(_why, mailbox)
        if mailbox.sign_in != SignIn.OAUTH:
            return no(None, "The asset signs in by password; it has no grant to refresh.")
        if asset_id in self.retired:
            return no(None, "The asset is retired: nothing is renewed for it.")
        if client is None:
            return no(why("client_missing"), "The asset has no OAuth client.")
        if grant is None or grant.state is GrantState.NONE:
            return no(why("grant_missing"), "The asset has no grant yet.")
        if grant.made_with and client.flow == Flow.AUTHORIZATION_CODE:
            words, found = OTHERS.format(made_with=grant.made_with), why("other_client")
            return no(None, words, replace(grant, last_words=words, last_diagnosis=found))
        if stands.get(asset_id) != (grant.rotation, grant.failures):
            return no(None, "Another process has just been at it.", grant)
        if only_due and (grant.next_refresh_at is None or grant.next_refresh_at > now):
            return no(None, "It is not due any more.", grant)
        if self.locked:
            return no(why("vault_locked"), self.locked, locked=True)
        if asset_id not in self.claimed:
            return no(why("refresh_elsewhere"), "Another process is refreshing it now.", grant, busy=True)
        if _only_access(grant, client) and is_fresh(grant, now):
            return no(
                why("no_refresh_token"), "There is no refresh token; the access token serves to its end."
            )
        return self._opened(mailbox, grant, client)

    def _opened(self, mailbox: Mailbox, grant: Grant, client: OAuthClientFields) -> Claimed:
        token = self.secrets.get(owner_of_secrets(mailbox.id))
        secret = self.secrets.get(oauth_clients.owner_of_secrets(mailbox.oauth_client_id or 0))
        for kind, found in ((Fault.CLIENT, secret), (Fault.CONSENT, token)):
            if isinstance(found, SecretUnreadable):
                refused = TokenRefused(kind, str(found), _why(mailbox, "token_unreadable"))
                return Claimed(mailbox, grant, client, None, None, refused)
        assert not isinstance(secret, SecretUnreadable)
        assert not isinstance(token, SecretUnreadable)
        return Claimed(mailbox, grant, client, secret, token)


def _why(mailbox: Mailbox, condition: str) -> str:
    return diagnose_oauth(mailbox.provider, OAuthWords.found(condition)).id


def _only_access(grant: Grant, client: OAuthClientFields) -> bool:
    return client.flow == Flow.AUTHORIZATION_CODE and not grant.has_refresh


def _mailboxes(session: Session, asset_ids: Collection[int]) -> dict[int, Mailbox]:
    names = ("id", "name", "address", "provider", "sign_in", "username", "login_id", "oauth_client_id")
    query = select(*(col(getattr(AssetRow, name)) for name in names)).where(col(AssetRow.id).in_(asset_ids))
    return {
        row.id: Mailbox(
            row.id,
            row.name,
            row.provider,
            row.sign_in,
            row.username or row.login_id or row.address,
            row.oauth_client_id,
        )
        for row in session.connection().execute(query)
    }


def _clients(session: Session, client_ids: Collection[int | None]) -> dict[int, OAuthClientFields]:
    query = select(OAuthClientRow).where(col(OAuthClientRow.id).in_(client_ids))
    rows = session.execute(query).scalars()
    return {row.id: OAuthClientFields.model_validate(row.model_dump()) for row in rows if row.id is not None}
