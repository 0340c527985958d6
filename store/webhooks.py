"""Webhooks: the endpoints that are told of events, with their secrets and their health."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import SecretStr
from sqlmodel import Session, col, select

from store import audit, outbox_key, webhook_rows
from store.database import Store, StoreError
from store.folding import folded
from store.vault import Vault
from store.webhook_kinds import DeliveryState as DeliveryState
from store.webhook_kinds import Event as Event
from store.webhook_kinds import RawSource as RawSource
from store.webhook_kinds import Style as Style
from store.webhook_records import Endpoint as Endpoint
from store.webhook_records import EndpointFields as EndpointFields
from store.webhook_records import Health as Health
from store.webhook_rows import SECRET as SECRET
from store.webhook_rows import SECRET_BEFORE as SECRET_BEFORE
from store.webhook_rows import owner_of_secrets as owner_of_secrets
from store.webhook_tables import WebhookHealthRow, WebhookRow


class WebhookError(Exception):
    """A webhook cannot be kept as asked; the text is one sentence."""


class WebhookConflict(WebhookError):
    """Somebody else saved it meanwhile; `theirs` is what they saved."""

    def __init__(self, theirs: Endpoint) -> None:
        super().__init__(f"The webhook {theirs.name} was changed by somebody else while you edited it.")
        self.theirs = theirs


class WebhookGone(WebhookError, StoreError):
    """It was deleted."""

    def __init__(self, webhook_id: int) -> None:
        super().__init__(f"The webhook {webhook_id} was deleted by somebody else.")


def create(store: Store, vault: Vault, given: EndpointFields, secret: SecretStr) -> Endpoint:
    """Keep a new endpoint, with its secret sealed, in one transaction. The first one makes the outbox's key.

    Raises:
        WebhookError: the name is in use. VaultError: the secret cannot be sealed; nothing is kept.
    """
    now = datetime.now(UTC)
    with store.write() as session:
        _refuse_taken(session, given.name, None)
        outbox_key.make_sure(session, vault)
        row = WebhookRow(
            **webhook_rows.columns_of(given),
            name_key=folded(given.name) or "",
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        session.add(WebhookHealthRow(webhook_id=row.id))
        webhook_rows.put_assets(session, row.id, given.asset_ids)
        vault.seal(session, owner_of_secrets(row.id), SECRET, secret)
        audit.record(session, store.actor, "webhook created", detail=f"{row.name}: {row.url}")
        return webhook_rows.kept(session, vault, row)


def update(store: Store, vault: Vault, webhook_id: int, given: EndpointFields, *, version: int) -> Endpoint:
    """Replace the fields in one transaction; deliveries that wait go where the endpoint leads from now on.

    Raises:
        WebhookConflict: `version` is not the current one. WebhookGone. WebhookError: the name is in use.
    """
    with store.write() as session:
        row = _row(session, webhook_id)
        if row.version != version:
            raise WebhookConflict(webhook_rows.endpoint(session, vault, row))
        _refuse_taken(session, given.name, webhook_id)
        columns = webhook_rows.columns_of(given)
        changed = [name.replace("_", " ") for name, value in columns.items() if getattr(row, name) != value]
        if columns["all_assets"] or webhook_rows.assets_of(session, webhook_id) != given.asset_ids:
            webhook_rows.put_assets(session, webhook_id, given.asset_ids)
        for name, value in columns.items():
            setattr(row, name, value)
        row.name_key = folded(given.name) or ""
        _changed(row)
        if given.enabled:
            webhook_rows.let_go(session, webhook_id, ordered=given.ordered)
        told = f"{row.name}: {', '.join(changed) or 'assets'}"
        audit.record(session, store.actor, "webhook changed", detail=told)
        return webhook_rows.kept(session, vault, row)


def set_enabled(store: Store, webhook_id: int, enabled: bool) -> None:
    """Switch an endpoint on or off; on, what waits is tried at once.

    Raises:
        WebhookGone.
    """
    with store.write() as session:
        row = _row(session, webhook_id)
        row.enabled = enabled
        _changed(row)
        if enabled:
            webhook_rows.let_go(session, webhook_id, ordered=row.ordered)
        action = "webhook switched on" if enabled else "webhook switched off"
        audit.record(session, store.actor, action, detail=row.name)


def rotate_secret(
    store: Store, vault: Vault, webhook_id: int, secret: SecretStr, *, keep_before: bool = True
) -> None:
    """Give an endpoint another secret.

    Args:
        keep_before: deliveries carry two signatures, until `drop_before`. The platform's style has room for
            one: there the new one alone signs.

    Raises:
        WebhookGone. VaultError: the vault is locked; nothing is changed.
    """
    owner = owner_of_secrets(webhook_id)
    with store.write() as session:
        row = _row(session, webhook_id)
        before = vault.reveal(session, owner, SECRET)
        if keep_before and before is not None:
            vault.seal(session, owner, SECRET_BEFORE, before)
        else:
            vault.forget(session, owner, SECRET_BEFORE)
        vault.seal(session, owner, SECRET, secret)
        _changed(row)
        audit.record(session, store.actor, "webhook secret changed", detail=row.name)


def drop_before(store: Store, vault: Vault, webhook_id: int) -> bool:
    """End a rotation: the new secret alone signs. Returns whether there was one; works locked.

    Raises:
        WebhookGone.
    """
    with store.write() as session:
        row = _row(session, webhook_id)
        dropped = bool(vault.forget(session, owner_of_secrets(webhook_id), SECRET_BEFORE))
        if dropped:
            _changed(row)
            audit.record(session, store.actor, "webhook's old secret dropped", detail=row.name)
        return dropped


def delete(store: Store, vault: Vault, webhook_id: int) -> None:
    """Delete an endpoint with its secrets and its deliveries."""
    with store.write() as session:
        row = session.get(WebhookRow, webhook_id)
        if row is None:
            return
        vault.forget(session, owner_of_secrets(webhook_id))
        audit.record(session, store.actor, "webhook deleted", detail=row.name)
        session.delete(row)


def by_id(store: Store, vault: Vault, webhook_id: int) -> Endpoint | None:
    """The endpoint of that id."""
    with store.read() as session:
        row = session.get(WebhookRow, webhook_id)
        return webhook_rows.endpoint(session, vault, row) if row else None


def by_name(store: Store, vault: Vault, name: str) -> Endpoint | None:
    """The endpoint of that name (case does not matter)."""
    with store.read() as session:
        row = session.exec(select(WebhookRow).where(WebhookRow.name_key == folded(name))).first()
        return webhook_rows.endpoint(session, vault, row) if row else None


def all_endpoints(store: Store, vault: Vault) -> list[Endpoint]:
    """All endpoints by name; there are few (100 take 20 ms)."""
    with store.read() as session:
        rows = session.exec(select(WebhookRow).order_by(col(WebhookRow.name_key))).all()
        return [webhook_rows.endpoint(session, vault, row) for row in rows]


def secrets_of(session: Session, vault: Vault, webhook_id: int) -> tuple[SecretStr, ...]:
    """The secrets that sign: the one in use, and the one before it while they rotate.

    Raises:
        VaultLocked, SecretUnreadable.
    """
    owner = owner_of_secrets(webhook_id)
    found = (vault.reveal(session, owner, name) for name in (SECRET, SECRET_BEFORE))
    return tuple(secret for secret in found if secret is not None)


def shown_secret(store: Store, vault: Vault, webhook_id: int) -> SecretStr | None:
    """The secret in use, for the person who sets the receiver up; that it was shown is kept before it is
    returned. None: there is none.

    Raises:
        WebhookGone. VaultLocked, SecretUnreadable; no entry then.
    """
    with store.write() as session:
        row = _row(session, webhook_id)
        secret = vault.reveal(session, owner_of_secrets(webhook_id), SECRET)
        if secret is not None:
            audit.record(session, store.actor, "webhook secret shown", detail=row.name)
        return secret


def _row(session: Session, webhook_id: int) -> WebhookRow:
    row = session.get(WebhookRow, webhook_id)
    if row is None:
        raise WebhookGone(webhook_id)
    return row


def _changed(row: WebhookRow) -> None:
    row.version += 1
    row.updated_at = datetime.now(UTC)
    row.off_why = ""


def _refuse_taken(session: Session, name: str, but: int | None) -> None:
    query = select(WebhookRow.id).where(WebhookRow.name_key == folded(name))
    if any(other != but for other in session.exec(query)):
        raise WebhookError(f"The name {name} is already used by another webhook.")
