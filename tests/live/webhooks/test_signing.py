"""Signatures: the published vector, the public verifier, rotation, and the platform's style."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from live.webhooks import signing
from live.webhooks.signing import Style

BODY = b'{"type":"email.received","timestamp":"2026-11-24T00:00:00Z","data":{"id":"m_1"}}'
SECRET = SecretStr("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")


def test_the_known_vector() -> None:
    at = datetime.fromtimestamp(1764000000, UTC)
    made = signing.headers(Style.STANDARD, [signing.key_of(SECRET, Style.STANDARD)], "msg_test", at, BODY)
    assert made["webhook-signature"] == "v1,H4XEgsibKerFOOw03Zp8sScQ/q/Hdt+AEva5xVT0kGQ="


def test_the_public_verifier_accepts_either_secret_while_they_rotate() -> None:
    before, now = signing.new_secret(), signing.new_secret()
    keys = [signing.key_of(secret, Style.STANDARD) for secret in (now, before)]
    made = signing.headers(Style.STANDARD, keys, "msg_1", datetime.now(UTC), BODY)
    for secret in (before, now):
        assert Webhook(secret.get_secret_value()).verify(BODY, made)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.new_secret().get_secret_value()).verify(BODY, made)


@pytest.mark.parametrize(
    ("style", "name"), [(Style.PLATFORM_SHA256, "sha256"), (Style.PLATFORM_SHA512, "sha512")]
)
def test_the_platforms_style_is_a_mac_of_the_body_alone(style: Style, name: str) -> None:
    key = signing.key_of(SecretStr("platform secret"), style)
    made = signing.headers(style, [key], "msg_1", datetime.now(UTC), BODY)
    assert made == {"x-hub-signature": f"{name}={hmac.new(b'platform secret', BODY, name).hexdigest()}"}


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsec_AAEC", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "whsec_!!!!", "whsec_" + "A" * 200],
)
def test_a_secret_that_is_none_is_refused_in_words(secret: str) -> None:
    with pytest.raises(signing.SecretUnusable, match="whsec_"):
        signing.key_of(SecretStr(secret), Style.STANDARD)


@pytest.mark.parametrize("style", Style)
def test_the_steps_end_in_the_signature_and_never_hold_the_secret(style: Style) -> None:
    secret = SECRET if style is Style.STANDARD else SecretStr("platform secret")
    key = signing.key_of(secret, style)
    at = datetime(2026, 11, 25, tzinfo=UTC)
    told = signing.steps(style, [key], "msg_1", at, BODY)
    assert told[-1].value in signing.headers(style, [key], "msg_1", at, BODY).values()
    assert hashlib.sha256(BODY).hexdigest() in told[0].value
    assert not any(secret.get_secret_value() in step.value for step in told)
