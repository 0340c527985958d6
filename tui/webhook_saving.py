"""Sets webhooks up and changes them: the rules that the form and the command line share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from live.webhooks.guard import TargetRefused, checked_url
from live.webhooks.signing import SecretUnusable, key_of
from store import webhooks
from store.webhook_kinds import Event, RawSource, Style
from store.webhooks import Endpoint, EndpointFields, WebhookGone

if TYPE_CHECKING:
    from pydantic import SecretStr

    from store.settings import Settings
    from tui.desk import Desk

NO_SECRET = "no-secret"
"""The field of the remark that another style takes another secret."""


@dataclass(frozen=True, slots=True)
class WebhookRemark:
    """What is wrong or doubtful with a field."""

    field: str
    """A field of `EndpointFields`, "secret" for one that was typed, or `NO_SECRET`."""
    severity: str
    """"error" or "warning"."""
    text: str
    remedy: str = ""


def remarks(
    before: Endpoint | None, draft: EndpointFields, secret: SecretStr | None, settings: Settings
) -> Iterator[WebhookRemark]:
    """What is wrong with what is to be kept, errors first.

    Args:
        before: the webhook as it is; None: it is a new one.
        secret: the one that it is to have from now on; None: the one that it has.
    """
    if not draft.name.strip():
        yield WebhookRemark("name", "error", "A webhook has a name.", "Any that tells people where it leads.")
    try:
        checked_url(draft.url, allow_private=settings.webhook_allow_private)
    except TargetRefused as refused:
        yield WebhookRemark("url", "error", str(refused))
    if not draft.events:
        yield WebhookRemark("events", "error", "It is told of nothing.", "Choose at least one event.")
    if draft.asset_ids == ():
        yield WebhookRemark("asset_ids", "error", "No asset is chosen.", "Choose some, or all.")
    if secret is not None:
        try:
            key_of(secret, draft.style)
        except SecretUnusable as unusable:
            yield WebhookRemark("secret", "error", str(unusable))
    elif before is not None and is_of_another_kind(before.fields.style, draft.style):
        yield WebhookRemark(
            NO_SECRET, "error", "Another style takes another secret.", "Have one made, or give one."
        )
    yield from _doubts(draft, settings)


def _doubts(draft: EndpointFields, settings: Settings) -> Iterator[WebhookRemark]:
    confirms = Event.EMAIL_CONFIRMATION in draft.events
    if draft.opt_in_confirmation and confirms:
        yield WebhookRemark(
            "opt_in_confirmation", "warning", "Who has link and code can take a mailbox's mail over.", ""
        )
    elif draft.opt_in_confirmation:
        yield WebhookRemark(
            "opt_in_confirmation", "warning", "It is not told of email.confirmation.", "Tick that event too."
        )
    if draft.raw is RawSource.LINK and not settings.webhook_link_url:
        yield WebhookRemark(
            "raw",
            "warning",
            "The links lead to this machine alone.",
            "Set webhook_link_url to the public address of the agent's HTTP.",
        )


def is_of_another_kind(before: Style, now: Style) -> bool:
    """Whether a secret of the one style cannot sign in the other."""
    return before.is_platform is not now.is_platform


def two_sign(before: Style, now: Style) -> bool:
    """Whether an old secret goes on signing beside a new one; the platform's style has room for one."""
    return before is now and not now.is_platform


def kept(
    desk: Desk,
    before: Endpoint | None,
    draft: EndpointFields,
    secret: SecretStr | None,
    *,
    drop_old: bool = False,
) -> Endpoint:
    """Keep a webhook with its secret; blocks for disk.

    Args:
        before: the webhook as it was read; None: a new one, which takes a secret.
        secret: another one; where the style has room, the one before it goes on signing until it is dropped.
        drop_old: the one before it signs no longer.

    Raises:
        WebhookConflict, WebhookGone, WebhookError, StoreError. VaultError: the secret cannot be sealed.
    """
    store, vault = desk.store, desk.vault
    if before is None:
        assert secret is not None
        return webhooks.create(store, vault, draft, secret)
    if draft != before.fields:
        webhooks.update(store, vault, before.id, draft, version=before.version)
    if secret is not None:
        both = two_sign(before.fields.style, draft.style)
        webhooks.rotate_secret(store, vault, before.id, secret, keep_before=both)
    if drop_old:
        webhooks.drop_before(store, vault, before.id)
    found = webhooks.by_id(store, vault, before.id)
    if found is None:
        raise WebhookGone(before.id)
    return found
