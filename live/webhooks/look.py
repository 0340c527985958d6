"""A delivery's request as it would go out now, for a person who looks at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from live.webhooks import payloads, platform_payloads, signing
from live.webhooks.explain import endpoint_and_keys, head
from live.webhooks.letters import letter, unpacked
from live.webhooks.payloads import Asking
from live.webhooks.signing import SigningStep
from store import delivery_contents
from store.database import Store
from store.vault import Vault


class NotReadable(ValueError):
    """The mail in a delivery is none; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What would be sent."""

    request: tuple[str, ...] = field(repr=False)
    """The request's lines: the first line, the headers, an empty one, the body."""
    steps: tuple[SigningStep, ...] = field(repr=False)


def look(store: Store, vault: Vault, delivery_id: int, *, reason: str = "") -> Seen | None:
    """Make a delivery's request anew; None: it is past its time. Blocks for disk. A mail in it is opened, and
    the audit log says so; no link to its source is made, since whoever has one can fetch it.

    Raises:
        WebhookGone. VaultLocked, SecretUnreadable, SecretUnusable, StoreError. NotReadable.
    """
    found = delivery_contents.content(store, vault, delivery_id, reason=reason)
    if found is None:
        return None
    claimed, packed = found
    endpoint, keys = endpoint_and_keys(store, vault, claimed.webhook_id)
    mail = None
    if packed is not None:
        try:
            mail = letter(unpacked(packed), pci=claimed.asset[2])
        except ValueError as error:
            raise NotReadable(f"The mail in this delivery cannot be read: {error}.") from None
    style, now = endpoint.fields.style, datetime.now(UTC)
    made = platform_payloads if style.is_platform else payloads
    body = made.body(claimed, mail, Asking(endpoint.fields, None), now)
    headers = signing.headers(style, keys, claimed.uid, now, body)
    lines = head(endpoint.fields.url, headers, len(body))
    return Seen((*lines, "", body.decode("utf-8")), signing.steps(style, keys, claimed.uid, now, body))


def unsigned(url: str, style: signing.Style, uid: str) -> list[str]:
    """The head of a delivery's requests, without what each try makes anew."""
    made = (
        {"x-hub-signature": f"{style.value.removeprefix('platform-')}=…"}
        if style.is_platform
        else {"webhook-id": uid, "webhook-timestamp": "…", "webhook-signature": "v1,…"}
    )
    return head(url, made, None)
