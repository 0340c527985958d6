"""Tests a webhook now: sends it a `test.ping`, shows the exact request, and, step by step, how its signature
comes about, so that a receiver's own can be held against it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pydantic import SecretBytes

from live.https import tls_context
from live.webhooks import payloads, platform_payloads, signing
from live.webhooks.courier import HEADERS, Answer, Courier, Undelivered
from live.webhooks.guard import TargetRefused
from live.webhooks.payloads import Asking
from live.webhooks.signing import SigningStep, key_of
from live.webhooks.verdict import Came, verdict
from store import outbox, webhooks
from store.database import Store
from store.delivery_queue import Claimed
from store.delivery_tests import record
from store.settings import Settings
from store.vault import Vault
from store.webhook_kinds import NO_ASSET, Event
from store.webhooks import Endpoint, WebhookGone

WORDS = "This is a test. Nothing happened."


@dataclass(frozen=True, slots=True)
class Tested:
    """What was sent and what came of it."""

    endpoint: Endpoint
    request: tuple[str, ...]
    """The request's lines: the first line, the headers, an empty one, the body."""
    body: bytes
    steps: tuple[SigningStep, ...]
    answer: Answer | None
    """None: there was none."""
    words: str
    """Why it failed, in one sentence; "": it did not. May hold a server's words: untrusted."""
    delivery_id: int
    """As it is listed among the deliveries."""

    @property
    def well(self) -> bool:
        return self.answer is not None and self.answer.well


async def ping(
    store: Store, vault: Vault, settings: Settings, webhook_id: int, *, ca_pem: str = ""
) -> Tested:
    """Send a `test.ping` past the queue, whether the endpoint is on or off, and keep it with the deliveries.

    Raises:
        WebhookGone. VaultLocked, SecretUnreadable, SecretUnusable: it cannot be signed. StoreError.
    """
    endpoint, keys = await asyncio.to_thread(endpoint_and_keys, store, vault, webhook_id)
    style, at = endpoint.fields.style, datetime.now(UTC)
    claimed = _ping(webhook_id, at)
    made = platform_payloads if style.is_platform else payloads
    body = made.body(claimed, None, Asking(endpoint.fields, None), at)
    headers = signing.headers(style, keys, claimed.uid, at, body)
    came = await _sent(endpoint, settings, body, headers, ca_pem)
    result = verdict(claimed, at, came)
    delivery_id = await asyncio.to_thread(record, store, result)
    return Tested(
        endpoint,
        (*head(endpoint.fields.url, headers, len(body)), "", body.decode("utf-8")),
        body,
        signing.steps(style, keys, claimed.uid, at, body),
        came if isinstance(came, Answer) else None,
        result.words,
        delivery_id,
    )


def endpoint_and_keys(store: Store, vault: Vault, webhook_id: int) -> tuple[Endpoint, Sequence[SecretBytes]]:
    """A webhook, and what signs for it. Blocks for disk.

    Raises:
        WebhookGone. VaultLocked, SecretUnreadable, SecretUnusable: nothing can be signed. StoreError.
    """
    endpoint = webhooks.by_id(store, vault, webhook_id)
    if endpoint is None:
        raise WebhookGone(webhook_id)
    with store.read() as session:
        secrets = webhooks.secrets_of(session, vault, webhook_id)
    if not secrets:
        raise signing.SecretUnusable("The webhook has no secret to sign with; give it one.")
    return endpoint, [key_of(secret, endpoint.fields.style) for secret in secrets]


def _ping(webhook_id: int, at: datetime) -> Claimed:
    return Claimed(
        id=0,
        outbox_id=0,
        webhook_id=webhook_id,
        asset_id=NO_ASSET,
        tries=0,
        uid=outbox.new_uid(),
        event=Event.TEST_PING,
        at=at,
        data={"words": WORDS},
        sealed=None,
        size=0,
        asset=("", "", False),
    )


async def _sent(
    endpoint: Endpoint, settings: Settings, body: bytes, headers: dict[str, str], ca_pem: str
) -> Came:
    try:
        trust = await asyncio.to_thread(tls_context, ca_pem)
        courier = Courier(
            endpoint.fields.url, allow_private=settings.webhook_allow_private, at_once=1, trust=trust
        )
    except TargetRefused as refused:
        return str(refused)
    try:
        return await courier.post(body, headers)
    except Undelivered as undelivered:
        return undelivered.with_traceback(None)
    finally:
        await courier.close()


def head(url: str, headers: Mapping[str, str], length: int | None) -> list[str]:
    """A request's first line and its headers, as they are sent; None: of a body whose length is not known."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    shown = {
        "host": parts.netloc,
        **HEADERS,
        **headers,
        "content-length": "…" if length is None else str(length),
    }
    return [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in shown.items())]
