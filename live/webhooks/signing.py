"""Signs what is delivered: Standard Webhooks 1.0.0 (https://www.standardwebhooks.com), and the platform's own
style, an HMAC of the body in `x-hub-signature`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretBytes, SecretStr

from store.webhook_kinds import Style as Style

SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
LEAST_BYTES, MOST_BYTES = 24, 64
"""What Standard Webhooks allows."""
PLATFORM_CHARACTERS = (8, 256)
"""The platform's secret is any text; shorter ones are guessed."""


class SecretUnusable(ValueError):
    """A webhook's secret cannot be used; the text says what one looks like."""


@dataclass(frozen=True, slots=True)
class SigningStep:
    """One step on the way to a signature, for a person who checks a receiver. Never holds the secret."""

    what: str
    value: str


def new_secret() -> SecretStr:
    """A fresh secret, `whsec_` and the base64 of 32 random bytes."""
    return SecretStr(SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii"))


def key_of(secret: SecretStr, style: Style) -> SecretBytes:
    """The bytes that sign.

    Raises:
        SecretUnusable: it is not a secret of that style.
    """
    text = secret.get_secret_value()
    if style.is_platform:
        least, most = PLATFORM_CHARACTERS
        if not least <= len(text) <= most:
            raise SecretUnusable(f"A secret of the platform's style has {least} to {most} characters.")
        return SecretBytes(text.encode("utf-8"))
    try:
        key = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise SecretUnusable(f"A secret is {SECRET_PREFIX} and base64; this one is not.") from None
    if not text.startswith(SECRET_PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise SecretUnusable(
            f"A secret is {SECRET_PREFIX} and base64 of {LEAST_BYTES} to {MOST_BYTES} bytes."
        )
    return SecretBytes(key)


def headers(
    style: Style, keys: Sequence[SecretBytes], delivery_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """The headers that sign `body`; with several keys (a rotation) one signature each, where the style can.

    Args:
        delivery_id: the same for all attempts.
        at: the time of this attempt.
    """
    if style.is_platform:
        name = style.value.removeprefix("platform-")
        mac = hmac.digest(keys[0].get_secret_value(), body, name).hex()
        return {"x-hub-signature": f"{name}={mac}"}
    stamp = str(int(at.timestamp()))
    signed = b".".join((delivery_id.encode("ascii"), stamp.encode("ascii"), body))
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(
            "v1," + base64.b64encode(hmac.digest(key.get_secret_value(), signed, "sha256")).decode("ascii")
            for key in keys
        ),
    }


def steps(
    style: Style, keys: Sequence[SecretBytes], delivery_id: str, at: datetime, body: bytes
) -> tuple[SigningStep, ...]:
    """How the signature comes about, step by step, so that a receiver's own can be held against it."""
    made = headers(style, keys, delivery_id, at, body)
    digest = hashlib.sha256(body).hexdigest()
    told = [SigningStep("body", f"{len(body):,} octets, SHA-256 {digest}")]
    if style.is_platform:
        name = style.value.removeprefix("platform-")
        told += [
            SigningStep("key", "the secret's own characters in UTF-8"),
            SigningStep(f"HMAC-{name.upper()} of the body, in hexadecimal", made["x-hub-signature"]),
        ]
        return tuple(told)
    stamp = made["webhook-timestamp"]
    told += [
        SigningStep("signed text", f"{delivery_id}.{stamp}.<the body>"),
        SigningStep("key", f"the secret without {SECRET_PREFIX}, base64 undone"),
        SigningStep("HMAC-SHA256 of the signed text, base64, behind v1,", made["webhook-signature"]),
    ]
    return tuple(told)
