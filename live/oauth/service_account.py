"""A Google service account: its key file, and the signed assertion for one mailbox (RFC 7523).

https://developers.google.com/identity/protocols/oauth2/service-account#httprest. authlib and joserfc sign it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr

from live.oauth.http_answer import json_object

LIFE = 3_600
"""Seconds: the longest that Google takes."""
LONGEST_FILE = 32_768
"""Characters; a key file has about 2,400."""
NEEDED = ("client_email", "private_key", "token_uri")


class KeyFileRefused(Exception):
    """It is no service account's key file; the text says what is wrong with it, and never quotes it."""


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """What a key file says."""

    client_email: str
    private_key: SecretStr
    """In PEM."""
    token_uri: str
    key_id: str = ""


def read_key_file(content: SecretStr) -> ServiceKey:
    """Read a key file. Whether the key in it signs shows at `assertion`.

    Raises:
        KeyFileRefused.
    """
    found = _read(content.get_secret_value())
    if isinstance(found, str):
        raise KeyFileRefused(found)
    return found


def key_file_fault(content: SecretStr) -> str | None:
    """What is wrong with a key file that was just pasted, its key tried; None: nothing."""
    try:
        assertion(read_key_file(content), "", "", datetime.fromtimestamp(0, UTC))
    except KeyFileRefused as error:
        return str(error)
    return None


def assertion(key: ServiceKey, mailbox: str, scope: str, now: datetime) -> SecretStr:
    """The signed request to act as a mailbox, good for an hour.

    Args:
        mailbox: whom to act as (`sub`): domain-wide delegation.
        scope: space-separated.
        now: aware.

    Raises:
        KeyFileRefused: its key cannot be used.
    """
    signed = _signed(key, mailbox, scope, int(now.timestamp()))
    if signed is None:
        raise KeyFileRefused("The private key in the key file cannot be used: download a new key at Google.")
    return signed


def _signed(key: ServiceKey, mailbox: str, scope: str, issued_at: int) -> SecretStr | None:
    from authlib.oauth2.rfc7523.assertion import sign_jwt_bearer_assertion  # 130 ms, for few desks only
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    try:
        signed = sign_jwt_bearer_assertion(
            RSAKey.import_key(key.private_key.get_secret_value()),
            key.client_email,
            key.token_uri,
            subject=mailbox,
            issued_at=issued_at,
            expires_at=issued_at + LIFE,
            claims={"scope": scope},
            header={"alg": "RS256", **({"kid": key.key_id} if key.key_id else {})},
        )
    except (JoseError, ValueError, TypeError):
        return None
    return SecretStr(signed)


def _read(content: str) -> ServiceKey | str:
    if len(content) > LONGEST_FILE:
        return f"That is longer than {LONGEST_FILE:,} characters: no key file is."
    data = json_object(content.encode("utf-8", "replace"))
    if data is None:
        return "The key file is no JSON object: give the whole file that Google let you download."
    if data.get("type") != "service_account":
        return "The key file is none of a service account: its type must be service_account."
    texts = {name: value for name, value in data.items() if isinstance(value, str) and value.strip()}
    for name in NEEDED:
        if name not in texts:
            return f"The key file has no {name}: give the whole file that Google let you download."
    return ServiceKey(
        client_email=texts["client_email"].strip(),
        private_key=SecretStr(texts["private_key"]),
        token_uri=texts["token_uri"].strip(),
        key_id=texts.get("private_key_id", "").strip(),
    )
